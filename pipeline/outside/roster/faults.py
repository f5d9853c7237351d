"""What can be wrong with a row of a roster, and how it is said."""

from dataclasses import dataclass
from typing import Any, Literal, Self

from pipeline.rules.labels import Label

type Grade = Literal["wrong", "ask"]

KINDS = {
    "required": Label("缺必填项", "Compulsory cell empty"),
    "code": Label("信用代码不对", "Credit code wrong"),
    "name": Label("企业名称不对", "Name wrong"),
    "county": Label("所属县区不在名单", "County not in the list"),
    "beyond": Label("不在本单位范围", "Not within your office"),
    "twice": Label("同一企业有多行", "Several rows for one firm"),
    "day": Label("日期不对", "Date wrong"),
    "number": Label("不是数", "Not a number"),
    "formula": Label("公式出错", "Formula fails"),
    "contradiction": Label("数与数矛盾", "Figures contradict"),
    "magnitude": Label("数额可能差一万倍", "Off by ten thousand"),
    "field": Label("技术领域不在目录", "Field not in the list"),
    "industry": Label("行业代码不在表中", "Industry not in the list"),
    "phone": Label("电话不对", "Phone wrong"),
    "contact": Label("联系人不对", "Contact wrong"),
    "renamed": Label("名称与库中不同", "Name differs from the record"),
    "merged": Label("档案已合并", "The record was merged"),
    "moved": Label("县区与库中不同", "County differs from the record"),
    "jump": Label("比上年变动超过 50%", "Changes by more than 50 %"),
    "unusual": Label("数额少见", "Unusual figure"),
}

MOST_NAMED = 10  # other rows of one firm
ASKED_KINDS = frozenset({"field", "industry", "phone", "contact", "renamed", "merged", "moved", "jump", "unusual"})


def letters(index: int) -> str:
    """The letters of a column by its index from 0."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the officer's own file; without a column, a row."""

    sheet: str
    row: int
    column: int | None = None

    def __str__(self) -> str:
        return f"{self.sheet}!{letters(self.column) if self.column is not None else ''}{self.row}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a row, or to be confirmed: where, what, and what to do. A wrong one keeps the row out."""

    kind: str
    place: Place
    says: Label
    remedy: Label

    @property
    def grade(self) -> Grade:
        return "ask" if self.kind in ASKED_KINDS else "wrong"

    @property
    def sentence(self) -> Label:
        return Label("{place}：{says}。{remedy}", "{place}: {says}. {remedy}").filled(
            place=str(self.place), says=self.says, remedy=self.remedy
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "sheet": self.place.sheet,
            "row": self.place.row,
            "column": self.place.column,
            "says": self.says.to_json(),
            "remedy": self.remedy.to_json(),
        }

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        place = Place(kept["sheet"], kept["row"], kept["column"])
        return cls(kept["kind"], place, Label.from_json(kept["says"]), Label.from_json(kept["remedy"]))


def merged(place: Place, name: str, code: str) -> Fault:
    """What is asked about a row with the code of a record that was merged into another."""
    says = Label(
        "这个代码的档案已并入“{name}”（{code}），本行写入后者，名称不随本行改变",
        "the record of this code went into “{name}” ({code}): the row is written there, its name is not",
    ).filled(name=name, code=code)
    return Fault(
        "merged", place, says, Label("请核对，以后用合并后的代码。", "Check it, and use that code from now on.")
    )


def twice(place: Place, others: list[Place]) -> Fault:
    """The fault of a row whose firm stands in other rows too."""
    named = "、".join(map(str, others[:MOST_NAMED])) + ("……" if len(others) > MOST_NAMED else "")
    told = Label("同一企业还有：{others}", "the same firm is also in {others}").filled(others=named)
    return Fault("twice", place, told, Label("请只保留一行。", "Keep one of the rows."))

"""The page of a book for a reader without the product: every condition, every number, and where each is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from pipeline.rules.amount import Amount, least_certain
from pipeline.rules.formula import Formula, fact
from pipeline.rules.labels import Label
from pipeline.rules.programmes import CONDITIONS, amounts_of, conditions_of
from pipeline.rules.shelf.dated import Book, DatedValue, Entry
from pipeline.rules.shelf.volumes import BUILDS_ON, SHELF, books, volume
from pipeline.rules.shelf.wording import lines_of, reckoned, sentence, written

EXAMPLE = date(2026, 1, 1)
CERTAINTIES = {
    "C": Label("确定", "certain"),
    "L": Label("较有把握", "likely"),
    "U": Label("待核实", "unsure"),
}
NOBODY = Label(
    "以上数值尚无人与出处原文逐字核对。",
    "Nobody has compared these numbers with the wording of their sources yet.",
)
IN_FORMULAS = {"yuan": "fen"}
HEAD = "<!-- Generated from pipeline/rules/books by `manage.py describe_books --write`; a test compares the two. -->"


def page(name: str) -> str:
    """The page of one book as Markdown, in Chinese with English titles."""
    book = books(name, shown_on(name))
    parts = [
        HEAD,
        f"# {book.title.zh} ({book.title.en})",
        about(book),
        "## 条件 Conditions",
        "\n".join(conditions_table(book)),
        *(["\n".join(reckoning)] if (reckoning := list(reckonings(book))) else []),
        *(["## 测算 Amounts", "\n".join(table)] if (table := list(amounts_table(book))) else []),
        "## 数值与出处 Numbers and where they are written",
        *numbers(own_entries(name)),
    ]
    return "\n\n".join(parts) + "\n"


def shown_on(name: str) -> date:
    """The day the conditions are written out for: the example's, or the first one on which the newest number holds."""
    return max(EXAMPLE, *(each.start for entry in volume(name)[0].values() for each in entry.values))


def own_entries(name: str) -> list[Entry]:
    """What the book says itself, without what it takes over from another one."""
    own = {file.stem for file in (SHELF / name).glob("*.yaml")}
    return sorted((entry for rule, entry in volume(name)[0].items() if rule in own), key=lambda each: each.rule)


def about(book: Book) -> str:
    text = f"条件按 {book.day} 施行的数值、以 {book.day.year} 年申报为例写出；版本 `{book.version}`。"
    base = BUILDS_ON.get(book.name)
    return text + (f"本手册未列的数值沿用[{books(base, book.day).title.zh}]({base}.md)手册。" if base else "")


def conditions_table(book: Book) -> Iterator[str]:
    yield "| 规则 | 条件 | 内容 | 出处 | 确定性 |"
    yield "| --- | --- | --- | --- | --- |"
    for condition in conditions_of(book):
        source = book.source(condition.rule)
        yield row(
            f"`{condition.rule}`",
            f"{condition.title.zh}<br>{condition.title.en}",
            sentence(condition, book.day).zh,
            source.in_words(),
            CERTAINTIES[source.certainty].zh,
        )


def reckonings(book: Book) -> Iterator[str]:
    """How the figures of each condition are reckoned, where that is more than reading them off."""
    for condition in conditions_of(book):
        for name, formula in dict.fromkeys(reckoned(condition, book.day)):
            yield f"- {condition.title.zh}：{name.zh} = {formula.zh}"


def amounts_table(book: Book) -> Iterator[str]:
    """What the book works out beside its conditions, each by the amounts that it is made of."""
    amounts = amounts_of(book)
    if amounts:
        yield "〔 〕是另一项测算或条件；条件的值 0 为不符合，1 为符合，2 为需人工判定。\n"
        yield "| 测算 | 名称 | 算法 | 出处 | 确定性 |"
        yield "| --- | --- | --- | --- | --- |"
    for amount in amounts:
        formula = named(amount, book)
        yield row(
            f"`{amount.name}`",
            f"{amount.title.zh}<br>{amount.title.en}",
            written(formula, book.day, of=IN_FORMULAS.get(amount.unit, amount.unit)).zh,
            "<br>".join(dict.fromkeys(each.in_words() for each in amount.sources)),
            CERTAINTIES[least_certain(amount.sources)].zh,
        )


def named(amount: Amount, book: Book) -> Formula:
    """The formula with other amounts by their names; where both sides of a difference are alike, each by its own."""
    sides = [f"〔{each.title.zh}〕" for each in amounts_of(book) if each.formula in amount.formula.args]
    if amount.formula.op == "-" and len(set(amount.formula.args)) == 1 and len(sides) > 1:
        return Formula("-", (fact(sides[0]), fact(sides[-1])))
    return with_names(amount.formula, named_beside(amount, book))


def named_beside(amount: Amount, book: Book) -> dict[Formula, str]:
    """What the formulas of conditions and of other amounts are called; of two that are alike, the amount's own kin."""
    kin = amount.name.partition("_")[0]
    amounts = sorted(amounts_of(book), key=lambda each: each.name.startswith(kin))
    conditions = {each.verdict: f"〔{each.title.zh}〕" for each in conditions_of(book)}
    return conditions | {each.formula: f"〔{each.title.zh}〕" for each in amounts if each.formula is not amount.formula}


def with_names(formula: Formula, others: Mapping[Formula, str]) -> Formula:
    """The formula with the name of an amount in place of what that amount is made of."""
    return Formula(formula.op, tuple(named_part(part, others) for part in formula.args))


def named_part(part: Any, others: Mapping[Formula, str]) -> Any:
    if isinstance(part, Formula):
        found = others.get(part) if part.op not in ("fact", "const") else None
        return fact(found) if found else with_names(part, others)
    return tuple(named_part(each, others) for each in part) if isinstance(part, tuple) else part


def numbers(entries: Sequence[Entry]) -> Iterator[str]:
    """Who compared which number with the gazette: said once where it was nobody, else beside each."""
    checked = [value for entry in entries for value in entry.values if value.source.verified_by]
    yield "\n".join(numbers_table(entries, with_checks=bool(checked)))
    if not checked:
        yield NOBODY.zh + "<br>" + NOBODY.en


def numbers_table(entries: Iterable[Entry], *, with_checks: bool) -> Iterator[str]:
    heads = ["参数", "名称", "值", "施行", "出处", "确定性", *(["核对"] if with_checks else [])]
    yield row(*heads)
    yield row(*["---"] * len(heads))
    for entry in entries:
        for value in entry.values:
            checks = f"{value.source.verified_by} {value.source.verified_on}" if value.source.verified_by else "未核对"
            yield row(
                f"`{entry.rule}`",
                f"{entry.title.zh}<br>{entry.title.en}",
                "<br>".join(value_lines(entry, value)),
                in_force(value),
                value.source.in_words(),
                CERTAINTIES[value.source.certainty].zh,
                *([checks] if with_checks else []),
            )


def value_lines(entry: Entry, value: DatedValue) -> Iterator[str]:
    for line in lines_of(entry, value.value):
        yield f"{line.where.zh}：{line.value.zh}" if line.where else line.value.zh


def in_force(value: DatedValue) -> str:
    return f"{value.start} 起" if value.end is None else f"{value.start} 至 {value.end} 前"


def row(*cells: str) -> str:
    return "| " + " | ".join(each.replace("|", "\\|").replace("\n", " ") for each in cells) + " |"


def pages() -> dict[str, str]:
    """The page of every book by its name."""
    return {name: page(name) for name in CONDITIONS}

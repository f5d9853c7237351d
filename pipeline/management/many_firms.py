"""Many firms to be judged: a folder of facts files, or a spreadsheet with the columns of a roster."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.management.facts_file import Unreadable, content, unreadable
from pipeline.outside.roster.cells import Places
from pipeline.outside.roster.columns import squeezed
from pipeline.outside.roster.faults import Place, twice
from pipeline.outside.roster.rows import Roster, RosterRow, Values
from pipeline.outside.sheets import KINDS, SheetRefused, read
from pipeline.rules import Assessment, FactsRefused, Label
from pipeline.rules.codes.divisions import former_divisions, todays_divisions
from pipeline.rules.codes.fields import carried_fields
from pipeline.rules.codes.industries import carried_industries

SHEETS = frozenset(f".{kind}" for kind in KINDS)
type Judge = Callable[[Mapping[str, Any]], Assessment]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One of many firms: where it stands, who it is, its assessment or None, and what is wrong with what was given.

    A fault keeps the firm from being judged; a remark does not.
    """

    place: str
    code: str
    name: str
    assessment: Assessment | None
    faults: tuple[Label, ...] = ()
    remarks: tuple[Label, ...] = ()


def of_folder(folder: Path, judge: Judge) -> Iterator[Outcome]:
    """Each facts file of the folder, in the order of their names. Raises Unreadable where there is none."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise unreadable(str(folder), "目录里没有 .json 资料文件", "the directory holds no facts files (.json)")
    return (of_file(file, judge) for file in files)


def of_file(file: Path, judge: Judge) -> Outcome:
    try:
        raw = content(file)
        assessment = judge(raw)
    except (Unreadable, FactsRefused) as refused:
        return Outcome(file.name, "", "", None, tuple(at_place(file.name, each) for each in refused.faults))
    firm = assessment.facts.identity if assessment.facts else None
    return Outcome(file.name, (firm and firm.uscc) or "", (firm and firm.name) or "", assessment)


def at_place(file: str, fault: Any) -> Label:
    """A fault behind the name of its file, which stands in its place already where the file as a whole is at fault."""
    inside = "" if fault.place.endswith(file) else f" {fault.place}" if fault.place else ""
    return Label(f"{file}{inside}: {fault.says.zh}", f"{file}{inside}: {fault.says.en}")


# --------------------------------------------------------------------------------------------------- a spreadsheet


def of_sheet(file: Path, judge: Judge, *, city: str, day: date) -> Iterator[Outcome]:
    """Each row that tells of a firm. Raises Unreadable where the file as a whole cannot be taken."""
    seen: dict[str, Place] = {}
    try:
        for row in Roster(read(file, name=file.name), places=places_of(city), day=day).rows():
            yield of_row(row, judge, seen)
    except OSError as error:
        raise unreadable(str(file), f"读不到文件：{error.strerror}", f"cannot be read: {error.strerror}") from None
    except SheetRefused as refused:
        raise unreadable(str(file), refused.says.zh, refused.says.en) from None


def of_row(row: RosterRow, judge: Judge, seen: dict[str, Place]) -> Outcome:
    """A row is judged unless an import would refuse it; a county of another city is only remarked on."""
    wrong = [fault for fault in row.faults if fault.grade == "wrong" and fault.kind != "county"]
    remarks = tuple(fault.sentence for fault in row.faults if fault not in wrong)
    said, place = row.values, row.place_of("code")
    first = seen.setdefault(said.code or str(place), place)
    if first != place:
        wrong.append(twice(place, [first]))
    faults = tuple(fault.sentence for fault in wrong)
    if faults:
        return Outcome(str(row.place), said.code, said.name, None, faults, remarks)
    try:
        return Outcome(str(row.place), said.code, said.name, judge(facts_of(said)), (), remarks)
    except FactsRefused as refused:
        return Outcome(
            str(row.place), said.code, said.name, None, tuple(at_place(str(row.place), each) for each in refused.faults)
        )


def facts_of(said: Values) -> dict[str, Any]:
    """A row as a facts file. Credit codes are given to firms registered in the mainland only."""
    years = [
        {"year": year, **{key: str(figure) for key, figure in figures.items()}}
        for year, figures in sorted(said.years.items())
    ]
    firm = {
        "name": said.name,
        "uscc": said.code,
        "registered_on": said.registered_on,
        "field": said.field,
        "industry": said.industry,
        "division": said.county,
        "resident": True,
    }
    return {"firm": firm, "years": years, "ip_counts": {"class_1": said.class_one, "class_2": said.class_two}}


def places_of(city: str) -> Places:
    """The lists that cells are looked up in, for a city by its code. Raises Unreadable where there is no such city."""
    mine = todays_divisions().get(city)
    if mine is None or mine.level == "county":
        raise unreadable("--city", f"没有这个城市：{city}", f"no list of divisions has the city {city}")
    shared = city.rstrip("0")
    counties = [
        each
        for each in todays_divisions().values()
        if each.level == "county" and not each.zone and each.code.startswith(shared)
    ]
    names = {each.code: each.name for each in counties}
    return Places(
        city=mine.name,
        counties={each.name: each.code for each in counties},
        former={each.name: names[each.successor] for each in former_divisions() if each.successor in names},
        fields={squeezed(name): code for code, name in sorted(carried_fields().items(), reverse=True)},
        industries=frozenset(each.code for each in carried_industries().values() if each.level > 1),
    )

"""Which rights a firm may bring to a certification, counted with what is certain and what is possible at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.rules.codes.identifiers import comparable, number_doubt
from pipeline.rules.facts.figures import LATER, NAMES, Figures, Missing
from pipeline.rules.facts.firm import FirmFacts, IntellectualProperty, RightsCount
from pipeline.rules.facts.reading import Fault
from pipeline.rules.labels import Label

MISSING_WORDS = {
    "granted_on": Label("授权日期", "the day of grant"),
    "expires_on": Label("到期日", "the last day of validity"),
    "acquired_by": Label("获得方式", "how the right was acquired"),
    "owners": Label("权属人", "the owners"),
}
SHARED = Label("其他权属人未使用该知识产权的声明", "the other owners' statement that they do not use the right")
"""A right with several owners serves only one of them; no figure tells which."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a right may be used on a day (None unknown) and what would have to be known."""

    right: IntellectualProperty
    usable: bool | None
    missing: tuple[tuple[str, Label], ...] = ()


def standing(right: IntellectualProperty, day: date) -> Standing:
    """Valid and not a class II right that an earlier certification used up."""
    if right.right_class == 2 and right.used_in_certification_on is not None:
        return Standing(right, usable=False)
    return valid(right, day)


def valid(right: IntellectualProperty, day: date) -> Standing:
    """Granted, within its term and owned, whether it served a certification before or not."""
    if right.right_class is None or right.acquired_by == "licensed":
        return Standing(right, usable=False)
    if right.expires_on is not None and right.expires_on < day:
        return Standing(right, usable=False)
    missing = tuple(unknown_parts(right, day))
    return Standing(right, None if missing else True, missing)


def unknown_parts(right: IntellectualProperty, day: date) -> Iterator[tuple[str, Label]]:
    for name, says in MISSING_WORDS.items():
        if getattr(right, name) is None:
            yield name, says
    if right.granted_on is not None and right.granted_on > day:
        yield "granted_on", LATER
    if right.owners is not None and right.owners > 1:
        yield "owners", SHARED


COUNTED: dict[str, Callable[[IntellectualProperty], bool]] = {
    "class_1_rights": lambda right: right.right_class == 1,
    "class_2_rights": lambda right: right.right_class == 2,
    "all_rights": lambda right: True,
    "own_rights": lambda right: right.acquired_by in {"own_rd", None},
}


def fold_rights(facts: FirmFacts, figures: Figures) -> None:
    if facts.ip is not None:
        standings = [standing(right, figures.day) for right in facts.ip]
        count_listed(standings, figures)
        count_core(standings, figures)
        wanting = [missing for index, each in enumerate(standings) for missing in wanted_of(index, each)]
        figures.put("rights", None, *wanting)
        count_valid([valid(right, figures.day) for right in facts.ip], figures)
        ask_about_numbers(facts.ip, figures)
    else:
        counts = facts.ip_counts or RightsCount()
        count_totals(counts, figures)
        valid_totals(counts, figures, none_used=facts.certificates == () or facts.never_certified is True)


def count_listed(standings: list[Standing], figures: Figures) -> None:
    """`class_1_rights` and so on are the certain ones, `…_most` counts those that may turn out usable too."""
    for name, counts in COUNTED.items():
        figures.put(name, sum(each.usable is True and counts(each.right) for each in standings))
        figures.put(f"{name}_most", sum(each.usable is not False and counts(each.right) for each in standings))


def count_valid(standings: list[Standing], figures: Figures) -> None:
    """Class II rights that an earlier certification used count here too; class I is the same either way."""
    of_class = [each for each in standings if each.right.right_class == 2]
    figures.put("valid_class_2_rights", sum(each.usable is True for each in of_class))
    figures.put("valid_class_2_rights_most", sum(each.usable is not False for each in of_class))
    wanting = [missing for index, each in enumerate(standings) for missing in wanted_of(index, each)]
    figures.put("valid_rights", None, *wanting)


def count_core(standings: list[Standing], figures: Figures) -> None:
    """The number of usable core rights; unknown while there is none for certain and one that may be."""
    certain = sum(each.usable is True and each.right.core is True for each in standings)
    possible = ((n, each) for n, each in enumerate(standings) if each.usable is not False)
    wanting = [missing for n, each in possible if each.right.core is not False for missing in wanted_core(n, each)]
    figures.put("core_rights", None if wanting and not certain else certain, *wanting)


def wanted_of(index: int, each: Standing) -> Iterator[Missing]:
    for name, says in each.missing:
        yield Missing(f"ip[{index}].{name}", says)


def wanted_core(index: int, each: Standing) -> Iterator[Missing]:
    yield from wanted_of(index, each)
    if each.right.core is None:
        says = Label("是否对主要产品（服务）起核心支持作用", "whether it supports the main products")
        yield Missing(f"ip[{index}].core", says)


def count_totals(counts: RightsCount, figures: Figures) -> None:
    """Numbers of usable rights stand in for their list; whether one of them is core they do not tell."""
    known = counts.class_1 is not None and counts.class_2 is not None
    everything = (counts.class_1 or 0) + (counts.class_2 or 0) if known else None
    none_at_all = 0 if everything == 0 else None
    missing = Missing("ip", NAMES["rights"])
    totals = {"class_1_rights": counts.class_1, "class_2_rights": counts.class_2, "all_rights": everything}
    for name, number in {**totals, "own_rights": none_at_all}.items():
        figures.put(name, number, missing)
        figures.put(f"{name}_most", number, missing)
    figures.put_plain("core_rights", none_at_all, "ip")


def valid_totals(counts: RightsCount, figures: Figures, *, none_used: bool) -> None:
    """Of a firm that was certified before there may be more class II rights than the usable ones that are counted."""
    missing = Missing("ip", NAMES["rights"])
    figures.put("valid_class_2_rights", counts.class_2, missing)
    figures.put("valid_class_2_rights_most", counts.class_2 if none_used else None, missing)
    figures.put("valid_rights", None, missing)


def ask_about_numbers(rights: tuple[IntellectualProperty, ...], figures: Figures) -> None:
    """Numbers that look wrong, and rights that stand in the list twice, as each counts once."""
    seen: dict[str, int] = {}
    for index, right in enumerate(rights):
        if right.number is None:
            continue
        doubt = number_doubt(right.kind, right.number)
        first = seen.setdefault(comparable(right.number), index)
        if doubt is None and first != index:
            doubt = Label(
                f"与 ip[{first}] 的号码相同，同一知识产权只计一次", f"the number of ip[{first}]: one right counts once"
            )
        if doubt is not None:
            figures.asks.append(Fault(f"ip[{index}].number", doubt))

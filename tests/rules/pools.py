"""A pool of firms for tests: their facts as the frames that the column fold takes, and firms drawn at random."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_type_hints

import polars as pl
from hypothesis import strategies as st

from pipeline.rules import books
from pipeline.rules.columns.tables import KEY, SCHEMAS, Part, lists_of, parts
from pipeline.rules.facts.figures import HEAD, RANKS, in_heads, top
from pipeline.rules.facts.firm import (
    CLASS_1,
    CLASS_2,
    CreditCode,
    Day,
    FirmFacts,
    Flag,
    Heads,
    Points,
    StaffMonth,
    Text,
    Yuan,
)
from pipeline.rules.formula import Facts, Formula, names
from pipeline.rules.programmes import CONDITIONS, conditions_of, score_table

DAY = date(2026, 5, 20)
FEN = 100
"""What a unit of a fact is in its column."""
SCALES = {Yuan: FEN, Heads: HEAD}


def tables_of(firms: Sequence[FirmFacts]) -> dict[str, pl.DataFrame]:
    """The frames of these firms; the key of each is its place."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for key, firm in enumerate(firms):
        rows["firms"].append({KEY: key, **cells(firm)})
        for name, held in listed(firm):
            for each in held:
                rows[name].append({KEY: key, **cells(each)})
        for year in firm.years or ():
            rows["staff_months"] += [{KEY: key, "year": year.year, **cells(each)} for each in year.staff_months or ()]
    return {name: pl.DataFrame(rows[name], schema=schema) for name, schema in SCHEMAS.items()}


def cells(record: Any, inside: str = "") -> dict[str, Any]:
    """What a record holds, as one row: nested records under dotted names, of a list that it is present."""
    row: dict[str, Any] = {}
    for part in parts(type(record)):
        value, place = getattr(record, part.name), inside + part.name
        if part.nested:
            row |= {} if value is None else cells(value, f"{place}.")
        elif part.listed:
            row[place] = None if value is None else True
        else:
            row[place] = cell(value, SCALES.get(part.hint, 1))
    return row


def cell(value: Any, scale: int) -> Any:
    if not isinstance(value, Decimal):
        return value
    scaled = Fraction(value) * scale
    assert scaled.denominator == 1, f"{value} has no place in a column of whole numbers"
    return int(scaled)


def listed(firm: FirmFacts) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for name in lists_of(FirmFacts):
        yield name, getattr(firm, name) or ()


def days(*around: date) -> list[date]:
    return [each + timedelta(days=step) for each in around for step in (-1, 0, 1)]


AMOUNTS = ["-1", "-0.01", "0", "0.01", "1", "2", "3", "5", "50000000", "50000000.01", "90071992547409.91"]
DRAWN: dict[Any, st.SearchStrategy[Any]] = {
    Yuan: st.sampled_from([Decimal(each) for each in AMOUNTS]),
    Heads: st.sampled_from([Decimal(each) for each in ("-1", "0", "0.0001", "1", "9.9999", "10", "100", "100.5")]),
    Points: st.integers(-1, 31).map(Decimal),
    Day: st.sampled_from(days(DAY, date(2025, 5, 20), date(2023, 1, 1), date(2024, 1, 1), date(2025, 7, 1))),
    Flag: st.booleans(),
    Text: st.just("无"),
    CreditCode: st.just("91330112MA2CFYQ03J"),
}
"""Values on the lines of the law and beside them, by what they are."""
WORDS: dict[str, Sequence[Any]] = {
    "field": ("10101", "101", "80101", "99999"),
    "division": ("330112", "3301", "330106000000", "33010A", "99"),
    "industry": ("6513", "1610", "51", "A"),
    "kind": (*sorted(CLASS_1)[:2], *sorted(CLASS_2)[:2], "trademark", "safety", "quality", "environment", "fraud"),
    "acquired_by": ("own_rd", "assigned", "licensed"),
    "level": ("international", "national", "industry", "local", "provincial", "city"),
    "owners": (1, 2),
    "year": range(DAY.year - 4, DAY.year + 1),
    "estimate": (True, False, False, False),
}
WHOLE = st.integers(0, 3)
MONTHS = st.one_of(
    st.sampled_from([range(1, 13), range(7, 13), range(8, 13), range(1, 12), range(2, 13), (1, 3, 12), range(0)]),
    st.sets(st.integers(1, 12)),
)


def drawn(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Records of this kind, whole ones and such with unknown parts."""
    required = {each.name for each in fields(kind) if each.default is not None}
    whole = {part.name: value_of(part) for part in parts(kind)}
    gaps = {name: value if name in required else st.one_of(st.none(), value) for name, value in whole.items()}
    return st.one_of(st.builds(kind, **whole), st.builds(kind, **gaps))


def value_of(part: Part) -> st.SearchStrategy[Any]:
    if part.kind is StaffMonth:
        return months()
    if part.listed:
        unique = (lambda each: each.year) if "year" in get_type_hints(part.kind) else None
        return st.lists(drawn(part.kind), max_size=4, unique_by=unique).map(tuple)
    if part.nested:
        return drawn(part.kind)
    if part.name in WORDS:
        return st.sampled_from(WORDS[part.name])
    return DRAWN.get(part.hint, WHOLE)


@st.composite
def months(draw: st.DrawFn) -> tuple[StaffMonth, ...]:
    """A year's months, whole or not, with whole persons; now and then one figure of them is missing."""
    heads = st.integers(-1, 7).map(Decimal)
    gap = draw(st.sampled_from([None, None, None, "opening", "tech_closing"]))
    held = ("opening", "closing", "tech_opening", "tech_closing")
    rows = [StaffMonth(month, **{name: draw(heads) for name in held}) for month in sorted(draw(MONTHS))]
    if gap and rows:
        rows[-1] = StaffMonth(rows[-1].month, **{name: getattr(rows[-1], name) for name in held if name != gap})
    return tuple(rows)


FIRMS = drawn(FirmFacts)


NOT_FOLDED = {
    "obligations": "it judges the holder of one certificate by its reports and changes, not the firms of a pool",
    "tax": "it asks for a tax return, of which the record holds nothing",
}
"""Books whose figures are not folded by columns, and why."""


def formulas(part: Any) -> Iterator[Formula]:
    """Every formula in a condition or a score, however deep."""
    if isinstance(part, Formula):
        yield part
    elif isinstance(part, dict):
        yield from formulas(tuple(part.values()))
    elif isinstance(part, tuple | list):
        for each in part:
            yield from formulas(each)
    elif is_dataclass(part):
        for each in fields(part):
            yield from formulas(getattr(part, each.name))


def asked() -> set[str]:
    """Every figure that a formula of a book may ask for, also where a number of the book is another one."""
    found = {f"{top(stem, rank)}{end}" for stem in ("award", "standard") for rank in RANKS for end in ("", "_least")}
    for name in set(CONDITIONS) - set(NOT_FOLDED):
        book = books(name, DAY)
        found |= {fact for formula in formulas([*conditions_of(book), score_table(book)]) for fact in names(formula)}
    return found


ASKED = sorted(asked())


def unlike(row: Mapping[str, Any], values: Facts) -> list[tuple[str, Any, Any]]:
    """The figures in which a row of the pool differs from those of the firm: name, of the firm, of the pool."""
    found = []
    for name in ASKED:
        held = row.get(name)
        given = Fraction(held, HEAD) if held is not None and in_heads(name) else held
        if given != values.get(name):
            found.append((name, values.get(name), given))
    return found

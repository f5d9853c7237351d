"""The two folds give every figure alike: of one firm, and of a pool by columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.rules import FirmFacts, books, read_facts
from pipeline.rules.facts import SCORE_ITEMS
from pipeline.rules.figures import HEAD, in_heads
from pipeline.rules.folding import fold
from pipeline.rules.formula import Formula, names
from pipeline.rules.pool_figures import fold_pool
from pipeline.rules.programmes import CONDITIONS, conditions_of, score_table
from tests.rules.cases import CASES
from tests.rules.pools import DAY, FIRMS, tables_of

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
    """Every figure that a formula of a book may ask for."""
    found: set[str] = set()
    for name in set(CONDITIONS) - set(NOT_FOLDED):
        book = books(name, DAY)
        found |= {fact for formula in formulas([*conditions_of(book), score_table(book)]) for fact in names(formula)}
    return found


ASKED = sorted(asked())


def differences(firms: list[FirmFacts], day: date) -> list[tuple[int, str, Any, Any]]:
    pool = fold_pool(tables_of(firms), day).to_dicts()
    found = []
    for key, firm in enumerate(firms):
        values = fold(firm, day).values
        for name in ASKED:
            wanted = values.get(name)
            held = pool[key].get(name)
            given = Fraction(held, HEAD) if held is not None and in_heads(name) else held
            if given != wanted:
                found.append((key, name, wanted, given))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(firms=st.lists(FIRMS, min_size=1, max_size=4))
def test_a_pool_is_folded_like_each_of_its_firms(firms: list[FirmFacts]) -> None:
    assert differences(firms, DAY) == []


def averaged(firm: FirmFacts) -> bool:
    """Whether its points are means of a panel, which no column of whole numbers holds."""
    points = [getattr(firm.scores, name) for name in SCORE_ITEMS] if firm.scores else []
    return any(each is not None and each != int(each) for each in points)


def test_the_figures_of_every_case_are_folded_alike() -> None:
    by_day: dict[date, list[FirmFacts]] = {}
    for case in CASES.values():
        firm = read_facts(case.facts)
        if not averaged(firm):
            by_day.setdefault(case.on, []).append(firm)
    assert len(by_day) > 1
    assert [each for day, firms in by_day.items() for each in differences(firms, day)] == []


def test_a_table_that_is_absent_is_unknown_for_every_firm() -> None:
    [row] = fold_pool({"firms": tables_of([FirmFacts()])["firms"]}, DAY).to_dicts()
    assert {name for name, value in row.items() if value is not None} == {"firm"}

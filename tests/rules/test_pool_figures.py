"""The two folds give every figure alike: of one firm, and of a pool by columns."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.rules import FirmFacts, read_facts
from pipeline.rules.columns.folding import fold_pool
from pipeline.rules.facts.firm import SCORE_ITEMS
from pipeline.rules.facts.folding import fold
from tests.rules.cases import CASES
from tests.rules.pools import DAY, FIRMS, tables_of, unlike


def differences(firms: list[FirmFacts], day: date) -> list[tuple[int, str, Any, Any]]:
    pool = fold_pool(tables_of(firms), day).to_dicts()
    return [(key, *each) for key, firm in enumerate(firms) for each in unlike(pool[key], fold(firm, day).values)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(firms=st.lists(FIRMS, min_size=1, max_size=4))
def test_a_pool_is_folded_like_each_of_its_firms(firms: list[FirmFacts]) -> None:
    assert differences(firms, DAY) == []


def year(*numbers: int, **figures: object) -> dict[str, object]:
    """The last year with these months, all alike."""
    month = {"opening": 3, "closing": 4, "tech_opening": 1, "tech_closing": 1}
    return {"year": 2025, "staff": 9, **figures, "staff_months": [{"month": number, **month} for number in numbers]}


RIGHT = {
    "kind": "invention",
    "granted_on": "2020-01-02",
    "expires_on": "2030-01-01",
    "acquired_by": "own_rd",
    "owners": 1,
    "core": True,
}
DOUBTFUL = {**RIGHT, "owners": None}
OLD, YOUNG = {"registered_on": "2015-03-02"}, {"registered_on": "2025-07-31"}
CORNERS: dict[str, dict[str, Any]] = {
    "a whole year of months": {"firm": OLD, "years": [year(*range(1, 13))]},
    "a whole year of a firm whose founding is unknown": {"years": [year(*range(1, 13))]},
    "months without an end": {"firm": OLD, "years": [year(*range(1, 12))]},
    "months with a gap": {"firm": OLD, "years": [year(1, 2, 4, 5, 12)]},
    "months from the middle of a year": {"firm": OLD, "years": [year(*range(7, 13))]},
    "months from the founding on": {"firm": YOUNG, "years": [year(*range(7, 13))]},
    "months before the founding": {"firm": YOUNG, "years": [year(*range(6, 13))]},
    "months that begin after the founding": {"firm": YOUNG, "years": [year(*range(8, 13))]},
    "a right granted on the day": {"ip": [{**RIGHT, "granted_on": "2026-05-20"}]},
    "a right granted on the next day": {"ip": [{**RIGHT, "granted_on": "2026-05-21"}]},
    "a core right and a doubtful one": {"ip": [RIGHT, DOUBTFUL]},
    "a right that may be core and is doubtful": {"ip": [{**DOUBTFUL, "core": None}]},
    "a doubtful right that is not core": {"ip": [{**DOUBTFUL, "core": False}]},
    "a right that nobody has called core": {"ip": [{**RIGHT, "core": None}]},
    "an accident on the day": {"incidents": [{"kind": "safety", "on": "2026-05-20"}]},
    "an accident on the next day": {"incidents": [{"kind": "safety", "on": "2026-05-21"}]},
    "two accidents, one of them without a day": {
        "incidents": [{"kind": "safety"}, {"kind": "quality", "on": "2026-01-01"}]
    },
    "national awards, the newer one of a lower place": {
        "awards": [
            {"level": "national", "rank": 3, "on": "2023-05-20"},
            {"level": "national", "rank": 4, "on": "2023-05-21"},
            {"level": "provincial", "rank": 1, "on": "2026-01-01"},
        ]
    },
    "awards without a day or a place": {
        "awards": [{"level": "national", "rank": 1}, {"level": "national", "on": "2025-01-01"}]
    },
    "an award still to come": {"awards": [{"level": "national", "rank": 1, "on": "2026-05-21"}]},
    "no award": {"awards": []},
    "a standard led and one where it came fourth": {
        "standards": [
            {"level": "industry", "led": True, "published_on": "2024-02-29"},
            {"level": "national", "led": False, "rank": 4, "published_on": "2026-05-20"},
        ]
    },
    "standards that it did not lead": {
        "standards": [{"level": "national", "led": False}, {"level": "group", "led": True}]
    },
    "a certificate issued three years ago to the day": {"certificates": [{"issued_on": "2023-05-20"}]},
    "a certificate a day younger": {"certificates": [{"issued_on": "2023-05-21", "revoked_on": "2026-05-20"}]},
    "a certificate revoked tomorrow": {"certificates": [{"issued_on": "2025-05-20", "revoked_on": "2026-05-21"}]},
    "two certificates, the older one revoked": {
        "certificates": [{"issued_on": "2025-01-31"}, {"issued_on": "2022-01-31", "revoked_on": "2023-01-01"}]
    },
    "certificates, one of them without a day": {"certificates": [{"issued_on": "2025-01-31"}, {}]},
    "numbers of rights of a firm never certified": {"ip_counts": {"class_1": 0, "class_2": 5}, "never_certified": True},
    "numbers of rights of a firm without certificates": {"ip_counts": {"class_1": 0, "class_2": 5}, "certificates": []},
    "numbers of rights of a firm certified once": {"ip_counts": {"class_1": 0, "class_2": 5}, "never_certified": False},
    "a right used in a certification": {"ip": [{**RIGHT, "kind": "design", "used_in_certification_on": "2022-01-01"}]},
    "an industry with its section": {"firm": {"industry": "I6513"}},
    "an industry that there is not": {"firm": {"industry": "I6"}},
    "a tax scope above sales and costs": {"years": [{"year": 2025, "sales": 1, "costs": 1, "rd_tax_total": "2.01"}]},
    "a tax scope of sales and costs": {"years": [{"year": 2025, "sales": 1, "costs": 1, "rd_tax_total": "2"}]},
    "founded on the day": {"firm": {"registered_on": "2026-05-20"}},
    "founded on the next day": {"firm": {"registered_on": "2026-05-21"}},
}


def test_the_corners_are_folded_alike() -> None:
    firms = [read_facts(each) for each in CORNERS.values()]
    assert [(list(CORNERS)[key], *rest) for key, *rest in differences(firms, DAY)] == []


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

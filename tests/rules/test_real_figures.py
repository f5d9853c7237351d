"""Real firms judged by the engine, and the same ratios calculated a second time with nothing but whole numbers.

The large file (3,489 firms, published figures of 2019 to 2021) lies beside the project and is read where it is there;
the demonstration's roster is always read. Neither calculation knows the other.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from pipeline.management import demonstration
from pipeline.rules import Assessment, assess, books, read_facts

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "a_share_rd_2019_2021.csv"
ROSTER = Path(demonstration.__file__).parent / "hangzhou.xlsx"
SPOILED = {
    "rev_total_mismatch": ("sales",),
    "revenue_jump": ("sales",),
    "revenue_nonpositive": ("sales",),
    "unit_suspect": ("sales", "rd", "assets"),
    "rd_gt_revenue": ("sales", "rd"),
    "rd_negative": ("rd",),
    "net_assets_negative": ("assets",),
    "net_assets_jump": ("assets",),
    "employees_tiny": ("staff",),
    "rd_staff_gt_employees": ("staff", "tech"),
}
"""What a flag of the published figures makes unknown."""
NAMES = {"sales": "sales", "rd": "rd_total", "assets": "net_assets", "staff": "staff", "tech": "tech_staff"}
MILLION_FEN = 100_000_000
DIGITS = 16

type Year = Mapping[str, str]
"""What is known of a year, as the source writes it: yuan with up to two decimals, whole heads."""


@dataclass(frozen=True)
class RealFirm:
    name: str
    last: int
    years: Mapping[int, Year]

    @property
    def day(self) -> date:
        return date(self.last + 1, 5, 20)

    def judged(self) -> Assessment:
        rows = [
            {"year": year, **{NAMES[name]: value for name, value in row.items()}} for year, row in self.years.items()
        ]
        facts = {"firm": {"registered_on": "1990-01-01", "resident": True}, "years": rows}
        return assess(read_facts(facts), book=books("hte", self.day), day=self.day)

    def whole(self, name: str, back: int) -> int | None:
        """The figure of a year in fen or heads; money by moving the point, so that no float comes near it."""
        text = self.years.get(self.last + 1 - back, {}).get(name)
        if text is None:
            return None
        return int(text) if name in {"staff", "tech"} else in_fen(text)


def in_fen(text: str) -> int:
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text)
    yuan, _, cents = digits.partition(".")
    return sign * (int(yuan) * 100 + int(cents.ljust(2, "0")))


@cache
def published() -> list[RealFirm]:
    rows: dict[str, dict[int, Year]] = defaultdict(dict)
    with PUBLISHED.open(encoding="utf-8") as file:
        for raw in csv.DictReader(file):
            spoiled = {name for flag in raw["flags"].split(";") for name in SPOILED.get(flag, ())}
            columns = {"sales": "revenue", "rd": "rd_expense", "assets": "net_assets_derived"}
            columns |= {"staff": "employees", "tech": "rd_staff"}
            known = {name: raw[column] for name, column in columns.items() if raw[column] and name not in spoiled}
            rows[raw["stock_code"]][int(raw["year"])] = known
    return [RealFirm(code, 2021, years) for code, years in rows.items()]


@cache
def demonstrated() -> list[RealFirm]:
    head, *rows = CalamineWorkbook.from_path(ROSTER).get_sheet_by_index(0).to_python()
    return [RealFirm(str(row[1]), 2025, dict(years_of(list(map(str, head)), row))) for row in rows]


def years_of(head: list[str], row: Sequence[object]) -> Iterator[tuple[int, Year]]:
    words = {"sales": "销售收入（万元）", "rd": "研发费用（万元）", "assets": "净资产（万元）"}
    words |= {"staff": "职工总数", "tech": "科技人员"}
    for year in (2023, 2024, 2025):
        cells = {name: row[head.index(f"{year}年{word}")] for name, word in words.items()}
        yield year, {name: cell_text(name, str(cell)) for name, cell in cells.items() if cell != ""}


def cell_text(name: str, cell: str) -> str:
    """A cell holds heads, or 万元 with up to two decimals: the point moves four places to the right."""
    whole, _, decimals = cell.partition(".")
    return whole if name in {"staff", "tech"} else f"{whole}{decimals.ljust(4, '0')}"


def sources() -> list[object]:
    absent = pytest.mark.skipif(not PUBLISHED.exists(), reason="the published figures are not beside the project")
    return [pytest.param(published, marks=absent, id="published"), pytest.param(demonstrated, id="demonstration")]


@pytest.fixture(params=sources(), scope="module")
def judged(request: pytest.FixtureRequest) -> list[tuple[RealFirm, Assessment]]:
    return [(firm, firm.judged()) for firm in request.param()]


def digits_of(part: int, whole: int) -> str:
    """The quotient cut after sixteen digits that count, by long division."""
    sign, part = ("-", -part) if part < 0 else ("", part)
    units, rest = divmod(part, whole)
    text, counted = f"{units}.", len(str(units)) if units else 0
    while rest and counted < DIGITS:
        digit, rest = divmod(rest * 10, whole)
        text += str(digit)
        counted += 1 if counted or digit else 0
    return sign + (text.rstrip(".") if text.endswith(".") else text)


def said(assessment: Assessment, rule: str) -> tuple[str, str | None]:
    finding = assessment.finding(rule)
    return finding.verdict, finding.found if finding.verdict in {"met", "unmet"} else None


def by_hand(part: int | None, whole: int | None, line: tuple[int, int]) -> tuple[str, str | None]:
    """Met where part/whole is at least line[0]/line[1], by multiplying across."""
    if part is None or whole is None:
        return ("manual_review", None) if whole is not None and whole <= 0 else ("unknown", None)
    if whole <= 0:
        return "manual_review", None
    return "met" if part * line[1] >= whole * line[0] else "unmet", digits_of(part, whole)


def summed(firm: RealFirm, name: str) -> int | None:
    parts = [firm.whole(name, back) for back in (1, 2, 3)]
    return None if None in parts else sum(part or 0 for part in parts)


def test_the_share_of_tech_staff_is_what_whole_numbers_say(judged: list[tuple[RealFirm, Assessment]]) -> None:
    wrong = [
        firm.name
        for firm, assessment in judged
        if said(assessment, "tech_staff_ratio") != by_hand(firm.whole("tech", 1), firm.whole("staff", 1), (10, 100))
    ]
    assert wrong == []


def test_the_rd_intensity_is_what_whole_numbers_say(judged: list[tuple[RealFirm, Assessment]]) -> None:
    wrong = []
    for firm, assessment in judged:
        last = firm.whole("sales", 1)
        percent = 0 if last is None else 5 if last <= 50 * MILLION_FEN else 4 if last <= 200 * MILLION_FEN else 3
        if said(assessment, "rd_intensity") != by_hand(summed(firm, "rd"), summed(firm, "sales"), (percent, 100)):
            wrong.append(firm.name)
    assert wrong == []


def growth_band(first: int, second: int, third: int) -> tuple[int, int]:
    """Twice the first year times the second year times the growth, compared across; the first year may be zero."""
    if second <= 0 or first < 0:
        return 0, 0
    over, under = third - second, second
    if first:
        over, under = second * second + third * first - 2 * first * second, 2 * first * second
    for percent, band in ((35, (9, 10)), (25, (7, 8)), (15, (5, 6)), (5, (3, 4))):
        if over * 100 >= percent * under:
            return band
    return (1, 2) if over > 0 else (0, 0)


@pytest.mark.parametrize(("item", "name"), [("growth_sales", "sales"), ("growth_net_assets", "assets")])
def test_points_for_growth_are_what_whole_numbers_say(
    item: str, name: str, judged: list[tuple[RealFirm, Assessment]]
) -> None:
    wrong = []
    for firm, assessment in judged:
        assert assessment.score
        band = next(each.band for each in assessment.score.items if each.item == item)
        parts = [firm.whole(name, back) for back in (3, 2, 1)]
        first, second, third = (part or 0 for part in parts)
        if None not in parts and band != growth_band(first, second, third):
            wrong.append((firm.name, band, parts))
    assert wrong == []


def test_what_is_missing_or_flagged_leaves_the_rule_unknown(judged: list[tuple[RealFirm, Assessment]]) -> None:
    for firm, assessment in judged:
        if summed(firm, "sales") is None:
            assert assessment.finding("rd_intensity").verdict == "unknown", firm.name
            missing = {each.place for each in assessment.finding("rd_intensity").missing}
            years = {firm.last + 1 - back for back in (1, 2, 3) if firm.whole("sales", back) is None}
            assert {f"years[{year}].sales" for year in years} <= missing, firm.name


def test_there_is_something_of_every_kind(judged: list[tuple[RealFirm, Assessment]]) -> None:
    assert {assessment.finding("rd_intensity").verdict for _, assessment in judged} >= {"met", "unmet"}
    assert {assessment.finding("tech_staff_ratio").verdict for _, assessment in judged} >= {"met", "unmet"}

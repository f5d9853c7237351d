"""The roster the product carries shows what a real one does: bands, near misses, unknowns, firms without a county."""

import datetime
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.management.demonstration import workbook
from pipeline.outside.roster.cells import Places
from pipeline.outside.roster.rows import RosterRow
from pipeline.outside.sheets import read
from pipeline.rules.codes.divisions import todays_divisions
from pipeline.rules.codes.fields import carried_fields
from tests.outside.workbooks import roster

FILE = Path(workbook.__file__).with_name("hangzhou.xlsx")
WAN = Decimal(10_000)


@pytest.fixture(scope="module")
def rows() -> list[RosterRow]:
    mine = [each for each in todays_divisions().values() if each.parent == "330100" and not each.zone]
    counties = {each.name: each.code for each in mine}
    fields = {name: code for code, name in carried_fields().items()}
    book = roster(FILE, places=Places("杭州市", counties, fields=fields), day=datetime.date(2026, 11, 23))
    return list(book.rows())


def three_years(row: RosterRow, figure: str) -> Decimal:
    return sum((figures.get(figure, Decimal(0)) for figures in row.values.years.values()), Decimal(0))


def band(row: RosterRow) -> int:
    sales = row.values.years[2025]["sales"] / WAN
    return 5 if sales <= 5_000 else 4 if sales <= 20_000 else 3


def test_every_row_is_taken_and_no_code_stands_twice(rows):
    assert 100 <= len(rows) <= 200
    assert [row.faults for row in rows if row.refused] == []
    assert max(Counter(row.values.code for row in rows).values()) == 1


def test_all_three_bands_of_intensity_have_firms_that_pass_fail_and_nearly_pass(rows):
    found: Counter[tuple[int, str]] = Counter()
    for row in rows:
        needed, share = band(row), 100 * three_years(row, "rd_total") / three_years(row, "sales")
        found[needed, "met" if share >= needed else "near" if share >= needed - 1 else "unmet"] += 1
    assert {needed for needed, _ in found} == {3, 4, 5}
    assert all(found[needed, verdict] for needed in (3, 4, 5) for verdict in ("met", "near", "unmet"))


def test_what_is_not_known_stays_unknown(rows):
    assert sum(row.values.registered_on is None for row in rows) > 3
    assert sum(row.values.class_one is None for row in rows) > 3
    assert sum(row.values.class_one == 0 == row.values.class_two for row in rows) > 3
    assert sum("tech_staff" not in row.values.years[2025] for row in rows) > 3
    assert sum(len(row.values.years) < 3 for row in rows) > 3


def test_some_firms_wait_for_a_county_and_every_county_has_one(rows):
    found = Counter(row.values.county for row in rows)
    assert found[None] > 10
    assert len(found) == 14


def test_what_is_made_up_is_said_in_the_file(rows):
    assert all("虚构" in str(row.cells[37]) for row in rows)
    sheets = {sheet.name: [row.cells for row in sheet.rows] for sheet in read(FILE, name=FILE.name)}
    assert any("FinGLM" in str(line) for line in sheets["说明"])
    assert all(row.values.phone and row.values.phone.startswith("1390000") for row in rows)

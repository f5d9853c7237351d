"""The firm's workbook on the way back: refused as a whole, compared, decided, written."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from django.db import ProgrammingError, transaction
from django.utils import translation

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import figures, firm, workbook
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Contact, FinancialYear, Firm, IntellectualProperty, MoveRefused, RdProject, User, Workbook
from tests.cast import DAY, Cast

YEARS = [2023, 2024, 2025]
RIGHT = {"number": "ZL201710601862.3", "kind": "invention", "title": "一种装置", "acquired_by": "own_rd"}
Edit = tuple[str, int, int, Any]


@pytest.fixture
def people(cast: Cast) -> Cast:
    with acting(cast.li), transaction.atomic():
        firm.record_property(cast.qinghe, RIGHT, by=cast.li)
    return cast


def given_out(people: Cast, *edits: Edit) -> BytesIO:
    with acting(people.li), transaction.atomic():
        content = BytesIO(workbook.given_out(people.qinghe, YEARS, on=DAY))
    book = openpyxl.load_workbook(content)
    for sheet, row, column, value in edits:
        book[sheet].cell(row, column).value = value
    kept = BytesIO()
    book.save(kept)
    return kept


def as_(person: User, does: Callable[[], Any]) -> Any:
    with acting(person), transaction.atomic():
        return does()


def receive(people: Cast, content: BytesIO, name: str = "数据.xlsx", who: str = "li") -> Workbook:
    person, qinghe = people.people[who], as_(people.li, lambda: people.qinghe)
    return as_(person, lambda: workbook.receive(qinghe, content, name=name, by=person, on=DAY))  # type: ignore[no-any-return]


def apply(people: Cast, back: Workbook, who: str = "li", **take: bool) -> int:
    person = people.people[who]

    def does() -> int:
        found = [each for each in workbook.compared(back) if workbook.may_write(person, each.key)]
        seen = workbook.digest(found)
        named = {key.replace("__", "."): value for key, value in take.items()}
        return workbook.apply(back, named, seen=seen, version=back.version, by=person, on=DAY)

    return as_(person, does)  # type: ignore[no-any-return]


def year(people: Cast, of: int = 2025) -> FinancialYear:
    return as_(people.li, lambda: FinancialYear.objects.get(firm=people.qinghe, year=of))  # type: ignore[no-any-return]


def enter(people: Cast, **amounts: int) -> None:
    row = year(people)
    values = {name: Decimal(value) for name, value in amounts.items()}
    as_(people.bai, lambda: figures.enter(people.qinghe, 2025, values, version=row.version, by=people.bai, on=DAY))


def test_every_sheet_reaches_the_record(people: Cast):
    edits: list[Edit] = [("财务数据", 3, 5, "８，７００"), ("人员", 4, 5, 17), ("基本情况", 7, 2, "滨江路 1 号"),
                         ("基本情况", 13, 2, "new@example.com"), ("知识产权", 3, 6, "是")]  # fmt: skip
    edits += [("知识产权", 4, at, value) for at, value in
              enumerate(["2021SR0123456", "软件著作权", "平台", date(2021, 3, 4), "受让", None], start=1)]  # fmt: skip
    project = ["RD01", "控制器", None, "自主研发", "进行中", date(2025, 1, 1), None, 80]
    edits += [("研发项目", 3, at, value) for at, value in enumerate(project, start=1)]
    assert apply(people, receive(people, given_out(people, *edits))) == 14
    assert (year(people).sales, year(people).tech_staff) == (Decimal("87000000.00"), Decimal(17))
    assert (year(people).rd_total, year(people).source.endswith("数据.xlsx")) == (Decimal(3_290_000), True)
    with acting(people.li), transaction.atomic():
        assert Firm.objects.get(pk=people.qinghe.pk).address == "滨江路 1 号"
        assert Contact.objects.values_list("name", "email").get(firm=people.qinghe) == ("李青", "new@example.com")
        kept = RdProject.objects.get(firm=people.qinghe)
        assert (kept.code, kept.title, kept.budget) == ("RD01", "控制器", Decimal(800_000))
        rights = {right.number: right for right in IntellectualProperty.objects.filter(firm=people.qinghe)}
        assert rights["ZL201710601862.3"].core
        assert rights["ZL201710601862.3"].title == "一种装置"
        assert rights["2021SR0123456"].granted_on == date(2021, 3, 4)
        assert rights["2021SR0123456"].acquired_by == "assigned"


def test_a_newer_figure_is_never_overwritten_unasked(people: Cast):
    content = given_out(people, ("财务数据", 3, 5, 8_700), ("财务数据", 7, 5, 400))
    enter(people, sales=88_000_000, net_assets=1)
    back = receive(people, content)
    with pytest.raises(ConditionUnmet) as unmet:
        apply(people, back)
    assert [each.place for each in unmet.value.missing] == ["figures.2025.sales"]
    assert apply(people, back, figures__2025__sales=False) == 1
    row = year(people)
    assert (row.sales, row.rd_total, row.net_assets) == (Decimal(88_000_000), Decimal(4_000_000), Decimal(1))


def test_what_changes_while_somebody_looks_is_shown_again(people: Cast):
    back = receive(people, given_out(people, ("财务数据", 3, 5, 8_700)))
    seen = as_(people.li, lambda: workbook.digest(workbook.compared(back)))
    enter(people, sales=88_000_000)
    with pytest.raises(ConditionUnmet) as unmet:
        as_(people.li, lambda: workbook.apply(back, {}, seen=seen, version=1, by=people.li, on=DAY))
    assert [each.place for each in unmet.value.missing] == ["seen"]
    assert year(people).sales == Decimal(88_000_000)


def test_a_change_that_is_not_taken_over_stays_out(people: Cast):
    back = receive(people, given_out(people, ("财务数据", 3, 5, 8_700), ("人员", 3, 5, 122)))
    assert apply(people, back, figures__2025__sales=False) == 1
    assert (year(people).sales, year(people).staff) == (Decimal(86_400_000), Decimal(122))


def test_a_part_above_its_whole_is_refused_and_nothing_is_written(people: Cast):
    back = receive(people, given_out(people, ("财务数据", 6, 5, 9_999), ("人员", 3, 5, 122)))
    with pytest.raises(ConditionUnmet) as unmet:
        apply(people, back)
    assert [each.place for each in unmet.value.missing] == ["figures.2025.hitech_income"]
    assert year(people).staff == Decimal(121)


def test_a_seat_writes_only_what_it_may(people: Cast):
    back = receive(people, given_out(people, ("财务数据", 3, 5, 8_700), ("基本情况", 7, 2, "新址")), who="bai")
    assert apply(people, back, who="bai") == 1
    with acting(people.li), transaction.atomic():
        assert Firm.objects.get(pk=people.qinghe.pk).address == ""


def test_a_file_is_written_once_and_one_that_was_given_up_never(people: Cast):
    content = given_out(people, ("财务数据", 3, 5, 8_700))
    back, other = receive(people, content), receive(people, content)
    apply(people, back)
    with pytest.raises(MoveRefused):
        apply(people, back)
    as_(people.li, lambda: workbook.drop(other, version=1, by=people.li))
    with pytest.raises(MoveRefused):
        apply(people, other)


def test_an_officer_or_another_firm_may_not(people: Cast):
    content = given_out(people)
    for who in ("he", "chen"):
        with pytest.raises((Refused, ProgrammingError)):
            receive(people, content, who=who)


def refused(people: Cast, content: BytesIO, name: str = "数据.xlsx") -> str:
    with translation.override("en"), pytest.raises(ConditionUnmet) as unmet:
        receive(people, content, name=name)
    [missing] = unmet.value.missing
    assert missing.place == "file"
    assert not as_(people.li, Workbook.objects.exists)
    return missing.says


def test_a_workbook_of_another_make_is_refused(people: Cast):
    book, content = openpyxl.Workbook(), BytesIO()
    book.save(content)
    assert "not a workbook downloaded here" in refused(people, content)


def test_a_hidden_sheet_that_was_changed_is_refused(people: Cast):
    content = given_out(people)
    book = openpyxl.load_workbook(content)
    sheet = book["版本（请勿改动）"]
    sheet["A2"].value = str(sheet["A2"].value)[:-3] + "abc"
    book.save(changed := BytesIO())
    assert "was changed" in refused(people, changed)


def test_a_workbook_of_another_firm_is_refused(people: Cast):
    with acting(people.he), transaction.atomic():
        content = BytesIO(workbook.given_out(people.yunling, YEARS, on=DAY))
    assert "another firm" in refused(people, content)


def with_member(content: BytesIO, name: str, data: bytes) -> BytesIO:
    with ZipFile(content, "a") as package:
        package.writestr(name, data)
    return content


def test_macros_bombs_passwords_and_wrong_endings_are_refused(people: Cast, tmp_path: Path):
    assert "macros" in refused(people, with_member(given_out(people), "xl/vbaProject.bin", b"x"))
    assert "macros" in refused(people, given_out(people), name="数据.xlsm")
    assert ".xlsx" in refused(people, given_out(people), name="数据.ods")
    assert ".xlsx" in refused(people, BytesIO(b"%PDF-1.4 ..."))
    assert "0 bytes" in refused(people, BytesIO(b""))
    assert "damaged" in refused(people, BytesIO(given_out(people).getvalue()[:900]))


def test_the_marked_copy_goes_round_again(people: Cast):
    back = receive(people, given_out(people, ("财务数据", 3, 5, "很多")))
    copy = as_(people.li, lambda: workbook.marked(back, language="zh-hans"))
    book = openpyxl.load_workbook(BytesIO(copy))
    book["财务数据"]["E3"].value = 8_700
    book.save(content := BytesIO())
    again = receive(people, content, name="数据，已标注.xlsx")
    assert [each.key for each in as_(people.li, lambda: workbook.compared(again))] == ["figures.2025.sales"]

"""The workbook on the firm's pages: out, in, and the differences to decide."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import figures
from pipeline.models import FinancialYear, Workbook
from tests.cast import DAY, Cast
from tests.portal.conftest import Visitor, statements

SALES = ("财务数据", 3, 5)


def downloaded(visitor: Visitor) -> bytes:
    answer = visitor.get("workbook_file")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    return bytes(answer.content)


def edited(content: bytes, *edits: tuple[str, int, int, Any]) -> bytes:
    book = openpyxl.load_workbook(BytesIO(content))
    for sheet, row, column, value in edits:
        book[sheet].cell(row, column).value = value
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def uploaded(visitor: Visitor, content: bytes, name: str = "数据.xlsx") -> Any:
    return visitor.post("workbook", file=SimpleUploadedFile(name, content))


def the_one(cast: Cast) -> Workbook:
    with acting(cast.li), transaction.atomic():
        return Workbook.objects.get()


def form_of(page: Any, **more: Any) -> dict[str, Any]:
    context = page.context
    offered = [row["difference"].key for row in context["changes"]]
    return {"version": context["back"].version, "seen": context["seen"], "offered": offered, "take": offered} | more


def sales(cast: Cast) -> int:
    with acting(cast.li), transaction.atomic():
        return int(FinancialYear.objects.get(firm=cast.qinghe, year=2025).sales or 0)


def test_the_figures_go_out_and_come_back_changed(cast: Cast):
    li = Visitor(cast.li)
    page = uploaded(li, edited(downloaded(li), (*SALES, 8_700)))
    text = page.content.decode()
    assert "86,400,000.00" in text
    assert "87,000,000.00" in text
    assert "财务数据!E3" in text
    done = li.post("workbook_returned", the_one(cast).public_id, **form_of(page))
    assert done.status_code == 200
    assert sales(cast) == 87_000_000


def test_a_box_that_is_not_ticked_takes_nothing_over(cast: Cast):
    li = Visitor(cast.li)
    page = uploaded(li, edited(downloaded(li), (*SALES, 8_700)))
    li.post("workbook_returned", the_one(cast).public_id, **form_of(page, take=[]))
    assert sales(cast) == 86_400_000


def conflicted(cast: Cast) -> tuple[Visitor, Any]:
    li = Visitor(cast.li)
    content = edited(downloaded(li), (*SALES, 8_700))
    with acting(cast.bai), transaction.atomic():
        row = FinancialYear.objects.get(firm=cast.qinghe, year=2025)
        figures.enter(cast.qinghe, 2025, {"sales": Decimal(88_000_000)}, version=row.version, by=cast.bai, on=DAY)
    return li, uploaded(li, content)


def test_a_conflict_must_be_decided_and_says_so_at_its_cell(cast: Cast):
    li, page = conflicted(cast)
    asked = li.post("workbook_returned", the_one(cast).public_id, **form_of(page))
    assert asked.status_code == 422
    assert 'href="#figures.2025.sales"' in asked.content.decode()
    assert sales(cast) == 88_000_000


@pytest.mark.parametrize(("answer", "kept"), [("record", 88_000_000), ("file", 87_000_000)])
def test_a_conflict_goes_the_way_that_was_said(cast: Cast, answer: str, kept: int):
    li, page = conflicted(cast)
    sent = form_of(page) | {"conflict.figures.2025.sales": answer}
    assert li.post("workbook_returned", the_one(cast).public_id, **sent).status_code == 200
    assert sales(cast) == kept


def test_faults_are_all_told_and_given_back_in_their_own_file(cast: Cast):
    li = Visitor(cast.li)
    page = uploaded(li, edited(downloaded(li), (*SALES, "=1+1"), ("人员", 3, 5, "多")))
    text = page.content.decode()
    assert "财务数据!E3" in text
    assert "人员!E3" in text
    copy = li.get("workbook_marked", the_one(cast).public_id)
    assert openpyxl.load_workbook(BytesIO(copy.content))["财务数据"]["E3"].comment is not None


def test_a_foreign_file_is_refused_at_the_field(cast: Cast):
    page = uploaded(Visitor(cast.li), b"%PDF-1.4", "数据.xlsx")
    assert list(page.context["form"].errors) == ["file"]
    assert 'href="#id_file"' in page.content.decode()


def test_giving_a_file_up_writes_nothing(cast: Cast):
    li = Visitor(cast.li)
    page = uploaded(li, edited(downloaded(li), (*SALES, 8_700)))
    li.post("workbook_returned", the_one(cast).public_id, **form_of(page, drop="1"))
    assert (the_one(cast).state, sales(cast)) == ("dropped", 86_400_000)


def test_a_workbook_of_another_firm_is_no_page(cast: Cast):
    li = Visitor(cast.li)
    uploaded(li, downloaded(li))
    key = the_one(cast).public_id
    assert Visitor(cast.he, "91330106MA2CGLR46F").get("workbook_returned", key).status_code == 404
    assert Visitor(cast.he).get("workbook_marked", key).status_code == 404


def test_the_pages_keep_their_budget(cast: Cast):
    li = Visitor(cast.li)
    uploaded(li, edited(downloaded(li), (*SALES, 8_700)))
    for name, more, most in (("workbook", [], 8), ("workbook_returned", [the_one(cast).public_id], 11)):
        with statements() as queries:
            li.text(name, *more)
        assert len(queries) <= most, queries

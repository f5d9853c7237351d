"""A year from the books on the firm's pages."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from config.postgres.scope import acting
from pipeline.models import AccountBook, FinancialYear
from tests.acts.test_accounts import HEAD, LINES
from tests.cast import Cast
from tests.outside.workbooks import xlsx
from tests.portal.conftest import Visitor, statements


def uploaded(visitor: Visitor, folder: Path, content: bytes | None = None, year: int = 2025) -> Any:
    content = content or xlsx(folder / "a.xlsx", [HEAD, *LINES]).read_bytes()
    return visitor.post("accounts", year=year, file=SimpleUploadedFile("余额表.xlsx", content))


def the_one(cast: Cast) -> AccountBook:
    with acting(cast.li), transaction.atomic():
        return AccountBook.objects.latest("pk")


def proposed(page: Any) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for row, _new, boxes in page.context["rows"]:
        for name, _label, counts in boxes:
            if counts:
                sent.setdefault(f"figure.{name}", []).append(row.key)
    return sent


def test_rows_are_mapped_once_and_figures_taken_over(cast: Cast, tmp_path: Path):
    bai = Visitor(cast.bai)
    page = uploaded(bai, tmp_path)
    assert page.context["offered"] == []
    key = the_one(cast).public_id
    page = bai.post("accounts_book", key, version=1, map="1", mapping="", **proposed(page))
    offered = {each["figure"].name: each["figure"] for each in page.context["offered"]}
    assert "87,000,000" in page.content.decode()
    sent = {"counted.sales": str(offered["sales"].counted), "held.sales": str(offered["sales"].held)}
    assert f'value="{offered["sales"].counted}"' in page.content.decode()
    done = bai.post("accounts_book", key, version=1, take=["sales"], **sent)
    assert done.status_code == 200
    with acting(cast.li), transaction.atomic():
        row = FinancialYear.objects.get(firm=cast.qinghe, year=2025)
    assert (row.sales, row.sources["sales"], row.costs) == (Decimal(87_000_000), "imported", None)


def test_a_second_file_of_the_same_make_needs_no_mapping(cast: Cast, tmp_path: Path):
    bai = Visitor(cast.bai)
    page = uploaded(bai, tmp_path)
    bai.post("accounts_book", the_one(cast).public_id, version=1, map="1", mapping="", **proposed(page))
    offered = uploaded(bai, tmp_path, year=2024).context["offered"]
    assert offered[0]["figure"].name == "sales"


def test_a_file_that_holds_no_books_is_refused_at_its_field(cast: Cast, tmp_path: Path):
    page = uploaded(Visitor(cast.bai), tmp_path, xlsx(tmp_path / "b.xlsx", [["甲", "乙"]]).read_bytes())
    assert list(page.context["form"].errors) == ["file"]


def test_books_of_another_firm_are_no_page_and_giving_up_writes_nothing(cast: Cast, tmp_path: Path):
    bai = Visitor(cast.bai)
    uploaded(bai, tmp_path)
    key = the_one(cast).public_id
    assert Visitor(cast.he, "91330106MA2CGLR46F").get("accounts_book", key).status_code == 404
    bai.post("accounts_book", key, version=1, drop="1")
    assert the_one(cast).state == "dropped"


def test_the_pages_keep_their_budget(cast: Cast, tmp_path: Path):
    bai = Visitor(cast.bai)
    uploaded(bai, tmp_path)
    for name, more in (("accounts", []), ("accounts_book", [the_one(cast).public_id])):
        with statements() as queries:
            bai.text(name, *more)
        assert len(queries) <= 10, queries

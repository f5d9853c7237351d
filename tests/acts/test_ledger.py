"""Projects and the expense ledger."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from config.postgres.scope import acting
from pipeline import access
from pipeline.acts import ledger
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import ExpenseLine, FinancialYear, MoveRefused, RdProject, User
from pipeline.models.record import facts_of
from tests.cast import DAY, Cast, the

LINE = {
    "day": date(2025, 3, 5),
    "voucher_kind": "记",
    "voucher_number": "18",
    "summary": "三月研发人员工资",
    "amount": Decimal("120000.50"),
    "hte_category": "personnel",
    "tax_category": "personnel",
    "basis": "",
}


def project(cast: Cast, code: str = "RD01", owner: User | None = None, **more: Any) -> RdProject:
    by, held = (owner, cast.yunling) if owner else (cast.li, cast.qinghe)
    return ledger.write_project(held, {"code": code, "title": "苗情监测", **more}, version=None, by=by)


def write(cast: Cast, held: RdProject, *, again: bool = False, **changes: Any) -> int:
    return ledger.write_lines(cast.qinghe, [{**LINE, "project": held, **changes}], again=again, by=cast.li, on=DAY)


def facts(cast: Cast) -> Any:
    [known] = facts_of(the(cast.qinghe), DAY).values()
    return known.year(2025)


def test_a_project_is_changed_only_as_it_was_seen(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        project(cast)
        ledger.write_project(cast.qinghe, {"code": "RD01", "title": "苗情监测二期"}, version=1, by=cast.li)
        with pytest.raises(MoveRefused):
            ledger.write_project(cast.qinghe, {"code": "RD01", "title": "别的"}, version=1, by=cast.li)
        with pytest.raises(ConditionUnmet) as twice:
            project(cast)
        kept = RdProject.objects.get()
    assert (kept.title, kept.version) == ("苗情监测二期", 2)
    assert [each.place for each in twice.value.missing] == ["code"]


def test_every_fault_of_many_lines_is_told_by_its_line_and_none_goes_in(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        held = project(cast)
        lines = [
            {**LINE, "project": held},
            {**LINE, "project": held, "amount": Decimal(0)},
            {**LINE, "project": held, "day": date(2026, 12, 31), "tax_category": "sold_materials"},
        ]
        with pytest.raises(ConditionUnmet) as unmet:
            ledger.write_lines(cast.qinghe, lines, again=False, by=cast.li, on=DAY)
        assert not ExpenseLine.objects.exists()
    assert [each.place for each in unmet.value.missing] == ["1", "2", "2"]


def test_the_same_rows_pasted_twice_go_in_once_unless_they_are_meant(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        held = project(cast)
        write(cast, held)
        with pytest.raises(ConditionUnmet):
            write(cast, held)
        write(cast, held, voucher_number="19")
        write(cast, held, again=True)
        assert ExpenseLine.objects.count() == 3


def test_another_firms_project_takes_no_line_of_ours(cast: Cast) -> None:
    with acting(cast.he), transaction.atomic():
        foreign = project(cast, owner=cast.he)
    with acting(cast.li), transaction.atomic(), pytest.raises(ConditionUnmet):
        write(cast, foreign)


def test_the_database_refuses_categories_that_do_not_go_together(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        held = project(cast)
        wrong = {**LINE, "firm": cast.qinghe, "project": held, "tax_category": "sold_materials"}
        with pytest.raises(IntegrityError, match="categories_go_together"), transaction.atomic():
            ExpenseLine.objects.create(**wrong)


def test_a_ledger_counts_only_once_the_firm_says_so_and_the_declared_total_stays(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        held = project(cast)
        write(cast, held)
        write(cast, held, hte_category="direct", tax_category="sold_materials", amount=Decimal(3_000))
        assert (facts(cast).rd, facts(cast).rd_total) == (None, Decimal(3_290_000))
        ledger.count(cast.qinghe, 2025, what="ledger", by=cast.li)
        counted = facts(cast)
        assert counted.rd_total is None
        assert (counted.rd.personnel, counted.rd.direct, counted.rd.other) == (Decimal("120000.50"), 3_000, 0)
        assert (counted.rd_tax.sold_materials, counted.rd_tax.fiscal_funds) == (3_000, 0)
        assert FinancialYear.objects.get(firm=cast.qinghe, year=2025).rd_total == 3_290_000
        ledger.count(cast.qinghe, 2025, what="declared", by=cast.li)
        assert facts(cast).rd_total == 3_290_000


def test_an_empty_ledger_cannot_count(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic(), pytest.raises(ConditionUnmet):
        ledger.count(cast.qinghe, 2025, what="ledger", by=cast.li)


def test_a_line_is_changed_and_taken_out_only_as_it_was_seen(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        held = project(cast)
        write(cast, held)
        line = ExpenseLine.objects.get()
        values = {**LINE, "project": held, "amount": Decimal(7)}
        ledger.write_line(cast.qinghe, values, line=line, version=1, by=cast.li, on=DAY)
        with pytest.raises(MoveRefused):
            ledger.remove_line(cast.qinghe, line, version=1, by=cast.li)
        ledger.remove_line(cast.qinghe, line, version=2, by=cast.li)
        assert not ExpenseLine.objects.exists()


def test_who_reviews_the_firm_writes_nothing_into_its_books(cast: Cast) -> None:
    with acting(cast.wang), transaction.atomic(), pytest.raises(access.Refused):
        ledger.write_project(cast.qinghe, {"code": "RD01", "title": "别家"}, version=None, by=cast.wang)


def test_for_the_owner_of_another_firm_the_database_itself_refuses(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        qinghe = cast.qinghe
    with acting(cast.he), transaction.atomic(), pytest.raises(ProgrammingError, match="row-level security"):
        ledger.write_project(qinghe, {"code": "RD01", "title": "别家"}, version=None, by=cast.he)

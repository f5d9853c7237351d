"""The figures of a pool are kept, and never shown where the record says something else by now."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.acts import certificate, pool_part, trial
from pipeline.models import (
    Certificate,
    CertificateEvent,
    Conversion,
    Division,
    ExpenseLine,
    FinancialYear,
    Firm,
    FirmMove,
    IntellectualProperty,
    PoolPart,
    RdProject,
    SmeRegistration,
    StaffMonth,
    User,
    pool,
    pool_versions,
)
from pipeline.models.pool import pool_figures, together
from tests.cast import DAY, Cast
from tests.desk.crowd import crowd

MANY = 1_000
RIGHT: dict[str, Any] = {
    "number": "1",
    "kind": "invention",
    "core": True,
    "granted_on": DAY,
    "expires_on": date(2040, 1, 1),
}


@pytest.fixture
def peopled(cast: Cast) -> tuple[Cast, Firm]:
    """A firm that has an entry in every list, the year 2025 counted by ledger and months, and two more firms."""
    held, *_others = crowd(cast, 2) + crowd(cast, 1, "xihu")
    with acting(cast.chen), transaction.atomic():
        IntellectualProperty.objects.create(firm=held, **RIGHT)
        certificate.issue(held, number="GR202533000001", issued_on=date(2025, 12, 1), by=cast.chen, on=DAY)
        project = RdProject.objects.create(firm=held, code="RD01", title="项目")
        ExpenseLine.objects.create(
            firm=held, project=project, day=date(2025, 3, 1), voucher_number="1", summary="料", amount=Decimal(10),
            hte_category="personnel", tax_category="personnel",
        )  # fmt: skip
        for month in range(1, 13):
            StaffMonth.objects.create(
                firm=held, year=2025, month=month, opening=30, closing=30, tech_opening=5, tech_closing=6
            )
        Conversion.objects.create(firm=held, year=2025, result="成果")
        SmeRegistration.objects.create(
            firm=held, year=2025, route="points", number="202533011200000001", by=cast.chen,
            state="listed", listed_on=date(2025, 6, 1), handed_in_on=date(2025, 4, 1),
        )  # fmt: skip
        FinancialYear.objects.filter(firm=held, year=2025).update(rd_from="ledger", staff_from="months")
    return cast, held


def asked(person: User, *, office: int | None = None, day: date = DAY) -> Any:
    with acting(person), transaction.atomic():
        place = person.office
        assert place is not None
        parts = pool_part.pool_in_parts(trial.pool(person), day, office=office or place.pk, size=MANY)
        return together(parts).sort("firm")


def on_record(person: User, *, day: date = DAY) -> Any:
    with acting(person), transaction.atomic():
        return pool_figures(trial.pool(person), day).sort("firm")


def kept_by(person: User) -> list[tuple[int, str, Any]]:
    with acting(person), transaction.atomic():
        return list(PoolPart.objects.order_by("span").values_list("span", "versions", "kept_at"))


def moved(cast: Cast, firm: Firm) -> None:
    FirmMove.objects.filter(firm=firm).update(during=DateRange(date(2026, 1, 1), DAY))
    FirmMove.objects.create(firm=firm, during=DateRange(DAY, None), division=cast.divisions["xihu"])


def revoked(cast: Cast, firm: Firm) -> None:
    held = Certificate.objects.get(firm=firm)
    CertificateEvent.objects.create(firm=firm, certificate=held, kind="revoked", on=DAY, by=cast.chen)


def certified(cast: Cast, firm: Firm) -> None:
    certificate.issue(firm, number="GR202633000002", issued_on=date(2026, 1, 2), by=cast.chen, on=DAY)


CHANGES: dict[str, Callable[[Cast, Firm], Any]] = {
    "a figure": lambda _, firm: FinancialYear.objects.filter(firm=firm, year=2024).update(sales=Decimal("1.23")),
    "a year only estimated": lambda _, firm: FinancialYear.objects.filter(firm=firm, year=2023).update(estimate=True),
    "a field": lambda _, firm: Firm.objects.filter(pk=firm.pk).update(field="10109"),
    "a county": moved,
    "a code of a county": lambda cast, _: Division.objects.filter(pk=cast.divisions["linan"].pk).update(code="330199"),
    "one right more": lambda _, firm: IntellectualProperty.objects.create(firm=firm, **RIGHT | {"number": "2"}),
    "one right less": lambda _, firm: IntellectualProperty.objects.filter(firm=firm).delete(),
    "a month": lambda _, firm: StaffMonth.objects.filter(firm=firm, month=5).update(tech_closing=30),
    "a voucher": lambda _, firm: ExpenseLine.objects.filter(firm=firm).update(amount=Decimal(11)),
    "a result": lambda _, firm: Conversion.objects.create(firm=firm, year=2024, result="又一"),
    "a registration": lambda _, firm: SmeRegistration.objects.filter(firm=firm).update(listed_on=date(2027, 1, 1)),
    "a certificate": certified,
    "a certificate's end": revoked,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_record_is_seen_in_the_next_question(peopled: tuple[Cast, Firm], change: str) -> None:
    cast, firm = peopled
    before = asked(cast.chen)
    with acting(cast.chen), transaction.atomic():
        CHANGES[change](cast, firm)
    after = asked(cast.chen)
    assert after.equals(on_record(cast.chen))
    assert not after.equals(before)


def test_what_holds_is_not_read_again(peopled: tuple[Cast, Firm]) -> None:
    cast, firm = peopled
    first, written = asked(cast.chen), kept_by(cast.chen)
    assert asked(cast.chen).equals(first)
    assert kept_by(cast.chen) == written
    assert len(written) == 1
    with acting(cast.chen), transaction.atomic():
        FinancialYear.objects.filter(firm=firm).update(sales=Decimal(7))
    asked(cast.chen)
    assert [each[:2] for each in kept_by(cast.chen)] != [each[:2] for each in written]


def test_only_the_parts_that_changed_are_read_again(
    peopled: tuple[Cast, Firm], monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, firm = peopled
    for module in (pool_part, pool_versions):
        monkeypatch.setattr(module, "SPAN", 2)
    asked(cast.chen)
    before = dict(each[:2] for each in kept_by(cast.chen))
    with acting(cast.chen), transaction.atomic():
        FinancialYear.objects.filter(firm=firm).update(sales=Decimal(7))
    assert asked(cast.chen).equals(on_record(cast.chen))
    after = dict(each[:2] for each in kept_by(cast.chen))
    assert len(before) > 1
    assert [span for span in before if before[span] != after[span]] == [firm.pk // 2]


def test_the_pool_comes_in_parts_of_about_a_size(peopled: tuple[Cast, Firm], monkeypatch: pytest.MonkeyPatch) -> None:
    cast, _firm = peopled
    for module in (pool_part, pool_versions):
        monkeypatch.setattr(module, "SPAN", 1)
    office = cast.offices["hangzhou"].pk
    with acting(cast.chen), transaction.atomic():
        for _kept in (False, True):
            parts = list(pool_part.pool_in_parts(trial.pool(cast.chen), DAY, office=office, size=2))
            assert [part.height for part in parts] == [2, 2, 1]
            assert together(parts).sort("firm").equals(on_record(cast.chen))


def test_a_pool_of_no_firm_is_one_empty_part(cast: Cast) -> None:
    with acting(cast.chen), transaction.atomic():
        parts = pool_part.pool_in_parts(Firm.objects.none(), DAY, office=cast.offices["hangzhou"].pk, size=2)
        [part] = parts
    assert part.height == 0
    assert "sales_y1" in part.columns


def test_a_day_has_figures_of_its_own(peopled: tuple[Cast, Firm]) -> None:
    cast, _firm = peopled
    later = date(2027, 1, 4)
    assert not asked(cast.chen).equals(asked(cast.chen, day=later))
    assert asked(cast.chen, day=later).equals(on_record(cast.chen, day=later))


def test_who_sees_less_gets_less_of_what_a_colleague_had_kept(peopled: tuple[Cast, Firm]) -> None:
    cast, firm = peopled
    office = cast.offices["linan"].pk
    everything = asked(cast.chen, office=office)
    own = asked(cast.wang, office=office)
    assert set(own["firm"]) < set(everything["firm"])
    assert own.equals(on_record(cast.wang))
    assert firm.pk in set(own["firm"])


def test_a_firm_that_left_is_in_no_pool_any_more(peopled: tuple[Cast, Firm]) -> None:
    cast, firm = peopled
    assert firm.pk in set(asked(cast.wang)["firm"])
    with acting(cast.chen), transaction.atomic():
        moved(cast, firm)
    assert firm.pk not in set(asked(cast.wang)["firm"])


def noting(statements: list[str]) -> Callable[..., Any]:
    def run(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        statements.append(statement)
        return execute(statement, *rest)

    return run


def test_every_table_that_figures_come_from_is_watched(
    peopled: tuple[Cast, Firm], monkeypatch: pytest.MonkeyPatch
) -> None:
    cast, _firm = peopled
    copied = pool.copy_of
    read: list[str] = []
    watched: list[str] = []

    def noted(rows: Any) -> bytes:
        read.append(str(rows.query))
        return copied(rows)

    monkeypatch.setattr(pool, "copy_of", noted)
    with acting(cast.chen), transaction.atomic():
        firms = trial.pool(cast.chen)
        with connection.execute_wrapper(noting(read)):
            pool_figures(firms, DAY)
        with connection.execute_wrapper(noting(watched)):
            pool_versions.versions(firms)
    tables = [set(re.findall(r"pipeline_[a-z]+", " ".join(statements))) for statements in (read, watched)]
    assert tables[0] - tables[1] == set()
    assert {"pipeline_expenseline", "pipeline_smeregistration", "pipeline_certificateevent"} <= tables[0]


def test_what_nobody_read_anew_for_a_day_goes(peopled: tuple[Cast, Firm]) -> None:
    cast, _firm = peopled
    asked(cast.chen, day=date(2026, 2, 2))
    with acting(cast.chen), transaction.atomic():
        PoolPart.objects.update(kept_at=Now() - timedelta(hours=25))
    asked(cast.chen)
    with acting(cast.chen), transaction.atomic():
        assert set(PoolPart.objects.values_list("day", flat=True)) == {DAY}


def test_reading_ahead_keeps_what_a_trial_then_asks_for(peopled: tuple[Cast, Firm]) -> None:
    cast, _firm = peopled
    with acting(cast.chen):
        trial.read_ahead(DAY, by=cast.chen)
    written = kept_by(cast.chen)
    assert written
    asked(cast.chen)
    assert kept_by(cast.chen) == written

"""A certificate in the years after it: changes, moves, re-checks, revocation, the next one, reminders."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import INTAKE
from pipeline.acts import certificate, holder
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Certificate, CertificateEvent, Notice, Obligation
from pipeline.models.certificate import CertificateQuerySet
from tests.cast import Cast, Story

ISSUED = date(2024, 11, 30)
NUMBER, NEXT = "GR202433000001", "GR202733000001"
ON = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def held(cast: Cast) -> CertificateQuerySet:
    """Qinghe's certificate, with its three reports and its renewal."""
    issue(cast, NUMBER, ISSUED)
    return Certificate.objects.filter(number=NUMBER)


def issue(cast: Cast, number: str, issued_on: date) -> None:
    with acting(cast.chen), transaction.atomic():
        certificate.issue(cast.qinghe, number=number, issued_on=issued_on, by=cast.chen, on=issued_on)


def owed(cast: Cast, **which: Any) -> list[tuple[str, int, date]]:
    with acting(cast.chen), transaction.atomic():
        rows = Obligation.objects.filter(**which).order_by("due_on", "pk")
        return list(rows.values_list("kind", "year", "due_on"))


def changed(cast: Cast, held: CertificateQuerySet, kind: str, changed_on: date, on: date = ON) -> None:
    with acting(cast.wang), transaction.atomic():
        holder.note_change(held, kind=kind, changed_on=changed_on, by=cast.wang, on=on)


@pytest.mark.parametrize("kind", sorted(holder.REPORTED))
def test_every_change_is_to_be_reported_within_three_months(cast: Cast, held: CertificateQuerySet, kind: str) -> None:
    changed(cast, held, kind, date(2025, 11, 30), on=date(2025, 12, 1))
    assert owed(cast, kind="change_report") == [("change_report", 2025, date(2026, 2, 28))]
    with acting(cast.li):
        assert Notice.objects.filter(kind="certificate.note_change", to="firm").count() == 1


def test_two_changes_within_a_year_are_two_reports(cast: Cast, held: CertificateQuerySet) -> None:
    changed(cast, held, "renamed", date(2026, 1, 10))
    changed(cast, held, "split", date(2026, 6, 30))
    days = [due for _kind, _year, due in owed(cast, kind="change_report")]
    assert days == [date(2026, 4, 10), date(2026, 9, 30)]
    with acting(cast.chen), transaction.atomic():
        first = Obligation.objects.named("change_report", 2026).get()
        certificate.fulfil(first, by=cast.chen, on=ON)
        assert Obligation.objects.named("change_report", 2026).get().due_on == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("kind", "day"),
    [("renamed", date(2024, 11, 29)), ("renamed", date(2026, 11, 25)), ("sold", ON)],
    ids=["before the certificate", "to come", "no kind"],
)
def test_a_change_outside_validity_or_of_no_known_kind_is_refused(
    cast: Cast, held: CertificateQuerySet, kind: str, day: date
) -> None:
    with pytest.raises(ConditionUnmet):
        changed(cast, held, kind, day)


def test_the_same_change_is_kept_once(cast: Cast, held: CertificateQuerySet) -> None:
    changed(cast, held, "renamed", date(2026, 1, 10))
    with pytest.raises(ConditionUnmet):
        changed(cast, held, "renamed", date(2026, 1, 10))


def revoked(cast: Cast, held: CertificateQuerySet, **said: Any) -> CertificateEvent:
    told = {"ground": "fraud", "since": date(2025, 3, 1), "revoked_on": date(2026, 5, 31), "note": "国科火字第 1 号"}
    with acting(cast.chen), transaction.atomic():
        return holder.revoke(held, by=cast.chen, on=ON, **{**told, **said})


def test_a_revocation_ends_what_is_due_from_its_day_on_and_tells_from_which_year_tax_is_owed(
    cast: Cast, held: CertificateQuerySet
) -> None:
    changed(cast, held, "business", date(2026, 5, 1))
    revoked(cast, held)
    assert owed(cast) == [
        ("annual_report", 2024, date(2025, 5, 31)),
        ("change_report", 2026, date(2026, 8, 1)),
    ]
    with acting(cast.chen), transaction.atomic():
        assert not held.valid_on(date(2026, 5, 31)).exists()
        assert held.valid_on(date(2026, 5, 30)).exists()
        (told,) = Notice.objects.filter(kind="certificate.revoke")
    assert "in arrears from 2025 on" in told.body["en"]


def test_tax_is_not_owed_for_years_before_the_benefit(cast: Cast, held: CertificateQuerySet) -> None:
    revoked(cast, held, since=date(2023, 6, 1))
    with acting(cast.chen):
        (told,) = Notice.objects.filter(kind="certificate.revoke")
    assert "in arrears from 2024 on" in told.body["en"]


@pytest.mark.parametrize(
    "wrong",
    [{"ground": "whim"}, {"note": " "}, {"since": date(2026, 6, 1)}, {"revoked_on": date(2026, 11, 25)}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_revocation_has_its_ground_its_days_and_its_decision(
    cast: Cast, held: CertificateQuerySet, wrong: dict[str, Any]
) -> None:
    with pytest.raises(ConditionUnmet):
        revoked(cast, held, **wrong)


def test_nothing_happens_to_a_certificate_that_was_revoked(cast: Cast, held: CertificateQuerySet) -> None:
    revoked(cast, held)
    with pytest.raises(ConditionUnmet):
        revoked(cast, held)
    with pytest.raises(ConditionUnmet):
        changed(cast, held, "renamed", date(2026, 6, 1))


def test_a_recheck_is_open_until_the_agency_has_found_something(cast: Cast, held: CertificateQuerySet) -> None:
    with acting(cast.chen), transaction.atomic():
        holder.recheck(held, note="科技人员占比", by=cast.chen, on=ON)
        assert holder.rechecked(held.get())
        with pytest.raises(ConditionUnmet):
            holder.recheck(held, note="再次", by=cast.chen, on=ON)
        holder.keep(held, note="仍符合条件", by=cast.chen, on=ON)
        assert not holder.rechecked(held.get())


def arrived(cast: Cast, **said: Any) -> Certificate:
    told = {"number": "GR202444000001", "issued_on": ISSUED, "moved_on": date(2026, 6, 1), "place": "深圳市"}
    with acting(cast.chen), transaction.atomic():
        return holder.move_in(cast.yunling, by=cast.chen, on=ON, **{**told, **said})


def test_a_firm_moves_in_with_its_certificate_and_owes_what_is_due_from_then_on(cast: Cast) -> None:
    moved = arrived(cast)
    assert (moved.valid.lower, moved.valid.upper) == (ISSUED, date(2027, 11, 30))
    assert owed(cast) == [
        ("annual_report", 2026, date(2027, 5, 31)),
        ("recertification", 2027, date(2027, 11, 29)),
    ]


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"moved_on": date(2024, 11, 29)}, "moved_on"),
        ({"issued_on": date(2023, 11, 24), "number": "GR202344000001", "moved_on": ON}, "moved_on"),
        ({"number": "GR202344000001"}, "number"),
        ({"place": ""}, "place"),
    ],
    ids=["before issue", "expired", "year", "from nowhere"],
)
def test_a_certificate_that_was_not_valid_on_the_day_of_the_move_stays_behind(
    cast: Cast, wrong: dict[str, Any], place: str
) -> None:
    with pytest.raises(ConditionUnmet) as refused:
        arrived(cast, **wrong)
    assert refused.value.missing[0].place == place


def test_the_next_certificate_follows_the_one_before(cast: Cast, held: CertificateQuerySet) -> None:
    issue(cast, NEXT, date(2027, 11, 10))
    assert owed(cast, certificate__number=NUMBER, fulfilled_on=None) == [
        ("annual_report", year, date(year + 1, 5, 31)) for year in (2024, 2025, 2026)
    ]
    with acting(cast.chen), transaction.atomic():
        assert Obligation.objects.get(kind="recertification", year=2027).fulfilled_on == date(2027, 11, 10)
        states: dict[date, Any] = {day: held.with_ending(day).get() for day in (date(2027, 11, 9), date(2027, 11, 10))}
        assert [each.state_after(each.ending, day) for day, each in states.items()] == ["valid", "superseded"]


def test_one_issued_a_year_early_asks_for_the_reports_of_its_years_itself(
    cast: Cast, held: CertificateQuerySet
) -> None:
    issue(cast, "GR202633000001", date(2026, 3, 2))
    reports = owed(cast, kind="annual_report", fulfilled_on=None)
    assert [(year, due) for _kind, year, due in reports] == [
        (year, date(year + 1, 5, 31)) for year in (2024, 2025, 2026, 2027)
    ]


def reminded(cast: Cast, on: date) -> list[tuple[str, str]]:
    with acting(INTAKE), transaction.atomic():
        last = Notice.objects.order_by("pk").last()
        holder.remind(Obligation.objects.all(), by=INTAKE, on=on)
        new = Notice.objects.filter(pk__gt=last.pk if last else 0, kind__startswith="certificate.")
        return sorted((each.kind.removeprefix("certificate."), each.to) for each in new)


def test_what_a_holder_owes_is_called_to_mind_on_its_days_once_each(cast: Cast, held: CertificateQuerySet) -> None:
    days = [date(2025, 3, 31), date(2025, 4, 1), date(2025, 4, 1), date(2025, 5, 9), date(2025, 5, 12)]
    told = [reminded(cast, day) for day in days]
    assert told == [[], [("remind", "firm")], [], [], [("remind", "firm")]]
    with acting(cast.li):
        assert "the annual report on 2024 by 2025-05-31" in Notice.objects.latest("pk").body["en"]


def test_a_missed_report_is_told_to_the_county_too_and_one_in_time_is_not(
    cast: Cast, held: CertificateQuerySet
) -> None:
    reminded(cast, date(2025, 5, 31))
    assert reminded(cast, date(2025, 6, 1)) == [("missed", Notice.COUNTY), ("missed", Notice.FIRM)]
    assert reminded(cast, date(2025, 6, 2)) == []
    with acting(cast.chen), transaction.atomic():
        second = Obligation.objects.get(kind="annual_report", year=2025)
        certificate.fulfil(second, by=cast.chen, on=date(2026, 5, 31))
        assert Obligation.objects.missed(date(2026, 6, 1)).count() == 1
        certificate.fulfil(Obligation.objects.get(year=2024), by=cast.chen, on=date(2026, 6, 1))
        assert Obligation.objects.missed(date(2026, 6, 1)).count() == 1  # done, and late
    assert reminded(cast, date(2026, 6, 1)) == []


def test_renewal_is_called_to_mind_a_year_before_the_end(cast: Cast, held: CertificateQuerySet) -> None:
    with acting(INTAKE), transaction.atomic():
        Obligation.objects.exclude(kind="recertification").delete()
    assert reminded(cast, date(2026, 11, 29)) == []
    assert reminded(cast, date(2026, 11, 30)) == [("remind", "firm")]
    assert reminded(cast, date(2026, 12, 1)) == []


def test_a_county_notes_changes_and_takes_no_certificate_away(
    cast: Cast, held: CertificateQuerySet, story: Story
) -> None:
    with acting(cast.wang), transaction.atomic(), pytest.raises(access.Refused):
        holder.revoke(held, ground="fraud", since=ON, revoked_on=ON, note="决定", by=cast.wang, on=ON)

"""A certificate's own page: what it owes, what became of it, and the acts that its state allows."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import certificate
from pipeline.models import Certificate, Obligation
from tests.cast import QINGHE, Cast
from tests.desk.conftest import Seat, Travel, statements, text

NUMBER, MOVED = "GR202433000001", "GR202444000001"
PAGE = reverse("desk:certificate", args=[NUMBER])
FIRM = reverse("desk:certificate_issue", args=[QINGHE])
ON = date(2026, 11, 24)


@pytest.fixture
def held(cast: Cast, seat: Seat, travel: Travel) -> Cast:
    travel(ON)
    with acting(cast.chen), transaction.atomic():
        certificate.issue(cast.qinghe, number=NUMBER, issued_on=date(2024, 11, 30), by=cast.chen, on=ON)
    return cast


def test_two_reports_that_were_missed_put_the_certificate_up_for_revocation(held: Cast, seat: Seat) -> None:
    shown = seat(held.wang).get(PAGE).context
    assert (shown["missed"], shown["most"]) == (2, 2)
    with acting(held.chen), transaction.atomic():
        certificate.fulfil(Obligation.objects.get(year=2025), by=held.chen, on=date(2026, 5, 31))
    assert seat(held.wang).get(PAGE).context["missed"] == 1


def test_a_change_noted_by_the_county_is_owed_and_told_with_what_it_means(held: Cast, seat: Seat) -> None:
    wang = seat(held.wang)
    assert set(wang.get(PAGE).context["offered"]) == {"change"}
    said = {"change": "1", "change-kind": "renamed", "change-changed_on": "2026-11-01", "change-note": "新名称"}
    assert wang.post(PAGE, said).status_code == 302
    events = wang.get(PAGE).context["events"]
    assert [(each.kind, each.note) for each, _name, _follows in events] == [("renamed", "新名称")]
    with acting(held.chen):
        assert Obligation.objects.get(kind="change_report").due_on == date(2027, 2, 1)


def test_a_revocation_ends_the_acts_and_says_from_which_year_tax_is_owed(held: Cast, seat: Seat) -> None:
    chen = seat(held.chen)
    assert set(chen.get(PAGE).context["offered"]) == {"change", "recheck", "revoke"}
    said = {"ground": "fraud", "since": "2025-03-01", "revoked_on": "2026-11-20", "note": "国科火字第 1 号"}
    sent = {"revoke": "1", **{f"revoke-{name}": value for name, value in said.items()}}
    wrong = chen.post(PAGE, {**sent, "revoke-since": "2026-11-21"})
    assert list(wrong.context["form"].errors) == ["since"]
    chen.post(PAGE, sent)
    shown = chen.get(PAGE).context
    assert (shown["state"], shown["offered"]) == ("revoked", {})
    assert "2025" in shown["tax"]["zh"]


def test_a_recheck_is_ended_by_what_the_agency_found(held: Cast, seat: Seat) -> None:
    chen = seat(held.chen)
    chen.post(PAGE, {"recheck": "1", "recheck-note": "科技人员占比"})
    assert set(chen.get(PAGE).context["offered"]) == {"change", "keep", "revoke"}
    chen.post(PAGE, {"keep": "1", "keep-note": "仍符合"})
    assert set(chen.get(PAGE).context["offered"]) == {"change", "recheck", "revoke"}


def test_a_certificate_of_another_province_is_recorded_as_moved_in_alone(held: Cast, seat: Seat) -> None:
    chen = seat(held.chen)
    issued = chen.post(FIRM, {"number": MOVED, "issued_on": "2024-11-30"})
    assert list(issued.context["form"].errors) == ["number"]
    said = {"number": MOVED, "issued_on": "2024-11-30", "moved_on": "2026-06-01", "place": "深圳市"}
    answer = chen.post(FIRM, {"moved_in": "1", **{f"moved-{name}": value for name, value in said.items()}})
    assert answer.status_code == 302
    assert MOVED in text(chen.get(FIRM))
    with acting(held.chen):
        assert Certificate.objects.get(number=MOVED).events.get().note == "深圳市"


def test_another_county_finds_no_such_certificate(held: Cast, seat: Seat) -> None:
    assert seat(held.sun).get(PAGE).status_code == 404
    assert seat(held.sun).post(PAGE, {"change": "1"}).status_code == 404


def test_the_page_of_a_certificate_keeps_its_budget(held: Cast, seat: Seat) -> None:
    chen = seat(held.chen)
    with statements() as asked:
        chen.get(PAGE)
    assert len(asked) <= 12

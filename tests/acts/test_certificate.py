"""The certificate and its obligations."""

from datetime import date

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import certificate, firm
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Certificate, IntellectualProperty, Obligation
from tests.cast import Cast, Story

ISSUED = date(2026, 12, 4)
NUMBER = "GR202633001234"


def record(cast: Cast, number: str = NUMBER, issued_on: date = ISSUED, on: date = date(2026, 12, 20)) -> Certificate:
    with acting(cast.chen), transaction.atomic():
        return certificate.issue(cast.qinghe, number=number, issued_on=issued_on, by=cast.chen, on=on)


def test_a_certificate_ends_the_case_on_the_day_of_issue(story: Story) -> None:
    story.to("coaching")
    issued = record(story.cast)
    with acting(story.cast.chen):
        kept = story.case.get()
    assert (kept.stage, kept.reason, kept.closed_on) == ("closed", "certified", ISSUED)
    assert (issued.valid.lower, issued.valid.upper) == (ISSUED, date(2029, 12, 4))


def test_a_certificate_owes_three_reports_and_a_renewal(cast: Cast) -> None:
    record(cast)
    with acting(cast.li), transaction.atomic():
        owed = list(Obligation.objects.order_by("due_on").values_list("kind", "year", "due_on"))
    assert owed == [
        ("annual_report", 2026, date(2027, 5, 31)),
        ("annual_report", 2027, date(2028, 5, 31)),
        ("annual_report", 2028, date(2029, 5, 31)),
        ("recertification", 2029, date(2029, 12, 3)),
    ]


def test_a_certificate_of_the_29th_of_february_ends_on_the_28th(cast: Cast) -> None:
    issued = record(cast, "GR202433001234", date(2024, 2, 29))
    assert issued.valid.upper == date(2027, 2, 28)


@pytest.mark.parametrize(
    "number",
    ["GR20263300123", "GR202699001234", "GR202533001234", "XX202633001234"],
    ids=["short", "province", "year", "letters"],
)
def test_a_number_that_cannot_be_is_refused(cast: Cast, number: str) -> None:
    with pytest.raises(ConditionUnmet) as refused:
        record(cast, number)
    assert refused.value.missing[0].place == "number"


def test_one_number_is_one_certificate(cast: Cast) -> None:
    record(cast)
    with pytest.raises(ConditionUnmet):
        record(cast)


def test_a_class_two_right_is_used_up_by_a_certification_and_a_class_one_is_not(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        for kind, number in (("invention", "ZL201710601862.3"), ("software", "2021SR0123456")):
            firm.record_property(cast.qinghe, {"number": number, "kind": kind, "core": True}, by=cast.li)
    record(cast)
    with acting(cast.li), transaction.atomic():
        used = dict(IntellectualProperty.objects.values_list("kind", "used_in_certification_on"))
    assert used == {"invention": None, "software": ISSUED}


def test_a_certificates_state_follows_from_its_dates(cast: Cast) -> None:
    issued = record(cast)
    with acting(cast.chen), transaction.atomic():
        days = (date(2026, 12, 3), ISSUED, date(2029, 12, 3), date(2029, 12, 4))
        states = [issued.state_after(None, day) for day in days]
        assert states == ["not_yet", "valid", "valid", "expired"]

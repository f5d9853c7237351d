"""The city announces; firms find it on their first page."""

from django.test import Client
from django.urls import reverse

from tests.cast import QINGHE, Cast

SAID = {"kind": "guide", "title": "年报填报指南", "text": "五月底前", "seats": ["firm_owner"]}
DAYS = {"since": "2026-11-01", "until": "2027-11-30"}


def as_(person: object) -> Client:
    client = Client()
    client.force_login(person)  # type: ignore[arg-type]
    return client


def home(person: object) -> str:
    return as_(person).get(reverse("portal:home", args=[QINGHE])).content.decode()


def test_it_is_pinned_for_its_seats_until_it_is_taken_down(cast: Cast) -> None:
    chen, at = as_(cast.chen), reverse("desk:announcements")
    assert chen.post(at, SAID | DAYS).status_code == 302
    assert "年报填报指南" in home(cast.li)
    assert "年报填报指南" not in home(cast.bai)
    [(row, _kind, _seats)] = chen.get(at).context["rows"]
    chen.post(at, {"end": row.pk, "version": row.version})
    assert "年报填报指南" not in home(cast.li)


def test_days_in_the_wrong_order_are_told_at_the_field(cast: Cast) -> None:
    page = as_(cast.chen).post(reverse("desk:announcements"), SAID | DAYS | {"until": "2026-10-01"})
    assert page.context["form"].errors["until"]


def test_a_county_announces_nothing(cast: Cast) -> None:
    assert as_(cast.wang).post(reverse("desk:announcements"), SAID | DAYS).status_code == 404

"""The firm's facts and its contact person."""

from datetime import date

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.models import Contact, Firm, Industry
from tests.cast import YUNLING, Cast
from tests.portal.conftest import Visitor

FACTS = {"registered_on": "2019-05-06", "resident": "yes", "field": "20101", "industry": "3581", "version": 1}


def held(cast: Cast) -> Firm:
    with acting(cast.he), transaction.atomic():
        return cast.yunling


def test_facts_are_saved_and_what_is_not_known_stays_unknown(cast: Cast) -> None:
    Industry.objects.get_or_create(code="3581", defaults={"level": 4, "name": "医疗诊断、监护及治疗设备制造"})
    assert Visitor(cast.he, YUNLING).sent_to("firm", on="1", no_incident="", **FACTS).endswith("/contact")
    firm = held(cast)
    assert (firm.registered_on, firm.resident, firm.field) == (date(2019, 5, 6), True, "20101")
    assert firm.no_incident is None


def test_an_unknown_industry_is_refused_at_its_field(cast: Cast) -> None:
    page = Visitor(cast.he, YUNLING).post("firm", **{**FACTS, "industry": "9999"})
    assert list(page.context["form"].errors) == ["industry"]
    assert held(cast).registered_on is None


def test_two_people_do_not_overwrite_each_other(cast: Cast) -> None:
    Industry.objects.get_or_create(code="3581", defaults={"level": 4, "name": "医疗诊断、监护及治疗设备制造"})
    assert Visitor(cast.he, YUNLING).post("firm", **{**FACTS, "version": 9}).status_code == 409


def test_a_clerk_reads_the_facts_and_has_no_button(cast: Cast) -> None:
    assert 'class="button go"' not in Visitor(cast.bai).text("firm")
    assert Visitor(cast.bai).post("contact", name="白", phone="13900001111").status_code == 403


def test_a_contact_is_saved_with_a_number_that_can_be_called(cast: Cast) -> None:
    he = Visitor(cast.he, YUNLING)
    assert list(he.post("contact", name="何云", phone="123").context["form"].errors) == ["phone"]
    he.post("contact", name="何云", phone="139 0000 5678")
    with acting(cast.he), transaction.atomic():
        assert Contact.objects.get(firm=cast.yunling).phone == "13900005678"


@pytest.mark.parametrize("day", ["0001-01-01", "1949-09-30", "2026-11-03", "9999-12-31"])
def test_no_firm_was_registered_and_no_right_granted_on_a_day_that_cannot_be(cast: Cast, day: str) -> None:
    li = Visitor(cast.li)
    sent = {"registered_on": day, "field": "80101", "industry": "4011", "version": "1"}
    assert "日期不能晚于今天" in li.post("firm", **sent).content.decode()
    right = {"kind": "invention", "number": "ZL201710601862.3", "granted_on": day, "acquired_by": "own_rd"}
    assert "日期不能晚于今天" in li.post("property", **right).content.decode()

"""What a bank is shown: the parts a firm let it into, until the day it said, and the firm reads who looked."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import diagnosis, mandate
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Diagnosis, Document, FinancialYear, Mandate, Showing, Viewing
from tests.cast import DAY, QINGHE, YUNLING, Cast, the
from tests.portal.conftest import Visitor

UNTIL = date(2026, 12, 31)


def let_look(cast: Cast, *parts: str, until: date = UNTIL) -> None:
    with acting(cast.li), transaction.atomic():
        on = min(DAY, until)
        mandate.grant(cast.qinghe, "lender", parts=parts, until=until, by=cast.li, on=on, kind=Mandate.BANK)


def judged(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        diagnosis.keep(the(cast.qinghe), by=cast.li, on=DAY)


def page(cast: Cast, uscc: str = QINGHE) -> tuple[int, str]:
    answer = Visitor(cast.lender).client.get(reverse("portal:shown_firm", args=[uscc]))
    return answer.status_code, answer.content.decode()


def test_a_bank_sees_only_what_the_firm_named(cast: Cast) -> None:
    judged(cast)
    let_look(cast, "verdict")
    status, text = page(cast)
    assert status == 200
    assert "研发费用占比" in text or "研究开发" in text
    assert "8,640.00" not in text
    with acting(cast.lender), transaction.atomic():
        [kept] = Showing.objects.all()
        assert kept.part == "verdict"
        assert "used" not in kept.content["findings"][0]
        assert not FinancialYear.objects.exists()
        assert not Diagnosis.objects.exists()


def test_figures_are_shown_without_anything_else(cast: Cast) -> None:
    judged(cast)
    let_look(cast, "figures")
    _status, text = page(cast)
    assert "8,640.00" in text
    with acting(cast.lender), transaction.atomic():
        assert not Showing.objects.exists()
        assert not Document.objects.exists()


def test_the_one_page_follows_the_newest_diagnosis(cast: Cast) -> None:
    let_look(cast, "one_page")
    lender, address = Visitor(cast.lender).client, reverse("portal:shown_firm", args=[QINGHE])
    assert lender.get(address).context["page"] is None
    judged(cast)
    assert lender.get(address).context["page"]["judged_on"] == "2026-11-02"


def test_a_look_is_told_to_the_firm_by_part_once_a_day(cast: Cast) -> None:
    let_look(cast, "verdict", "figures")
    page(cast)
    page(cast)
    with acting(cast.li), transaction.atomic():
        assert sorted(Viewing.objects.values_list("part", flat=True)) == ["figures", "verdict"]
    assert "城商银行" in Visitor(cast.li).text("people")


def test_after_the_last_day_nothing_is_there(cast: Cast) -> None:
    let_look(cast, "figures", until=date(2026, 6, 1))
    assert page(cast)[0] == 404


def test_what_the_firm_ends_is_over_at_the_next_request(cast: Cast) -> None:
    let_look(cast, "figures")
    assert QINGHE in Visitor(cast.lender).client.get(reverse("portal:shown")).content.decode()
    Visitor(cast.li).post("people", do="revoke", agent="lender")
    assert page(cast)[0] == 404
    assert QINGHE not in Visitor(cast.lender).client.get(reverse("portal:shown")).content.decode()


def test_the_owner_lets_a_bank_look_in_the_portal(cast: Cast) -> None:
    sent = {"bank-agent": "lender", "bank-parts": ["verdict", "one_page"], "bank-until": "2026-12-31"}
    assert "城商银行" in Visitor(cast.li).post("people", do="bank", **sent).content.decode()
    assert Visitor(cast.bai).post("people", do="bank", **sent).status_code == 403
    wrong = Visitor(cast.li).post("people", do="bank", **{**sent, "bank-agent": "agent"})
    assert wrong.context["bank"].errors["agent"]


def test_a_bank_opens_no_page_of_the_portal_and_no_firm_that_did_not_let_it_in(cast: Cast) -> None:
    let_look(cast, *Mandate.BANK_PARTS)
    for name in ("home", "diagnosis", "one_page", "property"):
        assert Visitor(cast.lender).get(name).status_code == 404
    assert page(cast, YUNLING)[0] == 404


def test_a_bank_is_not_let_in_to_fill_in(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic(), pytest.raises(ConditionUnmet):
        mandate.grant(cast.qinghe, "lender", parts=["rights"], until=UNTIL, by=cast.li, on=DAY, kind=Mandate.BANK)

"""What the bureau does about registrations as technology SMEs: forms, visits, public notice, numbers, spot checks."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import sme
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import MoveRefused, Notice, SmeCheck, SmeEvent, SmePublicity, SmeRegistration, User
from pipeline.models.sme import SmeRegistrationQuerySet
from tests.cast import QINGHE, YUNLING, Cast

DAY, YEAR = date(2026, 6, 1), 2026
NUMBER, OTHER = "202633011208012345", "202633011208012346"


def the(one: SmeRegistration) -> SmeRegistrationQuerySet:
    return SmeRegistration.objects.filter(pk=one.pk)


def now(one: SmeRegistration) -> SmeRegistration:
    return the(one).get()


def do(act: Any, one: SmeRegistration, by: User, on: date = DAY, **said: Any) -> SmeRegistration:
    """The act by this person on the registration as it stands."""
    with acting(by), transaction.atomic():
        act(the(one), by=by, on=on, version=now(one).version, **said)
        return now(one)


def handed_in(cast: Cast, firm: str, owner: User) -> SmeRegistration:
    with acting(owner), transaction.atomic():
        one = sme.choose(getattr(cast, firm), route="points", why="", by=owner, on=DAY, version=None)
    return do(sme.hand_in, one, owner)


def visited(cast: Cast, one: SmeRegistration, by: User | None = None) -> SmeRegistration:
    by = by or cast.wang
    do(sme.check, one, by, outcome="visit", says="首次参加评价")
    return do(sme.visit, one, by, visited_on=DAY, outcome="pass", says="场所和人员与填报一致")


@pytest.fixture
def one(cast: Cast) -> SmeRegistration:
    return handed_in(cast, "qinghe", cast.li)


def listed(cast: Cast, one: SmeRegistration, number: str = NUMBER) -> SmeRegistration:
    return do(sme.record, one, cast.li, number=number, listed_on=DAY)


def drawn(cast: Cast, one: SmeRegistration) -> SmeRegistration:
    listed(cast, one)
    with acting(cast.chen), transaction.atomic():
        sme.draw(YEAR, share=Decimal(1), seed="3456.78", by=cast.chen, on=DAY)
        return now(one)


def test_a_first_time_applicant_does_not_pass_without_a_visit(cast: Cast, one: SmeRegistration) -> None:
    with pytest.raises(ConditionUnmet) as refused:
        do(sme.check, one, cast.wang, outcome="pass", says="")
    assert refused.value.missing[0].place == "outcome"
    assert visited(cast, one).state == SmeRegistration.FORM_OK


def test_who_took_part_before_is_not_visited_for_being_new(cast: Cast, one: SmeRegistration) -> None:
    with acting(cast.li), transaction.atomic():
        assert sme.FIRST_TIME.to_json() in sme.visit_reasons(one)
        SmeRegistration.objects.create(
            firm=cast.qinghe, year=2025, route="points", state="handed_in", handed_in_on=date(2025, 7, 1), by=cast.li
        )
        assert sme.FIRST_TIME.to_json() not in sme.visit_reasons(one)


def test_a_form_that_goes_back_says_why_and_is_handed_in_anew(cast: Cast, one: SmeRegistration) -> None:
    with pytest.raises(ConditionUnmet):
        do(sme.check, one, cast.wang, outcome="return", says=" ")
    assert do(sme.check, one, cast.wang, outcome="return", says="缺签章页").state == SmeRegistration.RETURNED
    with acting(cast.li), transaction.atomic():
        assert "缺签章页" in Notice.objects.get(kind="sme.return").body["zh"]
    assert do(sme.hand_in, one, cast.li).state == SmeRegistration.HANDED_IN


def test_of_two_officers_who_look_at_a_form_one_is_refused(cast: Cast, one: SmeRegistration) -> None:
    do(sme.check, one, cast.wang, outcome="visit", says="首次参加")
    with acting(cast.wang), transaction.atomic(), pytest.raises(MoveRefused):
        sme.check(the(one), outcome="return", says="缺页", by=cast.wang, on=DAY, version=one.version)


def test_a_county_looks_at_no_form_of_another(cast: Cast, one: SmeRegistration) -> None:
    with acting(cast.sun), transaction.atomic(), pytest.raises((Refused, SmeRegistration.DoesNotExist)):
        sme.check(the(one), outcome="return", says="缺页", by=cast.sun, on=DAY, version=one.version)


def published(cast: Cast, one: SmeRegistration) -> SmePublicity:
    visited(cast, one)
    with acting(cast.chen), transaction.atomic():
        return sme.publish(SmeRegistration.objects.all(), by=cast.chen, on=DAY)


def test_public_notice_lasts_ten_working_days_and_no_number_comes_before(cast: Cast, one: SmeRegistration) -> None:
    batch = published(cast, one)
    assert (batch.batch, batch.until) == (1, date(2026, 6, 15))  # from 2 June on, ten days without weekends
    with pytest.raises(ConditionUnmet) as refused:
        do(sme.record, one, cast.chen, date(2026, 6, 15), number=NUMBER, listed_on=date(2026, 6, 15))
    assert refused.value.missing[0].place == "listed_on"
    done = do(sme.record, one, cast.chen, date(2026, 6, 16), number=NUMBER, listed_on=date(2026, 6, 16))
    assert done.state == SmeRegistration.LISTED


def test_who_is_objected_to_goes_off_the_notice_and_the_firm_does_not_read_by_whom(
    cast: Cast, one: SmeRegistration
) -> None:
    published(cast, one)
    assert do(sme.stop, one, cast.chen, says="王某来电：职工人数不实").state == SmeRegistration.SITE_CHECK
    with acting(cast.li), transaction.atomic():
        assert "王某" not in "".join(SmeEvent.objects.values_list("says", flat=True))
    with acting(cast.chen), transaction.atomic():
        assert "王某来电：职工人数不实" in SmeEvent.objects.values_list("says", flat=True)


def told(cast: Cast, rows: Sequence[str], year: int = YEAR) -> list[sme.NumberTold]:
    text = "\n".join(["统一社会信用代码\t企业名称\t登记编号", *rows])
    with acting(cast.chen), transaction.atomic():
        return sme.record_numbers(None, text, year=year, listed_on=DAY, by=cast.chen, on=DAY)


def test_of_a_list_of_numbers_the_wrong_lines_are_told_and_the_rest_is_recorded(
    cast: Cast, one: SmeRegistration
) -> None:
    rows = [f"{QINGHE}\t\t{NUMBER}", f"\t没有这家公司\t{OTHER}", f"{YUNLING}\t\t12"]
    found = told(cast, rows)
    assert [each.why is None for each in found] == [True, False, False]
    assert (now_by(cast, one).number, now_by(cast, one).state) == (NUMBER, SmeRegistration.LISTED)
    assert [each.why is None for each in told(cast, rows)] == [True, False, False]  # the same list again


def now_by(cast: Cast, one: SmeRegistration) -> SmeRegistration:
    with acting(cast.chen), transaction.atomic():
        return now(one)


def test_a_lot_is_drawn_by_its_seed_and_can_be_repeated(cast: Cast, one: SmeRegistration) -> None:
    listed(cast, one)
    other = handed_in(cast, "yunling", cast.he)
    do(sme.record, other, cast.he, number=OTHER, listed_on=DAY)
    with acting(cast.chen), transaction.atomic():
        lot = sme.draw(YEAR, share=Decimal("0.05"), seed="3456.78", by=cast.chen, on=DAY)
        chosen = SmeRegistration.objects.get(check_drawn=lot).firm.uscc
    lots = {sha256(f"3456.78:{code}".encode()).digest(): code for code in (QINGHE, YUNLING)}
    assert (lot.of, lot.drawn, chosen) == (2, 1, lots[min(lots)])


def test_a_certified_firm_is_not_drawn(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        direct = sme.choose(cast.qinghe, route="certificate", why="GR202633001234", by=cast.li, on=DAY, version=None)
    do(sme.hand_in, direct, cast.li)
    listed(cast, direct)
    with acting(cast.chen), transaction.atomic(), pytest.raises(ConditionUnmet):
        sme.draw(YEAR, share=Decimal(1), seed="1", by=cast.chen, on=DAY)
    assert SmeCheck.objects.count() == 0


def test_a_check_is_decided_by_another_than_who_examined_it(cast: Cast, one: SmeRegistration) -> None:
    drawn(cast, one)
    with pytest.raises(ConditionUnmet):
        do(sme.settle, one, cast.zhou, result="stands", says="")
    do(sme.examine, one, cast.wang, finding="与填报一致")
    assert do(sme.settle, one, cast.zhou, result="stands", says="").state == SmeRegistration.LISTED
    with acting(cast.zhou), transaction.atomic(), pytest.raises(IntegrityError):
        the(one).update(state="cancelled", cancelled_on=DAY, cancelled_by=cast.wang)


def test_after_fraud_the_registration_does_not_stand_and_the_firm_is_barred_for_three_years(
    cast: Cast, one: SmeRegistration
) -> None:
    drawn(cast, one)
    do(sme.examine, one, cast.wang, finding="伪造审计报告")
    ended = do(sme.settle, one, cast.zhou, result="fraud", says="弄虚作假")
    assert (ended.stands_on(DAY), ended.barred_until) == (False, date(2029, 6, 1))
    for day, refused in ((date(2029, 5, 31), True), (date(2029, 6, 1), False)):
        with acting(cast.li), transaction.atomic():
            tried = []
            try:
                sme.choose(cast.qinghe, route="points", why="", by=cast.li, on=day, version=None)
            except ConditionUnmet as unmet:
                tried = [each.place for each in unmet.missing]
        assert tried == (["route"] if refused else [])


def test_an_officer_does_not_decide_a_check(cast: Cast, one: SmeRegistration) -> None:
    drawn(cast, one)
    do(sme.examine, one, cast.wang, finding="与填报一致")
    with pytest.raises(Refused):
        do(sme.settle, one, cast.chen, result="stands", says="")

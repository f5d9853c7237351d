"""A whole year of a round as it is lived: 300 firms, from the call to the duties of the years after.

Nothing is put on record past an act. At every step each dossier stands in exactly one place and the counts add up.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import application, case, certificate, coaching, objection, panel, people, recommendation, result
from pipeline.acts import round as rounds
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import (
    Application,
    Case,
    Certificate,
    Fault,
    Firm,
    Obligation,
    Panel,
    Result,
    ResultList,
    Step,
    User,
)  # fmt: skip
from pipeline.models.reconciliation import Span, sides
from pipeline.models.round import ApplicationQuerySet
from tests.cast import SINCE, Cast
from tests.desk.crowd import crowd
from tests.panels import AT, asked, handed_in, members, pool
from tests.recommended import ALL_AGREES

pytestmark = pytest.mark.long
LINAN, XIHU, HELD, RENEWING, APPLYING = 200, 100, 40, 30, 260
WITHDRAWN, FORGOTTEN, RETURNED, GIVEN_UP, NOT_RECOMMENDED = 10, 10, 12, 2, 10
RECOMMENDED = APPLYING - WITHDRAWN - FORGOTTEN - GIVEN_UP - NOT_RECOMMENDED  # 228
ASKED_FOR_MORE, REFUSED, JUDGED = 8, 38, 6
PASSED = RECOMMENDED - REFUSED  # 190, of whom one is objected to with success
STRANGER = "91350100M000100Y43"
ISSUED_BEFORE, ISSUED = date(2023, 11, 20), date(2026, 11, 20)


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def papers(settings: Any, tmp_path: Path) -> None:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}


class Year:
    """The year as it goes: whoever's turn it is acts on the day that has come."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.day = cast, date(2026, 1, 5)
        self.firms = [*crowd(cast, LINAN, "linan", on=SINCE), *crowd(cast, XIHU, "xihu", on=SINCE)]
        self.heads = {"linan": cast.zhao, "xihu": self._head_of("xihu")}
        self.officers = {"linan": cast.wang, "xihu": cast.sun}
        with acting(cast.song), transaction.atomic():
            for each in self.firms:
                people.grant_seat(cast.li, "firm_owner", by=cast.song, on=SINCE, firm=each)
        self.owner = User.objects.get(pk=cast.li.pk)
        self.there_only: set[str] = set()  # firms the agency's list has as certified and the record has not
        self.round = self.by(
            cast.chen,
            rounds.open,
            name="2026 年第一批",
            opens_on=date(2026, 3, 1),
            county_date=date(2026, 4, 30),
            city_date=date(2026, 5, 31),
            province_date=date(2026, 6, 30),
            dated=False,
        )

    def _head_of(self, place: str) -> User:
        with acting(self.cast.song), transaction.atomic():
            head = User.objects.create_user(f"{place}-head", name="县局长", email=f"{place}@example.org")
            people.grant_seat(head, "county_head", by=self.cast.song, on=SINCE, office=self.cast.offices[place])
        return User.objects.get(pk=head.pk)

    def by(self, person: Any, act: Callable[..., Any], *what: Any, dated: bool = True, **said: Any) -> Any:
        with acting(person), transaction.atomic():
            return act(*what, by=person, **({"on": self.day} if dated else {}), **said)

    def stages(self) -> Counter[str]:
        with acting(INTAKE), transaction.atomic():
            return Counter(Application.objects.filter(round=self.round).values_list("stage", flat=True))

    def at(self, stage: str) -> list[int]:
        with acting(INTAKE), transaction.atomic():
            return list(Application.objects.filter(stage=stage).order_by("pk").values_list("pk", flat=True))

    def dossiers(self, keys: Sequence[int]) -> ApplicationQuerySet:
        return Application.objects.filter(pk__in=keys)

    def each(self, person: Any, act: Callable[..., Any], keys: Sequence[int], **said: Any) -> None:
        for key in keys:
            self.by(person, act, self.dossiers([key]), **said)

    def by_county(self, keys: Sequence[int]) -> dict[str, list[int]]:
        ours = {self.cast.divisions[name].pk: name for name in self.heads}
        with acting(INTAKE), transaction.atomic():
            found = dict(self.dossiers(keys).values_list("pk", "county"))
        return {name: [key for key in keys if ours[found[key]] == name] for name in self.heads}


def test_a_year_of_a_round_adds_up_at_every_step(cast: Cast) -> None:
    year = Year(cast)
    _holders_are_led_to_renewal(year)
    _dossiers_are_begun(year)
    _some_leave_and_the_rest_is_handed_in(year)
    _counties_check(year)
    _the_city_recommends(year)
    _experts_judge_some(year)
    _the_list_goes_to_the_province(year)
    _the_agency_asks_for_more(year)
    _objections_are_decided(year, _public_notice(year))
    _results_come_in(year)
    _what_failed_is_coached_again(year)
    _lists_and_record_agree(year)
    _the_years_after(year)


def _holders_are_led_to_renewal(year: Year) -> None:
    for n, firm in enumerate(year.firms[:HELD]):
        year.by(year.cast.chen, certificate.issue, firm, number=f"GR202333{n:06}", issued_on=ISSUED_BEFORE)
    with acting(INTAKE), transaction.atomic():
        ending = Certificate.objects.due_for_renewal(year.day)
        assert ending.count() == HELD
        assert len(case.open_renewal(ending, by=INTAKE, on=year.day)) == HELD
        assert Certificate.objects.due_for_renewal(year.day).count() == 0


def _dossiers_are_begun(year: Year) -> None:
    year.day = date(2026, 2, 27)
    applying = [*year.firms[:RENEWING], *year.firms[HELD : HELD + APPLYING - RENEWING]]
    with pytest.raises(ConditionUnmet):  # the round is not open yet
        year.by(year.owner, application.open, Firm.objects.filter(pk=applying[0].pk), year.round)
    year.day = date(2026, 3, 10)
    for firm in applying:
        year.by(year.owner, application.open, Firm.objects.filter(pk=firm.pk), year.round)
    assert year.stages() == {"draft": APPLYING}


def _some_leave_and_the_rest_is_handed_in(year: Year) -> None:
    drafts = year.at("draft")
    year.day = date(2026, 4, 20)
    year.each(year.owner, application.withdraw, drafts[:WITHDRAWN], note="明年再报")
    year.each(year.owner, application.submit, drafts[WITHDRAWN + FORGOTTEN :])
    year.day = date(2026, 5, 6)
    forgotten = drafts[WITHDRAWN : WITHDRAWN + FORGOTTEN]
    with pytest.raises(ConditionUnmet):  # the date for counties is past
        year.by(year.owner, application.submit, year.dossiers(forgotten[:1]))
    for name, keys in year.by_county(forgotten).items():
        year.each(year.officers[name], application.lapse, keys)
    left = WITHDRAWN + FORGOTTEN
    assert year.stages() == {"withdrawn": left, "county_review": APPLYING - left}


def _counties_check(year: Year) -> None:
    at_county = year.at("county_review")
    for name, keys in year.by_county(at_county[:RETURNED]).items():
        faults = [("property", "缺少专利证书")]
        year.each(year.officers[name], application.return_from_county, keys, faults=faults)
    assert year.stages()["county_returned"] == RETURNED
    with acting(year.owner), transaction.atomic():
        raised = Fault.objects.filter(application__in=at_county[:RETURNED]).values_list("application", "pk")
        answers = {key: {fault: "已补充"} for key, fault in raised}
    year.day = date(2026, 5, 12)
    for key in at_county[GIVEN_UP:RETURNED]:
        year.by(year.owner, application.resubmit_to_county, year.dossiers([key]), answers=answers[key])
    year.each(year.owner, application.withdraw, at_county[:GIVEN_UP], note="无法补正")
    for name, keys in year.by_county(at_county[GIVEN_UP:]).items():
        for key in keys:
            _check(year, name, key)
        year.by(year.heads[name], application.forward, year.dossiers(keys), opinion="for", note="同意推荐")
    left = WITHDRAWN + FORGOTTEN + GIVEN_UP
    assert year.stages() == {"withdrawn": left, "city_review": APPLYING - left}


def _check(year: Year, county: str, key: int) -> None:
    officer = year.officers[county]
    with acting(officer), transaction.atomic():
        held = Case.objects.get(applications=key)
        visit = coaching.record_visit(held, by=officer, on=year.day, way="visit", notes="现场核查属实", met="总经理")
        recommendation.check(
            year.dossiers([key]), visit=visit, findings=ALL_AGREES, says="属实", by=officer, on=year.day
        )


def _the_city_recommends(year: Year) -> None:
    year.day = date(2026, 6, 1)
    at_city = year.at("city_review")
    chen, zhou = year.cast.chen, year.cast.zhou
    year.each(zhou, application.not_recommend, at_city[:NOT_RECOMMENDED], note="科技人员占比不足")
    year.by(chen, application.propose, year.dossiers(at_city[NOT_RECOMMENDED:]), note="材料齐全")
    year.by(zhou, application.recommend, year.dossiers(at_city[NOT_RECOMMENDED:]))
    stages = year.stages()
    assert stages["recommended"] == RECOMMENDED
    assert sum(stages.values()) == APPLYING


def _experts_judge_some(year: Year) -> None:
    pool(year.cast)
    chen, zhou = year.cast.chen, year.cast.zhou
    with acting(chen), transaction.atomic():
        firms = Firm.objects.filter(application__in=year.at("recommended")[:JUDGED])
        made = panel.compose(firms, asked(kind=Panel.REAL), by=chen, on=SINCE, seed="2026-06-01")
    with acting(zhou), transaction.atomic():
        panel.open(made, by=zhou, on=SINCE, at=AT, version=made.version)
    seats = members(year.cast, made)
    for member in seats:
        handed_in(member)
    assert len(seats) == 5
    with acting(chen), transaction.atomic():
        assert made.sheets.count() == JUDGED * len(seats)


def _the_list_goes_to_the_province(year: Year) -> None:
    year.day = date(2026, 6, 20)
    drawn = year.by(year.cast.chen, recommendation.draw, year.round)
    sent = year.by(year.cast.zhou, recommendation.send, drawn, document="杭科〔2026〕1 号")
    assert sent.firms == RECOMMENDED
    with pytest.raises(ConditionUnmet):
        year.by(year.cast.chen, recommendation.draw, year.round)  # nobody is left to be listed


def _the_agency_asks_for_more(year: Year) -> None:
    year.day = date(2026, 8, 3)
    some = year.at("recommended")[:ASKED_FOR_MORE]
    asks: dict[str, Any] = {"to": "supplement", "note": "补充专项审计报告", "by_day": date(2026, 8, 14)}
    year.by(year.cast.chen, application.record, year.dossiers(some), **asks)
    assert year.stages()["supplement"] == ASKED_FOR_MORE
    year.each(year.owner, application.supply, some, answer="已上传专项审计报告")
    assert year.stages()["recommended"] == RECOMMENDED


def _taken(year: Year, kind: str, rows: Sequence[str], head: str) -> ResultList:
    told: ResultList = year.by(
        year.cast.chen, result.take_in, kind=kind, day=year.day, round=year.round, text="\n".join([head, *rows])
    )
    with acting(year.cast.chen):
        result.confirm(told, by=year.cast.chen)
        result.work(told.pk, by=year.cast.chen, on=year.day)
    return told


def _lines(year: Year, told: ResultList) -> Counter[str]:
    with acting(year.cast.chen), transaction.atomic():
        return Counter(told.rows.values_list("state", flat=True))


def _codes(year: Year, keys: Sequence[int]) -> list[str]:
    with acting(INTAKE), transaction.atomic():
        return list(year.dossiers(keys).order_by("pk").values_list("firm__uscc", flat=True))


def _public_notice(year: Year) -> list[int]:
    """Those who pass, as the agency's notice lists them; beside them a stranger and one that did not apply."""
    year.day = date(2026, 10, 20)
    passed = year.at("recommended")[:PASSED]
    rows = [*_codes(year, passed), STRANGER, year.firms[-1].uscc]
    told = _taken(year, ResultList.PUBLICITY, rows, "统一社会信用代码")
    assert _lines(year, told)[Result.RECORDED] == PASSED
    assert sum(_lines(year, told).values()) == PASSED + 2
    assert year.stages()["publicity"] == PASSED
    return passed


def _objections_are_decided(year: Year, passed: Sequence[int]) -> None:
    """Two firms are objected to; against the first it is upheld."""
    year.day = date(2026, 10, 26)
    for key, outcome in zip(passed[:2], ("upheld", "dismissed"), strict=True):
        with acting(year.cast.chen), transaction.atomic():
            cases = Case.objects.filter(applications=key)
            [one] = objection.register(
                cases, by=year.cast.chen, on=year.day, objector="某公司", says="科技人员人数不实"
            )
        mine = type(one).objects.filter(pk=one.pk)
        year.by(year.cast.chen, objection.examine, mine, finding="核对社保记录", version=1)
        year.by(year.cast.zhou, objection.decide, mine, result=outcome, ruling="依据社保记录", version=2)


def _results_come_in(year: Year) -> None:
    year.day = date(2026, 12, 1)
    passed, failed = year.at("publicity"), year.at("recommended")
    numbered = [f"{code}\tGR202633{n:06}" for n, code in enumerate(_codes(year, passed))]
    wrong = numbered[-1].replace("GR202633", "GR202631")  # of another province
    rows = [*numbered[:-1], wrong, f"{STRANGER}\tGR202633999999"]
    year.there_only = {STRANGER, *(row.split("\t")[0] for row in (rows[0], wrong))}
    head = "统一社会信用代码\t证书编号"
    told = _taken(year, ResultList.CERTIFIED, rows, head)
    certified = PASSED - 2  # not the one objected to, nor the wrong number
    assert _lines(year, told)[Result.RECORDED] == certified
    again = _taken(year, ResultList.CERTIFIED, rows, head)
    assert (again.pk, year.stages()["certified"]) == (told.pk, certified)  # the same list twice changes nothing
    assert _lines(year, _taken(year, ResultList.CERTIFIED, numbered[-1:], head))[Result.RECORDED] == 1
    refused = [f"{code}\t研发费用占比不符合" for code in _codes(year, [*failed, passed[0]])]
    told = _taken(year, ResultList.REFUSED, refused, "统一社会信用代码\t未通过原因")
    assert _lines(year, told) == {Result.RECORDED: REFUSED + 1}
    assert year.stages() == {
        "withdrawn": WITHDRAWN + FORGOTTEN + GIVEN_UP,
        "not_recommended": NOT_RECOMMENDED,
        "refused": REFUSED + 1,
        "certified": PASSED - 1,
    }
    assert sum(year.stages().values()) == APPLYING


def _what_failed_is_coached_again(year: Year) -> None:
    """Each with a case open in coaching, and a step for the condition that the agency found unmet."""
    failed = year.at("refused")
    with acting(INTAKE), transaction.atomic():
        back = Case.objects.filter(applications__in=failed)
        assert Counter(back.values_list("stage", flat=True)) == {"coaching": len(failed)}
        planned = Step.objects.filter(plan__case__in=back, rule="rd_intensity").values("plan__case").distinct()
        assert planned.count() == len(failed)


def _lists_and_record_agree(year: Year) -> None:
    with acting(year.cast.chen), transaction.atomic():
        found = sides(Span(2026, year.round), year.cast.chen.reach(), ResultList.objects.all())
        assert (found.here, found.both) == (PASSED - 1, PASSED - 1)
        assert found.here_only.count() == 0
        assert {each.uscc for each in found.there_only} == year.there_only
        assert found.waiting.count() == 0


def _the_years_after(year: Year) -> None:
    """Reports are owed each May by every holder; a year before the end renewal comes up for who is certified now."""
    with acting(INTAKE), transaction.atomic():
        held = Certificate.objects.filter(issued_on=date(2026, 12, 1)) | Certificate.objects.filter(issued_on=ISSUED)
        assert held.count() == PASSED - 1
        for due in (date(2027, 5, 31), date(2028, 5, 31), date(2029, 5, 31)):
            owed = Obligation.objects.filter(certificate__in=held, kind="annual_report", due_on=due)
            assert owed.count() == PASSED - 1
        assert Certificate.objects.filter(pk__in=held).valid_on(date(2028, 6, 1)).count() == PASSED - 1
    year.day = date(2027, 5, 20)
    with acting(INTAKE), transaction.atomic():
        owed_now = list(Obligation.objects.filter(certificate__in=held, due_on=date(2027, 5, 31)).order_by("pk"))
    for each in owed_now[:100]:
        year.by(year.cast.chen, certificate.fulfil, each)
    with acting(INTAKE), transaction.atomic():
        open_still = Obligation.objects.filter(certificate__in=held, due_on=date(2027, 5, 31), fulfilled_on=None)
        assert open_still.count() == PASSED - 1 - 100
        before = Certificate.objects.due_for_renewal(date(2028, 11, 30)).filter(pk__in=held).count()
        after = Certificate.objects.due_for_renewal(date(2028, 12, 1)).filter(pk__in=held).count()
    assert (before, after) == (0, PASSED - 1)

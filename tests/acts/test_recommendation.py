"""What a recommendation rests on: the county's check, the list to the province, frozen when it was sent."""

import hashlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from openpyxl import load_workbook

from config.postgres.scope import acting
from pipeline import access
from pipeline.acts import application, coaching, recommendation, round
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Application, CountyCheck, Listed, MoveRefused, ProvinceList, Round, User, Visit
from pipeline.models.recommendation import AGREES, CHECKED, DIFFERS
from tests.cast import QINGHE, Cast, Story, the
from tests.recommended import ALL_AGREES, recommended

DAYS = {
    "opens_on": date(2026, 11, 3),
    "county_date": date(2026, 12, 11),
    "city_date": date(2026, 12, 18),
    "province_date": date(2026, 12, 31),
}


@pytest.fixture(autouse=True)
def papers(settings: Any, tmp_path: Path) -> None:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}


@pytest.fixture
def handed_in(story: Story) -> Story:
    """Qinghe's dossier is with the county."""
    story.to("coaching")
    cast, day = story.cast, story.day
    with acting(cast.chen), transaction.atomic():
        round.open(name="2026 年第三批", by=cast.chen, **DAYS)
    with acting(cast.li), transaction.atomic():
        application.open(the(cast.qinghe), Round.objects.get(), by=cast.li, on=day)
        application.submit(Application.objects.all(), by=cast.li, on=day)
    return story


@pytest.fixture
def ready_to_list(story: Story) -> Story:
    story.to("coaching")
    cast = story.cast
    with acting(cast.chen), transaction.atomic():
        round.open(name="2026 年第三批", by=cast.chen, **DAYS)
    with acting(cast.li), transaction.atomic():
        application.open(the(cast.qinghe), Round.objects.get(), by=cast.li, on=story.day)
    recommended(cast, Application.objects.all(), story.day)
    return story


def visited(story: Story, **also: Any) -> Visit:
    wang = story.cast.wang
    said: dict[str, Any] = {"on": story.day, "way": "visit", "notes": "看了研发场地", **also}
    with acting(wang), transaction.atomic():
        return coaching.record_visit(story.case.get(), by=wang, **said)


def check(story: Story, visit: Visit, by: User, **also: Any) -> CountyCheck:
    said: dict[str, Any] = {"findings": ALL_AGREES, "says": "属实", **also}
    with acting(by), transaction.atomic():
        return recommendation.check(Application.objects.all(), visit=visit, by=by, on=story.day, **said)


def drawn(cast: Cast, day: date) -> ProvinceList:
    with acting(cast.chen), transaction.atomic():
        return recommendation.draw(Round.objects.get(), by=cast.chen, on=day)


def sent(cast: Cast, day: date) -> ProvinceList:
    made = drawn(cast, day)
    with acting(cast.zhou), transaction.atomic():
        return recommendation.send(made, document="杭科高〔2026〕12 号", by=cast.zhou, on=day)


def test_a_check_keeps_who_when_at_which_visit_and_what_agreed(handed_in: Story) -> None:
    visit, wang = visited(handed_in, met="李青，总经理"), handed_in.cast.wang
    differs = {**ALL_AGREES, "people": {"is": DIFFERS, "says": "名单 16 人，在岗 15 人"}}
    check(handed_in, visit, wang, findings=differs)
    with acting(handed_in.cast.zhou):
        kept = CountyCheck.objects.select_related("visit").get()
        assert (kept.by, kept.on, kept.visit.met) == (wang, handed_in.day, "李青，总经理")
        assert kept.wanting == ["people"]
        assert kept.findings["people"] == {"is": DIFFERS, "says": "名单 16 人，在岗 15 人"}


def test_everything_on_the_list_is_answered_and_what_differs_with_words(handed_in: Story) -> None:
    visit, wang = visited(handed_in), handed_in.cast.wang
    some = {"licence": {"is": AGREES, "says": ""}, "people": {"is": DIFFERS, "says": " "}}
    with pytest.raises(ConditionUnmet) as refused:
        check(handed_in, visit, wang, findings=some, says=" ")
    places = {each.place for each in refused.value.missing}
    assert places == (set(CHECKED) - {"licence", "people"}) | {"people_says", "says"}


@pytest.mark.parametrize("wrong", [{"way": "call"}, {"on": date(2026, 10, 1)}])
def test_a_call_or_a_visit_before_the_dossier_is_no_visit_on_the_spot(handed_in: Story, wrong: dict[str, Any]) -> None:
    visit = visited(handed_in, **wrong)
    with pytest.raises(ConditionUnmet) as refused:
        check(handed_in, visit, handed_in.cast.wang)
    assert [each.place for each in refused.value.missing] == ["visit"]


def test_the_city_and_another_county_check_nothing(handed_in: Story) -> None:
    visit = visited(handed_in)
    with pytest.raises(access.Refused):
        check(handed_in, visit, handed_in.cast.chen)
    with pytest.raises(Application.DoesNotExist):
        check(handed_in, visit, handed_in.cast.sun)


def test_a_firm_reads_no_check_and_no_line_of_a_list(ready_to_list: Story) -> None:
    drawn(ready_to_list.cast, ready_to_list.day)
    with acting(ready_to_list.cast.li):
        assert not CountyCheck.objects.exists()
        assert not Listed.objects.exists()
        assert not ProvinceList.objects.exists()
    with acting(ready_to_list.cast.wang):
        assert Listed.objects.count() == 1
    with acting(ready_to_list.cast.sun):
        assert not Listed.objects.exists()


def test_a_list_that_was_sent_holds_its_firms_numbered_in_a_file_of_its_hash(ready_to_list: Story) -> None:
    out = sent(ready_to_list.cast, ready_to_list.day)
    with recommendation.content(out) as file:
        content = file.read()
        assert hashlib.sha256(content).hexdigest() == out.sha256
        file.seek(0)
        rows = [[cell.value for cell in row] for row in load_workbook(file).active.rows]
    assert rows[0][0] == "2026 年第三批高新技术企业推荐名单（第 1 号）"
    assert "杭科高〔2026〕12 号" in rows[1][0]
    assert rows[2][:4] == ["序号", "企业名称", "统一社会信用代码", "所属县（市、区）"]
    number, name, code, county, _field, kind, visited_on, says, *_rest = rows[3]
    assert (number, name, code, county) == (1, "杭州青禾智控科技有限公司", QINGHE, "临安区")
    assert (kind, visited_on) == ("首次认定", ready_to_list.day.isoformat())
    assert says == "同意推荐：属实"
    assert len(rows) == 4


def test_who_drew_a_list_does_not_send_it_and_the_database_holds_that(ready_to_list: Story) -> None:
    cast, day = ready_to_list.cast, ready_to_list.day
    made = drawn(cast, day)
    with acting(cast.chen), transaction.atomic(), pytest.raises(access.Refused):
        recommendation.send(made, document="", by=cast.chen, on=day)
    rows = ProvinceList.objects.filter(pk=made.pk)
    with acting(cast.zhou), transaction.atomic(), pytest.raises(IntegrityError):
        rows.update(sent_by=cast.chen, sent_on=day, sha256="0" * 64)


def test_a_sent_list_is_changed_by_nobody(ready_to_list: Story) -> None:
    cast, day = ready_to_list.cast, ready_to_list.day
    out = sent(cast, day)
    attempts: list[Any] = [
        lambda: ProvinceList.objects.filter(pk=out.pk).update(document="改"),
        lambda: ProvinceList.objects.filter(pk=out.pk)._raw_delete("default"),
        lambda: Listed.objects.update(says={}),
        lambda: Listed.objects.all().delete(),
    ]
    for attempt in attempts:
        refused = pytest.raises(DatabaseError, match="stays as it is")
        with acting(cast.chen), transaction.atomic(), refused, transaction.atomic():
            attempt()
    with acting(cast.chen), transaction.atomic(), pytest.raises(MoveRefused):
        recommendation.drop(out, by=cast.chen, on=day)
    with acting(cast.zhou), transaction.atomic(), pytest.raises(MoveRefused):
        recommendation.send(out, document="", by=cast.zhou, on=day)


def test_a_firm_that_was_listed_is_not_listed_again(ready_to_list: Story) -> None:
    cast, day = ready_to_list.cast, ready_to_list.day
    sent(cast, day)
    with pytest.raises(ConditionUnmet):
        drawn(cast, day + timedelta(days=1))


def test_a_dropped_list_gives_its_firms_back_and_its_number_is_not_used_again(ready_to_list: Story) -> None:
    cast, day = ready_to_list.cast, ready_to_list.day
    made = drawn(cast, day)
    with pytest.raises(ConditionUnmet):
        drawn(cast, day)
    with acting(cast.chen), transaction.atomic():
        recommendation.drop(made, by=cast.chen, on=day)
        assert not Listed.objects.exists()
    assert sent(cast, day).number == 2


def test_a_firm_that_is_not_recommended_any_more_holds_the_list_back(ready_to_list: Story) -> None:
    cast, day = ready_to_list.cast, ready_to_list.day
    made = drawn(cast, day)
    with acting(cast.chen), transaction.atomic():
        application.record(Application.objects.all(), to="withdrawn", by=cast.chen, on=day, note="企业来函撤回")
    with acting(cast.zhou), transaction.atomic(), pytest.raises(ConditionUnmet, match="青禾"):
        recommendation.send(made, document="", by=cast.zhou, on=day)

"""The agency's lists at the desk: taken in, looked through, put on record, compared."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.models import Certificate, Result, ResultList
from tests.agency import called, with_agency
from tests.cast import DAY, QINGHE, Cast
from tests.desk.conftest import Seat, Travel, text

LISTS, COMPARED = reverse("desk:results"), reverse("desk:reconciliation")
NUMBER, OTHER = "GR202633000001", "GR202633000002"
HEAD = "企业名称\t统一社会信用代码\t证书编号"
LATER = date(2026, 12, 1)


@pytest.fixture
def taken(cast: Cast, seat: Seat, travel: Travel, monkeypatch: pytest.MonkeyPatch) -> str:
    """Qinghe applied; a list names it and a firm nobody knows. The address of the list."""
    monkeypatch.setattr(jobs.record_results, "delay", lambda *_args, **_also: None)
    with acting(cast.chen):
        firms = [cast.qinghe]
    with_agency(cast, firms, called(cast))
    travel(LATER)
    rows = f"{HEAD}\n杭州青禾智控科技有限公司\t{QINGHE}\t{NUMBER}\n某外地企业\t\t{OTHER}"
    answer = seat(cast.chen).post(LISTS, {"kind": "certified", "day": DAY.isoformat(), "rows": rows})
    assert answer.status_code == 302
    return str(answer["Location"])


def recorded(cast: Cast) -> list[str]:
    with acting(cast.chen):
        return list(Certificate.objects.values_list("number", flat=True))


def work_off(cast: Cast) -> None:
    with acting(cast.chen):
        key = ResultList.objects.get().pk
    jobs.record_results(key, person=cast.chen.pk)


def test_lines_that_wait_are_shown_first_and_the_sure_ones_are_put_on_record(
    cast: Cast, taken: str, seat: Seat
) -> None:
    chen = seat(cast.chen)
    page = chen.get(taken)
    assert [each.number for each, _rules in page.context["rows"]] == [OTHER]
    assert page.context["sure"] == 1
    assert recorded(cast) == []
    chen.post(taken, {"confirm": "1"})
    work_off(cast)
    assert recorded(cast) == [NUMBER]
    assert "某外地企业" in text(chen.get(taken))


def test_a_lost_nudge_is_found_by_the_sweep(
    cast: Cast, taken: str, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat(cast.chen).post(taken, {"confirm": "1"})
    handed: list[Any] = []
    monkeypatch.setattr(jobs.record_results, "delay", lambda key, person: handed.append((key, person)))
    jobs.sweep()
    with acting(cast.chen):
        assert handed == [(ResultList.objects.get().pk, cast.chen.pk)]
    work_off(cast)
    handed.clear()
    jobs.sweep()
    assert handed == []


def test_a_line_that_waits_is_left_with_a_reason_or_given_to_a_firm(cast: Cast, taken: str, seat: Seat) -> None:
    chen = seat(cast.chen)
    refused = chen.post(taken, {"row": "2", "leave": "1", "why": ""})
    assert refused.context["form"].errors
    nobody = chen.post(taken, {"row": "2", "uscc": "91330106MA2CGLR470"})
    assert list(nobody.context["form"].errors)
    chen.post(taken, {"row": "2", "leave": "1", "why": "注册在外地"})
    with acting(cast.chen):
        left = Result.objects.get(position=2)
    assert (left.state, left.note, left.settled_by_id) == ("left", "注册在外地", cast.chen.pk)


def test_the_record_and_the_lists_are_compared_by_year_and_by_round(cast: Cast, taken: str, seat: Seat) -> None:
    chen = seat(cast.chen)
    before = chen.get(COMPARED, {"year": 2026}).context
    assert (before["sides"].there, before["sides"].here, len(before["waiting"])) == (2, 0, 1)
    chen.post(taken, {"confirm": "1"})
    work_off(cast)
    after = chen.get(COMPARED, {"year": 2026}).context
    assert (after["sides"].there, after["sides"].here, after["sides"].both) == (2, 1, 1)
    assert [each.number for each in after["there_only"]] == [OTHER]
    assert list(after["waiting"]) == []
    by_round = chen.get(COMPARED, {"round": after["rounds"][0].pk}).context
    assert [each.number for each in by_round["here_only"]] == [NUMBER]  # the list was taken in for no round


@pytest.mark.parametrize("wrong", [{"rows": ""}, {"rows": "没有表头"}, {"day": "2027-01-01"}, {"kind": "other"}])
def test_a_list_that_cannot_be_read_is_refused_with_the_reason(cast: Cast, seat: Seat, wrong: dict[str, str]) -> None:
    said = {"kind": "certified", "day": DAY.isoformat(), "rows": f"{HEAD}\n某\t\t{NUMBER}", **wrong}
    answer = seat(cast.chen).post(LISTS, said)
    assert answer.status_code == 200
    assert answer.context["form"].errors
    with acting(cast.chen):
        assert not ResultList.objects.exists()


def test_a_county_sees_no_list_of_the_city_and_takes_none_in(cast: Cast, taken: str, seat: Seat) -> None:
    wang = seat(cast.wang)
    assert wang.get(taken).status_code == 404
    assert wang.get(LISTS).context["rows"] == []
    assert wang.post(LISTS, {"kind": "certified", "day": DAY.isoformat(), "rows": HEAD + "\n某\t\t"}).status_code == 403

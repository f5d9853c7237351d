"""Every long list of the desk: its sentence, its views, columns, pages and file, and what its address cannot mean."""

import csv
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import application, call, certificate, coaching, difficulty
from pipeline.acts import round as round_acts
from pipeline.acts.listings import LISTS
from pipeline.desk import paging
from pipeline.models import Export, Firm, Hit, Round, SavedView, User
from pipeline.models.listing import LISTINGS, QUEUE, SCREENING
from tests.cast import QINGHE, Cast, Story, the
from tests.desk.conftest import Seat, Travel, text

OWN = {"calls": "list=agreed", "quality": "kind=off_by_unit"}  # the group in which a list has its row
NAME = "青禾"
LINAN, XIHU = "330112", "330106"


@pytest.fixture(autouse=True)
def papers(settings: Any, tmp_path: Path) -> None:
    """Files of these tests lie in a folder of their own."""
    disk = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"documents": disk}


@pytest.fixture
def city(story: Story, travel: Travel) -> Cast:
    """Qinghe of Lin'an stands in each of the lists; nothing of Xihu does."""
    cast = story.cast
    with acting(cast.chen), transaction.atomic():
        issued: dict[str, Any] = {"number": "GR202033000001", "issued_on": date(2020, 12, 1)}
        certificate.issue(cast.qinghe, by=cast.chen, on=story.day, **issued)
    story.to("coaching")
    travel(story.day)
    day = story.day
    with acting(cast.wang), transaction.atomic():
        qinghe = cast.qinghe
        firm = the(qinghe)
        call.note(firm, says="再联系", by=cast.wang, on=day, next_on=day)
        coaching.record_visit(story.case.get(), by=cast.wang, on=day, way="visit", notes="看了研发台账")
    with acting(cast.li), transaction.atomic():
        difficulty.ask(qinghe, kind="policy", says="年限怎么算？", by=cast.li, on=day)
    with acting(cast.chen), transaction.atomic():
        _round(cast.chen, day)
    with acting(cast.li), transaction.atomic():
        application.open(firm, Round.objects.get(), by=cast.li, on=day)
    _odd(qinghe, day)
    return cast


def _round(chen: User, day: date) -> None:
    dates = ("county_date", "city_date", "province_date")
    days = {name: day + timedelta(days=30 + 10 * at) for at, name in enumerate(dates)}
    round_acts.open(name="第三批", opens_on=day, by=chen, **days)


def _odd(firm: Firm, day: date) -> None:
    facts = {"figure": "sales", "year": 2025, "beside": "2024", "values": ["1", "10000"], "factor": 10_000}
    with acting(INTAKE), transaction.atomic():
        Hit.objects.create(firm=firm, kind="off_by_unit", sides="0", found_on=day, facts=facts)


def address(name: str, *more: str) -> str:
    query = "&".join(each for each in (OWN.get(name, ""), *more) if each)
    return f"{reverse(f'desk:{name}')}?{query}" if query else reverse(f"desk:{name}")


def rows(answer: Any) -> list[Any]:
    return list(answer.context["rows"])


def test_a_list_is_narrowed_by_county_and_name_and_says_so_as_a_sentence(city: Cast, seat: Seat) -> None:
    for name in LISTS:
        chen = seat(city.chen)
        whole = rows(chen.get(address(name)))
        assert whole, name
        here = chen.get(address(name, f"county={LINAN}", f"text={NAME}"))
        assert [row.pk for row in rows(here)] == [row.pk for row in whole if NAME in LISTS[name].firm(row)]
        assert [chip["value"] for chip in here.context["chips"]] == ["临安区", NAME]
        elsewhere = chen.get(address(name, f"county={XIHU}", f"text={NAME}"))
        assert not rows(elsewhere), name
        guilty = elsewhere.context["nothing"]["guilty"]
        assert any("county=" not in part["url"] for part in guilty), "without the county there would be rows"


def test_another_office_gets_none_of_its_rows(city: Cast, seat: Seat) -> None:
    for name in LISTS:
        assert NAME in text(seat(city.wang).get(address(name))).split("<main", 1)[1]
        assert NAME not in text(seat(city.sun).get(address(name))).split("<main", 1)[1]


def test_every_order_of_a_list_pages_without_losing_a_row(
    city: Cast, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chen = seat(city.chen)
    whole = {name: {row.pk for row in rows(chen.get(address(name)))} for name in LISTS}
    monkeypatch.setattr(paging, "PAGE", 1)
    for name in LISTS:
        for sort in LISTS[name].sorts:
            seen, following = [], address(name, f"sort={sort}")
            while following:
                page = chen.get(following)
                seen += [row.pk for row in rows(page)]
                onward = page.context["page"].around.following
                following = f"{reverse(f'desk:{name}')}{onward}" if onward else ""
            assert sorted(seen) == sorted(whole[name]), (name, sort)


def test_all_columns_of_a_list_can_be_shown_and_go_out_as_a_file(city: Cast, seat: Seat) -> None:
    for name in LISTS:
        wang, listing = seat(city.wang), LISTS[name]
        wang.post(reverse("desk:list_look", args=[name]), {"column": list(listing.columns), "density": "compact"})
        shown = wang.get(address(name))
        assert [column["name"] for column in shown.context["columns"]] == list(listing.columns)
        assert 'data-density="compact"' in text(shown)
        ask = reverse("desk:export_ask", args=[name])
        page = wang.post(f"{ask}?{shown.context['query']}", {"form": "csv"}, follow=True)
        assert page.context["export"].state == "done"
        answer: Any = wang.get(page.redirect_chain[-1][0] + "?file=1")
        file = b"".join(answer.streaming_content).decode("utf-8-sig")
        head, *lines = csv.reader(StringIO(file))
        plain = [column for column in listing.columns.values() if not column.personal]
        assert head[1:] == [str(column.label) for column in plain]
        assert len(lines) == len(rows(shown))
        assert all(NAME in line[0] and QINGHE in line for line in lines)


def test_a_view_is_kept_shared_and_counted(city: Cast, seat: Seat) -> None:
    for name in LISTS:
        wang = seat(city.wang)
        query = "&".join(filter(None, [OWN.get(name, ""), f"county={LINAN}"]))
        kept = wang.post(
            f"{reverse('desk:view_save', args=[name])}?{query}", {"name": "临安", "shared": "1"}, follow=True
        )
        assert kept.context["opened"].name == "临安"
        [tab] = seat(city.zhao).get(address(name)).context["saved_tabs"]
        assert (tab["label"], tab["count"]) == ("临安", str(len(rows(kept))))
        assert not seat(city.sun).get(address(name)).context["saved_tabs"]


@pytest.mark.parametrize("name", LISTINGS)
def test_what_an_address_cannot_mean_is_said_and_the_list_is_shown(cast: Cast, seat: Seat, name: str) -> None:
    wang = seat(cast.wang)
    group = LISTS[name].group_param if name in LISTS else {QUEUE: "view", SCREENING: "group"}[name]
    grouped = name not in LISTS or bool(LISTS[name].groups)
    wrong = {
        "nonsense": "1",
        "county": "999999",
        "after": "x.abc",
        "saved": "00000000-0000-0000-0000-000000000000",
        **({group: "nobody-knows"} if grouped else {}),
        **({} if name == SCREENING else {"sort": "nobody-knows"}),
    }
    for names in [*([each] for each in wrong), list(wrong)]:
        answer = wang.get(reverse(f"desk:{name}"), {each: wrong[each] for each in names})
        assert answer.status_code == 200, names
        assert len(answer.context["faults"]) == len(names), names
        assert 'role="alert"' in text(answer)


@pytest.mark.parametrize("name", LISTINGS)
def test_a_stale_place_shows_the_list_from_its_beginning(cast: Cast, seat: Seat, name: str) -> None:
    wang = seat(cast.wang)
    for query in (
        "after=999999999999.2199-01-01",
        "before=1.1900-01-01",
        "after=.",
        "before=-1.x",
        "page=900",
        "count=all",
    ):
        assert wang.get(address(name, query)).status_code == 200, query


@pytest.mark.parametrize("name", LISTINGS)
def test_a_column_nobody_knows_is_named_and_one_of_no_list_is_not_there(cast: Cast, seat: Seat, name: str) -> None:
    wang = seat(cast.wang)
    told = wang.post(reverse("desk:list_look", args=[name]), {"column": ["county", "nonsense"]}, follow=True)
    assert "nonsense" in " ".join(str(each) for each in told.context["messages"])
    assert wang.post(reverse("desk:list_look", args=["nonsense"]), {"column": "county"}).status_code == 404
    assert wang.post(reverse("desk:export_ask", args=["nonsense"])).status_code == 404


def test_widths_are_kept_for_the_columns_there_are_within_bounds(city: Cast, seat: Seat) -> None:
    wang, look = seat(city.wang), reverse("desk:list_look", args=["certificates"])
    sent = {"width": ["number:220", "firm:300", "nonsense:200", "state:5", "county:x"]}
    assert wang.post(look, sent).status_code == 204
    wang.post(look, {"width": "number:240"})
    shown = wang.get(address("certificates"))
    assert shown.context["widths"] == {"number": 240, "firm": 300}
    assert 'data-column="number" data-width="240"' in text(shown)
    assert seat(city.zhao).get(address("certificates")).context["widths"] == {}
    wang.post(look, {"as-it-comes": "1"})
    assert wang.get(address("certificates")).context["widths"] == {}


def test_telephones_of_the_calls_go_out_masked_after_a_second_look(city: Cast, seat: Seat) -> None:
    wang, ask = seat(city.wang), reverse("desk:export_ask", args=["calls"])
    where = wang.post(f"{ask}?list=agreed", {"form": "csv", "contact": "1"}, follow=True).redirect_chain[-1][0]
    assert wang.get(where).context["export"].state == "held"
    with acting(city.wang):
        assert "phone" in Export.objects.get().columns


def test_a_leader_narrows_the_firms_behind_a_number_as_the_table_does_and_takes_no_file(city: Cast, seat: Seat) -> None:
    gu = seat(city.gu)
    shown = gu.get(reverse("desk:funnel_firms"), {"text": NAME, "field": "01"})
    assert len(shown.context["faults"]) == 2
    assert not shown.context["chips"]
    assert "desk/files/ask" not in text(shown)
    assert gu.post(reverse("desk:export_ask", args=["funnel_firms"])).status_code in (403, 404)
    with acting(city.gu):
        assert not SavedView.objects.exists()

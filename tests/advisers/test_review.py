"""The expert's pages: coming in, the list of tasks, the sheet of points, stepping back, the record of oneself."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.postgres.scope import acting
from pipeline.acts import panel, people, scoring
from pipeline.models import Expert, PanelMember, ScoreSheet
from pipeline.rules.panels import ITEMS
from tests.cast import SINCE, Cast
from tests.panels import REASON, entered, filled, handed_in, members, opened, pool

TASKS = reverse("advisers:tasks")


@pytest.fixture
def seats(cast: Cast) -> list[PanelMember]:
    pool(cast)
    return members(cast, opened(cast))


def fresh_link(cast: Cast, member: PanelMember) -> str:
    """As the mail would bring it now: the links of the cast are of the cast's days."""
    with acting(cast.chen):
        panel.call(member, by=cast.chen, at=timezone.now())
        member.refresh_from_db()
    return scoring.link_of(member).partition("/coach/")[2]


def task_of(member: PanelMember) -> str:
    return reverse("advisers:task", args=[member.public_id])


def test_an_expert_comes_in_by_link_and_code_without_a_password(
    client: Client, cast: Cast, seats: list[PanelMember]
) -> None:
    member = seats[1]
    link = "/coach/" + fresh_link(cast, member)
    assert client.get(link).status_code == 200
    assert client.post(link, {"code": "123"}).status_code == 422
    answer = client.post(link, {"code": scoring.code_of(member)})
    assert answer.headers["Location"] == task_of(member)
    assert client.get(task_of(member)).status_code == 200
    assert Client().get(link).status_code == 404, "a link works once"
    assert client.get(reverse("desk:queue")).status_code == 404


def test_a_recused_expert_who_opens_the_link_is_told_why_it_does_not_work(
    client: Client, cast: Cast, seats: list[PanelMember]
) -> None:
    member = seats[1]
    link = "/coach/" + fresh_link(cast, member)
    with acting(member.user):
        PanelMember.objects.filter(pk=member.pk).update(recused_on=SINCE, recused_why="有关系")
    answer = client.get(link)
    assert answer.status_code == 404
    assert "step back" in answer.content.decode() or "回避" in answer.content.decode()


def test_a_link_opens_no_account_with_other_seats(client: Client, cast: Cast, seats: list[PanelMember]) -> None:
    member = seats[1]
    with acting(cast.song):
        people.grant_seat(member.user, "coach", by=cast.song, on=SINCE)
    link = "/coach/" + fresh_link(cast, member)
    answer = client.post(link, {"code": scoring.code_of(member)})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session
    client.force_login(member.user)
    assert client.post(task_of(member), {"do": "enter", "code": scoring.code_of(member)}).status_code == 302
    assert ">" in client.get(task_of(member)).content.decode()


def test_the_pages_show_the_firm_by_its_number_and_the_bands_of_the_expert(
    client: Client, seats: list[PanelMember]
) -> None:
    member = entered(next(each for each in seats if each.kind == "financial"))
    client.force_login(member.user)
    assert "模拟评审一组" in client.get(TASKS).content.decode()
    sheet = client.get(reverse("advisers:sheet", args=[member.public_id, 1])).content.decode()
    assert "青禾" not in sheet
    assert 'min="3" max="4"' in sheet or 'max="4"' in sheet
    assert "points_conversion" not in sheet


def test_a_point_outside_its_band_is_refused_at_its_field(client: Client, seats: list[PanelMember]) -> None:
    member = entered(next(each for each in seats if each.kind == "financial"))
    client.force_login(member.user)
    page = reverse("advisers:sheet", args=[member.public_id, 1])
    answer = client.post(page, {"points_growth_sales": "9", "reason_growth_sales": REASON, "version": "0"})
    assert answer.status_code == 422
    assert 'href="#id_points_growth_sales"' in answer.content.decode()
    assert 'value="9"' in answer.content.decode(), "what was typed is still there"
    assert client.post(page, {"points_growth_sales": "4", "version": "0"}).status_code == 302
    with acting(member.user):
        assert ScoreSheet.objects.get().points == {"growth_sales": 4}


def test_sheets_are_filled_in_and_handed_in_and_the_page_closes(client: Client, seats: list[PanelMember]) -> None:
    member = seats[1]
    entered(member)
    client.force_login(member.user)
    with acting(member.user):
        bands = member.panel.files.get().bands
    form: dict[str, Any] = {"version": "0", "next": "1"}
    assert client.post(task_of(member), {"do": "submit"}).status_code == 422
    for item in ITEMS[member.kind]:
        form |= {f"points_{item}": bands[item][1], f"reason_{item}": REASON}
    page = reverse("advisers:sheet", args=[member.public_id, 1])
    assert client.post(page, form).headers["Location"] == task_of(member)
    assert client.post(task_of(member), {"do": "submit"}).status_code == 302
    assert client.get(page).status_code == 404
    assert client.get(task_of(member)).status_code == 200


def test_the_chair_sums_up_on_the_page(client: Client, seats: list[PanelMember]) -> None:
    chair, *others = seats
    handed_in(chair)
    client.force_login(chair.user)
    assert 'value="summarise"' not in client.get(task_of(chair)).content.decode()
    for each in others:
        handed_in(each)
    assert 'value="summarise"' in client.get(task_of(chair)).content.decode()
    said = {"do": "summarise", "summary": "专家组一致认为该企业创新能力达到要求，建议通过。"}
    assert client.post(task_of(chair), said).status_code == 302
    with acting(chair.user):
        assert PanelMember.objects.get(pk=chair.pk).done_at


def test_who_steps_back_is_led_away_and_sees_nothing_more(client: Client, seats: list[PanelMember]) -> None:
    member = entered(seats[1])
    client.force_login(member.user)
    assert client.post(task_of(member), {"do": "recuse", "why": ""}).status_code == 422
    assert client.post(task_of(member), {"do": "recuse", "why": "曾任该企业顾问"}).headers["Location"] == TASKS
    assert client.get(reverse("advisers:sheet", args=[member.public_id, 1])).status_code == 404


def test_anothers_task_is_a_404(client: Client, seats: list[PanelMember]) -> None:
    entered(seats[0])
    client.force_login(seats[1].user)
    assert client.get(task_of(seats[0])).status_code == 404
    assert client.get(reverse("advisers:sheet", args=[seats[0].public_id, 1])).status_code == 404


def test_an_expert_keeps_what_they_say_of_themselves(client: Client, cast: Cast) -> None:
    client.force_login(cast.people["expert"])
    page = reverse("advisers:expert")
    said = {
        "kind": "technical", "employer": "浙江大学", "qualification": "senior_title", "years": "20", "knows": ["801"],
        "shares": "某公司\n\n 另一公司 ", "declared": "", "available": "on", "away_from": "2027-01-01",
        "away_until": "2027-01-31", "version": "0",
    }  # fmt: skip
    assert client.post(page, said | {"away_until": "2026-01-01"}).status_code == 422
    assert client.post(page, said).status_code == 302
    with acting(cast.people["expert"]):
        kept = Expert.objects.get()
    assert (kept.shares, kept.fields) == (["某公司", "另一公司"], ["801"])
    assert (kept.away.lower.isoformat(), kept.away.upper.isoformat()) == ("2027-01-01", "2027-02-01")
    shown = client.get(page).content.decode()
    assert 'value="2027-01-31"' in shown
    assert client.post(page, said).status_code == 409, "changed meanwhile"


def test_the_pages_ask_little_of_the_database(client: Client, seats: list[PanelMember]) -> None:
    member = entered(seats[1])
    filled(member)
    client.force_login(member.user)
    pages = (TASKS, task_of(member), reverse("advisers:sheet", args=[member.public_id, 1]))
    for page in pages:
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        asked = [each["sql"] for each in captured if "SAVEPOINT" not in each["sql"]]
        assert len(asked) <= 14, (page, "\n".join(asked))

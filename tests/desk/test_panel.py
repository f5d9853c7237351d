"""The desk's pages of panels: drawing one, opening it, its spread, its end, the statement of fees."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import panel as acts
from pipeline.acts import scoring
from pipeline.models import Panel, PanelMember
from tests.cast import QINGHE, YUNLING, Cast
from tests.panels import AT, composed, entered, handed_in, members, opened, pool, said, seated

PANELS = reverse("desk:panels")
FORM = {
    "title": "模拟评审一组", "codes": QINGHE, "kind": "mock", "blind": "on", "technical": "4", "financial": "1",
    "opens_on": "2099-01-04", "closes_on": "2099-12-31", "fee": "200",
}  # fmt: skip


def page_of(made: Panel) -> str:
    return reverse("desk:panel", args=[made.public_id])


def as_(client: Client, cast: Cast, name: str) -> Client:
    client.force_login(cast.people[name])
    return client


def test_an_officer_draws_and_a_head_opens(client: Client, cast: Cast) -> None:
    pool(cast)
    answer = as_(client, cast, "chen").post(PANELS, FORM)
    with acting(cast.chen):
        made = Panel.objects.get()
    assert answer.headers["Location"] == page_of(made)
    shown = client.get(page_of(made)).content.decode()
    assert made.seed in shown
    assert 'value="open"' not in shown
    opening = {"do": "open", "version": made.version}
    assert client.post(page_of(made), opening).status_code == 403
    assert as_(client, cast, "zhou").post(page_of(made), opening).status_code == 302
    with acting(cast.chen):
        assert Panel.objects.get().state == "open"


def test_a_draw_that_breaks_the_rules_is_told_at_its_field_and_nothing_is_drawn(client: Client, cast: Cast) -> None:
    pool(cast)
    as_(client, cast, "chen")
    for changes, place in (
        ({"technical": "2"}, "technical"),
        ({"financial": "0", "technical": "5"}, "technical"),
        ({"codes": "91330106MA2CGLR470"}, "codes"),
        ({"closes_on": "2098-01-01"}, "closes_on"),
        ({"kind": "real"}, "codes"),
    ):
        answer = client.post(PANELS, FORM | changes)
        assert answer.status_code == 422
        assert f'href="#id_{place}"' in answer.content.decode(), changes
    with acting(cast.chen):
        assert not Panel.objects.exists()


def test_the_page_tells_who_was_left_out_and_why_and_the_code_to_be_told(client: Client, cast: Cast) -> None:
    pool(cast)
    seated(cast, "tied", said(shares=[QINGHE]))
    made = opened(cast)
    shown = as_(client, cast, "chen").get(page_of(made)).content.decode()
    assert "tied" in shown
    assert "持有该企业股份" in shown
    for each in members(cast, made):
        assert scoring.code_of(each) in shown
    entered(members(cast, made)[0])
    assert scoring.code_of(members(cast, made)[0]) not in client.get(page_of(made)).content.decode()


def test_who_is_recused_is_replaced_and_a_reason_is_asked_for(client: Client, cast: Cast) -> None:
    pool(cast)
    made = opened(cast)
    member = members(cast, made)[1]
    as_(client, cast, "chen")
    assert client.post(page_of(made), {"do": "replace", "member": member.pk, "why": ""}).status_code == 422
    assert client.post(page_of(made), {"do": "replace", "member": member.pk, "why": "同事"}).status_code == 302
    shown = client.get(page_of(made)).content.decode()
    assert "同事" in shown
    assert member.pk not in {each.pk for each in members(cast, made)}
    assert client.post(page_of(made), {"do": "replace", "member": 10**8, "why": "同事"}).status_code == 422


def test_the_spread_shows_who_stands_out_and_the_end_brings_the_fees(client: Client, cast: Cast) -> None:
    pool(cast)
    made = opened(cast)
    chair, *others = members(cast, made)
    for number, each in enumerate(others):
        handed_in(each, high=number > 0)
    handed_in(chair)
    with acting(chair.user):
        scoring.summarise(chair, "专家组一致认为该企业创新能力达到要求，建议通过。", by=chair.user, at=AT)
    shown = as_(client, cast, "chen").get(page_of(made)).content.decode()
    assert shown.count("far from the others") + shown.count("与其他专家相差较大") == 1
    assert "建议通过" in shown
    assert re.search(r"<b>\d+</b> in 100|百分之<b>\d+</b>", shown), "the forecast of the rehearsal"
    fees = reverse("desk:panel_fees", args=[made.public_id])
    assert client.post(page_of(made), {"do": "close", "version": made.version}).status_code == 302
    assert "1000.00" in client.get(fees).content.decode()


def test_a_panel_is_dropped_with_a_reason_once(client: Client, cast: Cast) -> None:
    pool(cast)
    made = opened(cast)
    as_(client, cast, "zhou")
    assert client.post(page_of(made), {"do": "drop", "why": "", "version": made.version}).status_code == 422
    assert client.post(page_of(made), {"do": "drop", "why": "企业撤回", "version": made.version}).status_code == 302
    assert client.post(page_of(made), {"do": "drop", "why": "企业撤回", "version": made.version}).status_code == 409
    assert "企业撤回" in client.get(page_of(made)).content.decode()


@pytest.mark.parametrize("name", ["wang", "gu", "expert", "li", "song"])
def test_panels_are_the_citys_alone(client: Client, cast: Cast, name: str) -> None:
    pool(cast)
    made = composed(cast)
    as_(client, cast, name)
    for page in (PANELS, page_of(made), reverse("desk:experts"), reverse("desk:panel_fees", args=[made.public_id])):
        assert client.get(page).status_code == 404


def test_experts_are_listed_with_what_keeps_them_out(client: Client, cast: Cast) -> None:
    pool(cast)
    seated(cast, "resting", said(available=False))
    shown = as_(client, cast, "chen").get(reverse("desk:experts")).content.decode()
    assert "tech1" in shown
    assert "暂不接任务" in shown


def test_a_batch_is_judged_by_one_panel(client: Client, cast: Cast) -> None:
    pool(cast)
    as_(client, cast, "chen").post(PANELS, FORM | {"codes": f"{QINGHE}\n{YUNLING}"})
    with acting(cast.chen):
        made = Panel.objects.get()
        assert made.files.count() == 2
        assert acts.drawn_again(made)
        assert PanelMember.objects.count() == 5

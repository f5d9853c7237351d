"""Views kept under a name, and how a list looks to whom."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.models import SavedView, User
from tests.cast import Cast, Story
from tests.desk.conftest import Seat, text

QUEUE, SAVE = reverse("desk:queue"), reverse("desk:view_save", args=["queue"])
LOOK = reverse("desk:list_look", args=["queue"])


def kept(client: Client, name: str, query: str = "view=all&kind=pool", **also: Any) -> Any:
    return client.post(f"{SAVE}?{query}", {"name": name, **also}, follow=True)


def the_key(person: User, name: str) -> UUID:
    with acting(person):
        return SavedView.objects.get(name=name).public_id


def test_a_view_is_the_whole_address_without_the_page_one_was_on(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    shown = kept(wang, "本县入库", "view=all&kind=pool&sort=firm&after=12.abc&count=exact")
    assert shown.context["title"] == "本县入库"
    assert shown.context["sort"] == "firm"
    assert story.number in text(shown)
    with acting(story.cast.wang):
        assert SavedView.objects.get().query == "view=all&kind=pool&sort=firm"


def test_a_view_tells_how_many_there_are(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    kept(wang, "入库", "view=all&kind=pool")
    kept(wang, "直报", "view=all&kind=direct")
    tabs = wang.get(QUEUE).context["saved_tabs"]
    assert {tab["label"]: tab["count"] for tab in tabs} == {"入库": "1", "直报": "0"}


def test_what_is_kept_for_oneself_is_seen_by_nobody_else(cast: Cast, seat: Seat) -> None:
    kept(seat(cast.wang), "私下")
    key = the_key(cast.wang, "私下")
    for other in (cast.zhao, cast.chen, cast.sun):
        assert seat(other).get(reverse("desk:view", args=[key])).status_code == 404
        assert "私下" not in text(seat(other).get(QUEUE))


def test_a_shared_view_brings_each_their_own_rows(story: Story, seat: Seat) -> None:
    story.to("county_review")
    cast = story.cast
    kept(seat(cast.wang), "全部在办", "view=all", shared="1")
    key = the_key(cast.wang, "全部在办")
    colleague = seat(cast.zhao).get(reverse("desk:view", args=[key]), follow=True)
    assert story.number in text(colleague)
    assert seat(cast.sun).get(reverse("desk:view", args=[key])).status_code == 404
    passed_on = seat(cast.sun).get(QUEUE, {"view": "all", "saved": str(key)})
    assert story.number not in text(passed_on)
    assert passed_on.context["opened"] is None


def test_only_its_owner_shares_or_removes_a_view(cast: Cast, seat: Seat) -> None:
    kept(seat(cast.wang), "公用", shared="1")
    change = reverse("desk:view_change", args=[the_key(cast.wang, "公用")])
    for step in ("remove", "unshare"):
        assert seat(cast.zhao).post(change, {"step": step}).status_code == 404
    seat(cast.wang).post(change, {"step": "unshare"})
    assert "公用" not in text(seat(cast.zhao).get(QUEUE))
    seat(cast.wang).post(change, {"step": "remove"})
    with acting(cast.wang):
        assert not SavedView.objects.exists()


def test_the_list_opens_with_the_view_one_chose_and_again_without(cast: Cast, seat: Seat) -> None:
    wang = seat(cast.wang)
    kept(wang, "早上", "view=soon", opens="1")
    opened = wang.get(QUEUE, follow=True)
    assert opened.context["title"] == "早上"
    assert wang.get(QUEUE, {"view": "mine"}).context["title"] != "早上"
    wang.post(reverse("desk:view_change", args=[the_key(cast.wang, "早上")]), {"step": "open-without"})
    assert wang.get(QUEUE).status_code == 200


@pytest.mark.parametrize("name", ["", "   ", "长" * 41])
def test_a_name_that_is_none_is_told(cast: Cast, seat: Seat, name: str) -> None:
    answer = kept(seat(cast.wang), name)
    assert list(answer.context["messages"])
    with acting(cast.wang):
        assert not SavedView.objects.exists()


def test_a_name_a_colleague_shares_is_taken_and_one_s_own_is_written_over(cast: Cast, seat: Seat) -> None:
    kept(seat(cast.wang), "重点", "view=all", shared="1")
    refused = kept(seat(cast.zhao), "重点", "view=soon", shared="1")
    assert list(refused.context["messages"])
    kept(seat(cast.wang), "重点", "view=over", shared="1")
    with acting(cast.wang):
        assert [each.query for each in SavedView.objects.all()] == ["view=over"]


def test_columns_and_density_are_kept_per_person_and_list(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    wang.post(f"{LOOK}?view=all", {"column": ["officer", "county", "no such column"], "density": "compact"})
    shown = wang.get(QUEUE, {"view": "all"})
    assert [column["name"] for column in shown.context["columns"]] == ["county", "officer"]
    assert 'data-density="compact"' in text(shown).split("<main", 1)[1]
    others = seat(story.cast.zhao).get(QUEUE, {"view": "all"})
    assert "number" in [column["name"] for column in others.context["columns"]]
    wang.post(LOOK, {"as-it-comes": "1"})
    assert "number" in [column["name"] for column in wang.get(QUEUE).context["columns"]]


def test_every_column_can_be_shown(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    offered = [name for name, *_more in _offered(wang)]
    wang.post(LOOK, {"column": offered, "density": "dense"})
    shown = wang.get(QUEUE, {"view": "all"})
    row = text(shown).split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    assert row.count("<td") == len(offered) + 2 - ("data-all" not in text(shown))


def _offered(client: Client) -> list[tuple[str, str, bool]]:
    more = str(client.get(QUEUE).context["more"])
    names = [part.split('"', 1)[0] for part in more.split('name="column" value="')[1:]]
    return [(name, "", True) for name in names]


def test_a_list_that_there_is_not_keeps_no_view(cast: Cast, seat: Seat) -> None:
    wang = seat(cast.wang)
    assert wang.post(reverse("desk:view_save", args=["nowhere"]), {"name": "a"}).status_code == 404
    assert wang.post(reverse("desk:list_look", args=["nowhere"]), {}).status_code == 404

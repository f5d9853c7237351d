"""A scheme on its way: kept, proposed, and published by a second person or not."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import book as acts
from pipeline.models import BookDraft, BookEdition
from pipeline.models.in_force import book_in_force
from tests.cast import DAY, Cast
from tests.desk.conftest import Seat, text
from tests.desk.crowd import crowd

BOOK = reverse("desk:book", args=["pool"])
SHELF = reverse("desk:books")
PROPOSAL = {
    "effective_from": "2027-01-01",
    "instrument": "杭科高〔2026〕18号",
    "article": "第三条",
    "note": "与省级标准一致",
}


@pytest.fixture(autouse=True)
def papers(tmp_path: Path, settings: Any) -> None:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}


@pytest.fixture
def draft(cast: Cast) -> BookDraft:
    with acting(cast.chen):
        return acts.save(name="放宽自评分", book="pool", changes={"entry_score": "55"}, by=cast.chen, on=DAY)


def at(draft: BookDraft) -> str:
    return reverse("desk:scheme", args=[draft.public_id])


def send(chair: Client, draft: BookDraft, slug: str, **fields: str) -> Any:
    with acting(draft.author):
        draft.refresh_from_db()
    return chair.post(f"{at(draft)}{slug}", {"version": str(draft.version), **fields})


def state(cast: Cast, draft: BookDraft) -> str:
    with acting(cast.chen):
        draft.refresh_from_db()
    return draft.state


def test_a_scheme_shows_what_it_changes_of_the_book_in_force(cast: Cast, seat: Seat, draft: BookDraft) -> None:
    shown = text(seat(cast.chen).get(at(draft)))
    assert "<del>60 分</del> <ins>55 分</ins>" in shown
    assert "培育库默认手册" in shown


def test_one_person_proposes_and_another_publishes(cast: Cast, seat: Seat, draft: BookDraft) -> None:
    chen, zhou = seat(cast.chen), seat(cast.zhou)
    assert list(chen.get(at(draft)).context["offered"]) == ["propose", "withdraw"]
    send(chen, draft, "propose", **PROPOSAL)
    assert list(chen.get(at(draft)).context["offered"]) == ["withdraw"]
    assert list(zhou.get(at(draft)).context["offered"]) == ["publish", "reject"]
    send(zhou, draft, "publish")
    assert state(cast, draft) == "published"
    with acting(cast.chen):
        assert book_in_force("pool", date(2026, 12, 31)).number("entry_score") == 60
        assert book_in_force("pool", date(2027, 1, 1)).number("entry_score") == 55
    assert "<del>60 分</del> <ins>55 分</ins>" in text(chen.get(at(draft)))
    assert list(chen.get(at(draft)).context["offered"]) == []


def test_an_edition_stands_on_the_page_of_the_book_from_its_day_on(cast: Cast, seat: Seat, draft: BookDraft) -> None:
    chen, zhou = seat(cast.chen), seat(cast.zhou)
    send(chen, draft, "propose", **PROPOSAL)
    send(zhou, draft, "publish")
    assert 'id="edition-1"' in text(chen.get(SHELF))
    before, after = (text(chen.get(BOOK, {"on": day})) for day in ("2026-12-31", "2027-01-01"))
    assert "<b>60 分</b>" in before
    assert "杭科高〔2026〕18号 第三条" in after.split('id="entry_score"')[1].split("</tr>")[0]


def test_who_proposed_does_not_publish(cast: Cast, seat: Seat, draft: BookDraft) -> None:
    chen = seat(cast.chen)
    send(chen, draft, "propose", **PROPOSAL)
    assert send(chen, draft, "publish").status_code == 403
    assert state(cast, draft) == "proposed"


def test_a_proposal_without_its_document_or_in_the_past_is_refused_in_words(
    cast: Cast, seat: Seat, draft: BookDraft
) -> None:
    chen = seat(cast.chen)
    assert "instrument" in send(chen, draft, "propose", **PROPOSAL | {"instrument": ""}).context["form"].errors
    past = send(chen, draft, "propose", **PROPOSAL | {"effective_from": "2026-10-01"})
    assert (past.status_code, list(past.context["form"].errors)) == (422, ["effective_from"])
    assert state(cast, draft) == "draft"


def test_a_head_says_no_and_why(cast: Cast, seat: Seat, draft: BookDraft) -> None:
    chen, zhou = seat(cast.chen), seat(cast.zhou)
    send(chen, draft, "propose", **PROPOSAL)
    assert send(zhou, draft, "reject", reason="").status_code == 422
    send(zhou, draft, "reject", reason="先征求县区意见")
    assert "先征求县区意见" in text(chen.get(at(draft)))
    with acting(cast.chen):
        assert not BookEdition.objects.exists()


def test_what_was_seen_at_another_version_is_not_decided(cast: Cast, seat: Seat, draft: BookDraft) -> None:
    chen, zhou = seat(cast.chen), seat(cast.zhou)
    send(chen, draft, "propose", **PROPOSAL)
    assert zhou.post(f"{at(draft)}publish", {"version": "1"}).status_code == 409


def test_an_author_takes_a_scheme_back(cast: Cast, seat: Seat, draft: BookDraft) -> None:
    send(seat(cast.chen), draft, "withdraw")
    assert state(cast, draft) == "withdrawn"


def test_a_scheme_of_the_law_s_own_book_is_never_proposed(cast: Cast, seat: Seat) -> None:
    with acting(cast.chen):
        law = acts.save(name="设想", book="hte", changes={"innovation_score": "60"}, by=cast.chen, on=DAY)
    chen = seat(cast.chen)
    assert list(chen.get(at(law)).context["offered"]) == ["withdraw"]
    assert send(chen, law, "propose", **PROPOSAL).status_code == 422


def test_a_scheme_is_tried_on_the_day_it_would_begin(cast: Cast, seat: Seat, draft: BookDraft) -> None:
    crowd(cast, 1)
    chen = seat(cast.chen)
    send(chen, draft, "propose", **PROPOSAL)
    answer = chen.post(f"{at(draft)}try", follow=True)
    assert answer.context["before"].day == date(2027, 1, 1)
    assert "放宽自评分" in answer.context["title"]


def test_a_county_s_scheme_is_not_another_county_s(cast: Cast, seat: Seat) -> None:
    with acting(cast.wang):
        own = acts.save(name="临安设想", book="pool", changes={"entry_score": "55"}, by=cast.wang, on=DAY)
    assert seat(cast.wang).get(at(own)).status_code == seat(cast.chen).get(at(own)).status_code == 200
    assert list(seat(cast.wang).get(at(own)).context["offered"]) == ["withdraw"]
    assert seat(cast.sun).get(at(own)).status_code == 404


def test_a_scheme_knows_no_other_act(cast: Cast, seat: Seat, draft: BookDraft) -> None:
    assert seat(cast.chen).post(f"{at(draft)}burn").status_code == 404

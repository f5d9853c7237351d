"""Composing a return: phrases, what is kept while it is typed, blanks that must be filled."""

from typing import Any

from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import phrase
from pipeline.desk import application, case_moves
from pipeline.desk.faults import RETURNS, FaultsForm
from pipeline.models import Case, Fault, FaultDraft
from tests.cast import Story
from tests.desk.conftest import Seat, text

PLACE = "figures.2025.rd_total"


def at(story: Story) -> str:
    return reverse("desk:case_move", args=[story.number, "return-from-county"])


def draft_at(story: Story) -> str:
    return reverse("desk:case_faults", args=[story.number, "return-from-county"])


def seen(story: Story) -> Case:
    with acting(story.cast.chen):
        return story.case.get()


def test_a_phrase_brings_the_year_and_the_figure_and_leaves_blanks(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    sent = {"place": [PLACE], "says": [""], "phrase": ["figures_differ"], "step": "fill"}
    row = wang.post(at(story), sent).context["form"].rows[0]
    assert row.says.startswith("2025 年研发费用填报 329.00 万元，〔依据〕第〔页码〕页是〔数额〕")
    assert {key for key, _text in row.phrases} >= {"figures_differ", "rd_total_ledger"}
    assert "contact_unreachable" not in {key for key, _text in row.phrases}


def test_a_fault_with_a_blank_is_not_sent(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    sent: dict[str, Any] = {"version": seen(story).version, "place": [PLACE], "says": ["第〔页码〕页不符"]}
    refused = wang.post(at(story), sent)
    assert "〔页码〕" in text(refused)
    assert 'role="alert"' in text(refused)
    assert seen(story).stage == "county_review"
    wang.post(at(story), {**sent, "says": ["第 12 页不符"]})
    assert seen(story).stage == "county_returned"


def test_the_list_is_kept_while_typed_for_its_author_alone_until_it_is_sent(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    kept = wang.post(draft_at(story), {"place": [PLACE, ""], "says": ["与报告不符", ""]})
    assert kept.json()["saved"]
    again = wang.get(at(story), {"place": "property"}).context["form"]
    assert [(row.place, row.says) for row in again.rows[:2]] == [(PLACE, "与报告不符"), ("property", "")]
    with acting(story.cast.li), transaction.atomic():
        assert not FaultDraft.objects.exists()
    sent = {"version": seen(story).version, "place": [PLACE], "says": ["与报告不符"]}
    assert wang.post(at(story), sent).status_code == 302
    with acting(story.cast.wang), transaction.atomic():
        assert not FaultDraft.objects.exists()
        assert Fault.objects.get().says == "与报告不符"


def test_a_list_is_given_up(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    wang.post(draft_at(story), {"place": [PLACE], "says": ["与报告不符"]})
    wang.post(draft_at(story), {"drop": "1"})
    assert wang.get(at(story)).context["form"].draft is None


def test_a_list_longer_than_is_kept_says_so_and_changes_nothing(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    wang.post(draft_at(story), {"place": [PLACE], "says": ["与报告不符"]})
    assert wang.post(draft_at(story), {"place": [PLACE], "says": ["长" * 2_001]}).status_code == 400
    assert wang.get(at(story)).context["form"].rows[0].says == "与报告不符"


def test_who_may_not_return_the_case_keeps_no_list(story: Story, seat: Seat) -> None:
    story.to("county_review")
    assert seat(story.cast.chen).post(draft_at(story), {"place": [PLACE], "says": ["x"]}).status_code == 404
    assert seat(story.cast.sun).post(draft_at(story), {"place": [PLACE], "says": ["x"]}).status_code == 404


def test_the_offices_own_phrase_is_offered_and_one_it_dropped_is_not(story: Story, seat: Seat) -> None:
    story.to("county_review")
    zhao = story.cast.zhao
    with acting(zhao), transaction.atomic():
        phrase.save("figures.rd_total", "请按《辅助账》逐项列示。", by=zhao)
        phrase.withdraw(by=zhao, carried="rd_total_ledger")
    row = seat(story.cast.wang).get(at(story), {"place": PLACE}).context["form"].rows[0]
    assert "请按《辅助账》逐项列示。" in {text for _key, text in row.phrases}
    assert "rd_total_ledger" not in {key for key, _text in row.phrases}


def test_every_page_that_composes_a_return_keeps_its_list() -> None:
    deeds = {**case_moves.DEEDS, **application.DEEDS}
    assert {slug: deed.act for slug, deed in deeds.items() if deed.form is FaultsForm} == RETURNS

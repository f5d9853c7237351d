"""The office's phrases: carried ones, changed and left out, kept by heads."""

from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.models import Phrase
from pipeline.models.phrase import PLACES, filled, library
from pipeline.rules.codes.phrases import carried_phrases
from tests.cast import Cast
from tests.desk.conftest import Seat, text

URL = reverse("desk:phrases")


def kept(cast: Cast) -> list[Phrase]:
    with acting(cast.zhao), transaction.atomic():
        return list(Phrase.objects.order_by("pk"))


def test_every_carried_phrase_is_for_a_known_place_and_names_its_source() -> None:
    assert [each.key for each in carried_phrases().values() if each.place not in PLACES or not each.source] == []
    assert {each.place for each in carried_phrases().values()} == set(PLACES) - {"figures.non_taxable_income"}


def test_what_is_not_known_of_a_place_becomes_a_blank() -> None:
    assert filled("{年度} 年填报 {申报数}", {"年度": "2025"}) == "2025 年填报 〔申报数〕"


def test_a_head_changes_a_carried_phrase_for_the_office_alone(cast: Cast, seat: Seat) -> None:
    zhao = seat(cast.zhao)
    zhao.post(URL, {"key": "contact_unreachable", "place": "contact", "text": "请留手机号。"})
    assert [(row.carried, row.text, row.office) for row in kept(cast)] == [
        ("contact_unreachable", "请留手机号。", cast.offices["linan"])
    ]
    with acting(cast.zhou), transaction.atomic():
        city = {entry.carried: entry.text for entry in library(cast.offices["hangzhou"].pk)}
        county = {entry.carried: entry.text for entry in library(cast.offices["linan"].pk)}
    assert county["contact_unreachable"] == "请留手机号。"
    assert city["contact_unreachable"] == carried_phrases()["contact_unreachable"].text


def test_of_two_heads_the_second_keeps_the_text_and_sees_the_first(cast: Cast, seat: Seat) -> None:
    zhao = seat(cast.zhao)
    zhao.post(URL, {"place": "property", "text": "缺证书。"})
    [row] = kept(cast)
    sent = {"key": f"own-{row.pk}", "version": "1", "place": "property"}
    zhao.post(URL, {**sent, "text": "缺证书，请补。"})
    second = zhao.post(URL, {**sent, "text": "另一种写法。"})
    assert second.status_code == 200
    assert "另一种写法。" in text(second)
    assert "缺证书，请补。" in text(second)
    assert [each.text for each in kept(cast)] == ["缺证书，请补。"]


def test_a_phrase_is_offered_no_longer_and_taken_up_again(cast: Cast, seat: Seat) -> None:
    zhao = seat(cast.zhao)
    zhao.post(URL, {"key": "document_missing", "withdraw": "1"})
    [row] = kept(cast)
    assert row.withdrawn
    zhao.post(URL, {"key": f"own-{row.pk}", "version": "1", "place": "document", "text": row.text})
    assert not kept(cast)[0].withdrawn


def test_officers_read_the_phrases_and_change_none(cast: Cast, seat: Seat) -> None:
    wang = seat(cast.wang)
    shown = wang.get(URL)
    assert shown.status_code == 200
    assert "change=" not in text(shown)
    assert wang.post(URL, {"place": "property", "text": "缺证书。"}).status_code == 403
    assert kept(cast) == []


def test_a_phrase_without_words_is_asked_for_them(cast: Cast, seat: Seat) -> None:
    answer = seat(cast.zhao).post(URL, {"place": "property", "text": " "})
    assert 'role="alert"' in text(answer)
    assert kept(cast) == []

import json
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pipeline.rules import assess, books, read_facts
from pipeline.rules.programmes import CONDITIONS
from tests.cast import Cast

FIRM = {"name": "示例", "uscc": "91350100M000100Y43", "registered_on": "2015-03-02", "resident": True}
FACTS = {
    "firm": FIRM,
    "years": [{"year": 2025, "sales": "30000000", "rd_total": "1800000", "rd_domestic": "1700000"}],
}
ON = "2026-05-20"
URL = "/api/v1/assess"


@pytest.fixture
def signed_in(cast: Cast, client: Client) -> Client:
    client.force_login(cast.chen)
    return client


def post(client: Client, body: object, book: str = "hte", **headers: str):
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(f"{URL}?book={book}&on={ON}", text, content_type="application/json", headers=headers)


@pytest.mark.parametrize("book", CONDITIONS)
def test_the_answer_is_the_engines_own(signed_in: Client, book: str):
    answer = post(signed_in, FACTS, book)
    day = date.fromisoformat(ON)
    assert answer.status_code == 200
    assert answer.json() == assess(read_facts(FACTS), book=books(book, day), day=day).to_json("zh")


def test_sentences_come_in_the_language_asked_for(signed_in: Client):
    chinese, english = (post(signed_in, FACTS, **{"Accept-Language": wanted}) for wanted in ("zh-CN,zh;q=0.9", "en-GB"))
    assert (chinese["Content-Language"], english["Content-Language"]) == ("zh-hans", "en")
    first = [each.json()["findings"][0]["says"] for each in (chinese, english)]
    assert first[0] != first[1]
    assert first[1].isascii()


@pytest.mark.parametrize(
    ("spoilt", "place"),
    [
        ({"firm": {**FIRM, "uscc": "91350100M000100Y44"}}, "firm.uscc"),
        ({"firm": FIRM, "years": [{"year": 2025, "sales": "12o"}]}, "years[0].sales"),
        ({"firm": FIRM, "years": [{"year": 2025, "sales": 0.5}]}, "years[0].sales"),
        ({"firm": FIRM, "surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_fact_is_named_with_its_place_in_both_languages(signed_in: Client, spoilt: object, place: str):
    for wanted in ("zh", "en"):
        answer = post(signed_in, spoilt, **{"Accept-Language": wanted})
        assert answer.status_code == 422
        [fault] = answer.json()["faults"]
        assert fault["place"] == place
        assert fault["says"].isascii() == (wanted == "en")


@pytest.mark.parametrize("body", ["", "{", '{"firm": {}, "firm": {}}', "[]", "null", '"x"', "1"])
def test_what_is_no_facts_file_is_refused_in_a_sentence(signed_in: Client, body: str):
    answer = post(signed_in, body)
    assert answer.status_code in (400, 422)
    assert answer.json()["faults"][0]["says"]


@pytest.mark.parametrize(("query", "place"), [("book=taxes", "book"), ("on=20.05.2026", "on"), ("on=1999-01-01", "on")])
def test_a_wrong_book_or_day_is_named(signed_in: Client, query: str, place: str):
    answer = signed_in.post(f"{URL}?{query}", json.dumps(FACTS), content_type="application/json")
    assert answer.status_code == 422
    assert [fault["place"] for fault in answer.json()["faults"]] == [place]


def test_who_is_not_signed_in_is_told_so_in_json(db: None, client: Client):
    answer = post(client, FACTS, **{"Accept-Language": "en"})
    assert answer.status_code == 401
    assert answer.json() == {"faults": [{"place": "session", "says": "sign in first"}]}


def test_a_session_without_its_token_is_refused(cast: Cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.chen)
    answer = post(client, FACTS)
    assert answer.status_code == 403
    assert answer.json()["faults"][0]["place"] == "X-CSRFToken"


def test_nothing_is_kept(signed_in: Client):
    with CaptureQueriesContext(connection) as asked:
        assert post(signed_in, FACTS).status_code == 200
    written = [query["sql"] for query in asked.captured_queries if query["sql"].startswith(("INSERT", "UPDATE"))]
    assert [sql for sql in written if "django_session" not in sql and "usersession" not in sql] == []

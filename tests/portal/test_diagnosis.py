"""The diagnosis in plain words."""

from tests.cast import Cast
from tests.portal.conftest import Visitor, statements


def test_without_a_diagnosis_the_page_says_how_one_comes_about(cast: Cast) -> None:
    assert Visitor(cast.li).get("diagnosis").context["kept"] is None


def test_judging_anew_keeps_a_diagnosis_and_shows_what_is_short_first(cast: Cast) -> None:
    li = Visitor(cast.li)
    page = li.post("diagnosis")
    wanting, met = page.context["wanting"], page.context["met"]
    assert len(wanting) + len(met) == 9
    assert wanting[0]["verdict"] == "unmet"
    text = page.content.decode()
    assert "3.60%" in text
    assert "≥ 4%" in text


def test_the_page_is_one_row_read_whatever_the_number_of_findings(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("diagnosis")
    with statements() as queries:
        li.text("diagnosis")
    assert len(queries) <= 6, queries


def test_a_clerk_reads_it_and_cannot_judge(cast: Cast) -> None:
    assert Visitor(cast.bai).post("diagnosis").status_code == 403


def test_a_firm_tries_out_what_the_open_year_may_bring(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("diagnosis")
    assert "data-what-if" in li.text("diagnosis")
    outcome = li.get("diagnosis", rd_expense="900", part="what-if")
    assert {each.after.rule: each.after.verdict for each in outcome.context["changes"]}["rd_intensity"] == "met"
    assert outcome.context["year"] == 2027

"""A kept diagnosis on screen."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from config.postgres.scope import acting
from pipeline.models import Appointment, Diagnosis, FinancialYear, Firm
from tests.cast import DAY, QINGHE, SINCE, Cast
from tests.desk.conftest import Seat, Travel, statements, text
from tests.desk.crowd import judge

PAGE = reverse("desk:diagnosis", args=[QINGHE])
ANEW = reverse("desk:diagnose", args=[QINGHE])
LATER = date(2026, 11, 20)


def by_rule(answer: object) -> dict[str, dict[str, str]]:
    return {each["rule"]: each for each in answer.context["findings"]}  # type: ignore[attr-defined]


def test_a_firm_that_was_never_judged_can_be_judged_from_its_page(cast: Cast, seat: Seat) -> None:
    chen = seat(cast.chen)
    assert ANEW in text(chen.get(PAGE))
    chen.post(ANEW)
    with acting(cast.chen):
        kept = Diagnosis.objects.get(firm=cast.qinghe)
        assert (kept.day, kept.by_id) == (DAY, cast.chen.pk)
        assert cast.qinghe.latest_diagnosis_id == kept.pk


def test_an_unmet_condition_opens_with_what_closes_it_by_whom_and_when(cast: Cast, seat: Seat) -> None:
    judge([cast_firm(cast)])
    chen = seat(cast.chen)
    chen.cookies["language"] = "en"
    finding = by_rule(chen.get(PAGE))["rd_intensity"]
    assert finding["verdict"] == "unmet"
    assert "2026" in finding["remedy"]
    assert "Who and when: the firm&#x27;s finance" in text(chen.get(PAGE))


def test_what_is_not_known_says_whose_paper_is_missing(cast: Cast, seat: Seat) -> None:
    judge([cast_firm(cast)])
    chen = seat(cast.chen)
    chen.cookies["language"] = "en"
    finding = by_rule(chen.get(PAGE))["no_incident"]
    assert finding["verdict"] == "unknown"
    assert "To come from the county office by" in finding["says"]


def test_nine_findings_stand_in_value_standard_and_the_figures_they_rest_on(cast: Cast, seat: Seat) -> None:
    judge([cast_firm(cast)])
    shown = seat(cast.chen).get(PAGE)
    assert len(shown.context["findings"]) == 9
    assert sum(count for _verdict, count in shown.context["counts"]) == 9
    figures = {str(name): values for name, values in shown.context["figures"]}
    assert shown.context["years"] == ["2023", "2024", "2025"]
    assert ["237.00", "262.00", "329.00"] in figures.values()
    page = text(shown)
    assert "3.60%" in page
    assert "≥ 4%" in page


def test_an_old_diagnosis_is_shown_as_it_was_kept(cast: Cast, seat: Seat, travel: Travel) -> None:
    judge([cast_firm(cast)])
    with acting(cast.chen):
        FinancialYear.objects.filter(year=2025).update(rd_total=Decimal(9_000_000), rd_domestic=Decimal(9_000_000))
    travel(LATER)
    judge([cast_firm(cast)], on=LATER)
    chen = seat(cast.chen)
    assert by_rule(chen.get(PAGE))["rd_intensity"]["verdict"] == "met"
    old = chen.get(reverse("desk:diagnosis", args=[QINGHE, DAY.isoformat()]))
    assert by_rule(old)["rd_intensity"]["verdict"] == "unmet"
    assert not old.context["newest"]
    assert "remedy" not in by_rule(old)["rd_intensity"]


def test_the_second_of_a_day_has_an_address_of_its_own(cast: Cast, seat: Seat) -> None:
    judge([cast_firm(cast)])
    judge([cast_firm(cast)])
    chen, address = seat(cast.chen), reverse("desk:diagnosis", args=[QINGHE, DAY.isoformat()])
    newest, first = (chen.get(address, {"of": place}).context["diagnosis"].pk for place in ("1", "2"))
    assert newest > first
    assert f"{address}?of=2" in text(chen.get(PAGE))
    for nowhere in ("3", "0", "-1", "x"):
        assert chen.get(address, {"of": nowhere}).status_code == 404, nowhere


def test_a_day_without_a_diagnosis_is_not_there(cast: Cast, seat: Seat) -> None:
    judge([cast_firm(cast)])
    for day in ("2026-11-01", "yesterday"):
        assert seat(cast.chen).get(reverse("desk:diagnosis", args=[QINGHE, day])).status_code == 404


def test_another_county_finds_nothing_and_a_leader_no_page(cast: Cast, seat: Seat) -> None:
    judge([cast_firm(cast)])
    for person in (cast.sun, cast.gu):
        assert seat(person).get(PAGE).status_code == 404
        assert seat(person).post(ANEW).status_code == 404


def test_a_coach_reads_it_once_the_firm_has_consented_and_cannot_judge(cast: Cast, seat: Seat) -> None:
    judge([cast_firm(cast)])
    zhang = seat(cast.zhang)
    assert zhang.get(PAGE).status_code == 404
    with acting(cast.chen):
        period = (SINCE, date(2100, 1, 1))
        Appointment.objects.create(firm=cast.qinghe, coach=cast.zhang, during=period, consented_on=DAY)
    assert zhang.get(PAGE).status_code == 200
    assert ANEW not in text(zhang.get(PAGE))


def test_it_asks_little_of_the_database_however_many_are_kept(cast: Cast, seat: Seat) -> None:
    wang, asked = seat(cast.wang), []
    for _more in range(2):
        for _each in range(3):
            judge([cast_firm(cast)])
        with statements() as counted:
            wang.get(PAGE)
        asked.append(len(counted))
    assert asked[0] == asked[1] <= 14


def cast_firm(cast: Cast) -> Firm:
    with acting(cast.chen):
        return cast.qinghe


def test_a_slider_judges_the_next_year_anew_and_keeps_nothing(cast: Cast, seat: Seat) -> None:
    judge([cast_firm(cast)])
    chen = seat(cast.chen)
    levers = {each.slider.what: each for each in what_if_of(chen.get(PAGE))["levers"]}
    needed = levers["rd_expense"].mark.replace(",", "")
    answer = chen.get(PAGE, {"rd_expense": needed, "part": "what-if"})
    verdicts = {each.after.rule: (each.before_verdict, each.after.verdict) for each in answer.context["changes"]}
    assert verdicts["rd_intensity"] == ("unmet", "met")
    assert "<html" not in text(answer)
    with acting(cast.chen):
        assert Diagnosis.objects.filter(firm=cast.qinghe).count() == 1


def test_without_a_script_the_whole_page_comes_back_with_what_was_tried(cast: Cast, seat: Seat) -> None:
    judge([cast_firm(cast)])
    page = seat(cast.chen).get(PAGE, {"rd_expense": "1,234.5", "no_incident": "on"})
    assert next(each for each in what_if_of(page)["levers"] if each.slider.what == "rd_expense").value == "1234.5"
    changes = {each.after.rule: each.after.verdict for each in what_if_of(page)["changes"]}
    assert changes["rd_intensity"] == changes["no_incident"] == "met"
    assert 'name="no_incident" checked' in text(page)


def test_a_number_that_cannot_be_read_is_named_at_its_box_and_left_as_foreseen(cast: Cast, seat: Seat) -> None:
    judge([cast_firm(cast)])
    chen = seat(cast.chen)
    chen.cookies["language"] = "en"
    for typed in ("many", "NaN", "Infinity", "1e99"):
        page = chen.get(PAGE, {"rd_expense": typed, "sales": "", "foreign": "7"})
        assert f"“{typed}” is not a number." in text(page)
        assert what_if_of(page)["unmet"] == what_if_of(chen.get(PAGE))["unmet"]


def test_an_old_diagnosis_has_no_sliders(cast: Cast, seat: Seat, travel: Travel) -> None:
    judge([cast_firm(cast)])
    travel(LATER)
    judge([cast_firm(cast)], on=LATER)
    chen = seat(cast.chen)
    assert "data-what-if" in text(chen.get(PAGE))
    assert "data-what-if" not in text(chen.get(reverse("desk:diagnosis", args=[QINGHE, DAY.isoformat()])))


def what_if_of(answer: object) -> dict[str, Any]:
    """What the panel was drawn from."""
    return next(each for layer in answer.context for each in [layer.flatten()] if "levers" in each)  # type: ignore[attr-defined]

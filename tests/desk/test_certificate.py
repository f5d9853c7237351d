"""Certificates and what they ask of their holders."""

from datetime import date

import pytest
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.models import Case, Certificate, CertificateEvent, Obligation
from tests.cast import DAY, QINGHE, Cast, Story
from tests.desk.conftest import Seat, Travel, statements, text
from tests.desk.crowd import crowd

LIST = reverse("desk:certificates")
OWED = reverse("desk:obligations")
ISSUE = reverse("desk:certificate_issue", args=[QINGHE])
NUMBER = "GR202633001234"


@pytest.fixture
def held(story: Story, seat: Seat, travel: Travel) -> Story:
    """Qinghe was admitted and holds a certificate."""
    story.to("coaching")
    travel(story.day)
    seat(story.cast.chen).post(ISSUE, {"number": NUMBER, "issued_on": DAY.isoformat()})
    return story


def states(answer: object) -> dict[str, str]:
    return {row.number: row.state for row in answer.context["rows"]}  # type: ignore[attr-defined]


def test_recording_a_certificate_ends_the_open_case_on_the_day_of_issue(held: Story) -> None:
    with acting(held.cast.chen):
        case = Case.objects.get(number=held.number)
        assert (case.stage, case.reason, case.closed_on) == ("closed", "certified", DAY)
        assert Certificate.objects.get().number == NUMBER


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "GR202699001234"}, "number"),
        ({"number": "GR2026330012"}, "number"),
        ({"number": "GR202533001234"}, "number"),
        ({"issued_on": "2026-12-30"}, "issued_on"),
        ({"issued_on": ""}, "issued_on"),
    ],
)
def test_a_wrong_number_or_day_is_refused_at_its_field_and_the_case_stays_open(
    story: Story, seat: Seat, wrong: dict[str, str], field: str
) -> None:
    story.to("county_review")
    said = {"number": NUMBER, "issued_on": DAY.isoformat(), **wrong}
    refused = seat(story.cast.chen).post(ISSUE, said)
    assert list(refused.context["form"].errors) == [field]
    with acting(story.cast.chen):
        assert Case.objects.get(number=story.number).stage == "county_review"
        assert not Certificate.objects.exists()


def test_a_number_is_recorded_once(held: Story, seat: Seat) -> None:
    with acting(held.cast.chen):
        other = held.cast.yunling
    again = seat(held.cast.chen).post(
        reverse("desk:certificate_issue", args=[other.uscc]), {"number": NUMBER, "issued_on": DAY.isoformat()}
    )
    assert list(again.context["form"].errors) == ["number"]


def test_the_state_of_a_certificate_follows_the_day(held: Story, seat: Seat, travel: Travel) -> None:
    def listed(state: str) -> list[str]:
        return list(states(seat(held.cast.chen).get(LIST, {"state": state})))

    assert states(seat(held.cast.chen).get(LIST)) == {NUMBER: "valid"}
    assert (listed("valid"), listed("ending"), listed("expired")) == ([NUMBER], [], [])
    travel(date(2029, 11, 1))
    assert (listed("valid"), listed("ending"), listed("expired")) == ([NUMBER], [NUMBER], [])
    travel(date(2029, 11, 2))
    assert (listed("valid"), listed("ending"), listed("expired")) == ([], [], [NUMBER])


def test_a_revoked_certificate_is_told_as_such_from_its_day_on(held: Story, seat: Seat, travel: Travel) -> None:
    revoked = date(2027, 3, 1)
    with acting(held.cast.chen):
        certificate = Certificate.objects.get()
        CertificateEvent.objects.create(
            firm_id=certificate.firm_id, certificate=certificate, kind="revoked", on=revoked, by=held.cast.chen
        )
    assert states(seat(held.cast.chen).get(LIST)) == {NUMBER: "valid"}
    travel(revoked)
    assert states(seat(held.cast.chen).get(LIST)) == {NUMBER: "revoked"}
    assert states(seat(held.cast.chen).get(LIST, {"state": "valid"})) == {}
    assert states(seat(held.cast.chen).get(LIST, {"state": "ended"})) == {NUMBER: "revoked"}


def test_obligations_stand_by_their_day_and_one_that_is_past_is_marked(held: Story, seat: Seat, travel: Travel) -> None:
    def shown() -> list[tuple[str, int, date, bool]]:
        rows = seat(held.cast.wang).get(OWED).context["rows"]
        return [(owed.kind, owed.year, owed.due_on, owed.late) for owed in rows]

    assert [(kind, year) for kind, year, _due, _late in shown()] == [
        ("annual_report", 2026),
        ("annual_report", 2027),
        ("annual_report", 2028),
        ("recertification", 2029),
    ]
    assert shown()[0][2] == date(2027, 5, 31)
    travel(date(2027, 5, 31))
    assert not shown()[0][3]
    travel(date(2027, 6, 1))
    assert shown()[0][3]


def test_an_obligation_noted_as_done_leaves_the_list(held: Story, seat: Seat) -> None:
    wang = seat(held.cast.wang)
    done = reverse("desk:obligation_fulfil", args=[NUMBER, "annual_report", 2026])
    assert done in text(wang.get(OWED))
    wang.post(done)
    with acting(held.cast.wang):
        assert Obligation.objects.get(kind="annual_report", year=2026).fulfilled_on == held.day
    assert done not in text(wang.get(OWED))


def test_another_county_sees_neither_certificate_nor_obligation(held: Story, seat: Seat) -> None:
    sun = seat(held.cast.sun)
    assert NUMBER not in text(sun.get(LIST))
    assert NUMBER not in text(sun.get(OWED))
    assert sun.get(ISSUE).status_code == 404
    assert sun.post(reverse("desk:obligation_fulfil", args=[NUMBER, "annual_report", 2026])).status_code == 404


def test_a_county_reads_certificates_and_records_none(held: Story, seat: Seat) -> None:
    wang = seat(held.cast.wang)
    assert NUMBER in text(wang.get(ISSUE))
    assert not wang.get(ISSUE).context["may"]
    assert wang.post(ISSUE, {"number": "GR202633001235", "issued_on": DAY.isoformat()}).status_code == 403


def test_the_lists_ask_as_much_of_the_database_for_many_holders_as_for_one(held: Story, seat: Seat, cast: Cast) -> None:
    chen, asked = seat(cast.chen), []
    for firms in ([], crowd(cast, 6)):
        for number, firm in enumerate(firms):
            address = reverse("desk:certificate_issue", args=[firm.uscc])
            chen.post(address, {"number": f"GR20263300{number:04}", "issued_on": DAY.isoformat()})
        for page in (LIST, OWED):
            with statements() as counted:
                chen.get(page)
            asked.append(len(counted))
    assert asked[:2] == asked[2:]
    assert max(asked) <= 12

"""The rules by which an office gives cases to its people."""

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.access import INTAKE
from pipeline.acts import assignment, case, deputy, routing
from pipeline.models import Absence, Assignment, Case, RoutingRule, User
from tests.cast import DAY, Cast, Story
from tests.desk.conftest import Seat, text, these_days
from tests.desk.test_queue import leads
from tests.desk.test_workload import colleague, held

ROUTING = reverse("desk:routing")


def rule(cast: Cast, **says: object) -> RoutingRule:
    with acting(cast.zhao), transaction.atomic():
        return routing.add(cast.offices["linan"], by=cast.zhao, **says)  # type: ignore[arg-type]


def holders(cast: Cast) -> list[User | None]:
    with acting(cast.chen), transaction.atomic():
        return [each.officer for each in Case.objects.select_related("officer").order_by("pk")]


def given(cast: Cast) -> list[Assignment]:
    with acting(INTAKE), transaction.atomic():
        return assignment.route(Case.objects.to_route(), by=INTAKE, on=DAY)


def test_the_first_rule_that_fits_gives_the_case_and_says_why(story: Story, seat: Seat) -> None:
    cast = story.cast
    story.to("county_review")
    other = colleague(cast)
    rule(cast, stage="lead", officer=cast.wang)
    rule(cast, field="8", officer=other)
    rule(cast, officer=cast.wang)
    shown = text(seat(cast.zhao).get(ROUTING))
    assert story.number in shown
    [kept] = given(cast)
    assert (kept.officer, kept.service, kept.desk) == (other, "intake", cast.offices["linan"])
    assert kept.why["zh"] == "规则 2 指定，在办 0 件。"
    assert kept.why["zh"] in shown  # the rehearsal said the same


def test_load_decides_where_no_officer_is_named_and_counts_what_was_just_given(cast: Cast) -> None:
    other = colleague(cast)
    held(cast, cast.wang, 2)
    rule(cast)
    leads(cast, 3)
    given(cast)
    assert [each and each.name for each in holders(cast)] == ["王敏", "王敏", "qian", "qian", "王敏"]
    assert other.name == "qian"


def test_a_rule_passes_over_who_has_enough_and_who_is_away(cast: Cast) -> None:
    other = colleague(cast)
    rule(cast, officer=cast.wang, most=1)
    rule(cast, officer=other)
    leads(cast, 2)
    with acting(cast.wang), transaction.atomic():
        first, last = these_days()
        deputy.note_absence(cast.wang, other, first=first, last=last, by=cast.wang, on=DAY)
    given(cast)
    assert holders(cast) == [other, other]
    with acting(cast.wang), transaction.atomic():
        deputy.end_absence(Absence.objects.all(), by=cast.wang, on=first)
    leads(cast, 2)
    given(cast)
    assert holders(cast)[2:] == [cast.wang, other]


def test_who_had_a_case_before_gets_it_back(story: Story) -> None:
    cast = story.cast
    other = colleague(cast)
    story.to("county_review")
    with acting(cast.zhao), transaction.atomic():
        assignment.assign(story.case, other, by=cast.zhao, on=DAY)
    story._city_review()
    with acting(cast.chen), transaction.atomic():
        RoutingRule.objects.create(office=cast.offices["hangzhou"], position=1, officer=cast.chen)
    rule(cast, officer=cast.wang)
    given(cast)
    assert holders(cast) == [cast.chen]
    story._by("chen", case.send_back, story.case, note="再核")
    [kept] = given(cast)
    assert (kept.officer, kept.former, kept.why["en"]) == (other, cast.chen, "Had it before.")


def test_the_sweep_gives_what_came_and_an_office_without_rules_keeps_its_own(cast: Cast) -> None:
    leads(cast, 2)
    leads(cast, 1, "xihu")
    jobs.route_cases()
    assert holders(cast) == [None, None, None]
    rule(cast, officer=cast.wang)
    jobs.route_cases()
    assert holders(cast) == [cast.wang, cast.wang, None]
    assert given(cast) == []


def test_a_head_adds_moves_and_removes_rules(cast: Cast, seat: Seat) -> None:
    zhao = seat(cast.zhao)
    for most in ("3", "9"):
        assert zhao.post(ROUTING, {"add": "1", "most": most}).status_code == 302
    with acting(cast.zhao), transaction.atomic():
        first, second = RoutingRule.objects.order_by("position")
    zhao.post(ROUTING, {"raise": second.pk})
    with acting(cast.zhao), transaction.atomic():
        assert list(RoutingRule.objects.order_by("position").values_list("most", "position")) == [(9, 1), (3, 2)]
    zhao.post(ROUTING, {"remove": second.pk})
    with acting(cast.zhao), transaction.atomic():
        assert list(RoutingRule.objects.values_list("pk", "position")) == [(first.pk, 1)]


@pytest.mark.parametrize("sent", [{"add": "1", "officer": "999999"}, {"add": "1", "stage": "nowhere"}])
def test_a_rule_of_nonsense_is_told_and_not_kept(cast: Cast, seat: Seat, sent: dict[str, str]) -> None:
    assert 'role="alert"' in text(seat(cast.zhao).post(ROUTING, sent))
    with acting(cast.zhao), transaction.atomic():
        assert not RoutingRule.objects.exists()


def test_an_officer_reads_the_rules_and_does_not_write_them(cast: Cast, seat: Seat) -> None:
    kept = rule(cast, officer=cast.wang)
    wang = seat(cast.wang)
    assert 'name="add"' not in text(wang.get(ROUTING))
    assert wang.post(ROUTING, {"add": "1"}).status_code == 403
    assert wang.post(ROUTING, {"remove": kept.pk}).status_code == 403
    assert seat(cast.sun).post(ROUTING, {"remove": kept.pk}).status_code == 404

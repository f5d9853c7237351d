"""Cases in somebody's hands: given by a head, taken by an officer."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import assignment
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Assignment, Case, MoveRefused
from tests.cast import DAY, Cast, Story
from tests.desk.test_queue import leads
from tests.desk.test_workload import colleague


def test_each_change_of_hands_is_kept_with_who_made_it_and_no_change_is_none(story: Story) -> None:
    cast, other = story.cast, colleague(story.cast)
    story.to("county_review")
    with acting(cast.zhao), transaction.atomic():
        for officer in (cast.wang, cast.wang, other):
            assignment.assign(story.case, officer, by=cast.zhao, on=DAY, note="分派")
        kept = list(Assignment.objects.order_by("pk"))
    assert [(each.former, each.officer, each.by) for each in kept] == [
        (None, cast.wang, cast.zhao), (cast.wang, other, cast.zhao),
    ]  # fmt: skip


def test_a_case_goes_only_to_a_colleague_and_only_as_it_was_seen(story: Story) -> None:
    cast = story.cast
    story.to("county_review")
    with acting(cast.zhao), transaction.atomic():
        for stranger in (cast.sun, cast.li):
            with pytest.raises(ConditionUnmet):
                assignment.assign(story.case, stranger, by=cast.zhao, on=DAY)
        with pytest.raises(MoveRefused):
            assignment.assign(story.case, cast.wang, by=cast.zhao, on=DAY, versions={story.case.get().pk: 99})
    with acting(cast.wang), transaction.atomic(), pytest.raises(Refused):
        assignment.assign(story.case, cast.wang, by=cast.wang, on=DAY)


def test_many_cases_change_hands_in_as_many_statements_as_few(cast: Cast) -> None:
    """Acts on many rest on it: a statement each for who sits where, the rows, the change and its record."""
    counted = []
    for count in (1, 2, 60):  # the first for what people remember of their seats
        leads(cast, count)
        with acting(cast.zhao), transaction.atomic():
            cases = Case.objects.filter(officer=None)
            with CaptureQueriesContext(connection) as captured:
                assert assignment.assign(cases, cast.wang, by=cast.zhao, on=DAY) == count
            counted.append(len(captured))
    assert counted[1] == counted[2]

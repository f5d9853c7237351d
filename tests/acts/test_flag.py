"""Objections, credit records and accidents: who raises and lifts them, and that nothing is decided past an open one."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import case, flag
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Flag, MoveRefused, User
from tests.cast import Story, the

LATER = date(2026, 11, 20)


def raised(story: Story, kind: str, *, evidence: str = "信用中国 2026-118 号") -> Flag:
    chen = story.cast.chen
    with acting(chen), transaction.atomic():
        (found,) = flag.raise_flag(
            the(story.cast.qinghe), kind=kind, by=chen, on=story.day, says="列入名单", evidence=evidence
        )
    return found


def lift(found: Flag, by: User) -> None:
    with acting(by), transaction.atomic():
        flag.clear_flag(found, by=by, on=LATER, note="已移出")


@pytest.mark.parametrize(("kind", "lifts"), [("objection", "chen"), ("credit", "zhou"), ("accident", "zhou")])
def test_each_kind_is_lifted_by_whom_it_needs_and_by_nobody_else(story: Story, kind: str, lifts: str) -> None:
    story.to("city_review")
    found = raised(story, kind)
    for name in {"chen", "zhou", "wang", "zhao"} - {lifts}:
        with pytest.raises(Refused):
            lift(found, story.cast.people[name])
    lift(found, story.cast.people[lifts])
    with acting(story.cast.chen), transaction.atomic():
        kept = Flag.objects.get()
        assert (kept.cleared_by, kept.cleared_on, kept.cleared_note) == (story.cast.people[lifts], LATER, "已移出")


def test_what_was_lifted_is_not_lifted_again(story: Story) -> None:
    story.to("city_review")
    found = raised(story, "objection")
    lift(found, story.cast.chen)
    with pytest.raises(ConditionUnmet):
        lift(found, story.cast.chen)


@pytest.mark.parametrize("kind", ["credit", "accident"])
def test_a_record_of_an_authority_names_what_proves_it(story: Story, kind: str) -> None:
    story.to("city_review")
    with pytest.raises(ConditionUnmet) as unmet:
        raised(story, kind, evidence=" ")
    assert [each.place for each in unmet.value.missing] == ["evidence"]


def test_the_database_refuses_a_decision_past_an_open_flag_and_takes_it_once_it_is_lifted(story: Story) -> None:
    """Whatever the act forgets to ask: the bare move of the table."""
    story.to("city_review")
    found = raised(story, "credit")
    with acting(story.cast.zhou), transaction.atomic(), pytest.raises(MoveRefused), transaction.atomic():
        story.case.move("case.publish")
    with acting(story.cast.zhou), transaction.atomic():
        story.case.move("case.send_back")  # what is no decision for the firm goes on
        transaction.set_rollback(True)
    lift(found, story.cast.zhou)
    with acting(story.cast.zhou), transaction.atomic():
        story.case.move("case.publish")
        assert story.case.get().stage == "publicity"


def test_who_raises_a_flag_waits_for_a_decision_under_way(story: Story) -> None:
    """The firm's open case is locked before the flag is written: a decision is before it, or sees it."""
    story.to("city_review")
    with CaptureQueriesContext(connection) as taken:
        raised(story, "objection")
    said = [each["sql"] for each in taken]
    locks = next(at for at, sql in enumerate(said) if '"pipeline_case"' in sql and "FOR UPDATE" in sql)
    assert locks < next(at for at, sql in enumerate(said) if sql.startswith('INSERT INTO "pipeline_flag"'))


def test_an_open_flag_keeps_a_firm_from_admission_too(story: Story) -> None:
    story.to("publicity")
    raised(story, "accident")
    with acting(story.cast.chen), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            case.admit(story.case, by=story.cast.chen, on=LATER)
        with pytest.raises(MoveRefused), transaction.atomic():
            story.case.move("case.admit")

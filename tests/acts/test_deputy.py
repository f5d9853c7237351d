"""Standing in while somebody is away, and signing for a head."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import Refused
from pipeline.acts import assignment, case, deputy
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Absence, Case, Delegation, Proposal, Transition, User
from pipeline.models.in_force import calendar_in_force
from tests.cast import DAY, Cast, Story
from tests.desk.conftest import these_days
from tests.desk.test_workload import colleague


def again(person: User) -> User:
    """The same person, remembering nothing of their seats."""
    return User.objects.get(pk=person.pk)


def granted(person: User, act: str) -> bool:
    with acting(person), transaction.atomic():
        return access.may(again(person), act)


def away(cast: Cast, user: User, substitute: User, **also: Any) -> Absence:
    first, last = these_days()
    with acting(user), transaction.atomic():
        return deputy.note_absence(user, substitute, **{"first": first, "last": last, **also}, by=user, on=DAY)


def lend(cast: Cast, giver: User, to: User) -> Delegation:
    first, last = these_days()
    with acting(giver), transaction.atomic():
        return deputy.give_signature(to, first=first, last=last, by=giver, on=DAY)


def my_work(person: User) -> list[str]:
    person = again(person)
    with acting(person), transaction.atomic():
        rows = Case.objects.visible_to(person).in_view("mine", person, DAY, calendar_in_force())
        return list(rows.values_list("number", flat=True))


def test_the_substitute_finds_the_cases_under_my_work_until_it_ends(story: Story) -> None:
    cast, other = story.cast, colleague(story.cast)
    story.to("county_review")
    with acting(cast.zhao), transaction.atomic():
        assignment.assign(story.case, cast.wang, by=cast.zhao, on=DAY)
    assert (my_work(cast.wang), my_work(other)) == ([story.number], [])
    absence = away(cast, cast.wang, other)
    assert (my_work(cast.wang), my_work(other)) == ([story.number], [story.number])
    with acting(cast.zhao), transaction.atomic():
        Absence.objects.filter(pk=absence.pk).update(during=DateRange(date(2026, 1, 1), date(2026, 1, 2)))
    assert my_work(other) == []


def test_what_the_substitute_does_is_noted_as_done_for_who_is_away(story: Story) -> None:
    cast, other = story.cast, colleague(story.cast)
    story.to("county_review")
    with acting(cast.zhao), transaction.atomic():
        assignment.assign(story.case, cast.wang, by=cast.zhao, on=DAY)
    away(cast, cast.wang, other)
    with acting(other), transaction.atomic():
        case.return_from_county(story.case, by=other, on=DAY, faults=[("firm.field", "缺")])
        kept = Transition.objects.get(move="case.return_from_county")
    assert (kept.by, kept.on_behalf_of) == (other, cast.wang)


def test_what_others_do_is_noted_as_their_own(story: Story) -> None:
    story.to("city_review")
    with acting(story.cast.chen), transaction.atomic():
        assert set(Transition.objects.values_list("on_behalf_of", flat=True)) == {None}


@pytest.mark.parametrize(
    ("who", "substitute", "days"),
    [("wang", "sun", (0, 1)), ("wang", "wang", (0, 1)), ("wang", "zhao", (1, 0)), ("wang", "zhao", (0, 400))],
)
def test_an_absence_of_nonsense_is_told(cast: Cast, who: str, substitute: str, days: tuple[int, int]) -> None:
    first, last = (DAY + timedelta(days=each) for each in days)
    with pytest.raises(ConditionUnmet):
        away(cast, cast.people[who], cast.people[substitute], first=first, last=last)


def test_one_is_away_once_at_a_time_and_only_a_head_notes_it_for_others(cast: Cast) -> None:
    away(cast, cast.wang, cast.zhao)
    with pytest.raises(ConditionUnmet):
        away(cast, cast.wang, cast.zhao)
    first, last = these_days()
    other = colleague(cast)
    with acting(cast.wang), transaction.atomic(), pytest.raises(Refused):
        deputy.note_absence(other, cast.zhao, first=first, last=last, by=cast.wang, on=DAY)
    with acting(cast.zhao), transaction.atomic():
        deputy.note_absence(other, cast.wang, first=first, last=last, by=cast.zhao, on=DAY)


def proposed(story: Story) -> None:
    story.to("city_review")
    story._by("chen", case.propose, story.case, act="case.publish", note="符合")


def test_who_holds_a_signature_decides_and_it_is_noted_whose_it_was(story: Story) -> None:
    cast = story.cast
    other = colleague(cast, office="hangzhou", kind="city_officer")
    proposed(story)
    assert not granted(other, "case.publish")
    lend(cast, cast.zhou, other)
    signer = again(other)
    with acting(signer), transaction.atomic():
        case.publish(story.case, by=signer, on=DAY)
        decided = Proposal.objects.get()
        moved = Transition.objects.get(move="case.publish")
    assert (decided.decided_by, decided.on_behalf_of) == (other, cast.zhou)
    assert (moved.by, moved.on_behalf_of) == (other, cast.zhou)


def test_nobody_signs_what_they_proposed_whoever_lent_the_signature(story: Story) -> None:
    cast = story.cast
    proposed(story)
    lend(cast, cast.zhou, cast.chen)
    signer = again(cast.chen)
    with acting(signer), transaction.atomic(), pytest.raises(ConditionUnmet):
        case.publish(story.case, by=signer, on=DAY)
    with acting(signer), pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(decided_by=signer, decided_on=DAY)


def test_the_database_lets_no_signature_of_the_proposer_decide(story: Story) -> None:
    proposed(story)
    other = colleague(story.cast, office="hangzhou", kind="city_officer")
    with acting(other), pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(decided_by=other, on_behalf_of=story.cast.chen, decided_on=DAY)


def test_a_signature_ends_with_its_days_and_with_the_seat_of_who_gave_it(cast: Cast) -> None:
    given = lend(cast, cast.zhou, cast.chen)
    assert granted(cast.chen, "case.publish")
    with acting(cast.zhou), transaction.atomic():
        Delegation.objects.filter(pk=given.pk).update(during=DateRange(date(2026, 1, 6), date(2026, 1, 7)))
    assert not granted(cast.chen, "case.publish")


def test_a_lent_signature_opens_no_other_act_of_a_head(cast: Cast) -> None:
    lend(cast, cast.zhou, cast.chen)
    own = {act for act, seats in access.GRANTS.items() if "city_officer" in seats}
    opened = {act for act in access.GRANTS if granted(cast.chen, act)} - own
    assert opened == {
        "case.publish", "case.refuse", "case.remove", "case.extend_term",
        "application.recommend", "application.not_recommend", "province_list.send",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("writer", "giver", "to"),
    [("chen", "zhou", "chen"), ("chen", "chen", "zhou"), ("zhou", "zhou", "wang"), ("zhao", "zhou", "chen")],
)
def test_the_database_takes_a_signature_only_from_the_head_who_owns_it_for_a_colleague(
    cast: Cast, writer: str, giver: str, to: str
) -> None:
    first, last = these_days()
    row = {"giver": cast.people[giver], "to": cast.people[to], "during": DateRange(first, last)}
    with acting(cast.people[writer]), pytest.raises(DatabaseError), transaction.atomic():
        Delegation.objects.create(office=cast.offices["hangzhou"], **row)


def test_a_head_takes_the_signature_back(cast: Cast) -> None:
    given = lend(cast, cast.zhou, cast.chen)
    with connection.cursor() as cursor:
        cursor.execute("select mp_today()")
        [today] = cursor.fetchone()
    with acting(cast.zhou), transaction.atomic():
        deputy.take_signature_back(Delegation.objects.filter(pk=given.pk), by=cast.zhou, on=today)
    assert not granted(cast.chen, "case.publish")

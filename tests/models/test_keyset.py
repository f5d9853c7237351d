"""Pages of any list: in order, whole, both ways, whatever comes in meanwhile."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.postgres.scope import acting
from pipeline.models import Case
from pipeline.models.case import CaseQuerySet
from pipeline.models.entering import NEVER
from pipeline.models.keyset import Cursor, counted, stretch
from tests.cast import DAY, Cast
from tests.desk.test_queue import leads

DAYS = [None, *(DAY + timedelta(days=n) for n in range(4))]


def arms(rows: CaseQuerySet) -> list[CaseQuerySet]:
    """The same list as two arms that do not meet."""
    turned = rows.annotate(turn=Coalesce("due_on", Value(NEVER)))
    return [turned.filter(pk__lte=Value(middle(rows))), turned.filter(pk__gt=Value(middle(rows)))]


def middle(rows: CaseQuerySet) -> int:
    keys = sorted(rows.values_list("pk", flat=True))
    return keys[len(keys) // 2] if keys else 0


def in_order(rows: CaseQuerySet) -> list[Cursor]:
    """What the pages must come to, worked out without a database: no day comes last, equals by key."""
    found = [(due or NEVER, key) for key, due in rows.values_list("pk", "due_on")]
    return sorted(found)


def walked(size: int, *, back: bool = False, newest_first: bool = False) -> list[Cursor]:
    """All pages one after the other, from one end to the other."""
    rows: list[Cursor] = []
    end = (date.min, 0) if newest_first else (date.max, 2**60)
    page = stretch(arms(Case.objects.all()), size, before=end if back else None, newest_first=newest_first)
    for _most in range(200):
        rows = page.rows + rows if back else rows + page.rows
        more = page.before if back else page.after
        if not more:
            return rows
        after, before = (None, page.rows[0]) if back else (page.rows[-1], None)
        page = stretch(arms(Case.objects.all()), size, after=after, before=before, newest_first=newest_first)
    raise AssertionError("the pages have no end")


@pytest.fixture
def some(cast: Cast) -> Cast:
    leads(cast, 30)
    return cast


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.sampled_from(DAYS), min_size=30, max_size=30), size=st.integers(1, 31))
def test_forwards_and_backwards_the_pages_are_the_list_with_equal_and_missing_days(
    some: Cast, days: list[date | None], size: int
) -> None:
    with acting(some.wang), transaction.atomic():
        for key, day in zip(Case.objects.order_by("pk").values_list("pk", flat=True), days, strict=True):
            Case.objects.filter(pk=key).update(due_on=day)
        assert walked(size) == in_order(Case.objects.all())
        assert walked(size, back=True) == in_order(Case.objects.all())
        assert walked(size, newest_first=True) == in_order(Case.objects.all())[::-1]
        assert walked(size, back=True, newest_first=True) == in_order(Case.objects.all())[::-1]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(1, 9), at=st.integers(0, 5), day=st.sampled_from(DAYS))
def test_a_row_that_comes_in_between_two_pages_doubles_and_hides_none_of_the_others(
    some: Cast, size: int, at: int, day: date | None
) -> None:
    with acting(some.wang), transaction.atomic():
        before = in_order(Case.objects.all())
        rows: list[Cursor] = []
        page = stretch(arms(Case.objects.all()), size)
        for number in range(200):
            if number == at:
                leads(some, 1)
                Case.objects.filter(pk=Case.objects.order_by("-pk").values("pk")[:1]).update(due_on=day)
            rows += page.rows
            if not page.after:
                break
            page = stretch(arms(Case.objects.all()), size, after=page.rows[-1])
        assert [row for row in rows if row in set(before)] == before
        assert len(set(rows)) == len(rows)
        transaction.set_rollback(True)


def test_the_ends_are_known(some: Cast) -> None:
    with acting(some.wang):
        first = stretch(arms(Case.objects.all()), 20)
        last = stretch(arms(Case.objects.all()), 20, after=first.rows[-1])
        assert (first.before, first.after) == (False, True)
        assert (last.before, last.after) == (True, False)
        assert stretch(arms(Case.objects.all()), 30).after is False


def test_counting_ends_one_beyond_the_cap_and_nothing_is_nought(some: Cast) -> None:
    with acting(some.wang):
        lists = {"all": Case.objects.all(), "none": Case.objects.filter(pk__in=[]), "other": Case.objects.none()}
        assert counted(lists, most=29) == {"all": 30, "none": 0, "other": 0}
        assert counted(lists, most=10) == {"all": 11, "none": 0, "other": 0}
        assert counted({}) == {}


def test_a_count_is_of_what_the_person_sees(some: Cast) -> None:
    with acting(some.sun):
        assert counted({"all": Case.objects.all()}) == {"all": 0}

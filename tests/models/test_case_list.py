"""The arms of the desk's list: together they are the list, and none shares a case with another."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.models import Application, Case
from pipeline.models.case_list import Asked, cases, countable, listed
from pipeline.models.keyset import counted, stretch
from pipeline.models.work import VIEWS
from tests.agency import called
from tests.cast import DAY, Cast
from tests.desk.crowd import crowd
from tests.desk.test_queue import leads

TODAY = DAY + timedelta(days=2)
CONDITIONS: list[dict[str, str]] = [
    {},
    {"stage": "lead"},
    {"stage": "in_certification"},
    {"stage": "application.county_review"},
    {"stage": "closed"},
    {"when": "over"},
    {"when": "later"},
    {"since": DAY.isoformat()},
    {"until": TODAY.isoformat()},
    {"officer": "nobody"},
    {"text": "苗木"},
]


@pytest.fixture
def busy(cast: Cast) -> Cast:
    """Leads and dossiers in two counties, due on many days and on none, in several hands and in nobody's."""
    leads(cast, 12)
    round_ = called(cast)
    with acting(cast.chen), transaction.atomic():
        firms = [*crowd(cast, 8), *crowd(cast, 4, "xihu")]
        numbers = Case.numbers(DAY.year, len(firms))
        for firm, number in zip(firms, numbers, strict=True):
            case = Case.objects.create(
                firm=firm, number=number, kind=Case.DIRECT, stage="in_certification", opened_on=DAY
            )
            if int(number[-1]) % 4:  # the others stand in certification without an application
                Application.objects.create(firm=firm, case=case, round=round_, stage="draft", opened_on=DAY)
        keys = list(Application.objects.order_by("pk").values_list("pk", flat=True))
        Application.objects.filter(pk__in=keys[:5]).move("application.submit", clock_from=DAY)
        Application.objects.filter(pk__in=keys[:2]).move("application.forward", clock_from=DAY)
        hands = [None, cast.wang, cast.chen, cast.zhao]
        for model in (Case, Application):
            for place, key in enumerate(model.objects.order_by("pk").values_list("pk", flat=True)):
                due = None if place % 5 == 0 else DAY + timedelta(days=place % 7)
                model.objects.filter(pk=key).update(due_on=due if model is Application or place < 12 else None)
        for place, case in enumerate(Case.objects.order_by("pk")):
            Case.objects.filter(pk=case.pk).update(officer=hands[place % 4])
    return cast


@pytest.mark.parametrize("name", ["chen", "zhou", "wang", "zhao"])
def test_the_arms_of_a_view_are_its_cases_each_once(busy: Cast, name: str) -> None:
    person, found_some = busy.people[name], set()
    with acting(person), transaction.atomic():
        for view in VIEWS:
            for conditions in CONDITIONS:
                asked = Asked(view, "due", conditions)
                whole = Counter(cases(asked, person, TODAY).values_list("pk", flat=True))
                for way in (countable, listed):
                    arms = Counter(key for arm in way(asked, person, TODAY) for key in arm.values_list("pk", flat=True))
                    assert arms == whole, (way.__name__, view, conditions)
                assert counted({"": countable(asked, person, TODAY)}) == {"": whole.total()}
                found_some |= {view} if whole else set()
    assert {"mine", "office", "all", "over", "soon"} <= found_some


def test_the_list_goes_by_the_day_either_is_due_and_what_has_no_day_comes_last(busy: Cast) -> None:
    with acting(busy.chen), transaction.atomic():
        asked = Asked("all")
        days = {case.pk: case.deadline for case in cases(asked, busy.chen, TODAY)}  # type: ignore[attr-defined]
        page = stretch(listed(asked, busy.chen, TODAY), 50)
        shown = [days[key] for key in page.keys]
    assert len(shown) == len(days) == 24
    dated = [day for day in shown if day]
    assert dated == sorted(dated)
    assert not any(shown[len(dated) :])

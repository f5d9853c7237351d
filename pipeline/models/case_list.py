"""The desk's list of cases: what narrows it, how it is sorted. Its screen, its export, acts on all of it ask here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce

from pipeline.access import OFFICE
from pipeline.models.case import NEVER, Case, CaseQuerySet
from pipeline.models.commonness import COMMON
from pipeline.models.firm import Appointment
from pipeline.models.in_force import calendar_in_force
from pipeline.models.people import TODAY, User
from pipeline.models.review import Flag
from pipeline.models.round import Application
from pipeline.models.tag import Tagging
from pipeline.models.work import VIEWS, View, by_deadline, views, whether_to_decide

OF_APPLICATION = "application."
NOBODY, NONE = "nobody", "none"
COLUMNS = (
    "number", "county", "stage", "turn", "due", "shortfall", "change",
    "officer", "kind", "opened", "coach", "tags", "code", "field",
)  # fmt: skip
PERSONAL = ("contact",)  # columns that tell of a person: exported masked, and only after a second look


@dataclass(frozen=True)
class Asked:
    """What the address of the list asks for, every value known to be one of those offered."""

    view: View = VIEWS[0]
    sort: str = "due"
    conditions: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"view": self.view, "sort": self.sort, "conditions": dict(self.conditions)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        return cls(kept["view"], kept["sort"], kept["conditions"])

    def without(self, name: str) -> "Asked":
        return Asked(self.view, self.sort, {each: value for each, value in self.conditions.items() if each != name})


def cases(asked: Asked, person: User, today: date, *, in_order: bool = False) -> CaseQuerySet:
    """The cases of the view under the conditions, of those the person's offices work on; a page of them `in_order`."""
    seen = Case.objects.within(person.reach(OFFICE))
    if in_order and list(asked.conditions) == ["text"]:
        return _in_view(asked, seen, person, today).matching(asked.conditions["text"], common=COMMON)
    return _narrowed(asked, seen, person, today)


def countable(asked: Asked, person: User, today: date) -> CaseQuerySet:
    """The same cases, to be counted up to a thousand."""
    return _narrowed(asked, _looked_up(Case.objects.within(person.reach(OFFICE))), person, today)


def _looked_up(rows: CaseQuerySet) -> CaseQuerySet:
    """As `with_dossier`, for a count that ends early: an application is looked up where its case is in certification,
    while a join would read all that are under way.
    """
    ones = Application.objects.open().filter(case=OuterRef("pk"))

    def of_one(name: str) -> Any:
        when = When(stage="in_certification", then=Subquery(ones.values(name)[:1]))
        return models.Case(when)  # noqa: TID251  # Django's, by its own name

    found = rows.alias(dossier_case=of_one("case"), dossier_stage=of_one("stage"), dossier_from=of_one("clock_from"))
    return found.alias(dossier_due=of_one("due_on")).annotate(deadline=Coalesce("dossier_due", "due_on"))


def _in_view(asked: Asked, seen: CaseQuerySet, person: User, today: date) -> CaseQuerySet:
    if asked.conditions.get("stage") == "closed":
        return seen.filter(stage="closed").with_dossier()
    return seen.in_view(asked.view, person, today, calendar_in_force())


def _narrowed(asked: Asked, seen: CaseQuerySet, person: User, today: date) -> CaseQuerySet:
    found = _in_view(asked, seen, person, today)
    for name, value in asked.conditions.items():
        found = NARROW[name](found, value, person, today)
    return found


def counted_at_once(view: View, person: User, today: date) -> dict[tuple[str, Any], int]:
    """How long each view is, and each group of one view that nothing narrows, exactly, in one going through the cases.
    For who sees a part of the city: to look for a thousand of each would go through all of it many times.
    """
    calendar = calendar_in_force()
    of_views = views(person, today, calendar) | {"proposed": Q(decides=True)}
    wanted: dict[tuple[str, Any], Q] = {("view", name): which for name, which in of_views.items()}
    wanted |= {("group", name): of_views[view] & when for name, when in by_deadline(today, calendar).items()}
    rows = Case.objects.within(person.reach(OFFICE)).filter(closed_on=None)
    standings = rows.standings(decides=whether_to_decide(person))
    found = standings.aggregate(**{"_".join(name): Sum("count", filter=which) for name, which in wanted.items()})
    return {name: found["_".join(name)] or 0 for name in wanted}


def arms(found: CaseQuerySet, sort: str) -> list[CaseQuerySet]:
    """The same cases as a list that can be entered anywhere; see `keyset`."""
    return SORTS[sort](found)


def _in_stage(found: CaseQuerySet, value: str, person: User, today: date) -> CaseQuerySet:
    if value.startswith(OF_APPLICATION):
        return found.filter(Q(stage="in_certification", dossier_stage=value.removeprefix(OF_APPLICATION)))
    return found.filter(stage=value)


def _of_officer(found: CaseQuerySet, value: str, person: User, today: date) -> CaseQuerySet:
    return found.filter(officer=None) if value == NOBODY else found.filter(officer=int(value))


def _of_coach(found: CaseQuerySet, value: str, person: User, today: date) -> CaseQuerySet:
    now = Appointment.objects.filter(firm=OuterRef("firm"), during__contains=TODAY)
    return found.filter(~Exists(now)) if value == NOBODY else found.filter(Exists(now.filter(coach=int(value))))


def _flagged(found: CaseQuerySet, value: str, person: User, today: date) -> CaseQuerySet:
    open_ones = Flag.objects.filter(firm=OuterRef("firm"), cleared_on=None)
    return found.filter(~Exists(open_ones)) if value == NONE else found.filter(Exists(open_ones.filter(kind=value)))


def _tagged(found: CaseQuerySet, value: str, person: User, today: date) -> CaseQuerySet:
    """Tags are those of one's own office."""
    return found.filter(Exists(Tagging.objects.filter(case=OuterRef("pk"), tag__name=value, office=person.office)))


Narrow = Callable[[CaseQuerySet, str, User, date], CaseQuerySet]
NARROW: dict[str, Narrow] = {
    "county": lambda found, value, person, today: found.in_county(value),
    "stage": _in_stage,
    "when": lambda found, value, person, today: found.filter(by_deadline(today, calendar_in_force())[value]),
    "since": lambda found, value, person, today: found.filter(Q(deadline__gte=date.fromisoformat(value))),
    "until": lambda found, value, person, today: found.filter(Q(deadline__lte=date.fromisoformat(value))),
    "officer": _of_officer,
    "coach": _of_coach,
    "lacking": lambda found, value, person, today: found.lacking(value),
    "field": lambda found, value, person, today: found.filter(firm__field__startswith=value),
    "kind": lambda found, value, person, today: found.filter(kind=value),
    "flag": _flagged,
    "tag": _tagged,
    "text": lambda found, value, person, today: found.matching(value),
}


def _by_due(found: CaseQuerySet) -> list[CaseQuerySet]:
    """A case with an open application is due when that is: these are sorted by a column of their own."""
    rows = found.with_dossier()
    with_one = rows.filter(Q(dossier_case__isnull=False)).annotate(turn=Coalesce("dossier_due", Value(NEVER)))
    without = rows.filter(Q(dossier_case__isnull=True)).annotate(turn=Coalesce("due_on", Value(NEVER)))
    return [without, with_one]


def _by_firm(found: CaseQuerySet) -> list[CaseQuerySet]:
    return [found.annotate(turn=F("firm__pinyin"))]


def _by_county(found: CaseQuerySet) -> list[CaseQuerySet]:
    """Names of counties stand in another table of dated rows: only a short list can be sorted by them."""
    return [found.with_county().annotate(turn=Coalesce("county_name", Value("")))]


def _by_opening(found: CaseQuerySet) -> list[CaseQuerySet]:
    return [found.annotate(turn=F("opened_on"))]


SORTS: dict[str, Callable[[CaseQuerySet], list[CaseQuerySet]]] = {
    "due": _by_due,
    "firm": _by_firm,
    "county": _by_county,
    "opened": _by_opening,
}
TURN_FORMS: dict[str, type] = {"due": date, "opened": date, "firm": str, "county": str}
SHORT_ONLY = frozenset({"county"})

"""The desk's list of cases: what narrows it, how it is sorted. Its screen, its export, acts on all of it ask here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from pipeline.access import OFFICE
from pipeline.models.case import Case, CaseQuerySet
from pipeline.models.commonness import COMMON
from pipeline.models.entering import NEVER, or_never
from pipeline.models.firm import Appointment
from pipeline.models.in_force import calendar_in_force
from pipeline.models.people import TODAY, User
from pipeline.models.review import Flag
from pipeline.models.round import Application
from pipeline.models.tag import Tagging
from pipeline.models.work import VIEWS, Half, View, by_deadline, views, ways_into

OF_APPLICATION = "application."
NOBODY, NONE, CLOSED, CERTIFYING = "nobody", "none", "closed", "in_certification"
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
    if asked.conditions.get("stage") == CLOSED:
        found = seen.filter(stage=CLOSED).with_dossier()
    else:
        found = seen.in_view(asked.view, person, today, calendar_in_force())
    return _narrowed(found, asked, person, today, in_order=in_order)


def listed(asked: Asked, person: User, today: date) -> list[CaseQuerySet]:
    """The same cases as a list that can be entered anywhere; see `keyset`."""
    if asked.sort != "due":
        return [SORTS[asked.sort](cases(asked, person, today, in_order=True))]
    seen = Case.objects.within(person.reach(OFFICE))
    without = seen.with_dossier().filter(Q(dossier_case__isnull=True)).annotate(deadline=or_never("due_on"))
    halves: dict[Half, CaseQuerySet] = {"case": without, "application": _with_dossier(seen, person)}
    found = _arms(halves, asked, person, today)
    return [_narrowed(rows, asked, person, today, in_order=True).annotate(turn=F("deadline")) for rows in found]


def countable(asked: Asked, person: User, today: date) -> list[CaseQuerySet]:
    """The same cases, to be counted up to a thousand: in arms of which no two share a case, each found by an index of
    its own. In each the `deadline` is a far day where there is none.
    """
    seen = Case.objects.within(person.reach(OFFICE))
    with_one = _with_dossier(seen, person).filter(stage=CERTIFYING)
    halves: dict[Half, CaseQuerySet] = {"case": _looked_up(seen), "application": with_one}
    return [_narrowed(rows, asked, person, today) for rows in _arms(halves, asked, person, today)]


def _arms(halves: Mapping[Half, CaseQuerySet], asked: Asked, person: User, today: date) -> Iterator[CaseQuerySet]:
    """Of each half the cases of the view; no half of which a stage that is asked for tells that it holds none."""
    stage, calendar = asked.conditions.get("stage", ""), calendar_in_force()
    for half, rows in halves.items():
        if stage == CLOSED:
            yield rows.filter(stage=CLOSED)
        elif half == "case" and not stage.startswith(OF_APPLICATION):
            yield rows.filter(views(person, today, calendar, half)[asked.view])
        elif half == "application" and (stage in ("", CERTIFYING) or stage.startswith(OF_APPLICATION)):
            yield from (rows.filter(way) for way in ways_into(asked.view, person, today, calendar, half))


def _looked_up(rows: CaseQuerySet) -> CaseQuerySet:
    """Cases without an open application. One is looked up where it may be; by a join the database would read all that
    are under way, for a count that ends early. What is asked of an application is known to be nothing.
    """
    ones = Application.objects.open().filter(case=OuterRef("pk")).values("case")
    nothing: dict[str, Any] = {
        "dossier_case": Value(None, models.BigIntegerField()),
        "dossier_stage": Value(None, models.CharField()),
        "dossier_from": Value(None, models.DateField()),
        "dossier_due": Value(None, models.DateField()),
    }
    found = rows.alias(held=Subquery(ones[:1])).filter(~Q(stage=CERTIFYING) | Q(held=None))
    return found.alias(**nothing).annotate(deadline=or_never("due_on"))


def _with_dossier(rows: CaseQuerySet, person: User) -> CaseQuerySet:
    """Those that have one, which are found by it. In certification a case has no day of its own."""
    reach = person.reach(OFFICE)
    found = rows.with_dossier().filter(Q(dossier_case__isnull=False))
    if not reach.everything:
        found = found.alias(dossier_county=F("dossier__county")).filter(Q(dossier_county__in=reach.counties))
    return found.annotate(deadline=or_never("dossier_due"))


def _narrowed(found: CaseQuerySet, asked: Asked, person: User, today: date, *, in_order: bool = False) -> CaseQuerySet:
    """`in_order`: a page of them is wanted, not all."""
    if in_order and list(asked.conditions) == ["text"]:
        return found.matching(asked.conditions["text"], common=COMMON)
    for name, value in asked.conditions.items():
        found = NARROW[name](found, value, person, today)
    return found


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
    "since": lambda found, value, person, today: found.filter(
        Q(deadline__gte=date.fromisoformat(value), deadline__lt=NEVER)
    ),
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


# Names of counties stand in another table of dated rows: only a short list can be sorted by them.
SORTS: dict[str, Callable[[CaseQuerySet], CaseQuerySet]] = {
    "firm": lambda found: found.annotate(turn=F("firm__pinyin")),
    "county": lambda found: found.with_county().annotate(turn=Coalesce("county_name", Value(""))),
    "opened": lambda found: found.annotate(turn=F("opened_on")),
}
TURN_FORMS: dict[str, type] = {"due": date, "opened": date, "firm": str, "county": str}
SHORT_ONLY = frozenset({"county"})

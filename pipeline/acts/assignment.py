"""Into whose hands cases come: given by a head, taken by an officer, or by the rules of an office."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor, Service
from pipeline.acts.conditions import demand
from pipeline.models import Absence, Assignment, Case, MoveRefused, Office, RoutingRule, User
from pipeline.models.case import CaseQuerySet
from pipeline.models.people import own_offices
from pipeline.models.work import colleagues
from pipeline.rules.labels import Label

MOST_AT_ONCE = 500
NOBODY = Label("没有适用的规则，或经办人都不在、已满。", "No rule fits, or nobody is free.")


@transaction.atomic
def assign(
    cases: CaseQuerySet, officer: User, *, by: User, on: date, note: str = "", versions: Mapping[int, int] | None = None
) -> int:
    """Put cases into one colleague's hands. How many changed hands."""
    access.require(by, "case.assign", cases)
    seat = colleagues(own_offices(by)).filter(user=officer).first()
    demand(seat is not None, "officer", _("Choose a colleague of your office."))
    return _give(cases, officer, office=seat.office_id if seat else None, by=by, on=on, note=note, versions=versions)


@transaction.atomic
def take(cases: CaseQuerySet, *, by: User, on: date, versions: Mapping[int, int] | None = None) -> int:
    """Take cases nobody of the office holds into one's own hands."""
    access.require(by, "case.take", cases)
    offices = own_offices(by)
    held = cases.filter(officer__in=colleagues(offices).values("user")).exclude(officer=by)
    demand(not held.exists(), "officer", _("A colleague holds one of these cases: a head may give it to you."))
    return _give(cases, by, office=offices[0] if offices else None, by=by, on=on, note="", versions=versions)


@transaction.atomic
def hand_over(cases: CaseQuerySet, officer: User, *, by: User, on: date, note: str) -> int:
    """Put what a colleague holds into another's hands, and say why."""
    demand(bool(note.strip()), "note", _("Say why the cases change hands."))
    return assign(cases, officer, by=by, on=on, note=note.strip())


@transaction.atomic
def give_back(cases: CaseQuerySet, officer: User | None, *, by: User, on: date) -> int:
    """Put cases into the hands they were in before, or into nobody's: an assignment was taken back."""
    access.require(by, "case.assign", cases)
    if officer is None:
        return cases.update(officer=None)
    demand(officer.is_active, "officer", _("Who held it before is here no longer."))
    return _give(cases, officer, office=None, by=by, on=on, note=_("An assignment was taken back."), versions=None)


@transaction.atomic
def route(cases: CaseQuerySet, *, by: Actor, on: date) -> list[Assignment]:
    """Give cases that nobody of the office holds to whom its rules name. Rows another is about to give are skipped."""
    access.require(by, "case.route", cases)
    free = cases.order_by("pk").values("pk")[:MOST_AT_ONCE]
    locked = list(Case.objects.filter(pk__in=free).select_for_update(skip_locked=True).values_list("pk", flat=True))
    found = [each for each in choices(Case.objects.filter(pk__in=locked)) if each.officer is not None]
    by_officer: dict[User | None, list[int]] = defaultdict(list)
    for each in found:
        by_officer[each.officer].append(each.case.pk)
    for officer, keys in by_officer.items():
        Case.objects.filter(pk__in=keys).update(officer=officer)
    return Assignment.objects.bulk_create(
        Assignment(
            firm_id=each.case.firm_id, case=each.case, desk=each.office, officer=each.officer,
            former_id=each.case.officer_id, on=on, why=each.why.to_json(), **_who(by),
        )
        for each in found
    )  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """Whom the rules of an office give a case to, and why; nobody where no rule fits."""

    case: Any
    office: Office
    officer: User | None
    why: Label


@dataclass
class Staff:
    """Who works in an office: in the order of their names, without those who are away today, and their open cases."""

    people: Sequence[User]
    away: frozenset[int]
    load: Counter[int]

    @property
    def present(self) -> list[User]:
        return [each for each in self.people if each.pk not in self.away]


def choices(cases: CaseQuerySet) -> list[Choice]:
    """What the rules say of each case, first due first. A rehearsal and the act ask the same. Six statements."""
    rows: list[Any] = list(cases.with_county().with_dossier().select_related("firm").prefetch_related("applications"))
    rows.sort(key=lambda each: (each.deadline is None, each.deadline or date.max, each.pk))
    offices = _offices(rows)
    rules = defaultdict(list)
    for rule in RoutingRule.objects.filter(office__in=list(offices)).in_turn():
        rules[rule.office_id].append(rule)
    staff, before = _staff(offices), _before(rows)
    chosen = []
    for case in rows:
        office = _office_of(case, offices.values())
        if office is not None:
            chosen.append(_choose(case, office, rules[office.pk], staff[office.pk], before.get((case.pk, office.pk))))
    return chosen


def place_of(case: Any) -> tuple[str, Any]:
    """Where a case stands, in the words of a rule, and the place itself; its open application stands for it."""
    dossier = next((each for each in case.applications.all() if each.ended_on is None), None)
    if dossier is not None:
        return f"application.{dossier.stage}", dossier.place
    return case.stage, case.place


def _choose(case: Any, office: Office, rules: list[RoutingRule], staff: Staff, before: User | None) -> Choice:
    if before is not None and before in staff.present:
        staff.load[before.pk] += 1
        return Choice(case, office, before, Label("此前由其经办。", "Had it before."))
    for rule in rules:
        if not _fits(rule, case):
            continue
        free = [each for each in staff.present if rule.officer_id in (None, each.pk)]
        free = [each for each in free if rule.most is None or staff.load[each.pk] < rule.most]
        if free:
            officer = min(free, key=lambda each: (staff.load[each.pk], each.pk))
            why = _why(rule, staff.load[officer.pk], len(free))
            staff.load[officer.pk] += 1
            return Choice(case, office, officer, why)
    return Choice(case, office, None, NOBODY)


def _fits(rule: RoutingRule, case: Any) -> bool:
    return (
        rule.county_id in (None, case.county_id)
        and rule.stage in ("", place_of(case)[0])
        and case.firm.field.startswith(rule.field)
    )


def _why(rule: RoutingRule, load: int, among: int) -> Label:
    if rule.officer_id is not None:
        return Label(f"规则 {rule.position} 指定，在办 {load} 件。", f"Named by rule {rule.position}; {load} open.")
    return Label(
        f"规则 {rule.position}：{among} 人中在办最少，{load} 件。",
        f"Rule {rule.position}: the fewest open cases, {load}, among {among}.",
    )


def _offices(rows: Iterable[Any]) -> dict[int, Office]:
    counties = {case.county_id for case in rows} - {None}
    city = Office.objects.filter(level=Office.CITY)
    return {each.pk: each for each in (city | Office.objects.filter(level=Office.COUNTY, division__in=counties))}


def _office_of(case: Any, offices: Iterable[Office]) -> Office | None:
    turn = place_of(case)[1].turn
    here = [each for each in offices if each.level == turn]
    return next((each for each in here if turn == Office.CITY or each.division_id == case.county_id), None)


def _staff(offices: Mapping[int, Office]) -> dict[int, Staff]:
    seats = colleagues(list(offices)).filter(kind__in=access.OFFICERS).select_related("user").order_by("user_id", "pk")
    people: dict[int, dict[int, User]] = defaultdict(dict)
    for seat in seats:
        people[seat.office_id or 0][seat.user_id] = seat.user
    everybody = {key for each in people.values() for key in each}
    away = frozenset(Absence.objects.today().filter(user__in=everybody).values_list("user_id", flat=True))
    held = Case.objects.open().filter(officer__in=everybody).order_by().values("officer").annotate(count=Count("pk"))
    load = Counter({row["officer"]: row["count"] for row in held})
    return {key: Staff(list(people[key].values()), away, load) for key in offices}


def _before(rows: Iterable[Any]) -> dict[tuple[int, int], User]:
    """Who of each office held each case last."""
    last = Assignment.objects.filter(case__in=[case.pk for case in rows], desk__isnull=False)
    last = last.order_by("case", "desk", "-pk").distinct("case", "desk").select_related("officer")
    return {(each.case_id, each.desk_id or 0): each.officer for each in last}


def _give(
    cases: CaseQuerySet,
    officer: User,
    *,
    office: int | None,
    by: Actor,
    on: date,
    note: str,
    versions: Mapping[int, int] | None,
) -> int:
    rows = list(cases.order_by("pk").values_list("pk", "firm_id", "officer_id", "version", "stage"))
    changed = {
        str(pk): (stage, version)
        for pk, _firm, _officer, version, stage in rows
        if versions is not None and versions.get(pk) != version
    }
    if changed:
        raise MoveRefused("case.assign", changed)
    new = [(pk, firm, former) for pk, firm, former, _version, _stage in rows if former != officer.pk]
    Case.objects.filter(pk__in=[pk for pk, _firm, _former in new]).update(officer=officer)
    Assignment.objects.bulk_create(
        Assignment(
            firm_id=firm, case_id=pk, desk_id=office, officer=officer, former_id=former, on=on, note=note, **_who(by)
        )
        for pk, firm, former in new
    )
    return len(new)


def _who(by: Actor) -> dict[str, Any]:
    return {"service": by.name} if isinstance(by, Service) else {"by_id": by.pk}

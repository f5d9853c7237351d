"""What every move has in common: the grant, the clock, the row of history, the notices. Used by the acts that move."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from functools import cache, partial
from typing import Any

from pipeline import access, stages
from pipeline.access import Actor, Service
from pipeline.acts import deputy, notice, proposal
from pipeline.models import Application, Case, FirmMove, MoveRefused, Proposal, Transition
from pipeline.models.book import POOL
from pipeline.models.case import CaseQuerySet
from pipeline.models.in_force import book_in_force, book_of, calendar_in_force
from pipeline.models.many_rows import insert_alike
from pipeline.models.round import ApplicationQuerySet
from pipeline.rules import Book
from pipeline.stages import Stage, moves_from


def advance(
    cases: CaseQuerySet,
    name: str,
    *,
    by: Actor,
    on: date,
    versions: Mapping[int, int] | None = None,
    note: str = "",
    opinion: str = "",
    reason: str = "",
    **also: Any,
) -> list[Transition]:
    """Move cases by one line of the table: all of them or none. The transitions, in the order of the cases' keys.

    `also` is written in the same statement; a `due_on` in it stands in for what the clock says.
    """
    access.require(by, name, cases)
    target = next(iter(stages.CASE_MOVES[name].to))
    at_county = stages.CASE_STAGES[target].turn == "county"
    before = list(cases.select_related("window").order_by("pk") if at_county else cases.order_by("pk"))
    if not before:
        raise MoveRefused(name, {})
    also |= {"reminders": 0, "reminded_on": None}
    if target == "closed":
        also |= {"closed_on": on, "reason": reason}
    for clock, group in _by_clock(before, stages.CASE_STAGES[target], on).items():
        chosen = Case.objects.filter(pk__in=[case.pk for case in group])
        chosen.move(name, versions=dict(versions) if versions is not None else None, **{**dict(clock), **also})
    proposal.end(Proposal.objects.filter(case__in=before, application=None), moves_from("case", target), on=on)
    return record(before, name, target=target, by=by, on=on, note=note, opinion=opinion)


def record(
    cases: list[Case],
    name: str,
    *,
    target: str,
    by: Actor,
    on: date,
    note: str = "",
    opinion: str = "",
    source: str | None = None,
) -> list[Transition]:
    """Write the history and the notices of a move that was made; `cases` are as they were before it."""
    who = {"service": by.name} if isinstance(by, Service) else {"by_id": by.pk}
    counties, behalf = _counties(cases), deputy.on_behalf_of(by, name, cases)
    transitions = insert_alike(
        Transition(
            firm_id=case.firm_id,
            case=case,
            move=name,
            source=case.stage if source is None else source,
            target=target,
            on_behalf_of_id=behalf.get(case.pk),
            division_id=counties.get(case.firm_id),
            on=on,
            note=note,
            opinion=opinion,
            **who,
        )
        for case in cases
    )
    if name in notice.WORDS:
        moved = Case.objects.filter(pk__in=[case.pk for case in cases]).select_related("firm").order_by("pk")
        tell(list(moved.only("number", "due_on", "firm__name")), name, note=note)
    return transitions


def advance_application(
    applications: ApplicationQuerySet,
    name: str,
    *,
    by: Actor,
    on: date,
    versions: Mapping[int, int] | None = None,
    to: str | None = None,
    note: str = "",
    opinion: str = "",
    **also: Any,
) -> list[Transition]:
    """The same for applications; the notices go by their cases."""
    access.require(by, name, applications)
    before = list(applications.select_related("case", "case__firm", "round").order_by("pk"))
    if not before:
        raise MoveRefused(name, {})
    target = to or next(iter(stages.APPLICATION_MOVES[name].to))
    if target in stages.ENDED:
        also |= {"ended_on": on}
    for clock, group in _by_clock(before, stages.APPLICATION_STAGES[target], on).items():
        chosen = Application.objects.filter(pk__in=[each.pk for each in group])
        chosen.move(
            name, to=target, versions=dict(versions) if versions is not None else None, **{**dict(clock), **also}
        )
    proposal.end(Proposal.objects.filter(application__in=before), moves_from("application", target), on=on)
    return record_application(before, name, target=target, by=by, on=on, note=note, opinion=opinion)


def record_application(
    applications: list[Application], name: str, *, target: str, by: Actor, on: date, note: str = "", opinion: str = ""
) -> list[Transition]:
    who = {"service": by.name} if isinstance(by, Service) else {"by_id": by.pk}
    counties = _counties([each.case for each in applications])
    behalf = deputy.on_behalf_of(by, name, [each.case for each in applications])
    transitions = insert_alike(
        Transition(
            firm_id=each.firm_id,
            case_id=each.case_id,
            application=each,
            move=name,
            source=each.stage if each.pk and name != "application.open" else "",
            target=target,
            on_behalf_of_id=behalf.get(each.case_id),
            division_id=counties.get(each.firm_id),
            on=on,
            note=note,
            opinion=opinion,
            **who,
        )
        for each in applications
    )
    label = {"zh": stages.APPLICATION_STAGES[target].firm_zh, "en": stages.APPLICATION_STAGES[target].firm_en}
    if name.startswith("application."):  # a move of the case that takes its application along is told once
        dues = dict(Application.objects.filter(pk__in=[each.pk for each in applications]).values_list("case", "due_on"))
        tell([each.case for each in applications], name, dues=dues, note=note, stage=label)
    return transitions


def tell(cases: list[Case], name: str, **values: Any) -> None:
    for side in notice.WORDS[name].to if name in notice.WORDS else ():
        notice.write(cases, to=side, kind=name, **values)


def open_applications(cases: CaseQuerySet) -> ApplicationQuerySet:
    return Application.objects.open().filter(case__in=cases.values("pk"))


def must_stand(rows: CaseQuerySet | ApplicationQuerySet, act: str, where: Collection[str | None]) -> None:
    """Refuse an act that is no move itself for rows that do not stand at one of these stages. Raises MoveRefused."""
    astray = {
        str(pk): (stage, version)
        for pk, stage, version in rows.values_list("pk", "stage", "version")
        if stage not in where
    }
    if astray:
        raise MoveRefused(act, astray)


def opening_clock(place: Stage, on: date) -> dict[str, Any]:
    """The clock of a row that begins at a stage."""
    return _clock(place, on, book_in_force(POOL, on), resumed=None, left=None)


def term(name: str, on: date) -> int:
    """Working days that the pool book in force gives for a stage."""
    return _working_days(book_in_force(POOL, on), name)


def _working_days(book: Book, name: str) -> int:
    return int(book.number(name))


def _by_clock(rows: list[Any], place: Stage, on: date) -> dict[tuple[tuple[str, Any], ...], list[Any]]:
    """Rows grouped by what their clock will read, so that each group moves in one statement."""
    groups: dict[tuple[tuple[str, Any], ...], list[Any]] = defaultdict(list)
    calendar, read = calendar_in_force(), cache(partial(_clock_by, place, on))  # of thousands most read alike
    left_until = cache(lambda due_on: max(calendar.between(on, due_on), 0))
    for row in rows:
        clock = row.place.clock
        left = left_until(row.due_on) if row.due_on and clock == "runs" else None
        submitted = (row.book_version, row.book_day) if isinstance(row, Case) and row.book_day else None
        reading = dict(read(submitted, row.clock_left if clock == "paused" else None, left))
        if isinstance(row, Application):
            reading["due_on"] = _within_round(reading["due_on"], place, row)
        elif place.turn == "county" and row.window_id:
            reading["due_on"] = _within_window(reading["due_on"], row, on)
        groups[tuple(reading.items())].append(row)
    return groups


def _clock_by(
    place: Stage, on: date, submitted: tuple[str, date] | None, resumed: int | None, left: int | None
) -> dict[str, Any]:
    """The clock by the book of version and day, for what was not submitted by the one in force."""
    book = book_of(POOL, *submitted) if submitted else book_in_force(POOL, on)
    return _clock(place, on, book, resumed=resumed, left=left)


def _clock(place: Stage, on: date, book: Book, *, resumed: int | None, left: int | None) -> dict[str, Any]:
    """A stage with a term starts its clock the day after; a return keeps what was left, and resuming gives it back."""
    if not place.term:
        return {"clock_from": None, "clock_days": None, "clock_left": None, "due_on": None}
    days = _working_days(book, place.term)
    if resumed is not None and place.clock == "runs":
        days = max(resumed, _working_days(book, "least_workdays_after_return"))
    kept = left if place.clock == "paused" else None
    return {"clock_from": on, "clock_days": days, "clock_left": kept, "due_on": calendar_in_force().add(on, days).due}


def _within_round(due_on: date | None, place: Stage, application: Application) -> date | None:
    """A county's check never lasts beyond the round's date for the city, the city's never beyond the province's."""
    limits = {"county": application.round.city_date, "city": application.round.province_date}
    return min(due_on, limits[place.turn]) if due_on is not None and place.turn in limits else due_on


def _within_window(due_on: date | None, case: Case, on: date) -> date | None:
    """A county has handed on by the day its window names, as long as that day has not passed."""
    limit = case.window.county_date if case.window else None
    return min(due_on, limit) if due_on is not None and limit is not None and limit >= on else due_on


def _counties(cases: list[Case]) -> dict[int, int | None]:
    moves = FirmMove.objects.filter(firm__in=[case.firm_id for case in cases], during__upper_inf=True)
    return dict(moves.values_list("firm_id", "division_id"))

"""Where a firm stands: its row, its case, and the way through the pool in plain words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import mandate as mandate_acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Application, Case, Fault, Firm, Mandate, Notice, Office, Transition
from pipeline.models.in_force import calendar_in_force
from pipeline.models.record import YEARS_ASKED
from pipeline.request import StaffRequest
from pipeline.rules import Book
from pipeline.stages import Due

STATION_OF = {
    "draft": 0,
    "county_review": 1,
    "county_returned": 1,
    "city_review": 2,
    "city_returned": 2,
    "publicity": 3,
    "coaching": 4,
    "ready": 4,
    "in_certification": 5,
}
LEFT_BY = ("case.submit", "case.forward", "case.publish", "case.admit", "application.open", "certificate.issue")
RETURNED = frozenset({"county_returned", "city_returned"})
# Page of an agency -> the part of the record the firm must have let it into.
PARTS = {
    "portal:figures": "figures",
    "portal:figures_draft": "figures",
    "portal:reconciliation": "figures",
    "portal:property": "rights",
    "portal:diagnosis": "plan",
    "portal:plan": "plan",
    "portal:step": "plan",
}


@dataclass(frozen=True)
class Station:
    """One stop on the way: done, now, or to come; `yours` where it waits for the firm, `paused` with its clock."""

    name: str
    says: str
    state: str = ""
    yours: bool = False
    paused: bool = False


def firm_or_404(request: StaffRequest, uscc: str, **beside: Any) -> Any:
    """The firm of one of the person's firm seats, with its county's office and the count of unread messages, and what
    else is asked for in the same statement.
    """
    office = Office.objects.filter(level=Office.COUNTY, division_id=OuterRef("county_id"))
    unread = Notice.objects.filter(firm=OuterRef("pk"), to=Notice.FIRM, read_at=None).order_by().values("firm")
    firms = Firm.objects.within(request.user.reach(access.MEMBERS)).with_county()
    firms = firms.annotate(
        office_name=Subquery(office.values("name")[:1]),
        office_phone=Subquery(office.values("phone")[:1]),
        unread=Coalesce(Subquery(unread.annotate(count=Count("pk")).values("count")), 0),
        **beside,
    )
    firm: Any = get_object_or_404(firms.select_related("latest_diagnosis"), uscc=uscc)
    firm.mandate = None if any(seat.firm_id == firm.pk for seat in request.user.seats) else _mandate(request, firm)
    return firm


def _mandate(request: StaffRequest, firm: Firm) -> Mandate:
    """By what an agency opens this page; a page of a part that the firm keeps to itself does not exist for it. That it
    looked is noted for the firm.
    """
    mandate = get_object_or_404(Mandate.objects.current().select_related("by"), firm=firm, agent=request.user)
    page = request.resolver_match.view_name if request.resolver_match else ""
    part = PARTS.get(page, "")
    if page != "portal:home" and part not in mandate.parts:
        raise Http404("not let into this part")
    if part:
        mandate_acts.note_look(firm, part, by=request.user, on=request.today)
    return mandate


def current_case(firm: Firm) -> Case | None:
    """The open case, or the last one, with the days it `left` each station; a lead is nothing of the firm's."""
    moves = Transition.objects.filter(case=OuterRef("pk"), move__in=LEFT_BY).order_by("pk")
    left = ArraySubquery(moves.values(told=JSONObject(move="move", on="on")))
    cases = Case.objects.filter(firm=firm).told_to_firm().annotate(left=left)
    return cases.select_related("officer").order_by("-opened_on", "-pk").first()


def open_application(case: Case) -> Application | None:
    return Application.objects.open().filter(case=case).select_related("round").first()


def open_faults(firm: Firm) -> QuerySet[Fault]:
    """What the firm was told to correct and has not answered."""
    return Fault.objects.filter(firm=firm, answered_on=None).order_by("pk")


def due_of(row: Case | Application | None, today: date) -> Due:
    return row.due(today, calendar_in_force()) if row is not None else Due("none")


def years_asked(firm: Firm, today: date) -> list[int]:
    """The closed years whose figures are asked for: three, fewer for a young firm."""
    years = [today.year - back for back in range(YEARS_ASKED, 0, -1)]
    since = firm.registered_on.year if firm.registered_on else years[0]
    return [year for year in years if year >= since] or years[-1:]


def places(firm: Firm, today: date) -> list[str]:
    """The pages of an application in their order, named as faults and the checklist name them."""
    return ["firm", "contact", *(f"figures.{year}" for year in years_asked(firm, today)), "property"]


def place_url(firm: Firm, place: str) -> str:
    """The page where something named by its place is put right."""
    page, _dot, rest = place.partition(".")
    year, _dot, figure = rest.partition(".")
    if page == "figures" and year.isdecimal():
        return reverse("portal:figures", args=[firm.uscc, int(year)]) + (f"#id_{figure}-{year}" if figure else "")
    known = {"firm": "firm", "contact": "contact", "property": "property", "step": "plan", "round": "application"}
    return reverse(f"portal:{known.get(page, 'home')}", args=[firm.uscc])


def onward(request: StaffRequest, firm: Firm, place: str) -> HttpResponse:
    """After saving a page of the application: the page that follows it, or home."""
    order = places(firm, request.today)
    following = order[order.index(place) + 1 :] if place in order and "on" in request.POST else []
    return redirect(place_url(firm, following[0]) if following else reverse("portal:home", args=[firm.uscc]))


def tell_unmet(request: StaffRequest, unmet: ConditionUnmet) -> None:
    """Show every reason why an act was not done, on the next page."""
    for missing in unmet.missing:
        messages.error(request, missing.says)


def stations(case: Any, application: Application | None, firm: Any, today: date) -> list[Station]:
    """The way of this case, one that `current_case` found, each stop with its day or what it takes."""
    days = {each["move"]: date.fromisoformat(each["on"]) for each in case.left}
    left = {} if case.stage == "draft" else days
    here = STATION_OF.get(case.stage, len(LEFT_BY))
    if case.stage == "closed" and case.reason != "certified":
        here = 1 + max((LEFT_BY.index(move) for move in left), default=-1)
    words = _words(firm, case.pool_book(today))
    first = 0 if case.kind == Case.POOL else STATION_OF["coaching"]
    return [_station(place, here, application or case, words[place], left) for place in range(first, len(words))]


def _station(
    place: int, here: int, waiting: Case | Application, words: tuple[str, str], left: dict[str, date]
) -> Station:
    name, takes = words
    if place < here:
        day = left.get(LEFT_BY[place])
        return Station(name, f"{day:%Y-%m-%d}" if day else "", "done")
    if place > here or waiting.stage == "closed":
        return Station(name, takes)
    place_now = waiting.place
    return Station(name, _now_words(waiting), "now", place_now.turn == "firm", place_now.clock == "paused")


def _now_words(waiting: Case | Application) -> str:
    if waiting.place.clock == "paused":
        return _("your turn; the clock of the review stands still")
    if waiting.stage == "coaching":  # whose turn it is, each step of the plan says for itself
        return _("step by step, as your plan says")
    if waiting.place.turn == "firm":
        return _("your turn")
    return _("with the bureau; nothing for you to do")


def _words(firm: Any, book: Book) -> list[tuple[str, str]]:
    """The name of each stop and what it takes, before one gets there, by the pool book the case goes by."""
    notice, coached = int(book.number("publicity_workdays")), int(book.number("term_months"))
    return [
        (_("Submit the application"), ""),
        (_("County review"), firm.office_name or ""),
        (_("City review"), ""),
        (_("Public notice of admission"), _("%(n)s working days") % {"n": notice}),
        (_("Coaching"), _("%(n)s months at most") % {"n": coached}),
        (_("Certification"), _("by rounds")),
    ]

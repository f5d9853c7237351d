"""The one next thing, where the case stands, whom to call."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pipeline import access
from pipeline.models import (
    Announcement,
    AnnualUpdate,
    Application,
    Case,
    Certificate,
    Fault,
    Firm,
    Obligation,
    Round,
    Step,
    User,
    Window,
)
from pipeline.models.intake import coming_window, open_window
from pipeline.models.record import Item, checklist
from pipeline.portal import estimate, standing
from pipeline.request import StaffRequest
from pipeline.stages import CASE_MOVES, Due
from pipeline.templatetags.look import spoken

SHOWN_GAPS, SHOWN_PINNED, DECEMBER = 4, 6, 12
TOLD = {"kind": "kind", "title": "title", "text": "text", "link": "link"}
STEP_STATES = {"open": "open", "handed_in": "submitted", "done": "accepted", "dropped": "open"}
WITHDRAWABLE = CASE_MOVES["case.withdraw"].from_


@dataclass(frozen=True)
class Next:
    """What the firm does next. Without `url` there is nothing to do; `posts` names an act that the button performs."""

    title: str
    says: str = ""
    points: list[str] = field(default_factory=list)
    act: str = ""
    url: str = ""
    posts: bool = False
    due: Due = field(default_factory=lambda: Due("none"))


@dataclass
class Standing:
    """All that the next thing depends on, fetched once."""

    firm: Firm
    case: Case | None
    today: date
    user: User
    application: Application | None = None
    items: list[Item] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    obligations: list[Obligation] = field(default_factory=list)
    round: Round | None = None
    update: AnnualUpdate | None = None  # asked for and not confirmed
    windows: list[Window] = field(default_factory=list)  # looked up where the firm may begin

    def url(self, name: str, *more: Any) -> str:
        return reverse(f"portal:{name}", args=[self.firm.uscc, *more])

    @property
    def due(self) -> Due:
        return standing.due_of(self.application or self.case, self.today)


def home(request: StaffRequest, uscc: str) -> HttpResponse:
    pinned = Announcement.objects.pinned(request.today, request.user.seat_kinds).values(told=JSONObject(**TOLD))
    firm = standing.firm_or_404(request, uscc, pinned=ArraySubquery(pinned[:SHOWN_PINNED]))
    if firm.mandate:
        return render(request, "portal/home/mandate.html", {"firm": firm, "year": request.today.year - 1})
    where = _fetch(firm, request.user, request.today)
    case = where.case
    context = {
        "firm": firm,
        "case": case,
        "application": where.application,
        "next": next_thing(where),
        "items": [(item, standing.place_url(firm, item.place)) for item in where.items],
        "items_done": sum(item.done for item in where.items),
        "faults": [(fault, standing.place_url(firm, fault.place)) for fault in where.faults],
        "steps": [(step, STEP_STATES[step.state]) for step in where.steps],
        "obligations": [(owed, obligation_words(owed)) for owed in where.obligations],
        "stations": standing.stations(case, where.application, firm, request.today) if case else [],
        "short": firm.latest_diagnosis.unmet if firm.latest_diagnosis else 0,
        "gaps": gaps(firm),
        "too_late": estimate.too_late(firm, request.today) if request.today.month == DECEMBER else [],
        "pages": pages(firm, request.today),
        "withdrawable": case is not None and case.stage in WITHDRAWABLE and access.may(request.user, "case.withdraw"),
    }
    return render(request, "portal/home/home.html", context)


def pages(firm: Firm, today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The pages of the firm, in groups: each with its address and its name."""
    year = standing.years_asked(firm, today)[-1]
    groups = [
        (_("The record"), _record_pages(year, today.year)),
        (_("Certification and registration"), _way_pages()),
        (_("Help and account"), _account_pages()),
    ]
    return [
        (title, [(reverse(f"portal:{name}", args=[firm.uscc, *more]), label) for label, name, *more in listed])
        for title, listed in groups
    ]


def _record_pages(last: int, running: int) -> list[tuple[Any, ...]]:
    return [
        (_("About the firm"), "firm"),
        (_("Figures"), "figures", last),
        (_("Estimate of this year"), "figures", running),
        (_("Three-way reconciliation"), "reconciliation", last),
        (_("Fill in with Excel"), "workbook"),
        (_("Bring a year in from the books"), "accounts"),
        (_("Staff"), "staff", last),
        (_("R&D projects"), "projects"),
        (_("R&D ledger"), "ledger", last),
        (_("Intellectual property"), "property"),
        (_("High-tech products and services"), "products"),
        (_("Conversions of results"), "conversions"),
        (_("Projects, rights and products in one table"), "triangle"),
        (_("Papers"), "papers"),
        (_("History of the record"), "history"),
    ]


def _way_pages() -> list[tuple[Any, ...]]:
    return [
        (_("Application for certification"), "application"),
        (_("Yearly update"), "update"),
        (_("Certificate"), "certificate"),
        (_("SME registration"), "sme"),
        (_("One page for the boss"), "one_page"),
    ]


def _account_pages() -> list[tuple[Any, ...]]:
    return [
        (_("Ask for help"), "difficulties"),
        (_("Objections"), "objections"),
        (_("Book an hour"), "hours"),
        (_("Trainings"), "events"),
        (_("Messages"), "messages"),
        (_("Members, coaches, agencies and banks"), "people"),
    ]


def _fetch(firm: Firm, user: User, today: date) -> Standing:
    where = Standing(firm, standing.current_case(firm), today, user)
    case = where.case
    if case is None or case.stage == "closed":
        where.windows = Window.objects.called()
    if case is None:
        return where
    if case.stage == "draft":
        where.items = checklist(firm, today)
    elif case.stage == "in_certification":
        where.application = standing.open_application(case)
    elif case.stage in ("coaching", "ready"):
        where.steps = list(Step.objects.standing().filter(plan__case=case).order_by("position"))
    elif case.stage == "closed":
        held = Certificate.objects.filter(firm=firm).valid_on(today)
        where.obligations = list(Obligation.objects.filter(certificate__in=held).pending())
    if (where.application or case).stage in standing.RETURNED:
        where.faults = list(standing.open_faults(where.firm))
    if case.stage == "ready":
        where.round = Round.objects.open_on(today).first()
    if case.term is not None and case.stage != "closed":
        asked = AnnualUpdate.objects.open().filter(case=case)
        where.update = asked.order_by("year").last()
    return where


def gaps(firm: Firm) -> list[dict[str, Any]]:
    """The unmet conditions of the last diagnosis, those with a number first."""
    if firm.latest_diagnosis is None:
        return []
    unmet = [finding for finding in firm.latest_diagnosis.findings if finding["verdict"] == "unmet"]
    return sorted(unmet, key=lambda finding: finding["found"] is None)[:SHOWN_GAPS]


def next_thing(where: Standing) -> Next:
    """The one thing to do, by the stage; a stage that waits for others says for whom."""
    if where.case is None or (where.case.stage == "closed" and not where.obligations):
        return _apply(where)
    if where.update is not None:
        return _update(where.update, where)
    if where.application is not None:
        return APPLICATION.get(where.application.stage, _with_the_bureau)(where)
    return CASE.get(where.case.stage, _with_the_bureau)(where)


def _apply(where: Standing) -> Next:
    title = _("Apply again for the cultivation pool") if where.case else _("Apply for the cultivation pool")
    if where.firm.verified_on is None:
        return Next(_("Wait for the check of your firm"), _("The office checks who you are; then you can apply."))
    if not access.may(where.user, "case.begin"):
        return Next(title, _("The owner of your firm's account begins the application."))
    window = open_window(where.windows, where.today)
    if where.windows and window is None:
        return Next(_("No intake is open today"), _next_intake(where))
    says = _("Your figures of three years, your rights and a contact are asked for.")
    due = _on_day(window.closes_on if window else None)
    return Next(title, says, act=_("Begin the application"), url=where.url("begin"), posts=True, due=due)


def _next_intake(where: Standing) -> str:
    coming = coming_window(where.windows, where.today)
    if coming is None:
        return _("The next intake is announced here.")
    return _("The next intake, “%(name)s”, opens on %(day)s.") % {"name": coming.name, "day": coming.opens_on}


def _fill(where: Standing) -> Next:
    missing = [item for item in where.items if not item.done]
    if not missing:
        url = where.url("submit")
        title, says = _("Submit the application"), _("Everything is there.")
        return Next(title, says, act=_("Look over and submit"), url=url, due=where.due)
    url = standing.place_url(where.firm, missing[0].place)
    points = [item.name for item in missing]
    return Next(_("Fill in the application"), points=points, act=_("Go on filling in"), url=url, due=where.due)


def _correct(where: Standing) -> Next:
    count = len(where.faults)
    title = ngettext("Correct %(count)s point", "Correct %(count)s points", count) % {"count": count}
    points = [fault.says for fault in where.faults]
    return Next(title, points=points, act=_("Correct"), url=where.url("corrections"), due=where.due)


def _with_the_bureau(where: Standing) -> Next:
    says = _("Your papers are with the bureau. You get a message when it is your turn.")
    return Next(_("Nothing to do for you"), says, due=where.due)


def _on_notice(where: Standing) -> Next:
    return Next(_("Nothing to do for you"), _("Your admission is on public notice."), due=where.due)


def _work_on_the_plan(where: Standing) -> Next:
    unfinished = [step for step in where.steps if step.state == Step.OPEN]
    if not unfinished:
        return Next(_("Nothing to do for you"), _("Every step of your plan is with the bureau or accepted."))
    step = min(unfinished, key=lambda each: (each.due_on or date.max, each.position))
    url = where.url("step", step.position)
    return Next(spoken(step.what), spoken(step.gap), act=_("Go to the step"), url=url, due=_on_day(step.due_on))


def _update(update: AnnualUpdate, where: Standing) -> Next:
    title = _("Confirm your record of %(year)s") % {"year": update.year}
    says = _("Firms in the pool do so every year: look it over, put right what changed, confirm it.")
    return Next(title, says, act=_("Look it over"), url=where.url("update"), due=_on_day(update.due_on))


def _take_the_round(where: Standing) -> Next:
    if where.round is None:
        says = _("You meet the conditions. You get a message when a round opens.")
        return Next(_("Wait for the next round"), says)
    url, due = where.url("application"), _on_day(where.round.county_date)
    return Next(_("Apply for certification"), where.round.name, act=_("See the round"), url=url, due=due)


def _dossier(where: Standing) -> Next:
    supplies = where.application is not None and where.application.stage == "supplement"
    title = _("Supply what the agency asks for") if supplies else _("Hand in the dossier")
    return Next(title, act=_("Go to the dossier"), url=where.url("application"), due=where.due)


def _keep_the_certificate(where: Standing) -> Next:
    first = where.obligations[0]
    url, due = where.url("certificate"), _on_day(first.due_on)
    return Next(obligation_words(first), act=_("See the obligations"), url=url, due=due)


def _on_day(day: date | None) -> Due:
    return Due("calm", day) if day else Due("none")


def obligation_words(obligation: Obligation) -> str:
    words = {
        "annual_report": _("Annual report of %(year)s"),
        "recertification": _("Apply for re-certification"),
        "change_report": _("Report the change"),
    }
    return words[obligation.kind] % {"year": obligation.year}


CASE: dict[str, Callable[[Standing], Next]] = {
    "draft": _fill,
    "county_returned": _correct,
    "city_returned": _correct,
    "publicity": _on_notice,
    "coaching": _work_on_the_plan,
    "ready": _take_the_round,
    "closed": _keep_the_certificate,
}
APPLICATION: dict[str, Callable[[Standing], Next]] = {
    "draft": _dossier,
    "county_returned": _correct,
    "city_returned": _correct,
    "supplement": _dossier,
}

"""The work of the day: cases by when they are due, in views and under conditions that read as a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.acts.export_sheet import HEADINGS, KINDS
from pipeline.desk import batch_deeds, list_look, paging, saved_view
from pipeline.desk.conditions import CONDITION_NAMES, GROUP_NAMES, Conditions, asked_by, offered
from pipeline.desk.list_look import ListLook
from pipeline.desk.standing import Standing, open_dossier, standing_of
from pipeline.models import Case, SavedView
from pipeline.models.case_list import SHORT_ONLY, TURN_FORMS, Asked, cases, countable, listed
from pipeline.models.in_force import calendar_in_force
from pipeline.models.keyset import MOST_COUNTED, Stretch, counted, stretch
from pipeline.models.listing import QUEUE
from pipeline.models.people import own_offices
from pipeline.models.work import FRESH_FOR, GROUPED_WITHIN, VIEWS, by_deadline
from pipeline.request import StaffRequest
from pipeline.rules.codes.fields import carried_fields

VIEW_NAMES = {
    "mine": gettext_lazy("My work"),
    "office": gettext_lazy("My office"),
    "unassigned": gettext_lazy("Unassigned"),
    "fresh": gettext_lazy("Newly come in"),
    "soon": gettext_lazy("Almost over"),
    "over": gettext_lazy("Overdue"),
    "waiting": gettext_lazy("Waiting for the firm"),
    "stuck": gettext_lazy("Stuck"),
    "proposed": gettext_lazy("To be decided"),
    "all": gettext_lazy("All open cases"),
}
WIDE = frozenset(
    {"number", "change", "kind", "opened", "coach", "tags", "code", "field"}
)  # left out on a narrow screen


@dataclass(frozen=True)
class Row:
    """One line: the case and what is said of it."""

    standing: Standing
    shortfall: dict[str, Any] | None
    untold: int
    change: str

    @property
    def case(self) -> Case:
        return self.standing.case

    @property
    def kind(self) -> str:
        return str(KINDS[self.case.kind])

    @property
    def field(self) -> str:
        """The field of technology, by its first level."""
        return carried_fields().get(self.case.firm.field[:2], "")


@dataclass
class Group:
    """What is due at the same time; `key` is empty where the list is sorted by something else."""

    key: str
    name: str
    count: str
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Page:
    """What the address of the list asks for, how long the list is, and the part of it that is shown."""

    asked: Asked
    conditions: Conditions
    counts: Mapping[Any, int]
    found: Stretch
    faults: Sequence[str]

    @property
    def total(self) -> int:
        return min(sum(self.counts["group", name] for name in GROUP_NAMES), MOST_COUNTED + 1)


def queue(request: StaffRequest) -> HttpResponse:
    look = list_look.look_of(request.user.look, QUEUE)
    views = list(SavedView.objects.offered(request.user, own_offices(request.user), QUEUE))
    opened = next((each for each in views if str(each.public_id) == look.opens), None)
    if opened is not None and not request.GET:
        return redirect(saved_view.address(opened))
    page = _page(request, views)
    return render(request, "desk/queue/list.html", _shown(request, page, look) | _views(request, page, views, look))


def asked_of(request: StaffRequest) -> tuple[Asked, Conditions]:
    """What the address of the list asks for."""
    conditions = Conditions(request.GET, offered(request.user))
    return asked_by(request.GET, conditions), conditions


def _page(request: StaffRequest, views: list[SavedView]) -> Page:
    asked, conditions = asked_of(request)
    counts = _counts(request, asked, views, conditions)
    faults = [*conditions.faults, *_strange(request.GET), *saved_view.missing(request.GET, views)]
    if asked.sort in SHORT_ONLY and sum(counts["group", name] for name in GROUP_NAMES) > MOST_COUNTED:
        faults.append(_("More than %(n)s cases are not sorted by county: narrow the list first.") % {"n": MOST_COUNTED})
        asked = Asked(asked.view, "due", asked.conditions)
    found = listed(asked, request.user, request.today)
    try:
        sent = paging.cursors_sent(request.GET, TURN_FORMS[asked.sort])
    except paging.CursorBroken:
        sent = {"after": None, "before": None}
        faults.append(paging.broken_says())
    shown = stretch(found, paging.PAGE, after=sent["after"], before=sent["before"])
    if (sent.get("before") and not shown.before) or (not shown.rows and any(sent.values())):
        shown = stretch(found, paging.PAGE)  # the list begins here
    return Page(asked, conditions, counts, shown, faults)


def _counts(
    request: StaffRequest, asked: Asked, views: list[SavedView], conditions: Conditions
) -> dict[tuple[str, Any], int]:
    """How long the tabs, the groups and the saved views are, each counted up to a thousand at least. One statement."""
    person, today = request.user, request.today
    found = countable(asked, person, today)
    lists: dict[tuple[str, Any], Any] = {("view", name): countable(Asked(name), person, today) for name in VIEWS}
    for name, when in by_deadline(today, calendar_in_force()).items():
        lists["group", name] = [arm.filter(when) for arm in found]
    for each in views:
        query = QueryDict(each.query)
        lists["saved", each.pk] = countable(asked_by(query, conditions.of(query)), person, today)
    return counted(lists)


def _strange(asked: QueryDict) -> list[str]:
    """A view or an order that the list does not know."""
    says = []
    if asked.get("view", VIEWS[0]) not in VIEWS:
        words = {"name": asked["view"][:40], "shown": VIEW_NAMES[VIEWS[0]]}
        says.append(_("There is no view “%(name)s”: “%(shown)s” is shown.") % words)
    if asked.get("sort", "due") not in TURN_FORMS:
        says.append(_("The list cannot be sorted by “%(name)s”.") % {"name": asked["sort"][:40]})
    return says


def _shown(request: StaffRequest, page: Page, look: ListLook) -> dict[str, Any]:
    """The list itself."""
    asked, total = page.asked, page.total
    rows = [_row(case, request) for case in _rows(request, page.found.keys, look)]
    counted_exactly = "count" in request.GET and total > MOST_COUNTED
    exact = cases(asked, request.user, request.today).count() if counted_exactly else total
    says = f"{exact:,}" if counted_exactly else paging.capped(total)
    by_day = {name: page.counts["group", name] for name in GROUP_NAMES}
    deeds, more_deeds = batch_deeds.offered(request.user)
    return {
        "groups": _groups(rows, by_day, request.today) if asked.sort == "due" else [Group("", "", says, rows)],
        "columns": _columns(look, asked.sort, request.GET),
        "around": paging.around(request.GET, page.found),
        "total": total,
        "total_says": says,
        "count_url": "" if counted_exactly or total <= MOST_COUNTED else paging.altered(request.GET, "count", "exact"),
        "sort": asked.sort,
        "firm_url": paging.altered(request.GET, "sort", "firm"),
        "density": look.density,
        "deeds": deeds,
        "more_deeds": more_deeds,
        "query": saved_view.bare(request.GET),
        "faults": page.faults,
    }


def _views(request: StaffRequest, page: Page, views: list[SavedView], look: ListLook) -> dict[str, Any]:
    """What surrounds the list: its views, conditions and tools."""
    view, here = page.asked.view, request.GET.get(saved_view.OPENED_FROM, "")
    counts = {each.pk: paging.capped(page.counts["saved", each.pk]) for each in views}
    opened = next((each for each in views if str(each.public_id) == here), None)
    return {
        "tabs": _tabs("" if opened else view, page.counts),
        "saved_tabs": saved_view.tabs(views, here, counts),
        "opened": opened,
        "opens_here": opened is not None and str(opened.public_id) == look.opens,
        "may_save": saved_view.may_save(request),
        "counts": {"queue": paging.capped(page.counts["view", VIEWS[0]])},
        "chips": page.conditions.chips(request.GET),
        "more": _more(request, page, look),
        "title": opened.name if opened else VIEW_NAMES[view],
        "nothing": _nothing(request, page) if not page.total else {},
    }


def _rows(request: StaffRequest, keys: list[int], look: ListLook) -> list[Case]:
    rows = Case.objects.all()
    if "coach" in look.columns:
        rows = rows.with_coach()
    if "tags" in look.columns:
        rows = rows.with_tags(own_offices(request.user))
    return rows.in_turn(keys)


def _columns(look: ListLook, sort: str, asked: QueryDict) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": HEADINGS[name],
            "wide": name in WIDE,
            "sorted": name == sort,
            "url": paging.altered(asked, "sort", name) if name in TURN_FORMS else "",
        }
        for name in look.columns
    ]


def _tabs(here: str, counts: Mapping[Any, int]) -> list[dict[str, Any]]:
    return [
        {
            "url": f"?view={name}",
            "label": VIEW_NAMES[name],
            "count": paging.capped(counts["view", name]),
            "here": name == here,
        }
        for name in VIEWS
    ]


def _more(request: HttpRequest, page: Page, look: ListLook) -> SafeString:
    offered_columns = [(name, HEADINGS[name], name in look.columns) for name in list_look.COLUMNS[QUEUE]]
    shown = {
        "form": page.conditions,
        "asked": page.asked,
        "offered_columns": offered_columns,
        "look_of_list": look,
        "query": saved_view.bare(request.GET),
        "listing": QUEUE,
    }
    return render_to_string("desk/queue/conditions.html", shown, request)


def _row(case: Any, request: StaffRequest) -> Row:
    standing = standing_of(case, open_dossier(case), request.user, request.today)
    diagnosis = case.firm.latest_diagnosis
    shortfall = diagnosis.shortfall if diagnosis and diagnosis.unmet else None
    untold = diagnosis.unknown if diagnosis and not diagnosis.unmet else 0
    return Row(standing, shortfall, untold, _change(case, standing, request.today))


def _change(case: Any, standing: Standing, today: date) -> str:
    """What is new of a case since it was last here."""
    if case.faults_open:
        return _("returned with %(count)s") % {"count": case.faults_open}
    if case.faults_answered and isinstance(standing.row, Case) and standing.place.clock == "runs":
        return _("%(count)s corrected") % {"count": case.faults_answered}
    since = calendar_in_force().add(today, -FRESH_FOR).due
    return _("newly come in") if standing.row.clock_from and standing.row.clock_from >= since else ""


def _groups(rows: list[Row], counts: dict[str, int], today: date) -> list[Group]:
    """The rows of the page under the heads of the day; each head tells the number in the whole list."""
    soon = calendar_in_force().add(today, GROUPED_WITHIN).due
    groups = {name: Group(name, str(GROUP_NAMES[name]), paging.capped(counts[name])) for name in GROUP_NAMES}
    for row in rows:
        deadline = row.case.deadline  # type: ignore[attr-defined]
        late = deadline is None or deadline > soon
        name = "later" if late else "over" if deadline < today else "today" if deadline == today else "soon"
        groups[name].rows.append(row)
    return [group for group in groups.values() if group.rows]


def _nothing(request: StaffRequest, page: Page) -> dict[str, Any]:
    """Why the list is empty: which condition is to blame, and the one thing to do about it."""
    conditions, view = page.conditions, page.asked.view
    if len(conditions.chosen) == 1:
        name = next(iter(conditions.chosen))
        whole = paging.capped(page.counts["view", view])
        words = {"condition": f"{CONDITION_NAMES[name]} {conditions.words(name)}", "count": whole}
        says = _("“%(condition)s” leaves none of %(count)s cases.") % words
        return {"says": says, "act": _("Drop this condition"), "url": paging.altered(request.GET, name)}
    if conditions.chosen:
        says = _("No case meets all these conditions.")
        return {"says": says, "act": _("Clear all"), "url": f"?view={view}", "guilty": _guilty(request, page)}
    if view == "all":
        return {"says": _("No case is open.")}
    return {"says": _("Nothing here for now."), "act": _("See all open cases"), "url": "?view=all"}


def _guilty(request: StaffRequest, page: Page) -> list[dict[str, str]]:
    """The conditions without which there would be cases, and how many. One statement."""
    names = list(page.conditions.chosen)
    left = counted({name: countable(page.asked.without(name), request.user, request.today) for name in names})
    return [
        {
            "says": _("without “%(condition)s”: %(count)s cases")
            % {
                "condition": f"{CONDITION_NAMES[name]} {page.conditions.words(name)}",
                "count": paging.capped(left[name]),
            },
            "url": paging.altered(request.GET, name),
        }
        for name in names
        if left[name]
    ]

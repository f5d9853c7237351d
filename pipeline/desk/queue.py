"""The work of the day: cases by when they are due, in views and under conditions that read as a sentence."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access, stages
from pipeline.acts.diagnosis import WEIGHT
from pipeline.desk import case_moves, paging
from pipeline.desk.standing import Standing, open_dossier, standing_of
from pipeline.models import Case, Division
from pipeline.models.calendar import calendar_in_force
from pipeline.models.case import CaseQuerySet
from pipeline.models.work import FRESH_FOR, GROUPED_WITHIN, VIEWS, by_deadline
from pipeline.request import StaffRequest
from pipeline.rules.condition import TITLES
from pipeline.templatetags.look import language, spoken

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
GROUP_NAMES = {
    "over": gettext_lazy("Over"),
    "today": gettext_lazy("Due today"),
    "soon": gettext_lazy("Within 5 working days"),
    "later": gettext_lazy("Later"),
}
KIND_NAMES = {
    Case.POOL: gettext_lazy("cultivation pool"),
    Case.RENEWAL: gettext_lazy("renewal"),
    Case.DIRECT: gettext_lazy("direct application"),
}
CONDITION_NAMES = {
    "county": gettext_lazy("county is"),
    "stage": gettext_lazy("stage is"),
    "when": gettext_lazy("due"),
    "lacking": gettext_lazy("short of"),
    "kind": gettext_lazy("kind is"),
    "text": gettext_lazy("firm's name holds"),
}
SORTS: dict[str, tuple[Any, ...]] = {
    "due": (F("deadline").asc(nulls_last=True), "pk"),
    "firm": ("firm__pinyin", "pk"),
    "county": ("county_name", F("deadline").asc(nulls_last=True), "pk"),
}
OF_APPLICATION = "application."


class Conditions(forms.Form):
    """What narrows a list. A value that is none of the choices narrows nothing."""

    county = forms.ChoiceField(label=gettext_lazy("County"), required=False)
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), required=False)
    when = forms.ChoiceField(label=gettext_lazy("Due"), required=False)
    lacking = forms.ChoiceField(label=gettext_lazy("Short of"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    text = forms.CharField(label=gettext_lazy("Name, any two characters"), required=False, max_length=40)

    def __init__(self, asked: QueryDict, counties: Iterable[Division]) -> None:
        super().__init__(asked)
        offered = {
            "county": [(each.code, each.name) for each in counties],
            "stage": stage_choices(),
            "when": list(GROUP_NAMES.items()),
            "lacking": rule_choices(),
            "kind": list(KIND_NAMES.items()),
        }
        for name, choices in offered.items():
            self.fields[name].choices = [("", "—"), *choices]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def chosen(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}

    def words(self, name: str) -> str:
        """A chosen value as the list names it."""
        choices = getattr(self.fields[name], "choices", [])
        flat = [pair for value, label in choices for pair in (label if isinstance(label, list) else [(value, label)])]
        return str(dict(flat).get(self.chosen[name], self.chosen[name]))


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


@dataclass
class Group:
    """What is due at the same time; `key` is empty where the list is sorted by something else."""

    key: str
    name: str
    count: int
    rows: list[Row] = field(default_factory=list)


def queue(request: StaffRequest) -> HttpResponse:
    calendar, today = calendar_in_force(), request.today
    seen = Case.objects.visible_to(request.user)
    view, sort = _view(request), request.GET.get("sort", "due")
    conditions = conditions_of(request)
    counts = seen.count_views(request.user, today, calendar)
    found = narrowed(request, conditions)
    by_day = found.count_by_deadline(today, calendar)
    total = sum(by_day.values())
    page = paging.page_of(request, _sorted(found, sort).values_list("pk", flat=True), total)
    rows = [_row(case, request) for case in Case.objects.in_turn(page.object_list)]
    return render(
        request,
        "desk/queue/list.html",
        {
            "tabs": _tabs(view, counts),
            "counts": {"queue": counts["mine"]},
            "chips": _chips(request, conditions),
            "more": _more(request, conditions, view, total),
            "groups": _groups(rows, by_day, today) if sort == "due" else [Group("", "", total, rows)],
            "page": page,
            "total": total,
            "sort": sort,
            "title": VIEW_NAMES[view],
            "deeds": [deed for deed in case_moves.BATCHES if access.may(request.user, deed.act)],
            "query": request.GET.urlencode(),
            "nothing": _nothing(request, conditions, counts[view], view),
        },
    )


def narrowed(request: StaffRequest, conditions: Conditions) -> CaseQuerySet:
    """The cases of the view that the address names, under its conditions."""
    seen, chosen, today = Case.objects.visible_to(request.user), conditions.chosen, request.today
    if chosen.get("stage") == "closed":
        found = seen.filter(stage="closed").with_dossier()
    else:
        found = seen.in_view(_view(request), request.user, today, calendar_in_force())
    for name, value in chosen.items():
        found = NARROW[name](found, value, today)
    return found


def _sorted(found: CaseQuerySet, sort: str) -> CaseQuerySet:
    rows = found.with_county() if sort == "county" else found
    return rows.order_by(*SORTS.get(sort, SORTS["due"]))


def conditions_of(request: StaffRequest) -> Conditions:
    counties = list(Division.objects.counties().order_by("code")) if request.user.reach().everything else []
    return Conditions(request.GET, counties)


def _in_stage(found: CaseQuerySet, value: str, today: date) -> CaseQuerySet:
    if value.startswith(OF_APPLICATION):
        return found.filter(Q(stage="in_certification", dossier__stage=value.removeprefix(OF_APPLICATION)))
    return found.filter(stage=value)


NARROW: dict[str, Callable[[CaseQuerySet, str, date], CaseQuerySet]] = {
    "county": lambda found, value, today: found.in_county(value),
    "stage": _in_stage,
    "when": lambda found, value, today: found.filter(by_deadline(today, calendar_in_force())[value]),
    "lacking": lambda found, value, today: found.lacking(value),
    "kind": lambda found, value, today: found.filter(kind=value),
    "text": lambda found, value, today: found.matching(value),
}


def stage_choices() -> list[Any]:
    """Stages of cases, and of the applications that stand for a case in certification."""
    of_cases = [(name, stage.label(language())) for name, stage in stages.CASE_STAGES.items()]
    of_applications = [
        (OF_APPLICATION + name, stage.label(language()))
        for name, stage in stages.APPLICATION_STAGES.items()
        if stage.turn != "nobody"
    ]
    return [(_("Case"), of_cases), (_("Application"), of_applications)]


def rule_choices() -> list[tuple[str, str]]:
    """The conditions of certification that a diagnosis names when they are unmet."""
    return [(rule, spoken(TITLES[rule])) for rule in WEIGHT]


def _view(request: HttpRequest) -> Any:
    view = request.GET.get("view", VIEWS[0])
    return view if view in VIEWS else VIEWS[0]


def _tabs(here: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"url": f"?view={name}", "label": VIEW_NAMES[name], "count": counts[name], "here": name == here}
        for name in VIEWS
    ]


def _chips(request: HttpRequest, conditions: Conditions) -> list[dict[str, str]]:
    return [
        {
            "name": str(CONDITION_NAMES[name])
            if place == 0
            else _("and %(condition)s") % {"condition": CONDITION_NAMES[name]},
            "value": conditions.words(name),
            "clear": paging.altered(request.GET, name),
        }
        for place, name in enumerate(conditions.chosen)
    ]


def _more(request: HttpRequest, conditions: Conditions, view: str, total: int) -> SafeString:
    shown = {"form": conditions, "view": view, "total": total}
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
    groups = {name: Group(name, str(GROUP_NAMES[name]), counts[name]) for name in GROUP_NAMES}
    for row in rows:
        deadline = row.case.deadline  # type: ignore[attr-defined]
        late = deadline is None or deadline > soon
        name = "later" if late else "over" if deadline < today else "today" if deadline == today else "soon"
        groups[name].rows.append(row)
    return [group for group in groups.values() if group.rows]


def _nothing(request: HttpRequest, conditions: Conditions, whole: int, view: str) -> dict[str, str]:
    """Why the list is empty, and the one thing to do about it."""
    if len(conditions.chosen) == 1:
        name = next(iter(conditions.chosen))
        words = {"condition": f"{CONDITION_NAMES[name]} {conditions.words(name)}", "count": whole}
        says = _("“%(condition)s” leaves none of %(count)s cases.") % words
        return {"says": says, "act": _("Drop this condition"), "url": paging.altered(request.GET, name)}
    if conditions.chosen:
        return {"says": _("No case meets all these conditions."), "act": _("Clear all"), "url": f"?view={view}"}
    if view == "all":
        return {"says": _("No case is open.")}
    return {"says": _("Nothing here for now."), "act": _("See all open cases"), "url": "?view=all"}

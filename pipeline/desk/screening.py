"""Who is close to certification, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access
from pipeline.acts import case as case_acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.diagnosis import WEIGHT
from pipeline.desk import list_look, saved_view
from pipeline.desk.list_look import ListLook
from pipeline.desk.paging import (
    OF_A_PAGE,
    PAGE,
    CursorBroken,
    altered,
    around,
    broken_says,
    capped,
    cursors_sent,
)
from pipeline.fields import offer
from pipeline.models import Case, Diagnosis, Division, Firm, SavedView, User
from pipeline.models.commonness import COMMON, VERY_COMMON
from pipeline.models.diagnosis import DiagnosisQuerySet
from pipeline.models.firm import FirmQuerySet
from pipeline.models.firm_list import COLUMNS as OF_FIRMS
from pipeline.models.keyset import MOST_COUNTED, Stretch, counted, stretch
from pipeline.models.listing import SCREENING
from pipeline.models.people import own_offices
from pipeline.request import StaffRequest
from pipeline.rules import books
from pipeline.rules.condition import TITLES
from pipeline.rules.labels import Label
from pipeline.templatetags.look import spoken, verdict_word

GROUPS = {
    "": gettext_lazy("All"),
    "one": gettext_lazy("1 short"),
    "two": gettext_lazy("2 short"),
    "more": gettext_lazy("3 or more short"),
    "met": gettext_lazy("Figures met"),
    "untold": gettext_lazy("Not enough data"),
    "homeless": gettext_lazy("County to be assigned"),
}
COLUMN_NAMES = {
    "county": gettext_lazy("County"),
    "short": gettext_lazy("Short"),
    "shortfall": gettext_lazy("Named first: found / standard"),
    "bar": gettext_lazy("Found against standard"),
    "score": gettext_lazy("Innovation score"),
    "stage": gettext_lazy("Stage"),
    "judged": gettext_lazy("Judged on"),
    "code": gettext_lazy("Credit code"),
    "field": gettext_lazy("Field"),
}
OF_THE_LIST = frozenset({"group", saved_view.OPENED_FROM, *OF_A_PAGE})
VERDICTS = ("met", "unmet", "unknown", "manual_review")
WAN = 10_000


@dataclass(frozen=True)
class Band:
    """A band of last year's sales, in yuan, as the R&D condition has them."""

    name: str
    label: Label
    above: Fraction | None
    upto: Fraction | None


class Sought(forms.Form):
    """What is sought, as it stands in the address of the page."""

    county = forms.ChoiceField(label=gettext_lazy("County"), required=False)
    rule = forms.ChoiceField(label=gettext_lazy("Short of"), required=False)
    verdict = forms.ChoiceField(label=gettext_lazy("Verdict"), required=False)
    band = forms.ChoiceField(label=gettext_lazy("Sales"), required=False)
    case = forms.ChoiceField(label=gettext_lazy("Case"), required=False)
    q = forms.CharField(label=gettext_lazy("Name or credit code"), required=False, max_length=60)

    def __init__(self, data: QueryDict, *, counties: Iterable[Division], bands: Sequence[Band]) -> None:
        super().__init__(data)
        choices = {
            "county": [(each.code, each.name) for each in counties],
            "rule": [(rule, spoken(TITLES[rule])) for rule in WEIGHT],
            "verdict": [(verdict, verdict_word(verdict)) for verdict in VERDICTS],
            "band": [(band.name, spoken(band.label)) for band in bands],
            "case": [("yes", _("has an open case")), ("no", _("has no open case"))],
        }
        for name, offered in choices.items():
            offer(self, name, [("", self.fields[name].label), *offered])
        self.bands = {band.name: band for band in bands}
        self.is_valid()

    @property
    def sought(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}

    def chips(self, query: QueryDict) -> list[dict[str, str]]:
        """The filter as a sentence; each part can be taken away."""
        return [
            {"name": str(self.fields[name].label), "value": self._said(name, value), "clear": altered(query, name)}
            for name, value in self.sought.items()
        ]

    def _said(self, name: str, value: str) -> str:
        return str(dict(getattr(self.fields[name], "choices", ())).get(value, value))

    @property
    def faults(self) -> list[str]:
        """What of the address could not be read, one sentence each."""
        says = _("“%(value)s” is not known under “%(condition)s”: the list is not narrowed by it.")
        unread = [says % {"value": self.data[name][:40], "condition": self.fields[name].label} for name in self.errors]
        strange = [name for name in self.data if name not in {*self.fields, *OF_THE_LIST}]
        return unread + [_("“%(name)s” is no condition of this list.") % {"name": name[:40]} for name in strange]

    def among(
        self, diagnoses: DiagnosisQuerySet, today: date, *, without: str = "", in_order: bool = False
    ) -> DiagnosisQuerySet:
        """Of these the ones sought, but for one condition. `in_order`: a page is wanted."""
        sought = {name: value for name, value in self.sought.items() if name != without}
        if "county" in sought:
            diagnoses = diagnoses.in_county(sought["county"])
        if "rule" in sought:
            diagnoses = diagnoses.lacking(sought["rule"])
        if "verdict" in sought:
            diagnoses = diagnoses.filter(verdict=sought["verdict"])
        if "band" in sought:
            band = self.bands[sought["band"]]
            diagnoses = diagnoses.selling(today.year - 1, band.above, band.upto)
        if "case" in sought:
            diagnoses = diagnoses.with_open_case(sought["case"] == "yes")
        common = COMMON if in_order and list(sought) == ["q"] else VERY_COMMON
        return diagnoses.matching(sought["q"], common=common) if "q" in sought else diagnoses


def screening(request: StaffRequest) -> HttpResponse:
    look = list_look.look_of(request.user.look, SCREENING)
    kept = _kept_views(request, look)
    if kept["opens_with"] and not request.GET and request.method == "GET":
        return redirect(saved_view.address(kept["opens_with"]))
    form = _sought(request)
    group = request.GET.get("group", "") if request.GET.get("group", "") in GROUPS else ""
    among = form.among(_latest(request.user), request.today)
    shown = _in_group(among, group)
    if request.method == "POST":
        return _batch(request, shown)
    counts, faults = among.groups(), [*form.faults, *kept.pop("view_missing")]
    if request.GET.get("group", "") not in GROUPS:
        faults.append(_("There is no group “%(name)s”: all are shown.") % {"name": request.GET["group"][:40]})
    paged = form.among(_latest(request.user), request.today, in_order=True)
    found = _stretch(request, _in_group(paged, group), faults)
    exactly = "count" in request.GET and counts[group] > MOST_COUNTED
    total = shown.count() if exactly else counts[group]
    return render(
        request,
        "desk/screening/screening.html",
        {
            "form": form,
            "chips": form.chips(request.GET),
            "tabs": _tabs(request.GET, group, counts),
            "around": around(request.GET, found),
            "total": total,
            "total_says": f"{total:,}" if exactly else capped(total),
            "count_url": "" if exactly or total <= MOST_COUNTED else altered(request.GET, "count", "exact"),
            "rows": _rows(Diagnosis.objects.in_turn(found.keys)),
            "faults": faults,
            "may_open": access.may(request.user, "case.open_lead"),
            "empty": {} if found.rows else _why_empty(request, form),
            "look_of_list": look,
            "columns": look.columns,
            "offered_columns": [(name, COLUMN_NAMES[name], name in look.columns) for name in OF_FIRMS],
            **kept,
        },
    )


def _stretch(request: StaffRequest, shown: DiagnosisQuerySet, faults: list[str]) -> Stretch:
    """The part of the list that the address asks for."""
    try:
        sent = cursors_sent(request.GET, int)
    except CursorBroken:
        sent = {"after": None, "before": None}
        faults.append(broken_says())
    found = stretch([shown.nearest_first()], PAGE, after=sent["after"], before=sent["before"])
    begins = sent["before"] is not None and not found.before
    return stretch([shown.nearest_first()], PAGE) if begins or (not found.rows and any(sent.values())) else found


def _kept_views(request: StaffRequest, look: ListLook) -> dict[str, Any]:
    views = list(SavedView.objects.offered(request.user, own_offices(request.user), SCREENING))
    here = request.GET.get(saved_view.OPENED_FROM, "")
    opened = next((each for each in views if str(each.public_id) == here), None)
    return {
        "saved_tabs": saved_view.tabs(views, here, {}),
        "opened": opened,
        "view_missing": saved_view.missing(request.GET, views),
        "opens_with": next((each for each in views if str(each.public_id) == look.opens), None),
        "opens_here": opened is not None and str(opened.public_id) == look.opens,
        "query": saved_view.bare(request.GET),
        "listing": SCREENING,
    }


def _sought(request: StaffRequest) -> Sought:
    reach = request.user.reach(access.OFFICE)
    counties = Division.objects.counties().filter(during__contains=request.today).order_by("code")
    if not reach.everything:
        counties = counties.filter(pk__in=reach.counties)
    return Sought(request.GET, counties=counties, bands=bands_of_sales(request.today))


def bands_of_sales(day: date) -> list[Band]:
    """The bands in which the book asks for different shares of R&D."""
    edges = [band.upto for band in books("hte", day).bands("rd_intensity") if band.upto is not None]
    return [Band(str(place), _band_label(*ends), *ends) for place, ends in enumerate(pairwise([None, *edges, None]))]


def _band_label(above: Fraction | None, upto: Fraction | None) -> Label:
    if upto is None:
        over = f"{int(above or 0) // WAN:,}"
        return Label(f"{over} 万元以上", f"over {over} 10k yuan")
    most = f"{int(upto) // WAN:,}"
    if above is None:
        return Label(f"{most} 万元以下（含）", f"up to {most} 10k yuan")
    least = f"{int(above) // WAN:,}"
    return Label(f"{least}–{most} 万元（含 {most}）", f"{least} to {most} 10k yuan")


def _latest(user: User) -> DiagnosisQuerySet:
    return Diagnosis.objects.within(user.reach(access.OFFICE)).newest().of_firms_here()


def _in_group(diagnoses: DiagnosisQuerySet, group: str) -> DiagnosisQuerySet:
    if group == "homeless":
        return diagnoses.in_county(None)
    return diagnoses.standing(group) if group else diagnoses


def _tabs(query: QueryDict, here: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {
            "url": altered(query, "group", group),
            "label": label,
            "count": capped(counts[group]),
            "here": group == here,
        }
        for group, label in GROUPS.items()
    ]


def _why_empty(request: StaffRequest, form: Sought) -> dict[str, Any]:
    """Which part of the filter to take away when nothing is left: each without which there would be firms."""
    chips = form.chips(request.GET)
    if not chips:
        return {"says": _("No firm stands here."), "act": "", "url": ""}
    sentence = " · ".join(f"{chip['name']} = {chip['value']}" for chip in chips)
    says = _("No firm answers to “%(filter)s”.") % {"filter": sentence}
    if len(chips) == 1:
        part = chips[0]
        return {"says": says, "act": _("Take away “%(part)s”") % {"part": part["value"]}, "url": part["clear"]}
    latest = _latest(request.user)
    left = counted({name: form.among(latest, request.today, without=name) for name in form.sought})
    words = _("without “%(condition)s”: %(count)s firms")
    guilty = [
        {"says": words % {"condition": chip["value"], "count": capped(left[name])}, "url": chip["clear"]}
        for name, chip in zip(form.sought, chips, strict=True)
        if left[name]
    ]
    return {"says": says, "act": _("Clear all"), "url": request.path, "guilty": guilty}


def _rows(diagnoses: Sequence[Diagnosis]) -> list[tuple[Diagnosis, Case | None]]:
    """Each firm's diagnosis with its open case. One statement."""
    cases = {case.firm_id: case for case in Case.objects.open().filter(firm__in=[each.firm_id for each in diagnoses])}
    return [(each, cases.get(each.firm_id)) for each in diagnoses]


def _batch(request: StaffRequest, shown: DiagnosisQuerySet) -> HttpResponse:
    """Register or invite the chosen firms, or all that the filter finds; all of them or none."""
    firms = Firm.objects.filter(pk__in=shown.order_by().values("firm"))
    if "everything" not in request.POST:
        codes = set(request.POST.getlist("chosen"))
        if Firm.objects.within(request.user.reach(access.OFFICE)).filter(uscc__in=codes).count() != len(codes):
            raise Http404("one of the chosen firms is not there")
        firms = firms.filter(uscc__in=codes)
    act = {"open_lead": _open_leads, "invite": _invite}.get(request.POST.get("act", ""))
    try:
        with transaction.atomic():
            messages.success(request, act(request, firms) if act else _("Nothing was chosen."))
    except ConditionUnmet as unmet:
        for missing in unmet.missing:
            messages.error(request, missing.says)
    return redirect(f"{request.path}?{request.GET.urlencode()}")


def _open_leads(request: StaffRequest, firms: FirmQuerySet) -> str:
    """Firms that have an open case already are passed over and counted."""
    chosen = set(firms.values_list("pk", flat=True))
    busy = set(Case.objects.open().filter(firm__in=chosen).values_list("firm", flat=True))
    opened = case_acts.open_lead(Firm.objects.filter(pk__in=chosen - busy), by=request.user, on=request.today)
    says = ngettext("%(n)s lead is registered.", "%(n)s leads are registered.", len(opened))
    return _told(says % {"n": len(opened)}, len(busy))


def _invite(request: StaffRequest, firms: FirmQuerySet) -> str:
    """Invite firms without a case, registering them on the way, and those that are leads."""
    chosen = set(firms.values_list("pk", flat=True))
    busy = set(Case.objects.open().exclude(stage="lead").filter(firm__in=chosen).values_list("firm", flat=True))
    leads = set(Case.objects.filter(stage="lead", firm__in=chosen).values_list("firm", flat=True))
    fresh = Firm.objects.filter(pk__in=chosen - busy - leads)
    case_acts.open_lead(fresh, by=request.user, on=request.today)
    invited = Case.objects.filter(stage="lead", firm__in=chosen - busy)
    moved = case_acts.invite(invited, by=request.user, on=request.today) if chosen - busy else []
    says = ngettext("%(n)s firm is invited to apply.", "%(n)s firms are invited to apply.", len(moved))
    return _told(says % {"n": len(moved)}, len(busy))


def _told(done: str, busy: int) -> str:
    passed = ngettext(
        "%(n)s firm has an open case and was left as it is.",
        "%(n)s firms have an open case and were left as they are.",
        busy,
    )
    return f"{done} {passed % {'n': busy}}" if busy else done

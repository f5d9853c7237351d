"""One round: its days, how many firms each county sends, which firms are planned into it, and its lists."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, OuterRef, Q, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import recommendation
from pipeline.acts import round as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.long_list import LongPage, long_page
from pipeline.desk.round import LIST_OF, LISTS, tabs
from pipeline.fields import day_field, offer_rows
from pipeline.models import Application, Case, Division, MoveRefused, ProvinceList, Quota, Round
from pipeline.models.case import CaseQuerySet
from pipeline.models.entering import or_never
from pipeline.models.in_force import calendar_in_force
from pipeline.models.round_plan import coming, planned_by_county, planned_in, with_forecast
from pipeline.request import StaffRequest, number_sent

PLANNED = "planned"
NAMES = {
    PLANNED: gettext_lazy("Planned, not begun"),
    "draft": gettext_lazy("In preparation"),
    "county": gettext_lazy("With counties"),
    "city": gettext_lazy("With the city"),
    "sent": gettext_lazy("Recommended and later"),
    "ended": gettext_lazy("Ended"),
}
OF_A_CASE = ("place", "take_back")
SENT_ON = ("draft", "county", "city", "sent")  # what counts against a county's quota, beside firms planned


class DaysForm(forms.Form):
    opens_on = day_field(gettext_lazy("Opens on"))
    county_date = day_field(gettext_lazy("To the county by"))
    city_date = day_field(gettext_lazy("To the city by"))
    province_date = day_field(gettext_lazy("To the province by"))
    why = forms.CharField(
        label=gettext_lazy("Why"), max_length=200, help_text=gettext_lazy("Firms that have begun a dossier read it.")
    )


class QuotasForm(forms.Form):
    """One number for each county; empty for none."""

    def __init__(self, data: Any = None, *, counties: list[Division], known: Mapping[int, int]) -> None:
        super().__init__(data)
        self.counties = counties
        for each in counties:
            self.fields[f"of_{each.pk}"] = forms.IntegerField(
                label=each.name, required=False, min_value=0, max_value=100_000, initial=known.get(each.pk)
            )

    @property
    def said(self) -> dict[Division, int | None]:
        return {each: self.cleaned_data.get(f"of_{each.pk}") for each in self.counties}


class PlaceForm(forms.Form):
    round = forms.ModelChoiceField(label=gettext_lazy("Round"), queryset=Round.objects.none(), empty_label=None)
    why = forms.CharField(label=gettext_lazy("Why"), max_length=500, widget=forms.Textarea({"rows": 2}))

    def __init__(self, data: Any = None, *, rounds: list[Round]) -> None:
        super().__init__(data)
        offer_rows(self, "round", Round.objects.filter(pk__in=[each.pk for each in rounds]).order_by("county_date"))


def round(request: StaffRequest, round_key: int) -> HttpResponse:
    """One round; everything that can be done with it is posted here."""
    found, every = _rounds(request, round_key)
    counties = _counties(request, found)
    quotas = {each.pk: each.quota for each in counties if each.quota is not None}
    do = request.POST.get("do", "") if request.method == "POST" else ""
    if do in OF_A_CASE and not _cases(request).exists():
        raise Http404("no such case")
    bound: dict[str, forms.Form] = {
        "days": DaysForm(request.POST if do == "days" else None, initial=_days(found), auto_id="days_%s"),
        "quotas": QuotasForm(request.POST if do == "quotas" else None, counties=counties, known=quotas),
        "place": PlaceForm(request.POST if do == "place" else None, rounds=[each for each in every if each != found]),
        "take_back": forms.Form(request.POST if do == "take_back" else None),
        "draw": forms.Form(request.POST if do == "draw" else None),
    }
    form = bound.get(do)
    if form is not None and form.is_valid() and _done(request, found, do, form):
        return redirect(f"{request.path}?list={_here(request)}")
    context = _shown(request, found, every, quotas, counties) | {"forms": bound, "form": form}
    context |= {"moved": _moved(request), "section": "desk:applications", "tabs": tabs("desk:rounds")}
    return render(request, "desk/round_plan/round.html", context, status=422 if form and form.errors else 200)


def _rounds(request: StaffRequest, key: int) -> tuple[Round, list[Round]]:
    """The one asked for, and those a firm can still apply in. One statement."""
    rounds = list(Round.objects.filter(Q(pk=key) | Q(county_date__gte=request.today)))
    found = next((each for each in rounds if each.pk == key), None)
    if found is None:
        raise Http404("no such round")
    return found, coming(rounds, request.today)


def _shown(
    request: StaffRequest, found: Round, every: list[Round], quotas: Mapping[int, int], counties: list[Division]
) -> dict[str, Any]:
    reach = request.user.reach(access.OFFICE)
    cases = Case.objects.within(reach)
    within = Application.objects.within(reach).filter(round=found)
    planned = planned_by_county(cases, every, request.today).get(found.pk, {})
    by_county = _by_county(within)
    counts = {name: sum(each.get(name, 0) for each in by_county.values()) for name in LISTS}
    counts[PLANNED] = sum(planned.values())
    here = _here(request)
    page = _firms(request, cases, found, every) if here == PLANNED else _dossiers(request, within, here)
    return {
        "round": found,
        "here": here,
        "lists": [
            {"url": f"?list={name}", "label": label, "count": counts[name], "here": name == here}
            for name, label in NAMES.items()
        ],
        "page": page,
        "rows": [(each, each.due(request.today, calendar_in_force())) for each in page.rows],
        "counties": _lines(counties, quotas, planned, by_county),
        "province_lists": list(ProvinceList.objects.visible_to(request.user).filter(round=found).order_by("-number")),
        "may": {act: access.may(request.user, f"round.{act}") for act in ("change", "set_quotas", "place")}
        | {"draw": access.may(request.user, "province_list.draw")},
        "open": found.county_date >= request.today,
    }


def _here(request: StaffRequest) -> str:
    asked = request.GET.get("list", PLANNED)
    return asked if asked in NAMES else PLANNED


def _counties(request: StaffRequest, found: Round) -> list[Any]:
    """The counties of today that the person's seats extend to, each with its `quota` in the round."""
    own = Quota.objects.visible_to(request.user).filter(round=found, division=OuterRef("pk"))
    counties = Division.objects.counties().filter(during__contains=request.today).order_by("code")
    reach = request.user.reach(access.OFFICE)
    within = counties if reach.everything else counties.filter(pk__in=reach.counties)
    return list(within.annotate(quota=Subquery(own.values("firms")[:1])))


def _by_county(within: Any) -> dict[int | None, dict[str, int]]:
    found: dict[int | None, dict[str, int]] = {}
    for row in within.order_by().values("county", "stage").annotate(count=Count("pk")):
        line = found.setdefault(row["county"], {})
        line[LIST_OF[row["stage"]]] = line.get(LIST_OF[row["stage"]], 0) + row["count"]
    return found


def _lines(
    counties: list[Division],
    quotas: Mapping[int, int],
    planned: Mapping[int | None, int],
    by_county: Mapping[int | None, Mapping[str, int]],
) -> list[dict[str, Any]]:
    """Of each county what it was given, what it has in hand and is planned, and by how many that is too many."""
    lines = []
    for each in counties:
        found = by_county.get(each.pk, {})
        together = planned.get(each.pk, 0) + sum(found.get(name, 0) for name in SENT_ON)
        quota = quotas.get(each.pk)
        if together or quota is not None:
            over = max(0, together - quota) if quota is not None else 0
            stages = [planned.get(each.pk, 0), *(found.get(name, 0) for name in SENT_ON)]
            lines.append({"county": each, "quota": quota, "stages": stages, "together": together, "over": over})
    return lines


def _firms(request: StaffRequest, cases: CaseQuerySet, found: Round, every: list[Round]) -> LongPage:
    """Firms that belong to the round and have no dossier yet, the first to be ready on top."""
    foreseen = with_forecast(cases, request.today)
    chosen = foreseen.filter(planned_in(found, every)) if found in every else foreseen.none()
    turned: Any = chosen.annotate(turn=or_never("ready_on"))
    shown = turned.with_county().select_related("firm").defer("firm__search")
    return long_page(request, turned, date, shown=shown)


def _dossiers(request: StaffRequest, within: Any, here: str) -> LongPage:
    turned = within.filter(stage__in=LISTS[here]).annotate(turn=or_never("due_on"))
    shown = turned.with_county().select_related("firm", "case").defer("firm__search")
    return long_page(request, turned, date, shown=shown)


def _days(found: Round) -> dict[str, date]:
    return {name: getattr(found, name) for name in acts.DAYS}


def _moved(request: StaffRequest) -> Any:
    """The case that is about to be moved to another round."""
    number = request.POST.get("case", "") or request.GET.get("move", "")
    if not number or not access.may(request.user, "round.place"):
        return None
    cases = with_forecast(Case.objects.within(request.user.reach(access.OFFICE)), request.today)
    return cases.filter(number=number).select_related("firm").first()


def _cases(request: StaffRequest) -> CaseQuerySet:
    """The case that a form names, where it is within reach."""
    within = Case.objects.within(request.user.reach(access.OFFICE))
    return within.filter(number=request.POST.get("case", ""))


def _done(request: StaffRequest, found: Round, do: str, form: Any) -> bool:
    who: dict[str, Any] = {"by": request.user, "on": request.today}
    cases = _cases(request)
    said = form.cleaned_data
    version = number_sent(request.POST.get("version", ""))
    days = {name: said.get(name) for name in acts.DAYS}
    deeds: dict[str, tuple[Callable[[], object], str]] = {
        "days": (
            lambda: acts.change(found, days, why=said["why"], version=version, **who),
            _("The days are moved. Firms that have begun a dossier are told."),
        ),
        "quotas": (lambda: acts.set_quotas(found, form.said, **who), _("The quotas are kept.")),
        "place": (lambda: acts.place(cases, said["round"], why=said["why"], **who), _("The firm is moved.")),
        "take_back": (lambda: acts.take_back(cases, **who), _("The firm goes by its forecast again.")),
        "draw": (lambda: recommendation.draw(found, **who), _("The list is drawn up. Another person sends it.")),
    }
    act, says = deeds[do]
    try:
        if not attempt(form, act):
            return False
    except MoveRefused:
        form.add_error(None, _("Somebody changed this in the meantime. Look at it again and repeat what you want."))
        return False
    messages.success(request, says)
    return True

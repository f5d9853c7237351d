"""Composing a return: every fault at once, from the office's phrases, kept while it is typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import review as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.desk.moving import MoveForm, case_or_404
from pipeline.models import FaultDraft, FinancialYear
from pipeline.models.phrase import filled, fits, library, usable
from pipeline.models.record import fault_places, place_name
from pipeline.request import StaffRequest
from pipeline.rules.facts.figures import NAMES
from pipeline.templatetags.figures import quantity, wan_exact

ROWS = 3
HEADS = ("staff", "tech_staff")
# the pages that compose a return, by the end of their address -> the act they compose
RETURNS = {
    "return-from-county": "case.return_from_county",
    "return-from-city": "case.return_from_city",
    "return-dossier-from-county": "application.return_from_county",
    "return-dossier-from-city": "application.return_from_city",
}


@dataclass(frozen=True)
class FaultRow:
    """One row of the form: its place, its words, the phrases that fit the place with what is known filled in."""

    place: str
    says: str
    phrases: Sequence[tuple[str, str]] = ()


class FaultsForm(MoveForm):
    """Every fault at once, each at its place: rows of `place` and `says`, the empty ones left out."""

    preview_of = "faults"
    draft: FaultDraft | None = None

    def prepare(self) -> None:
        self.places = fault_places(self.request.today)
        self.library = usable(library(self.request.user.office.pk if self.request.user.office else None))
        self.known = _known(self.case, self.places)
        self.slug = str(self.request.resolver_match.kwargs.get("slug", "")) if self.request.resolver_match else ""
        rows = self._sent() if self.is_bound else self._begun()
        step = self.data.get("step")
        if step == "fill":
            rows = self._with_phrases(rows)
        empty = max(ROWS - len(rows), 0) + (ROWS if step == "more" else 0)
        self.rows = [FaultRow(place, says, self.phrases_at(place)) for place, says in [*rows, *[("", "")] * empty]]

    @property
    def named(self) -> list[tuple[str, str]]:
        return [(place_name(place), says) for place, says in self._said()]

    typed = named

    @property
    def place_values(self) -> list[tuple[str, list[tuple[str, str, Mapping[str, str]]]]]:
        """The places to choose from, each with what a phrase may take from it."""
        return [
            (group, [(place, name, self.known.get(place, {})) for place, name in places])
            for group, places in self.places
        ]

    def phrases_at(self, place: str) -> list[tuple[str, str]]:
        values = self.known.get(place, {})
        return [(entry.key, filled(entry.text, values)) for entry in self.library if place and fits(entry, place)]

    def _begun(self) -> list[tuple[str, str]]:
        """What the person typed before, and the places the address names."""
        asked = [(place, "") for place in self.request.GET.getlist("place")]
        if self.case is None or self.slug not in RETURNS:
            return asked
        mine = FaultDraft.objects.filter(case=self.case, person=self.request.user, act=RETURNS[self.slug])
        self.draft = mine.first()
        kept = [(str(place), str(says)) for place, says in self.draft.content] if self.draft else []
        return kept + [row for row in asked if row[0] not in {place for place, _says in kept}]

    def _sent(self) -> list[tuple[str, str]]:
        """The rows as they came, the empty ones apart: one with a place alone waits for its words."""
        sent = cast(QueryDict, self.data)
        pairs = zip(sent.getlist("place"), sent.getlist("says"), strict=False)
        return [(place, says.strip()) for place, says in pairs if place or says.strip()]

    def _said(self) -> list[tuple[str, str]]:
        return [(place, says) for place, says in self._sent() if says]

    def _with_phrases(self, rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Each row with the phrase chosen in it behind its words."""
        sent = cast(QueryDict, self.data)
        chosen = [
            phrase
            for place, says, phrase in zip(
                sent.getlist("place"), sent.getlist("says"), sent.getlist("phrase"), strict=False
            )
            if place or says.strip()
        ]
        found = []
        for (place, says), key in zip(rows, [*chosen, *[""] * len(rows)], strict=False):
            text = dict(self.phrases_at(place)).get(key, "")
            found.append((place, f"{says}{text}" if says.endswith("\n") or not says else f"{says}\n{text}".rstrip()))
        return found

    def clean(self) -> dict[str, Any]:
        faults = self._said()
        if not faults:
            raise forms.ValidationError(_("Name at least one fault: where it is, what is wrong, how to repair it."))
        if any(not place for place, _says in faults):
            raise forms.ValidationError(_("Say of each fault where it is."))
        known = {place for _group, places in self.places for place, _name in places}
        if any(place not in known for place, _says in faults):
            raise forms.ValidationError(_("Choose the place of each fault from the list."))
        return {**self.cleaned_data, "faults": faults}


def case_faults(request: StaffRequest, number: str, slug: str) -> HttpResponse:
    """Keeps the list as it is being typed, or with `drop` gives it up. Nothing of the case changes."""
    case = case_or_404(request, number)
    act = RETURNS.get(slug)
    if act is None or not access.may(request.user, act):
        raise Http404(slug)
    if "drop" in request.POST:
        acts.drop_faults(case, act, by=request.user)
        return redirect("desk:case", number)
    pairs = zip(request.POST.getlist("place"), request.POST.getlist("says"), strict=False)
    moment = now()
    try:
        acts.keep_faults(case, act, [(place[:60], says) for place, says in pairs], by=request.user, at=moment)
    except ConditionUnmet as unmet:
        return JsonResponse({"says": unmet.missing[0].says}, status=400)
    return JsonResponse({"saved": f"{localtime(moment):%H:%M}", "errors": {}, "asks": {}, "checks": {}})


def _known(case: Any, places: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> dict[str, dict[str, str]]:
    """What a phrase may take from each place: the year, the name of the thing, the figure the firm gave."""
    held = {row.year: row for row in FinancialYear.objects.filter(firm=case.firm_id)} if case is not None else {}
    return {place: _values(place, held) for _group, inside in places for place, _name in inside}


def _values(place: str, held: Mapping[int, FinancialYear]) -> dict[str, str]:
    page, _dot, rest = place.partition(".")
    year, _dot, figure = rest.partition(".")
    if page != "figures":
        return {"项目": place_name(place)}
    values = {"年度": year}
    if figure in NAMES:
        values["项目"] = NAMES[figure].zh
        amount = getattr(held.get(int(year)), figure, None)
        if amount is not None:
            values["申报数"] = f"{quantity(amount)} 人" if figure in HEADS else f"{wan_exact(amount)} 万元"
    return values

"""Results put to use: the list by years, and one of them with its proofs."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import conversion as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.fields import offer
from pipeline.models import Conversion, Document, Firm, HitechProduct, IntellectualProperty, RdProject
from pipeline.portal import standing
from pipeline.portal.ledger_words import PROOFS, WAYS
from pipeline.portal.pasted_rows import told_at
from pipeline.portal.project import choices
from pipeline.request import StaffRequest

ENDS = {"project": RdProject, "right": IntellectualProperty, "product": HitechProduct}


class ConversionForm(forms.Form):
    year = forms.TypedChoiceField(label=gettext_lazy("Year of conversion"), coerce=int)
    result = forms.CharField(
        label=gettext_lazy("Result"),
        help_text=gettext_lazy("the same result counts once, however often and into whatever it is converted"),
        max_length=200,
    )
    way = forms.ChoiceField(label=gettext_lazy("Way of conversion"), choices=choices(WAYS))
    project = forms.ChoiceField(label=gettext_lazy("From the project"), required=False)
    right = forms.ChoiceField(label=gettext_lazy("With the right"), required=False)
    product = forms.ChoiceField(label=gettext_lazy("Into the product"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, years: list[int], ends: dict[str, dict[str, Any]], **also: Any) -> None:
        super().__init__(*args, **also)
        self.ends = ends
        offer(self, "year", [(year, year) for year in years])
        for name, rows in ends.items():
            named = [(key, f"{row} {row.title}".strip()) for key, row in rows.items()]
            offer(self, name, [("", "—"), *named])

    def values(self) -> dict[str, Any]:
        told = {name: self.cleaned_data[name] for name in ("year", "result", "way")}
        return told | {name: rows.get(self.cleaned_data[name]) for name, rows in self.ends.items()}


class ProofForm(forms.Form):
    """A paper of the firm for each slot."""

    def __init__(self, *args: Any, papers: dict[str, Document], **also: Any) -> None:
        super().__init__(*args, **also)
        self.papers = papers
        named = [("", _("none yet")), *((key, paper.title) for key, paper in papers.items())]
        for kind, label in choices(PROOFS)():
            self.fields[kind] = forms.ChoiceField(label=label, choices=named, required=False)

    def chosen(self) -> dict[str, Document | None]:
        return {kind: self.papers.get(key) for kind, key in self.cleaned_data.items()}


def conversions(request: StaffRequest, uscc: str) -> HttpResponse:
    """All conversions with their proofs counted, the average that is scored, and one to add."""
    firm = standing.firm_or_404(request, uscc)
    form = ConversionForm(request.POST or None, years=_years(request), ends=_ends(firm))
    if request.method == "POST" and form.is_valid():
        try:
            acts.record(firm, form.values(), conversion=None, by=request.user, on=request.today)
            messages.success(request, _("The conversion is on the list."))
            return redirect("portal:conversions", uscc)
        except ConditionUnmet as unmet:
            told_at(form, unmet.missing)
    held = Conversion.objects.filter(firm=firm).select_related("project", "right", "product")
    rows = list(held.annotate(papers=Count("proofs")).order_by("-year", "pk"))
    scored = standing.years_asked(firm, request.today)
    context = {
        "firm": firm,
        "form": form,
        "rows": [(row, WAYS[row.way]) for row in rows],
        "counts": [(year, sum(row.year == year for row in rows)) for year in scored],
        "slots": len(PROOFS),
        "may": access.may(request.user, "conversion.record"),
    }
    return render(request, "portal/conversion/conversions.html", context)


def conversion(request: StaffRequest, uscc: str, conversion: int) -> HttpResponse:
    """One conversion: what it is, the papers that prove it, or out of the list."""
    firm = standing.firm_or_404(request, uscc)
    row = get_object_or_404(Conversion, firm=firm, pk=conversion)
    sent = request.POST if request.method == "POST" else None
    papers = {str(paper.pk): paper for paper in Document.objects.filter(firm=firm).order_by("title")}
    form = ConversionForm(
        sent if sent and "save" in sent else None, years=_years(request), ends=_ends(firm), initial=_held(row)
    )
    proofs = ProofForm(sent if sent and "prove" in sent else None, papers=papers, initial=_proven(row))
    if sent is not None and _done(request, firm, row, form, proofs):
        return redirect("portal:conversions", uscc)
    context = {
        "firm": firm,
        "row": row,
        "form": form,
        "proofs": proofs,
        "papers": papers,
        "may": access.may(request.user, "conversion.record"),
    }
    return render(request, "portal/conversion/conversion.html", context)


def _done(request: StaffRequest, firm: Firm, row: Conversion, form: ConversionForm, proofs: ProofForm) -> bool:
    told = request.POST.get("version", "")
    version = int(told) if told.isdecimal() else 0
    try:
        if proofs.is_bound and proofs.is_valid():
            acts.prove(firm, row, proofs.chosen(), by=request.user)
        elif form.is_bound and form.is_valid():
            acts.record(firm, form.values(), conversion=row, version=version, by=request.user, on=request.today)
        else:
            return False
    except ConditionUnmet as unmet:
        told_at(form, unmet.missing)
        return False
    messages.success(request, _("Saved."))
    return True


def _years(request: StaffRequest) -> list[int]:
    return list(range(request.today.year, request.today.year - 6, -1))


def _ends(firm: Firm) -> dict[str, dict[str, Any]]:
    """What a conversion may be tied to, by the key that its field sends. Three statements."""
    return {
        name: {str(row.pk): row for row in model._default_manager.filter(firm=firm).order_by("pk")}
        for name, model in ENDS.items()
    }


def _held(row: Conversion) -> dict[str, Any]:
    held = {name: getattr(row, name) for name in ("year", "result", "way", "version")}
    return held | {name: str(getattr(row, f"{name}_id") or "") for name in ENDS}


def _proven(row: Conversion) -> dict[str, str]:
    return {each.kind: str(each.document_id) for each in row.proofs.all()}

"""The same figures as annual audit, special audit and tax return have them, their differences and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import figures as figures_acts
from pipeline.models import Document, Explanation, FinancialYear, Firm, SourcedFigure
from pipeline.models.figures import (
    ANNUAL_AUDIT,
    AUDITED,
    DIFFERENCE,
    RECONCILED_WITH,
    SPECIAL_AUDIT,
    TAX_RETURN,
)
from pipeline.portal import standing
from pipeline.portal.grid import LONGEST_WHY, SOURCES, Line, amount_field
from pipeline.request import StaffRequest
from pipeline.rules.facts.figures import NAMES
from pipeline.templatetags import figures as shown

FIGURES = ("sales", "total_income", "hitech_income", "rd_total", "rd_domestic", "net_assets", "costs", "taxable_income")
MOST_FILES = 100
PAPERS = {
    ANNUAL_AUDIT: gettext_lazy("Annual audit"),
    SPECIAL_AUDIT: gettext_lazy("Special audit"),
    TAX_RETURN: gettext_lazy("Tax return"),
}
KIND_OF = {ANNUAL_AUDIT: AUDITED, SPECIAL_AUDIT: AUDITED, TAX_RETURN: TAX_RETURN}


@dataclass(frozen=True)
class Compared:
    """One figure as the record and each paper have it, with the file that says so. `apart` is the largest difference,
    none where there is one amount only; `open` where it exceeds what is tolerated and nobody has said why.
    """

    figure: str
    name: str
    recorded: Decimal | None
    papers: list[tuple[str, Any, bool, Document | None]]
    apart: Decimal | None
    open: bool
    why: Any


class PapersForm(forms.Form):
    """Fields are named `rd_total-annual_audit`, explanations `why-rd_total`, a paper's file `file-annual_audit`. `unit`
    as in the grid of figures.
    """

    def __init__(self, *args: Any, unit: str, documents: Sequence[Document] = (), **also: Any) -> None:
        super().__init__(*args, **also)
        for figure in FIGURES:
            name = name_of(figure)
            for paper in RECONCILED_WITH:
                line = Line(figure, name)
                label = _("%(figure)s by the %(paper)s") % {"figure": name, "paper": PAPERS[paper]}
                self.fields[f"{figure}-{paper}"] = amount_field(line, unit, label)
                self.fields[f"{figure}-{paper}"].negative = figure in ("net_assets", "taxable_income")  # type: ignore[attr-defined]
            self.fields[f"why-{figure}"] = forms.CharField(
                label=_("Why %(figure)s differs") % {"figure": name},
                max_length=LONGEST_WHY,
                required=False,
                widget=forms.TextInput({"class": "entry"}),
            )

        for paper in RECONCILED_WITH if documents else ():
            files = [("", _("as it is")), *((str(each.pk), each.title) for each in documents)]
            label = _("File of the %(paper)s") % {"paper": PAPERS[paper]}
            self.fields[f"file-{paper}"] = forms.ChoiceField(label=label, choices=files, required=False)

    def file(self, paper: str) -> str:
        """The key of the file that is chosen for all figures of a paper; empty where they stay as they are."""
        return str(self.cleaned_data.get(f"file-{paper}") or "")

    def amounts(self, paper: str) -> dict[str, Decimal | None]:
        return {figure: self.cleaned_data[f"{figure}-{paper}"] for figure in FIGURES}


def name_of(figure: str) -> str:
    return NAMES[figure].in_language(get_language() or "zh")


def reconciliation(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    years = standing.years_asked(firm, request.today)
    if year not in years:
        raise Http404("figures of this year are not asked for")
    row = FinancialYear.objects.filter(firm=firm, year=year).first()
    said = SourcedFigure.objects.filter(firm=firm, year=year).select_related("document")
    papers = {(each.figure, each.source): each for each in said}
    documents = list(Document.objects.filter(firm=firm).order_by("title", "pk")[:MOST_FILES])
    words = {each.figure: each.says for each in Explanation.objects.filter(firm=firm, year=year, kind=DIFFERENCE)}
    initial = {f"{figure}-{paper}": shown.wan_exact(each.amount) for (figure, paper), each in papers.items()}
    initial |= {f"why-{figure}": says for figure, says in words.items()}
    if request.method == "POST" and "attach" in request.POST:
        _attach(request, firm, year, documents)
        return redirect("portal:reconciliation", uscc, year)
    form = PapersForm(request.POST or None, unit="wan", initial=initial, documents=documents)
    if request.method == "POST" and form.is_valid():
        _save(request, firm, year, row, form)
        _files(request, firm, year, form, documents)
        return redirect("portal:reconciliation", uscc, year)
    context = {
        "firm": firm,
        "year": year,
        "years": years,
        "form": form,
        "papers": [(paper, PAPERS[paper]) for paper in RECONCILED_WITH],
        "rows": list(_compared(form, row, papers, words)),
        "files": [form[f"file-{paper}"] for paper in RECONCILED_WITH] if documents else [],
        "documents": documents,
        "at": _at(request, papers),
        "tolerated": settings.RECONCILIATION_TOLERANCE,
        "may": access.may(request.user, "figures.reconcile"),
    }
    return render(request, "portal/reconciliation/reconciliation.html", context)


def _compared(
    form: PapersForm,
    row: FinancialYear | None,
    papers: dict[tuple[str, str], SourcedFigure],
    words: dict[str, str],
) -> Iterator[Compared]:
    for figure in FIGURES:
        recorded = getattr(row, figure, None)
        said = {paper: papers[figure, paper].amount for paper in RECONCILED_WITH if (figure, paper) in papers}
        amounts = [each for each in (recorded, *said.values()) if each is not None]
        apart = max(amounts) - min(amounts) if len(amounts) > 1 else None
        others = {paper for paper, amount in said.items() if amount != recorded}
        fields = [
            (paper, form[f"{figure}-{paper}"], paper in others, getattr(papers.get((figure, paper)), "document", None))
            for paper in RECONCILED_WITH
        ]
        differs = apart is not None and apart > settings.RECONCILIATION_TOLERANCE
        yield Compared(
            figure, name_of(figure), recorded, fields, apart, differs and figure not in words, form[f"why-{figure}"]
        )


def _at(request: StaffRequest, papers: Mapping[tuple[str, str], SourcedFigure]) -> dict[str, Any] | None:
    """The one amount whose file is asked for by the address: `?at=sales-annual_audit`."""
    figure, _dash, paper = request.GET.get("at", "").partition("-")
    held = papers.get((figure, paper))
    if held is None:
        return None
    return {"name": f"{figure}-{paper}", "figure": name_of(figure), "paper": PAPERS[paper], "document": held.document}


def _attach(request: StaffRequest, firm: Firm, year: int, documents: Sequence[Document]) -> None:
    """The file of one amount, or none."""
    figure, _dash, paper = request.POST["attach"].partition("-")
    chosen = next((each for each in documents if str(each.pk) == request.POST.get("document")), None)
    figures_acts.attach(firm, year, paper, [figure], chosen, by=request.user)
    messages.success(request, _("The file is noted at the amount."))


def _files(request: StaffRequest, firm: Firm, year: int, form: PapersForm, documents: Sequence[Document]) -> None:
    """The file of all amounts of a paper, where one was chosen."""
    by_key = {str(each.pk): each for each in documents}
    for paper in RECONCILED_WITH:
        if form.file(paper):
            figures_acts.attach(firm, year, paper, FIGURES, by_key[form.file(paper)], by=request.user)


@transaction.atomic
def _save(request: StaffRequest, firm: Firm, year: int, row: FinancialYear | None, form: PapersForm) -> None:
    """What the papers say and why they differ; with `take`, a paper's amount becomes the one on record."""
    person, today = request.user, request.today
    for paper in RECONCILED_WITH:
        figures_acts.note_paper(firm, year, paper, form.amounts(paper), by=person, on=today)
    words = {figure: form.cleaned_data[f"why-{figure}"] for figure in FIGURES}
    figures_acts.explain(firm, year, DIFFERENCE, words, by=person)
    figure, _dash, paper = request.POST.get("take", "").partition("-")
    amount = form.amounts(paper).get(figure) if paper in PAPERS and figure in FIGURES else None
    if amount is None:
        messages.success(request, _("What the papers say is saved."))
        return
    kind = KIND_OF[paper]
    seen = row.version if row else None
    source = str(SOURCES[kind])
    figures_acts.enter(firm, year, {figure: amount}, version=seen, by=person, on=today, source=source, kind=kind)
    taken = {"figure": name_of(figure), "amount": shown.wan(amount), "paper": PAPERS[paper]}
    messages.success(request, _("%(figure)s on record is now %(amount)s, by the %(paper)s.") % taken)

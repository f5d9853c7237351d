"""A year from the firm's own books: a trial balance or a tax return, whose rows are mapped to figures once."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import accounts as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.workbook import faults_of
from pipeline.fields import offer
from pipeline.models import AccountBook, AccountMapping
from pipeline.portal import standing
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.facts.figures import NAMES

SHOWN = 20
KINDS = {"trial_balance": gettext_lazy("trial balance"), "tax_return": gettext_lazy("tax return")}


class AccountsForm(forms.Form):
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)
    file = forms.FileField(
        label=gettext_lazy("Trial balance or tax return"),
        help_text=gettext_lazy(".xlsx, .xls, .csv or .ods, at most 10 MB"),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.xls,.csv,.ods"}),
    )

    def __init__(self, *args: Any, years: list[int], **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "year", [(year, str(year)) for year in reversed(years)])


def accounts(request: StaffRequest, uscc: str) -> HttpResponse:
    """The form for the books of a year, and the files that came in."""
    firm = standing.firm_or_404(request, uscc)
    form = AccountsForm(request.POST or None, request.FILES or None, years=standing.years_asked(firm, request.today))
    if request.method == "POST" and form.is_valid():
        sent, year = form.cleaned_data["file"], form.cleaned_data["year"]
        try:
            book = acts.receive(firm, sent, year=year, name=sent.name, by=request.user, on=request.today)
            return redirect("portal:accounts_book", uscc, book.public_id)
        except ConditionUnmet as unmet:
            for missing in unmet.missing:
                form.add_error(missing.place, missing.says)
    came = AccountBook.objects.filter(firm=firm).select_related("by").defer("content").order_by("-pk")[:SHOWN]
    context = {"firm": firm, "form": form, "came": came, "may": access.may(request.user, "accounts.receive")}
    return render(request, "portal/accounts/accounts.html", context)


def accounts_book(request: StaffRequest, uscc: str, account_key: UUID) -> HttpResponse:
    """One file: which rows make up which figures, what that comes to, and what of it is taken over."""
    firm = standing.firm_or_404(request, uscc)
    book = get_object_or_404(AccountBook.objects.select_related("by"), firm=firm, public_id=account_key)
    book.firm = firm
    unmet: list[str] = []
    if request.method == "POST":
        try:
            return _decide(request, uscc, book)
        except ConditionUnmet as told:
            unmet = [missing.says for missing in told.missing]
    return render(request, "portal/accounts/book.html", _shown(request, book, unmet), status=422 if unmet else 200)


def _decide(request: StaffRequest, uscc: str, book: AccountBook) -> HttpResponse:
    version = number_sent(request.POST.get("version", ""))
    if "drop" in request.POST:
        acts.drop(book, version=version, by=request.user)
        messages.success(request, _("Nothing of %(name)s was taken over.") % {"name": book.name})
        return redirect("portal:accounts", uscc)
    if "map" in request.POST:
        mapping = number_sent(request.POST.get("mapping", ""))
        figures = {name: request.POST.getlist(f"figure.{name}") for name in acts.figures_of(book)}
        acts.map_rows(book, figures, version=mapping, by=request.user)
        messages.success(request, _("Remembered for every file of this make."))
        return redirect("portal:accounts_book", uscc, book.public_id)
    take = {name: (request.POST.get(f"counted.{name}", ""), request.POST.get(f"held.{name}", ""))
            for name in request.POST.getlist("take")}  # fmt: skip
    count = acts.apply(book, take, version=version, by=request.user, on=request.today)
    told = {"n": count, "year": book.year}
    messages.success(request, _("%(n)s figures of %(year)s are on record now.") % told)
    return redirect("portal:accounts_book", uscc, book.public_id)


def _shown(request: StaffRequest, book: AccountBook, unmet: list[str]) -> dict[str, Any]:
    mapping = acts.mapping_of(book)
    offered = acts.offered(book, mapping) if mapping and book.state == "read" else []
    return {
        "firm": book.firm,
        "book": book,
        "kind": KINDS[book.kind],
        "mapping": mapping,
        "offered": [{"figure": each, "name": NAMES[each.name]} for each in offered],
        "figures": [(name, NAMES[name]) for name in acts.figures_of(book)],
        "rows": list(_matrix(book, mapping)),
        "faults": faults_of(book),
        "unmet": unmet,
        "may": access.may(request.user, "accounts.apply"),
    }


def _matrix(book: AccountBook, mapping: AccountMapping | None) -> list[tuple[Any, bool, list[tuple[str, Any, bool]]]]:
    """Each row, whether it is new to the mapping, and for each figure whether the row counts to it."""
    counted, known = acts.mapped(book, mapping), set(mapping.rows["known"]) if mapping else None
    return [
        (
            row,
            known is not None and row.key not in known,
            [(name, NAMES[name], row.key in counted[name]) for name in acts.figures_of(book)],
        )
        for row in acts.rows_of(book)
    ]

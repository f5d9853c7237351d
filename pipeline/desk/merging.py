"""Two records of one firm: what would move from one to the other, proposed, confirmed by another, taken back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.acts import merging as acts
from pipeline.acts.conditions import Missing
from pipeline.desk.attempt import attempt
from pipeline.desk.paging import page_of
from pipeline.desk.two_sides import firms_shown, lines
from pipeline.models import Case, Certificate, Firm, IntellectualProperty, MergedRecord, MergeProposal, Seat
from pipeline.models.people import TODAY
from pipeline.models.what_moves import MOVED, WhatMoves, what_moves
from pipeline.request import StaffRequest, number_sent

MOST_PROPOSED = 50
ROW_NAMES: dict[str, str | Promise] = {
    "Case": gettext_lazy("Cases"),
    "Application": gettext_lazy("applications"),
    "Plan": gettext_lazy("coaching plans"),
    "Step": gettext_lazy("steps of plans"),
    "Visit": gettext_lazy("visits"),
    "Call": gettext_lazy("calls"),
    "Fault": gettext_lazy("points to correct"),
    "Acceptance": gettext_lazy("points found right"),
    "Proposal": gettext_lazy("proposals"),
    "Flag": gettext_lazy("objections and records"),
    "Objection": gettext_lazy("objections"),
    "AnnualUpdate": gettext_lazy("annual updates"),
    "Leaver": gettext_lazy("proposals to leave the pool"),
    "Attendance": gettext_lazy("training events"),
    "Certificate": gettext_lazy("certificates"),
    "Obligation": gettext_lazy("duties of certificates"),
    "SmeRegistration": gettext_lazy("registrations as a technology SME"),
    "FinancialYear": gettext_lazy("years of figures"),
    "SourcedFigure": gettext_lazy("figures of papers"),
    "Explanation": gettext_lazy("explanations of figures"),
    "StaffMonth": gettext_lazy("months of staff"),
    "StaffMember": gettext_lazy("people on lists of staff"),
    "IntellectualProperty": gettext_lazy("rights"),
    "RdProject": gettext_lazy("R&D projects"),
    "ExpenseLine": gettext_lazy("lines of the ledger"),
    "HitechProduct": gettext_lazy("products"),
    "ProductIncome": gettext_lazy("incomes of products"),
    "Tie": gettext_lazy("ties of projects, rights and products"),
    "Conversion": gettext_lazy("conversions of results"),
    "Document": gettext_lazy("papers"),
    "DocumentVersion": gettext_lazy("versions of papers"),
    "ConversionProof": gettext_lazy("proofs of conversions"),
    "Evidence": gettext_lazy("links of papers"),
    "Contact": gettext_lazy("contacts"),
    "FormerName": gettext_lazy("former names"),
}


class PairForm(forms.Form):
    """Which two records; the codes as they stand on record, right or wrong."""

    gone = forms.CharField(label=gettext_lazy("Credit code of the record that goes"), max_length=18)
    into = forms.CharField(label=gettext_lazy("Credit code of the record that stays"), max_length=18)


class WhyForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("How you know that both are the same firm"),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class UndoForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Why they are two firms after all"), max_length=300)


class SeenForm(forms.Form):
    """What the person saw who confirms."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


def merge(request: StaffRequest) -> HttpResponse:
    """What would move from one record to the other; nothing does before a second person, shown the same, confirms."""
    asked = PairForm(request.GET or None)
    pair = _pair(request, asked) if request.GET and asked.is_valid() else None
    if pair is None:
        return render(request, "desk/merging/merge.html", {"form": asked, "section": "desk:quality"})
    gone, into = pair
    hindrances = acts.hindrances_of(gone, into)
    found = what_moves(gone, into) if not hindrances else WhatMoves({}, {})
    proposed = MergeProposal.objects.waiting().filter(gone=gone, into=into).select_related("proposed_by").first()
    form = (SeenForm if proposed else WhyForm)(request.POST or None, initial={"seen": found.digest})
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _step(request, pair, proposed, form)):
        return redirect("desk:merges") if "drop" in request.POST or not proposed else redirect("desk:firm", into.uscc)
    shown = _shown(request, gone, into, found, hindrances, form)
    own = proposed is not None and proposed.proposed_by_id == request.user.pk
    return render(request, "desk/merging/merge.html", {**shown, "proposed": proposed, "own": own})


def merges(request: StaffRequest) -> HttpResponse:
    """What was merged, the last on top; each can be taken back."""
    seen = MergedRecord.objects.visible_to(request.user)
    form = UndoForm(request.POST or None)
    held = _merged(request, seen) if request.method == "POST" else None
    if held is not None and form.is_valid():
        why = form.cleaned_data["why"]
        if attempt(form, lambda: acts.undo(held, why=why, by=request.user, on=request.today)):
            messages.success(request, _("%(firm)s is a record of its own again.") % {"firm": held.firm})
            return redirect("desk:merges")
    rows = seen.select_related("firm", "into", "by", "proposal__proposed_by", "undone_by").order_by("-pk")
    proposed = MergeProposal.objects.visible_to(request.user).waiting().select_related("gone", "into", "proposed_by")
    context = {
        "page": page_of(request, rows, rows.count()),
        "proposed": proposed.order_by("pk")[:MOST_PROPOSED],
        "form": form,
        "section": "desk:quality",
    }
    return render(request, "desk/merging/merges.html", context)


def _merged(request: StaffRequest, seen: Any) -> MergedRecord:
    key = number_sent(request.POST.get("merged", ""))
    held: MergedRecord = get_object_or_404(seen.select_related("firm", "into"), pk=key)
    return held


def _pair(request: StaffRequest, form: PairForm) -> tuple[Firm, Firm] | None:
    found = []
    for name in ("gone", "into"):
        code = form.cleaned_data[name].strip().upper()
        firm = Firm.objects.visible_to(request.user).filter(uscc=code).first()
        if firm is None:
            form.add_error(name, _("There is no firm of this credit code on record."))
        found.append(firm)
    gone, into = found
    return (gone, into) if gone and into else None


def _step(request: StaffRequest, pair: tuple[Firm, Firm], proposed: MergeProposal | None, form: forms.Form) -> None:
    """Propose the merge; or confirm, or drop, what somebody proposed."""
    gone, into = pair
    who: dict[str, Any] = {"by": request.user, "on": request.today}
    if proposed is None:
        acts.propose(gone, into, why=form.cleaned_data["why"], seen=form.cleaned_data["seen"], **who)
        messages.success(request, _("Proposed. Another person of the city looks at the same and confirms it."))
    elif "drop" in request.POST:
        acts.drop(proposed, **who)
        messages.success(request, _("The two records stay as they are."))
    else:
        acts.merge(proposed, seen=form.cleaned_data["seen"], **who)
        messages.success(request, _("%(gone)s is one with %(into)s now.") % {"gone": gone, "into": into})


def _shown(
    request: StaffRequest, gone: Firm, into: Firm, found: WhatMoves, hindrances: list[Missing], form: forms.Form
) -> dict[str, Any]:
    firms = sorted(firms_shown(request.user, [gone.pk, into.pk]), key=lambda each: bool(each.pk == into.pk))
    kept, moved = found.stays, found.moves
    rights = IntellectualProperty.objects.filter(pk__in=kept.get("IntellectualProperty", [])).order_by("number")
    return {
        "gone": gone,
        "into": into,
        "firms": firms,
        "lines": lines(firms),
        "hindrances": hindrances,
        "why": form,
        "effects": [
            (ROW_NAMES[model.__name__], len(moved.get(model.__name__, [])), len(kept.get(model.__name__, [])))
            for model in MOVED
            if moved.get(model.__name__) or kept.get(model.__name__)
        ],
        "cases": Case.objects.filter(pk__in=moved.get("Case", [])).order_by("number"),
        "certificates": Certificate.objects.filter(pk__in=moved.get("Certificate", [])).order_by("number"),
        "both": rights,
        "people": Seat.objects.filter(firm=gone, during__contains=TODAY).count(),
        "section": "desk:quality",
    }

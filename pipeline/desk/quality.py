"""What looks odd in the records: by kind, and one of them with both sides and the reason. Nothing is refused by it."""

from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import quality as acts
from pipeline.acts.listings.odd import GROUPS, QUALITY, keys_of, share
from pipeline.desk.attempt import attempt
from pipeline.desk.listed import list_page, opened
from pipeline.desk.two_sides import firms_shown, lines
from pipeline.models import Hit, MergedRecord
from pipeline.models.quality import DUPLICATES, KINDS, OFF_BY_UNIT, ON_LINE
from pipeline.request import StaffRequest
from pipeline.rules.facts.figures import NAMES
from pipeline.rules.labels import Label
from pipeline.rules.sentences import money
from pipeline.templatetags.look import spoken

REASONS: dict[str, str | Promise] = {
    "same_name": gettext_lazy("Without places and legal form both have the same name."),
    "same_phone": gettext_lazy("The contacts of both have the same telephone number."),
    "same_person": gettext_lazy("Both name the same contact person at the same address."),
    "near_code": gettext_lazy(
        "One sign, or two in each other's place, keep the codes apart: perhaps a slip of the pen."
    ),
    "same_right": gettext_lazy(
        "A right of this number is on record of both. Where it has several owners, one of them may use it for its "
        "certification."
    ),
    "same_staff": gettext_lazy("Both list the same people as employed for more than half of one year."),
    "same_text": gettext_lazy("Projects of both say the same sentences."),
    "on_line": gettext_lazy("It is met by less than a hundredth of a percent. Compare the figures with their papers."),
    "off_by_unit": gettext_lazy("One figure is about %(factor)s times the other: perhaps told in another unit."),
}
OTHER_FIGURES = {"ledger": Label("研发台账合计", "sum of the R&D ledger")}


class SettleForm(forms.Form):
    why = forms.CharField(
        label=gettext_lazy("Why it is right as it is"),
        help_text=gettext_lazy("It comes back when one side changes."),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
    )


def quality(request: StaffRequest) -> HttpResponse:
    """How many there are of each kind, and those of one kind, the newest on top; at first of a kind there is."""
    kind = request.GET.get("kind", "")
    if kind not in KINDS:
        found = Hit.objects.visible_to(request.user).by_kind()
        kind = next((each for each in KINDS if found.get(each)), KINDS[0])
    more = {
        "kind": kind,
        "reason": REASONS[kind] if kind != OFF_BY_UNIT else "",
        "may_merge": access.may(request.user, "merging.merge"),
    }
    return list_page(request, opened(request, QUALITY, first=kind), "desk/quality/quality.html", more)


def hit(request: StaffRequest, hit_key: UUID) -> HttpResponse:
    """Both sides and the reason; settle it, or take that back."""
    seen = Hit.objects.visible_to(request.user).select_related("settled_by")
    held = get_object_or_404(seen, public_id=hit_key)
    one = Hit.objects.filter(pk=held.pk)
    form = SettleForm(request.POST if request.method == "POST" else None)
    if "reopen" in request.POST:
        acts.reopen(one, by=request.user)
        return redirect("desk:hit", hit_key)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _settle(request, one, form)):
        messages.success(request, _("Settled. It comes back when one side changes."))
        return redirect("desk:quality")
    firms = firms_shown(request.user, keys_of(held))
    context = {
        "hit": held,
        "name": GROUPS[held.kind],
        "reason": _reason(held),
        "firms": firms,
        "lines": lines(firms),
        "shared": held.facts.get("shared", []),
        "more": max(held.facts.get("count", 0) - len(held.facts.get("shared", [])), 0),
        "ratio": held.facts.get("ratio"),
        "figures": _figures(held),
        "form": form,
        "may": access.may(request.user, "quality.settle", one),
        "may_merge": _may_merge(request, held),
        "section": "desk:quality",
    }
    return render(request, "desk/quality/hit.html", context)


def _settle(request: StaffRequest, one: Any, form: SettleForm) -> None:
    acts.settle(one, why=form.cleaned_data["why"], by=request.user, on=request.today)


def _may_merge(request: StaffRequest, held: Hit) -> bool:
    merged = MergedRecord.objects.standing().filter(firm__in=keys_of(held))
    return held.kind in DUPLICATES and access.may(request.user, "merging.merge") and not merged.exists()


def _reason(held: Hit) -> str:
    said = str(REASONS[held.kind])
    return said % {"factor": f"{held.facts['factor']:,}"} if held.kind == OFF_BY_UNIT else said


def _figures(held: Hit) -> list[tuple[str, str]]:
    """The two numbers that do not go together, or that touch, each with its name."""
    facts = held.facts
    if held.kind == ON_LINE:
        title = spoken(facts["title"])
        return [(title, share(facts["found"])), (_("the standard"), f"{share(facts['needed'])} {facts['article']}")]
    if held.kind != OFF_BY_UNIT:
        return []
    name, beside = spoken(NAMES[facts["figure"]]), facts["beside"]
    named = f"{facts['year']} {spoken((NAMES | OTHER_FIGURES).get(beside))}"
    other = f"{beside} {name}" if beside.isdecimal() else named
    values = [spoken(money(Fraction(Decimal(each)))) for each in facts["values"]]
    return [(other, values[0]), (f"{facts['year']} {name}", values[1])]

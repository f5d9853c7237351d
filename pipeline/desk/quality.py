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
from pipeline.desk.attempt import attempt
from pipeline.desk.paging import page_of
from pipeline.desk.two_sides import firms_shown, lines
from pipeline.models import Firm, Hit, MergedRecord
from pipeline.models.quality import DUPLICATES, KINDS, OFF_BY_UNIT, ON_LINE
from pipeline.request import StaffRequest
from pipeline.rules.facts.figures import NAMES
from pipeline.rules.labels import Label
from pipeline.rules.sentences import money, shown
from pipeline.templatetags.look import spoken

NAMES_OF_KINDS: dict[str, str | Promise] = {
    "same_name": gettext_lazy("Same name"),
    "same_phone": gettext_lazy("Same telephone"),
    "same_person": gettext_lazy("Same person and address"),
    "near_code": gettext_lazy("Codes one sign apart"),
    "same_right": gettext_lazy("Same right"),
    "same_staff": gettext_lazy("Same people"),
    "same_text": gettext_lazy("Same text"),
    "on_line": gettext_lazy("Exactly on the line"),
    "off_by_unit": gettext_lazy("Off by a unit"),
}
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
    """How many there are of each kind, and those of one kind, the newest on top."""
    seen = Hit.objects.visible_to(request.user)
    counts = seen.by_kind()
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else next((each for each in KINDS if counts.get(each)), KINDS[0])
    settled = bool(request.GET.get("settled"))
    rows = seen.filter(kind=kind, state=Hit.SETTLED if settled else Hit.OPEN)
    total = rows.count() if settled else counts.get(kind, 0)
    page = page_of(request, rows.select_related("settled_by").order_by("-pk"), total)
    context = {
        "tabs": [
            {"url": f"?kind={each}", "label": NAMES_OF_KINDS[each], "count": counts.get(each, 0), "here": each == kind}
            for each in KINDS
        ],
        "kind": kind,
        "reason": REASONS[kind] if kind != OFF_BY_UNIT else "",
        "settled": settled,
        "page": page,
        "rows": _rows(request, list(page.object_list)),
        "may_merge": access.may(request.user, "merging.merge"),
    }
    return render(request, "desk/quality/quality.html", context)


def _rows(request: StaffRequest, hits: list[Hit]) -> list[dict[str, Any]]:
    keys = {key for each in hits for key in _keys(each)}
    firms = {each.pk: each for each in Firm.objects.visible_to(request.user).filter(pk__in=keys).with_county()}
    return [
        {"hit": each, "firms": [firms[key] for key in _keys(each) if key in firms], "what": _what(each)}
        for each in hits
    ]


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
    firms = firms_shown(request.user, _keys(held))
    context = {
        "hit": held,
        "name": NAMES_OF_KINDS[held.kind],
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
    merged = MergedRecord.objects.standing().filter(firm__in=_keys(held))
    return held.kind in DUPLICATES and access.may(request.user, "merging.merge") and not merged.exists()


def _keys(held: Hit) -> list[int]:
    return [held.firm_id] if held.other_id is None else [held.firm_id, held.other_id]


def _reason(held: Hit) -> str:
    said = str(REASONS[held.kind])
    return said % {"factor": f"{held.facts['factor']:,}"} if held.kind == OFF_BY_UNIT else said


def _what(held: Hit) -> str:
    """In a few words what a line of the list is about."""
    facts = held.facts
    if held.kind == ON_LINE:
        return f"{spoken(facts['title'])}: {_share(facts['found'])} / {_share(facts['needed'])}"
    if held.kind == OFF_BY_UNIT:
        return f"{facts['year']} {spoken(NAMES[facts['figure']])} × {facts['factor']:,}"
    first, second = facts["shared"][0]
    said = first if first == second else f"{first} / {second}"
    return said if facts["count"] == 1 else _("%(first)s and %(n)s more") % {"first": said, "n": facts["count"] - 1}


def _figures(held: Hit) -> list[tuple[str, str]]:
    """The two numbers that do not go together, or that touch, each with its name."""
    facts = held.facts
    if held.kind == ON_LINE:
        title = spoken(facts["title"])
        return [(title, _share(facts["found"])), (_("the standard"), f"{_share(facts['needed'])} {facts['article']}")]
    if held.kind != OFF_BY_UNIT:
        return []
    name, beside = spoken(NAMES[facts["figure"]]), facts["beside"]
    named = f"{facts['year']} {spoken((NAMES | OTHER_FIGURES).get(beside))}"
    other = f"{beside} {name}" if beside.isdecimal() else named
    values = [spoken(money(Fraction(Decimal(each)))) for each in facts["values"]]
    return [(other, values[0]), (f"{facts['year']} {name}", values[1])]


def _share(value: str) -> str:
    return spoken(shown(Fraction(value), "share"))

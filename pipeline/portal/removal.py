"""Asking once more before something is taken off a list: what it is, what goes with it, what forbids it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import removal as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Firm, StaffMember
from pipeline.portal import standing
from pipeline.request import StaffRequest

TITLES = {
    "project": gettext_lazy("Take the project off the list?"),
    "product": gettext_lazy("Take the product off the list?"),
    "right": gettext_lazy("Take the right off the list?"),
    "conversion": gettext_lazy("Take the result off the list?"),
    "person": gettext_lazy("Take the person off the list?"),
}
GOES_TOO = {
    "project": gettext_lazy("What ties it to rights and products goes with it. Papers that prove it stay."),
    "product": gettext_lazy("Its incomes and what ties it to projects and rights go with it. Papers stay."),
    "right": gettext_lazy("What ties it to projects and products goes with it. Papers that prove it stay."),
    "conversion": gettext_lazy("Its slots of proof go with it. The papers in them stay."),
    "person": gettext_lazy("Only this year's line of the list goes."),
}
BY_CODE = frozenset({"project", "product"})
BACK: dict[str, Callable[[Firm, Any], str]] = {
    "project": lambda firm, row: reverse("portal:projects", args=[firm.uscc]),
    "product": lambda firm, row: reverse("portal:products", args=[firm.uscc]),
    "right": lambda firm, row: reverse("portal:property", args=[firm.uscc]),
    "conversion": lambda firm, row: reverse("portal:conversions", args=[firm.uscc]),
    "person": lambda firm, row: reverse("portal:staff", args=[firm.uscc, row.year]),
}


def removal(request: StaffRequest, uscc: str, listed: str, row: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    found = _found(firm, listed, row)
    back = BACK[listed](firm, found)
    if request.method == "POST":
        try:
            acts.take_out(firm, listed, found, by=request.user)
        except ConditionUnmet as unmet:
            standing.tell_unmet(request, unmet)
            return redirect("portal:removal", uscc, listed, row)
        messages.success(request, _("%(name)s is off the list.") % {"name": found})
        return redirect(back)
    context = {
        "firm": firm,
        "title": TITLES[listed],
        "goes_too": GOES_TOO[listed],
        "row": found,
        "back": back,
        "says": _about(found),
        "wrong": list(acts.resting_on(firm, listed, found)),
        "may": access.may(request.user, acts.GRANTED[listed]),
    }
    return render(request, "portal/removal/removal.html", context)


def _found(firm: Firm, listed: str, row: str) -> Any:
    if listed not in acts.LISTS or not (listed in BY_CODE or (row.isascii() and row.isdecimal() and len(row) < 19)):
        raise Http404("no such list")
    named = {"code": row} if listed in BY_CODE else {"pk": int(row)}
    return get_object_or_404(acts.LISTS[listed], firm=firm, **named)


def _about(row: Any) -> str:
    """What is on the list, in a line; of a person the name as the firm wrote it."""
    if isinstance(row, StaffMember):
        return f"{row.name} {row.post}".strip()
    title = getattr(row, "title", "")
    return f"{row} {title}".strip()

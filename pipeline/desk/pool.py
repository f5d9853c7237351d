"""The pool kept in order: whose term ends when, and whose yearly update is wanting."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access
from pipeline.acts import staying as acts
from pipeline.desk.long_list import long_page
from pipeline.desk.paging import altered, capped
from pipeline.models import AnnualUpdate, Case, User
from pipeline.models.keyset import counted
from pipeline.models.staying import AnnualUpdateQuerySet, with_end
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.periods import months_later, whole_months

PAGES = {
    "desk:pool_terms": gettext_lazy("Terms in the pool"),
    "desk:pool_updates": gettext_lazy("Yearly updates"),
    "desk:adjustments": gettext_lazy("Yearly adjustment"),
    "desk:objections": gettext_lazy("Objections"),
    "desk:hand_overs": gettext_lazy("Moves between counties"),
    "desk:windows": gettext_lazy("Intake windows"),
}
TERMS = {
    "ending": gettext_lazy("Ending within six months"),
    "over": gettext_lazy("Term over"),
    "all": gettext_lazy("The whole pool"),
}
UPDATES = {
    "late": gettext_lazy("Past their day"),
    "open": gettext_lazy("Still open"),
    "confirmed": gettext_lazy("Confirmed"),
    "all": gettext_lazy("All"),
}
ENDING_WITHIN = 6  # months


def tabs(user: User, here: str) -> list[dict[str, Any]]:
    """The pages about the pool, those that the person's seats open."""
    return [
        {"url": reverse(name), "label": label, "count": None, "here": name == here}
        for name, label in PAGES.items()
        if access.opens(user.seat_kinds, name)
    ]


def terms(request: StaffRequest) -> HttpResponse:
    """Firms of the pool, the first term to end on top."""
    asked = request.GET.get("list", "")
    chosen = asked if asked in TERMS else "ending"
    pool = with_end(Case.objects.within(request.user.reach(access.OFFICE)))
    soon = months_later(request.today, ENDING_WITHIN)
    lists = {
        "ending": pool.filter(term__endswith__gt=request.today, term__endswith__lte=soon),
        "over": pool.filter(term__endswith__lte=request.today),
        "all": pool,
    }
    page = long_page(request, lists[chosen], date)
    shown = Case.objects.with_proposal().with_county().select_related("firm").defer("firm__search")
    context = {
        "tabs": tabs(request.user, "desk:pool_terms"),
        "lists": _lists(request, TERMS, counted(lists), chosen),
        "page": page,
        "rows": [(case, acts.last_day(case), _months_left(case, request.today)) for case in page.in_turn(shown)],
        "section": "desk:pool_terms",
    }
    return render(request, "desk/pool/terms.html", context)


def updates(request: StaffRequest) -> HttpResponse:
    """The updates of a year, the first due on top; those still open can be called in."""
    year = _year(request)
    rows = AnnualUpdate.objects.within(request.user.reach(access.OFFICE)).in_pool().filter(year=year)
    if request.method == "POST":
        _call_in(request, rows)
        return redirect(request.get_full_path())
    lists = {state: rows.in_state(state, request.today) for state in UPDATES}
    asked = request.GET.get("list", "")
    chosen = asked if asked in UPDATES else "late"
    page = long_page(request, lists[chosen].annotate(turn=F("due_on")), date)
    shown = AnnualUpdate.objects.with_county().select_related("firm", "case", "by").defer("firm__search")
    context = {
        "tabs": tabs(request.user, "desk:pool_updates"),
        "lists": _lists(request, UPDATES, counted(lists), chosen),
        "year": year,
        "before": altered(request.GET, "year", str(year - 1)),
        "after": altered(request.GET, "year", str(year + 1)) if year < request.today.year else "",
        "page": page,
        "rows": page.in_turn(shown),
        "may": access.may(request.user, "update.call_in") and chosen != "confirmed",
        "section": "desk:pool_terms",
    }
    return render(request, "desk/pool/updates.html", context)


def _call_in(request: StaffRequest, rows: AnnualUpdateQuerySet) -> None:
    """Those chosen; one that is not within reach refuses the whole."""
    chosen = {number_sent(key) for key in request.POST.getlist("chosen")}
    found = rows.filter(pk__in=chosen)
    if found.count() != len(chosen):
        raise Http404("one of the chosen updates is not there")
    if not chosen:
        messages.error(request, _("Choose at least one firm."))
        return
    told = acts.remind_now(found, by=request.user, on=request.today)
    says = ngettext("%(count)s firm is reminded.", "%(count)s firms are reminded.", told) % {"count": told}
    left = len(chosen) - told
    if left:
        says += " " + _("Left out, reminded today already or confirmed: %(n)s.") % {"n": left}
    messages.success(request, says)


def _lists(request: StaffRequest, names: Any, counts: Any, chosen: str) -> list[dict[str, Any]]:
    return [
        {
            "url": altered(request.GET, "list", name),
            "label": label,
            "count": capped(counts[name]),
            "here": name == chosen,
        }
        for name, label in names.items()
    ]


def _year(request: StaffRequest) -> int:
    asked = number_sent(request.GET.get("year", ""))
    return asked if 2000 <= asked <= request.today.year else request.today.year


def _months_left(case: Any, today: date) -> int:
    """Whole months until the term is over; below 0 when it is."""
    end = case.term.upper
    return -1 if end <= today else whole_months(today, end)

"""Firms whose address names no county: where they belong is said here, many at a time."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pipeline.acts import firm as acts
from pipeline.desk.office import tabs
from pipeline.desk.paging import page_of
from pipeline.models import Division, Firm
from pipeline.request import StaffRequest

ENDINGS = "区县市"


def county_less(request: StaffRequest) -> HttpResponse:
    counties = list(Division.objects.counties().order_by("code"))
    if request.method == "POST":
        _assign(request, {each.code: each for each in counties})
        return redirect("desk:county_less")
    waiting = Firm.objects.visible_to(request.user).in_county(None).here()
    page = page_of(request, waiting.defer("search").order_by("pinyin", "pk"), waiting.count())
    context = {
        "tabs": tabs(request.user, "desk:county_less"),
        "page": page,
        "rows": [(each, _guess(each, counties)) for each in page.object_list],
        "counties": counties,
        "section": "desk:workload",
    }
    return render(request, "desk/county/county_less.html", context)


def _assign(request: StaffRequest, counties: dict[str, Division]) -> None:
    """What was chosen for each firm; a firm or county that is not there refuses the whole."""
    named = [name for name in request.POST if name.startswith("of-") and request.POST[name]]
    sent = {name.removeprefix("of-"): str(request.POST[name]) for name in named}
    firms = {each.uscc: each.pk for each in Firm.objects.visible_to(request.user).in_county(None).filter(uscc__in=sent)}
    if set(sent) != set(firms) or not set(sent.values()) <= set(counties):
        raise Http404("a firm that waits for no county, or a county that is none")
    if not sent:
        messages.error(request, _("Choose a county for at least one firm."))
        return
    chosen: dict[str, list[int]] = defaultdict(list)
    for uscc, code in sent.items():
        chosen[code].append(firms[uscc])
    with transaction.atomic():
        for code, keys in chosen.items():
            acts.assign_county(Firm.objects.filter(pk__in=keys), counties[code], by=request.user, on=request.today)
    says = ngettext("%(count)s firm has its county.", "%(count)s firms have their county.", len(sent))
    messages.success(request, says % {"count": len(sent)})


def _guess(firm: Firm, counties: list[Division]) -> str:
    """The one county that the address or the name speaks of."""
    text: Any = f"{firm.address} {firm.name}"
    named = [each.code for each in counties if each.name.rstrip(ENDINGS) in text]
    return named[0] if len(named) == 1 else ""

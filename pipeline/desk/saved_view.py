"""Views of a list that people keep under a name, for themselves or for their office."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import saved_view as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.desk import list_look
from pipeline.desk.paging import OF_A_PAGE
from pipeline.models import SavedView
from pipeline.request import StaffRequest

OPENED_FROM = "saved"  # names the view in the address of a list


def save(request: StaffRequest, listing: str) -> HttpResponse:
    """Keep the list, as its address describes it, under a name; a name of one's own that is there is written over."""
    if listing not in list_look.COLUMNS:
        raise Http404("no such list")
    try:
        said = {"name": request.POST.get("name", ""), "query": bare(request.GET)}
        kept = acts.keep(listing=listing, shared="shared" in request.POST, by=request.user, **said)
    except ConditionUnmet as unmet:
        for missing in unmet.missing:
            messages.error(request, missing.says)
        return redirect(list_look.back(request, listing))
    if "opens" in request.POST:
        list_look.keep(request, listing, opens=str(kept.public_id))
    messages.success(request, _("Kept as “%(name)s”.") % {"name": kept.name})
    return redirect(address(kept))


def view(request: StaffRequest, view_key: UUID) -> HttpResponse:
    """The address by which a view is passed on: the list itself, with the rows of who opens it."""
    return redirect(address(_one(request, view_key)))


def change(request: StaffRequest, view_key: UUID) -> HttpResponse:
    """Share a view of one's own or take it back, remove it, or let the list open with it or no longer."""
    found = _one(request, view_key)
    step = request.POST.get("step", "")
    if step in ("share", "unshare", "remove"):
        return _own(request, found, step)
    opens = str(found.public_id) if step == "open-with" else ""
    list_look.keep(request, found.listing, opens=opens)
    return redirect(address(found))


def _own(request: StaffRequest, found: SavedView, step: str) -> HttpResponse:
    if found.person_id != request.user.pk:
        raise Http404("another person's view")
    try:
        if step == "remove":
            acts.remove(found, by=request.user)
            messages.success(request, _("The view “%(name)s” is removed.") % {"name": found.name})
            return redirect(f"desk:{found.listing}")
        acts.share(found, shared=step == "share", by=request.user)
    except ConditionUnmet as unmet:
        messages.error(request, unmet.missing[0].says)
    return redirect(address(found))


def tabs(views: list[SavedView], here: str, counts: dict[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "url": _query(each),
            "label": each.name,
            "count": counts.get(each.pk),
            "here": str(each.public_id) == here,
        }
        for each in views
    ]


def missing(asked: QueryDict, views: list[SavedView]) -> list[str]:
    """A sentence where the address names a view that is not among those offered."""
    named = asked.get(OPENED_FROM, "")
    if not named or named in {str(each.public_id) for each in views}:
        return []
    return [_("The kept view of this address is not among yours; the list is shown by its conditions.")]


def address(kept: SavedView) -> str:
    return reverse(f"desk:{kept.listing}") + _query(kept)


def bare(asked: QueryDict) -> str:
    """What of an address describes the list, without the page one is on."""
    kept = asked.copy()
    for name in (*OF_A_PAGE, OPENED_FROM):
        kept.pop(name, None)
    return kept.urlencode()


def _query(kept: SavedView) -> str:
    return f"?{kept.query}{'&' if kept.query else ''}{OPENED_FROM}={kept.public_id}"


def _one(request: StaffRequest, view_key: UUID) -> SavedView:
    return get_object_or_404(SavedView.objects.visible_to(request.user), public_id=view_key)


def may_save(request: StaffRequest) -> bool:
    return access.may(request.user, "saved_view.keep")

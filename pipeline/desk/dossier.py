"""The application of a firm before the office reads it: what looks wrong, how attachments stand, the file of it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRefresh

from pipeline import access, jobs
from pipeline.acts import bundle as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.desk import identity
from pipeline.desk.checking import address_of
from pipeline.desk.faults import RETURNS
from pipeline.desk.moving import case_or_404
from pipeline.desk.standing import open_dossier, standing_of
from pipeline.models import Bundle, DocumentVersion, Hit
from pipeline.models.dossier.attachments import attachments_of
from pipeline.models.dossier.checks import checked
from pipeline.models.dossier.gathering import Dossier, dossier_of
from pipeline.models.quality import SAME_RIGHT, SAME_TEXT
from pipeline.models.record import ENTRY_FIGURES
from pipeline.request import StaffRequest

MOST_BUNDLES = 5
RETURNED_AT = {"county_review": "return-dossier-from-county", "city_review": "return-dossier-from-city"}


def dossier(request: StaffRequest, number: str) -> HttpResponse:
    """The whole; asked for by the page of the case, what looks wrong alone."""
    case = case_or_404(request, number)
    if request.method == "POST":
        return _ask(request, case)
    held = dossier_of(case.firm, request.today)
    told = _checks(request, case, held)
    if request.headers.get("HX-Request"):
        return render(request, "desk/dossier/doubts.html", {"case": case, **told})
    standing = standing_of(case, open_dossier(case), request.user, request.today)
    context = {
        "case": case,
        "identity": identity.of_case(request.user, case, standing, here="desk:dossier"),
        **told,
        "attachments": [
            (each, [(part, [_linked(held, case, paper) for paper in part.papers]) for part in each.parts])
            for each in attachments_of(held)
        ],
        "bundles": Bundle.objects.filter(firm=case.firm_id).select_related("by").order_by("-asked_at")[:MOST_BUNDLES],
        "may_ask": access.may(request.user, "bundle.ask"),
        "section": "desk:queue",
    }
    return render(request, "desk/dossier/dossier.html", context)


def bundle(request: StaffRequest, number: str, bundle_key: UUID) -> HttpResponse:
    """How far the file of the dossier is, and what is in it; asked for by the page itself, the moving part alone."""
    case = case_or_404(request, number)
    seen = Bundle.objects.visible_to(request.user).select_related("by")
    found = get_object_or_404(seen, firm=case.firm_id, public_id=bundle_key)
    moving = bool(request.headers.get("HX-Request"))
    if moving and not found.working:
        return HttpResponseClientRefresh()
    context = {"case": case, "bundle": found, "expires": acts.expires(found), "section": "desk:queue"}
    return render(request, "look/bundle_progress.html" if moving else "desk/dossier/bundle.html", context)


def _ask(request: StaffRequest, case: Any) -> HttpResponse:
    try:
        made = acts.ask(case.firm, by=request.user, on=request.today)
    except ConditionUnmet as unmet:
        messages.error(request, unmet.missing[0].says)
        return redirect("desk:dossier", case.number)
    transaction.on_commit(lambda: jobs.make_bundle.delay(made.pk, person=request.user.pk), robust=True)
    return redirect("desk:bundle", case.number, made.public_id)


def _checks(request: StaffRequest, case: Any, held: Dossier) -> dict[str, Any]:
    compose = _compose(request, case)
    found = checked(held)
    told = [(each.title, [(doubt, _again(compose, doubt.place)) for doubt in each.doubts]) for each in found]
    alike = Hit.objects.visible_to(request.user).open().filter(kind__in=(SAME_TEXT, SAME_RIGHT))
    hits = [*_of_firm(alike, case.firm_id)]
    return {
        "checks": [(title, doubts) for title, doubts in told if doubts],
        "doubts": sum(len(doubts) for _title, doubts in told) + len(hits),
        "silent": [title for title, doubts in told if not doubts],
        "hits": hits,
    }


def _compose(request: StaffRequest, case: Any) -> str:
    """Where a return of the dossier is composed, for who may return it at this moment."""
    application = open_dossier(case)
    slug = RETURNED_AT.get(application.stage, "") if application is not None else ""
    if not slug or not access.may(request.user, RETURNS[slug]):
        return ""
    return reverse("desk:application_move", args=[case.number, slug])


def _again(compose: str, place: str) -> str:
    """The return with the place named that a fault may have which is nearest to it."""
    page, _dot, rest = place.partition(".")
    year, _dot, figure = rest.partition(".")
    if page in ("ledger", "reconciliation"):
        page, figure = "figures", "rd_total" if page == "ledger" else ""
    if page == "figures":
        place = f"figures.{year}.{figure}" if figure in ENTRY_FIGURES else f"figures.{year}"
    else:
        place = "property" if page == "property" else "document"
    return f"{compose}?{urlencode({'place': place})}" if compose else ""


def _of_firm(hits: Any, firm: int) -> Iterator[Any]:
    ours = hits.filter(firm=firm) | hits.filter(other=firm)
    yield from ours.select_related("firm", "other").order_by("kind", "pk")


def _linked(held: Dossier, case: Any, paper: DocumentVersion) -> tuple[str, str]:
    """A paper's title and the page that shows it beside the list."""
    return held.documents[paper.document_id].title, address_of(paper, case)

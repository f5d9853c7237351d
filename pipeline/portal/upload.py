"""Files that come in pieces, so that a broken line costs the last piece only. Answers are JSON, for js/papers.js."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _

from pipeline.acts import paper as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.paper import AlreadyHere, OutOfStep
from pipeline.models import Document, DocumentVersion, Firm, Upload
from pipeline.portal import standing
from pipeline.portal.proofs import proofs_of
from pipeline.portal.shelf import line_of, staff_names
from pipeline.request import StaffRequest, number_sent


def upload(request: StaffRequest, uscc: str) -> HttpResponse:
    """A file is announced: where its pieces go, and from which byte on; or why it need not or must not come."""
    firm = standing.firm_or_404(request, uscc)
    sent = request.POST
    try:
        begun = acts.begin(
            firm,
            name=sent.get("name", ""),
            size=number_sent(sent.get("size", "")),
            purpose=sent.get("purpose", ""),
            sha256=sent.get("sha256", ""),
            proves=sent.get("proves", ""),
            document=_document(firm, sent.get("document", "")),
            by=request.user,
            at=now(),
        )
    except (ConditionUnmet, AlreadyHere) as why:
        return _refused(firm, why, sent.get("proves", ""))
    return JsonResponse({"url": reverse("portal:upload_piece", args=[uscc, begun.pk]), "offset": begun.received})


def _document(firm: Firm, key: str) -> Document | None:
    if not key:
        return None
    try:
        return get_object_or_404(Document, firm=firm, pk=UUID(key))
    except ValueError:
        raise ConditionUnmet([]) from None


def upload_piece(request: StaffRequest, uscc: str, upload_key: UUID) -> HttpResponse:
    """GET: how much is here. POST: the bytes from ?offset= on; with the last of them the file becomes a paper."""
    firm = standing.firm_or_404(request, uscc)
    under_way = get_object_or_404(Upload, firm=firm, pk=upload_key)
    if request.method != "POST":
        return JsonResponse({"offset": under_way.received})
    try:
        if under_way.received < under_way.size:
            offset = number_sent(request.GET.get("offset", ""))
            under_way = acts.add_piece(under_way, request.body, start=offset, by=request.user)
        if under_way.received < under_way.size:
            return JsonResponse({"offset": under_way.received})
        return JsonResponse(_done(request, firm, acts.finish(under_way, by=request.user)))
    except OutOfStep as step:
        return JsonResponse({"offset": step.received}, status=409)
    except (ConditionUnmet, AlreadyHere) as why:
        acts.give_up(under_way, by=request.user)
        return _refused(firm, why, under_way.proves)


def _refused(firm: Firm, why: ConditionUnmet | AlreadyHere, place: str) -> JsonResponse:
    if isinstance(why, AlreadyHere):
        paper = why.version.document
        address = reverse("portal:paper", args=[firm.uscc, paper.pk]) + (f"?proves={place}#tie" if place else "")
        says = _("here already, as “%(title)s”: tie that paper instead") % {"title": paper.title}
        return JsonResponse({"held": True, "says": says, "url": address}, status=422)
    says = " ".join(missing.says for missing in why.missing) or _("There is no such paper.")
    return JsonResponse({"says": says}, status=422)


def _done(request: StaffRequest, firm: Firm, version: DocumentVersion) -> dict[str, Any]:
    found = proofs_of(firm, [version.document]).get(version.document_id, [])
    line = line_of(version, found, staff_names(firm), request.user)
    url = reverse("portal:paper", args=[firm.uscc, version.document_id])
    return {"done": True, "url": url, "title": line.title, "state": line.state, "hint": line.hint}

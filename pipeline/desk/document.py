"""Giving out a paper of a firm."""

from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header

from pipeline.acts import evidence
from pipeline.desk.looking import note_look
from pipeline.models import DocumentVersion
from pipeline.request import StaffRequest

INERT = "default-src 'none'; sandbox"


def document(request: StaffRequest, paper: UUID, version: int) -> HttpResponseBase:
    """As an attachment that no browser runs. One that is not found clean goes to its sender only."""
    papers = DocumentVersion.objects.visible_to(request.user).select_related("firm")
    kept = get_object_or_404(papers, document=paper, number=version)
    if not kept.may_be_read_by(request.user):
        raise Http404("not found clean")
    note_look(request, kept.firm, "papers")
    response = _body(kept)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = INERT
    response["Cache-Control"] = "no-store"
    return response


def _body(kept: DocumentVersion) -> HttpResponseBase:
    if settings.FILE_SENDING == "x-accel":
        response = HttpResponse(content_type=kept.media_type)
        response["X-Accel-Redirect"] = evidence.inner_address(kept)
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=kept.name)
        return response
    return FileResponse(evidence.open_paper(kept), as_attachment=True, filename=kept.name, content_type=kept.media_type)

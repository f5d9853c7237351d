"""Giving out a paper of a firm, or its application as one file."""

from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from pipeline.acts import bundle as bundle_acts
from pipeline.acts import evidence
from pipeline.desk.looking import note_look
from pipeline.models import Bundle, DocumentVersion
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


def bundle_file(request: StaffRequest, bundle_key: UUID) -> HttpResponseBase:
    """A firm's application as one file, to whom the firm's own record is open."""
    found = get_object_or_404(Bundle.objects.visible_to(request.user).select_related("firm"), public_id=bundle_key)
    if not found.kept:
        raise Http404("not made yet, or its time is over")
    note_look(request, found.firm, "papers")
    name = _("%(firm)s application %(year)s.zip") % {"firm": found.firm.name, "year": found.day.year}
    content = bundle_acts.content(found)
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
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

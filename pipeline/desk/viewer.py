"""A paper looked at beside the checklist: a PDF in the browser's own viewer, an image, a sheet drawn as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from pipeline.acts import evidence
from pipeline.acts.paper_sheet import Table, table_of
from pipeline.desk.proofs import proofs_of
from pipeline.models import Case, DocumentVersion
from pipeline.request import StaffRequest, number_sent

PDF = "application/pdf"
IMAGES = ("image/png", "image/jpeg")
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
INLINE = (PDF, *IMAGES)
# The browser's viewer of PDF is no page of ours: it runs no script of the paper, but a sandbox would forbid it.
CONTENT = {
    PDF: "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'",
    **dict.fromkeys(IMAGES, "default-src 'none'; sandbox; frame-ancestors 'self'"),
}
TURNS, ZOOMS, MOST_PAGES = (0, 90, 180, 270), (1, 2, 3), 9_999


@dataclass(frozen=True)
class View:
    """One paper as it is looked at. `around` are the links that turn, enlarge and leaf, by name."""

    paper: DocumentVersion
    kind: str
    proves: Sequence[tuple[str, str]]
    page: int = 1
    turn: int = 0
    zoom: int = 1
    table: Table | None = None
    around: Mapping[str, str] = field(default_factory=dict)


def viewer(request: StaffRequest, paper: UUID, version: int) -> HttpResponse:
    """By itself or, asked for by a page of the desk, as a fragment of it."""
    kept = _kept(request, paper, version)
    case = _case(request, kept)
    shown = {"view": view_of(request, kept, case), "firm": kept.firm, "case": case, "section": "desk:queue"}
    template = "desk/viewer/viewer.html" if request.headers.get("HX-Request") else "desk/viewer/page.html"
    return render(request, template, shown)


def document_page(request: StaffRequest, paper: UUID, version: int) -> HttpResponseBase:
    """The bytes of a clean PDF or image, to be shown within a page of the desk and nowhere else."""
    kept = _kept(request, paper, version)
    if kept.media_type not in INLINE:
        raise Http404("nothing a browser shows by itself")
    response: HttpResponseBase
    if settings.FILE_SENDING == "x-accel":
        response = HttpResponse(content_type=kept.media_type)
        response["X-Accel-Redirect"] = evidence.inner_address(kept)
        named = content_disposition_header(as_attachment=False, filename=kept.name)
        response["Content-Disposition"] = named or "inline"
    else:
        response = FileResponse(evidence.open_paper(kept), filename=kept.name, content_type=kept.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = CONTENT[kept.media_type]
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Cache-Control"] = "private, no-store"
    return response


def chosen(request: StaffRequest, case: Case) -> View | None:
    """The paper that the address of a case's page names, if it is one of the firm's that may be looked at."""
    try:
        paper = UUID(request.GET.get("paper", ""))
    except ValueError:
        return None
    versions = DocumentVersion.objects.visible_to(request.user).filter(
        document=paper, firm=case.firm_id, number=number_sent(request.GET.get("version", "")), state="clean"
    )
    kept = versions.select_related("document", "by", "firm").first()
    return view_of(request, kept, case) if kept else None


def view_of(request: StaffRequest, kept: DocumentVersion, case: Case | None) -> View:
    page = min(max(number_sent(request.GET.get("page", "")), 1), MOST_PAGES)
    turn, zoom = (number_sent(request.GET.get(name, "")) for name in ("turn", "zoom"))
    kind = {PDF: "pdf", SHEET: "sheet"}.get(kept.media_type, "image" if kept.media_type in IMAGES else "other")
    turn, zoom = turn if turn in TURNS else 0, zoom if zoom in ZOOMS else 1
    return View(
        paper=kept,
        kind=kind,
        proves=proofs_of([kept.document_id]).get(kept.document_id, []),
        page=page,
        turn=turn,
        zoom=zoom,
        table=table_of(kept, request.GET.get("sheet", "")) if kind == "sheet" else None,
        around=_around(kept, case, page=page, turn=turn, zoom=zoom),
    )


def _around(kept: DocumentVersion, case: Case | None, *, page: int, turn: int, zoom: int) -> dict[str, str]:
    """What each link asks for; the same holds without a script, then the whole page answers."""
    steps = {
        "before": {"page": max(page - 1, 1)},
        "after": {"page": page + 1},
        "turned": {"turn": (turn + 90) % 360, "zoom": zoom},
        "larger": {"turn": turn, "zoom": ZOOMS[(ZOOMS.index(zoom) + 1) % len(ZOOMS)]},
        "here": {},
    }
    of_case = {"case": case.number} if case else {}
    address = reverse("desk:viewer", args=[kept.document_id, kept.number])
    return {name: f"{address}?{urlencode({**of_case, **step})}" for name, step in steps.items()}


def _kept(request: StaffRequest, paper: UUID, version: int) -> Any:
    versions = DocumentVersion.objects.visible_to(request.user).select_related("document", "by", "firm")
    return get_object_or_404(versions, document=paper, number=version, state=DocumentVersion.CLEAN)


def _case(request: StaffRequest, kept: DocumentVersion) -> Case | None:
    cases = Case.objects.visible_to(request.user).filter(firm=kept.firm_id)
    return cases.filter(number=request.GET.get("case", "")[:16]).first()

"""Papers of a firm: a file is stored first, by what it holds, and the row after it."""

from typing import IO, Any, BinaryIO

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import demand
from pipeline.models import Document, DocumentVersion, Evidence, Fault, FinancialYear, Firm, Step
from pipeline.models.firm import FirmOwnedQuerySet
from pipeline.outside import scanner, storage

MEGABYTE = 1024 * 1024
EVIDENCE_LIMIT = 20 * MEGABYTE
KINDS = {
    "pdf": ("application/pdf", b"%PDF-"),
    "png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", b"PK\x03\x04"),
}


@transaction.atomic
def receive(
    firm: Firm,
    content: BinaryIO,
    *,
    name: str,
    size: int,
    purpose: str,
    by: Actor,
    step: Step | None = None,
    year: FinancialYear | None = None,
    fault: Fault | None = None,
) -> Evidence:
    """Take a paper in as evidence for a step, a year or a fault. The same title again for the same becomes its next
    version: a paper sent for another step never takes the place of one that was accepted.
    """
    access.require(by, "evidence.receive", Firm.objects.filter(pk=firm.pk))
    demand(
        step is None or Step.objects.filter(pk=step.pk, state=Step.OPEN).exists(),
        "file",
        _("This step is handed in or accepted: it takes no more papers. Ask the bureau to open it again."),
    )
    name = storage.plain_name(name)
    media_type = _media_type(name, content, size)
    digest = storage.keep(content)
    proves = {"step": step, "year": year, "fault": fault}
    same = Evidence.objects.filter(firm=firm, document__purpose=purpose, document__title=name, **proves)
    document = Document.objects.filter(proves__in=same).first()
    document = document or Document.objects.create(firm=firm, purpose=purpose, title=name)
    _add_version(document, name=name, sha256=digest, size=size, media_type=media_type, by_id=by.pk)
    evidence, _created = Evidence.objects.get_or_create(
        firm=firm, document=document, **proves, defaults={"by_id": by.pk}
    )
    return evidence


def _add_version(document: Document, **file: Any) -> None:
    last = document.versions.aggregate(last=Max("number"))["last"] or 0
    DocumentVersion.objects.create(firm_id=document.firm_id, document=document, number=last + 1, **file)


def open_paper(kept: DocumentVersion) -> IO[bytes]:
    """The bytes of a paper, for a screen that has asked whether the person may read it."""
    return storage.fetch(kept.sha256)


def inner_address(kept: DocumentVersion) -> str:
    """The address under which a web server in front of the house gives the same bytes out itself."""
    return storage.inner_address(kept.sha256)


@transaction.atomic
def inspect(versions: FirmOwnedQuerySet[DocumentVersion], *, by: Actor) -> int:
    """Look at papers that came in and say whether they may be shown. How many were judged; raises ScannerDown."""
    access.require(by, "evidence.inspect", versions)
    waiting = versions.filter(state=DocumentVersion.RECEIVED).select_for_update(skip_locked=True)
    judged = 0
    for version in waiting:
        with storage.fetch(version.sha256) as content:
            refused = scanner.objections(content, version.media_type)
        state = DocumentVersion.QUARANTINED if refused else DocumentVersion.CLEAN
        judged += DocumentVersion.objects.filter(pk=version.pk).update(state=state, objections=refused)
    return judged


def _media_type(name: str, content: BinaryIO, size: int) -> str:
    """The type by ending and by first bytes together; anything else is refused by name."""
    ending = name.rpartition(".")[2].lower()
    demand(ending in KINDS, "file", _("%(name)s: only PDF, PNG, JPEG, XLSX and DOCX files are taken.") % {"name": name})
    demand(0 < size <= EVIDENCE_LIMIT, "file", _("%(name)s: the file is empty or larger than 20 MB.") % {"name": name})
    media_type, opening = KINDS[ending]
    content.seek(0)
    start = content.read(len(opening))
    content.seek(0)
    demand(
        start == opening,
        "file",
        _("%(name)s is not what its ending says. Save it again in its own format.") % {"name": name},
    )
    return media_type

"""Papers of a firm: a file is stored first, by what it holds, and the row after it."""

from collections.abc import Iterable
from functools import partial
from io import BytesIO
from typing import IO, Any, BinaryIO

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import flaw
from pipeline.acts.conditions import demand
from pipeline.models import (
    Claim,
    Difficulty,
    Document,
    DocumentVersion,
    Evidence,
    Export,
    Fault,
    FinancialYear,
    Firm,
    Import,
    ProvinceList,
    Step,
    Visit,
)
from pipeline.models.firm import FirmOwnedQuerySet
from pipeline.outside import photograph, scanner, storage

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
    difficulty: Difficulty | None = None,
    visit: Visit | None = None,
) -> Evidence:
    """Take a paper in as evidence for a step, a year, a fault or a visit. The same title again for the same becomes
    its next version: a paper sent for another step never takes the place of one that was accepted.
    """
    access.require(by, "evidence.receive", Firm.objects.filter(pk=firm.pk))
    demand(
        step is None or Step.objects.filter(pk=step.pk, state=Step.OPEN).exists(),
        "file",
        _("This step is handed in or accepted: it takes no more papers. Ask the bureau to open it again."),
    )
    name = storage.plain_name(name)
    media_type = media_type_of(name, content, size)
    flaw.demand_sound(content, name, media_type)
    digest = storage.keep(content)
    proves = {"step": step, "year": year, "fault": fault, "difficulty": difficulty, "visit": visit}
    same = Evidence.objects.filter(firm=firm, document__purpose=purpose, document__title=name, **proves)
    document = Document.objects.filter(proves__in=same).first()
    document = document or Document.objects.create(firm=firm, purpose=purpose, title=name)
    add_version(document, name=name, sha256=digest, size=size, media_type=media_type, by_id=by.pk)
    evidence, _created = Evidence.objects.get_or_create(
        firm=firm, document=document, **proves, defaults={"by_id": by.pk}
    )
    return evidence


def add_version(document: Document, **file: Any) -> DocumentVersion:
    last = document.versions.aggregate(last=Max("number"))["last"] or 0
    return DocumentVersion.objects.create(firm_id=document.firm_id, document=document, number=last + 1, **file)


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
        refused, copy = looked_at(version.sha256, version.media_type)
        values: dict[str, Any] = {"objections": refused}
        values["state"] = DocumentVersion.QUARANTINED if refused else DocumentVersion.CLEAN
        if copy is not None:
            values |= {"sha256": storage.keep(copy), "size": copy.getbuffer().nbytes, "received_as": version.sha256}
        judged += DocumentVersion.objects.filter(pk=version.pk).update(**values)
        if copy is not None:
            let_go(version.sha256)
    return judged


def looked_at(sha256: str, media_type: str) -> tuple[list[str], BytesIO | None]:
    """Why a stored file must not be shown; of a photograph that may be, the copy without the data it brought along."""
    with storage.fetch(sha256) as content:
        refused = scanner.objections(content, media_type)
        if refused or media_type not in photograph.FORMATS:
            return refused, None
        copy = photograph.plain_copy(content, media_type)
    return ([], copy) if copy is not None else ([photograph.UNREADABLE], None)


def let_go(sha256: str) -> None:
    """Remove a stored file, once this is on record, if nothing refers to it any more."""
    held = (
        DocumentVersion.objects.filter(sha256=sha256),
        Claim.objects.filter(sha256=sha256),
        Import.objects.filter(sha256=sha256),
        Export.objects.filter(kept=sha256),
        ProvinceList.objects.filter(sha256=sha256),
    )
    if not any(rows.exists() for rows in held):
        transaction.on_commit(partial(storage.drop, sha256))


def media_type_of(name: str, content: BinaryIO, size: int, endings: Iterable[str] = KINDS) -> str:
    """The type by ending and by first bytes together; anything else is refused by name."""
    demand_kind(name, size, endings)
    media_type, opening = KINDS[ending_of(name)]
    content.seek(0)
    start = content.read(len(opening))
    content.seek(0)
    demand_opening(name, start)
    return media_type


def ending_of(name: str) -> str:
    before, _dot, ending = name.rpartition(".")
    return ending.lower() if before else ""


def demand_kind(name: str, size: int, endings: Iterable[str] = KINDS) -> None:
    """What can be told before any byte has come."""
    allowed = [ending for ending in KINDS if ending in endings]
    kinds = ", ".join(ending.upper() for ending in allowed if ending != "jpeg")
    says = _("%(name)s: only PDF, PNG, JPEG, XLSX and DOCX files are taken.")
    if len(allowed) < len(KINDS):
        says = _("%(name)s: for this purpose only %(kinds)s files are taken. Save it as one of them and send that.")
    demand(ending_of(name) in allowed, "file", says % {"name": name, "kinds": kinds})
    demand(0 < size <= EVIDENCE_LIMIT, "file", _("%(name)s: the file is empty or larger than 20 MB.") % {"name": name})


def demand_opening(name: str, start: bytes) -> None:
    """`start` holds the first bytes of the file, eight or more where it has them."""
    demand(
        start.startswith(KINDS[ending_of(name)][1]),
        "file",
        _("%(name)s is not what its ending says. Save it again in its own format.") % {"name": name},
    )

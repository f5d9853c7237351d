"""Papers of a firm's own shelf: taken in whole or piece by piece, named, tied to what they prove."""

import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import conversion as conversion_acts
from pipeline.acts import evidence, flaw
from pipeline.acts.conditions import demand
from pipeline.models import (
    Conversion,
    ConversionProof,
    Document,
    DocumentVersion,
    Evidence,
    FinancialYear,
    Firm,
    HitechProduct,
    IntellectualProperty,
    MoveRefused,
    RdProject,
    Upload,
    UploadPiece,
)
from pipeline.models.evidence import without_numbers
from pipeline.models.firm import FirmOwnedQuerySet
from pipeline.models.product import PROOFS
from pipeline.outside import storage

IMAGES = frozenset({"pdf", "png", "jpg", "jpeg"})
ANY = frozenset(evidence.KINDS)
# what each purpose takes; a new purpose without a line here takes nothing
PURPOSES = {
    "licence": IMAGES,
    "rights": IMAGES,
    "annual_audit": IMAGES,
    "special_audit": IMAGES,
    "tax_return": IMAGES | {"xlsx"},
    "project": ANY,
    "product": ANY,
    "conversion": ANY,
    "staff": IMAGES | {"xlsx"},
    "rd_system": ANY,
    "rd_institute": ANY,
    "incentives": ANY,
    "talent": ANY,
    "auditor": IMAGES,
    "declaration": IMAGES,
    "other": ANY,
}
FIRM_LIMIT = 2 * 1024 * evidence.MEGABYTE
PIECE_LIMIT = evidence.MEGABYTE
MOST_UNDER_WAY = 30
GIVEN_UP_AFTER = timedelta(days=2)
LONGEST_OPENING = 8


class AlreadyHere(Exception):
    """The firm has this very file: tie `version`'s paper to what it proves instead of keeping it twice."""

    def __init__(self, version: DocumentVersion) -> None:
        super().__init__(version.document.title)
        self.version = version


class OutOfStep(Exception):
    """A piece does not begin where the file under way ends; `received` bytes of it are here."""

    def __init__(self, received: int) -> None:
        super().__init__(f"{received} bytes are here")
        self.received = received


# ------------------------------------------------------------------------------------------------ taken in


@transaction.atomic
def keep(
    firm: Firm,
    content: BinaryIO,
    *,
    name: str,
    size: int,
    purpose: str,
    by: Actor,
    proves: str = "",
    document: Document | None = None,
) -> DocumentVersion:
    """A new paper of the firm, or the next version of `document`. `proves` names what it proves, as in `link`.

    Raises AlreadyHere, ConditionUnmet.
    """
    access.require(by, "evidence.receive", Firm.objects.filter(pk=firm.pk))
    _demand_purpose(firm, purpose, document)
    name = named(name)
    media_type = evidence.media_type_of(name, content, size, PURPOSES[purpose] if document is None else ANY)
    flaw.demand_sound(content, name, media_type)
    Firm.objects.select_for_update(no_key=True).get(pk=firm.pk)  # one file of a firm after the other
    _demand_room(firm, name, size)
    digest = storage.keep(content)
    demand_new(firm, digest)
    fields = proven(firm, proves) if proves else None
    paper = document or Document.objects.create(firm=firm, purpose=purpose, title=name)
    version = evidence.add_version(paper, name=name, sha256=digest, size=size, media_type=media_type, by_id=by.pk)
    if fields is not None:
        link(firm, paper, proves, by=by)
    return version


def named(name: str) -> str:
    """A file's name as it is kept: nobody's identity number or telephone number stands in a list."""
    return without_numbers(storage.plain_name(name))


def demand_new(firm: Firm, sha256: str) -> None:
    """Raises AlreadyHere where the firm has this file; one that was held back may be sent again."""
    sent = Q(sha256=sha256) | Q(received_as=sha256)
    same = DocumentVersion.objects.filter(sent, firm=firm).exclude(state=DocumentVersion.QUARANTINED)
    twin = same.select_related("document").order_by("-pk").first()
    if twin is not None:
        raise AlreadyHere(twin)


def _demand_purpose(firm: Firm, purpose: str, document: Document | None) -> None:
    demand(document is None or document.firm_id == firm.pk, "file", _("There is no such paper."))
    demand(document is not None or purpose in PURPOSES, "purpose", _("Choose what kind of paper this is."))


def _demand_room(firm: Firm, name: str, size: int) -> None:
    held = DocumentVersion.objects.filter(firm=firm).aggregate(held=Coalesce(Sum("size"), 0))["held"]
    says = _("%(name)s: the papers of a firm may take 2 GB together, and these are used up. Ask the bureau.")
    demand(held + size <= FIRM_LIMIT, "file", says % {"name": name})


# ------------------------------------------------------------------------------------------- piece by piece


@transaction.atomic
def begin(
    firm: Firm,
    *,
    name: str,
    size: int,
    purpose: str,
    by: Actor,
    at: datetime,
    sha256: str = "",
    proves: str = "",
    document: Document | None = None,
) -> Upload:
    """A file on its way; the same one of the same person again goes on where it broke off."""
    access.require(by, "evidence.receive", Firm.objects.filter(pk=firm.pk))
    _demand_purpose(firm, purpose, document)
    name = named(name)
    evidence.demand_kind(name, size, PURPOSES[purpose] if document is None else ANY)
    if sha256:
        demand_new(firm, sha256)
    if proves:
        proven(firm, proves)
    Upload.objects.filter(firm=firm, recorded_at__lt=at - GIVEN_UP_AFTER).delete()
    same = {"name": name, "size": size, "purpose": purpose, "proves": proves, "document": document, "by_id": by.pk}
    found = Upload.objects.filter(firm=firm, **same).first()
    if found is None:
        under_way = Upload.objects.filter(firm=firm).count()
        says = _("%(n)s files are under way. Send these first, or give them up.")
        demand(under_way < MOST_UNDER_WAY, "file", says % {"n": under_way})
        _demand_room(firm, name, size)
        found, _created = Upload.objects.get_or_create(firm=firm, **same)
    return found


@transaction.atomic
def add_piece(upload: Upload, piece: bytes, *, start: int, by: Actor) -> Upload:
    """The next bytes. Raises OutOfStep where they do not follow on what is here, MoveRefused where it is gone."""
    access.require(by, "evidence.receive", Upload.objects.filter(pk=upload.pk))
    held = Upload.objects.select_for_update(of=("self",)).filter(pk=upload.pk).first()
    if held is None:
        raise MoveRefused("evidence.receive", {upload.name: ("gone", upload.received)})
    if start != held.received or held.received + len(piece) > held.size:
        raise OutOfStep(held.received)
    demand(0 < len(piece) <= PIECE_LIMIT, "file", _("A piece of a file may have 1 MB at most."))
    if start == 0 and (len(piece) >= LONGEST_OPENING or len(piece) == held.size):
        evidence.demand_opening(held.name, piece)
    UploadPiece.objects.create(firm_id=held.firm_id, upload=held, start=start, content=piece)
    held.received += len(piece)
    held.save(update_fields=["received"])
    return held


@transaction.atomic
def finish(upload: Upload, *, by: Actor) -> DocumentVersion:
    """A file of which every byte is here becomes a paper. Raises what `keep` raises."""
    access.require(by, "evidence.receive", Upload.objects.filter(pk=upload.pk))
    whole = Upload.objects.select_for_update(of=("self",)).filter(pk=upload.pk, received=F("size")).first()
    if whole is None:
        raise MoveRefused("evidence.receive", {upload.name: ("gone", upload.received)})
    with tempfile.TemporaryFile() as content:
        for piece in whole.pieces.order_by("start").values_list("content", flat=True).iterator(chunk_size=4):
            content.write(piece)
        version = keep(
            whole.firm,
            content,
            name=whole.name,
            size=whole.size,
            purpose=whole.purpose,
            proves=whole.proves,
            document=whole.document,
            by=by,
        )
    whole.delete()
    return version


@transaction.atomic
def give_up(upload: Upload, *, by: Actor) -> None:
    access.require(by, "evidence.receive", Upload.objects.filter(pk=upload.pk))
    Upload.objects.filter(pk=upload.pk).delete()


@transaction.atomic
def clear_abandoned(uploads: FirmOwnedQuerySet[Upload], *, by: Actor, at: datetime) -> None:
    """Give up the files that were begun and not ended within two days; their pieces go with them."""
    access.require(by, "paper.clear_abandoned", uploads)
    uploads.filter(recorded_at__lt=at - GIVEN_UP_AFTER).delete()


# --------------------------------------------------------------------------------------- named and tied


@transaction.atomic
def rename(firm: Firm, document: Document, *, title: str, version: int, by: Actor) -> None:
    access.require(by, "evidence.rename", Firm.objects.filter(pk=firm.pk))
    title = named(title).strip()
    demand(bool(title), "title", _("A paper needs a name."))
    rows = Document.objects.filter(firm=firm, pk=document.pk, version=version)
    if not rows.update(title=title, version=F("version") + 1):
        raise MoveRefused("evidence.rename", {document.title: ("changed", version)})


@transaction.atomic
def link(firm: Firm, document: Document, place: str, *, by: Actor) -> None:
    """Tie a paper to what it proves: figures.2025, figures.2025.sales, property.<number>, project.RD01, product.PS01,
    conversion.<key>.contract or staff.2025.
    """
    access.require(by, "evidence.link", Firm.objects.filter(pk=firm.pk))
    demand(document.firm_id == firm.pk, "proves", _("There is no such paper."))
    fields = proven(firm, place)
    if "conversion" not in fields:
        Evidence.objects.get_or_create(firm=firm, document=document, **fields, defaults={"by_id": by.pk})
        return
    slot = ConversionProof.objects.filter(firm=firm, conversion=fields["conversion"], kind=fields["kind"])
    taken = slot.exclude(document=document).exists()
    demand(not taken, "proves", _("Another paper proves this already. Take that one out first."))
    conversion_acts.prove(firm, fields["conversion"], {fields["kind"]: document}, by=by)


@transaction.atomic
def unlink(firm: Firm, document: Document, place: str, *, by: Actor) -> None:
    """Undo `link`. What was handed in with a step, a fault or a question stays where it is."""
    access.require(by, "evidence.link", Firm.objects.filter(pk=firm.pk))
    fields = proven(firm, place)
    if "conversion" in fields:
        ConversionProof.objects.filter(firm=firm, document=document, **fields).delete()
    else:
        untouched = dict.fromkeys(("step", "fault", "difficulty"))
        Evidence.objects.filter(firm=firm, document=document, **{"figure": "", **fields}, **untouched).delete()


def proven(firm: Firm, place: str) -> dict[str, Any]:
    """The fields of Evidence (or of ConversionProof) that say what a place names. Raises ConditionUnmet."""
    kind, _dot, rest = place.partition(".")
    find = _FOUND.get(kind)
    fields = find(firm, rest) if find else None
    demand(fields is not None, "proves", _("What this paper shall prove is not on record. Enter it first."))
    return fields or {}


def _of_year(firm: Firm, rest: str) -> dict[str, Any] | None:
    year, _dot, figure = rest.partition(".")
    row = FinancialYear.objects.filter(firm=firm, year=int(year)).first() if _is_year(year) else None
    return {"year": row, "figure": figure} if row and figure in ("", *FinancialYear.FIGURES) else None


def _of(model: Any, field: str, column: str) -> Callable[[Firm, str], dict[str, Any] | None]:
    def found(firm: Firm, key: str) -> dict[str, Any] | None:
        row = model.objects.filter(firm=firm, **{column: key}).first()
        return {field: row} if row else None

    return found


def _of_conversion(firm: Firm, rest: str) -> dict[str, Any] | None:
    key, _dot, kind = rest.partition(".")
    known = key.isdecimal() and len(key) < 10 and kind in PROOFS
    row = Conversion.objects.filter(firm=firm, pk=int(key)).first() if known else None
    return {"conversion": row, "kind": kind} if row else None


def _of_staff(firm: Firm, year: str) -> dict[str, Any] | None:
    return {"staff_year": int(year)} if _is_year(year) else None


def _is_year(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) == 4 and 1980 <= int(text) <= 2100


_FOUND: dict[str, Callable[[Firm, str], dict[str, Any] | None]] = {
    "figures": _of_year,
    "property": _of(IntellectualProperty, "right", "number"),
    "project": _of(RdProject, "project", "code"),
    "product": _of(HitechProduct, "product", "code"),
    "conversion": _of_conversion,
    "staff": _of_staff,
}

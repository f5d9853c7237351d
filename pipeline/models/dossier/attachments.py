"""The attachments an application asks for and how each stands.

Asked for by 国科发火〔2016〕32号 article 12 and its guidelines, 国科火字〔2016〕195号.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.models.dossier.gathering import Dossier
from pipeline.models.dossier.texts import topic_name
from pipeline.models.evidence import Commitment, DocumentVersion, Evidence
from pipeline.models.filing import TOPICS
from pipeline.models.former_name import FormerName
from pipeline.models.ledger import RdProject
from pipeline.models.product import Conversion, ConversionProof, HitechProduct
from pipeline.models.property import IntellectualProperty

THERE, MISSING, OUT_OF_DATE, SECRET = "there", "missing", "out_of_date", "secret"
# what proves how R&D is organised, one group of papers each, as the score has them
ORGANISED = {
    "rd_system": gettext_lazy("R&D rules, accounting of R&D expense, its ledger"),
    "rd_institute": gettext_lazy("R&D institute, equipment, work with universities"),
    "incentives": gettext_lazy("Rules on conversion and rewards, open innovation"),
    "talent": gettext_lazy("Training, recruiting and appraisal of people"),
}
TITLES: Mapping[str, Promise] = {
    "A1": gettext_lazy("Application form"),
    "A2": gettext_lazy("Business licence and registration"),
    "A3a": gettext_lazy("Intellectual property"),
    "A3b": gettext_lazy("R&D projects: set up and accepted"),
    "A3c": gettext_lazy("Conversion of results"),
    "A3d": gettext_lazy("How R&D is organised"),
    "A4": gettext_lazy("Key technology, permits and inspection of products"),
    "A5": gettext_lazy("Staff and technical staff"),
    "A6": gettext_lazy("Special audit"),
    "A7": gettext_lazy("Annual audits of three years"),
    "A8": gettext_lazy("Tax returns of three years"),
    "A9": gettext_lazy("Papers of the audit agency"),
    "A10": gettext_lazy("Declarations the city asks for"),
    "A11": gettext_lazy("Commitment in place of papers"),
}
OPTIONAL = frozenset({"A10", "A11"})
LICENCE, RIGHTS = Commitment.LICENCE, Commitment.RIGHTS


@dataclass(frozen=True)
class Part:
    """One paper that is asked for: `place` is where it is put right, `papers` what is there, `why` what is wrong."""

    name: str
    place: str
    state: str
    papers: tuple[DocumentVersion, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Attachment:
    code: str
    parts: list[Part]

    @property
    def title(self) -> Promise:
        return TITLES[self.code]

    @property
    def optional(self) -> bool:
        return self.code in OPTIONAL

    @property
    def state(self) -> str:
        """The worst of its parts; secret only where nothing else is."""
        states = [part.state for part in self.parts] or [MISSING]
        return next((each for each in (MISSING, OUT_OF_DATE, THERE) if each in states), SECRET)

    @property
    def done(self) -> int:
        return sum(part.state in (THERE, SECRET) for part in self.parts)


@dataclass(frozen=True)
class Shelf:
    """The papers that may be handed in, by what they prove and by purpose; those held back are not among them."""

    proofs: Mapping[tuple[str, Any], list[DocumentVersion]]
    purposes: Mapping[str, list[DocumentVersion]]
    secret: Collection[UUID]

    def of(self, kind: str, key: Any) -> list[DocumentVersion]:
        return self.proofs.get((kind, key), [])


def attachments_of(dossier: Dossier) -> list[Attachment]:
    shelf = _shelf(dossier)
    return [Attachment(code, list(parts(dossier, shelf))) for code, parts in PARTS.items()]


def _shelf(dossier: Dossier) -> Shelf:
    usable = {key: each for key, each in dossier.papers.items() if each.state != DocumentVersion.QUARANTINED}
    proofs: dict[tuple[str, Any], list[DocumentVersion]] = defaultdict(list)
    for tie in dossier.all(Evidence):
        if tie.document_id in usable:
            for kind in ("right", "project", "product", "year"):
                proofs[kind, getattr(tie, f"{kind}_id")].append(usable[tie.document_id])
            proofs["staff", tie.staff_year].append(usable[tie.document_id])
    for slot in dossier.all(ConversionProof):
        if slot.document_id in usable:
            proofs["conversion", slot.conversion_id].append(usable[slot.document_id])
    purposes: dict[str, list[DocumentVersion]] = defaultdict(list)
    for key, version in sorted(usable.items(), key=lambda each: (each[1].recorded_at, str(each[0]))):
        purposes[dossier.documents[key].purpose].append(version)
    return Shelf(proofs, purposes, _secret_papers(dossier))


def _secret_papers(dossier: Dossier) -> set[UUID]:
    """Those that are marked, and those that prove what is."""
    marked = {key for key, each in dossier.documents.items() if dossier.is_secret(each)}
    hidden = {(type(each), each.pk) for each in dossier.whole if dossier.is_secret(each)}
    for tie in dossier.all(Evidence):
        ends = ((RdProject, tie.project_id), (IntellectualProperty, tie.right_id), (HitechProduct, tie.product_id))
        marked |= {tie.document_id} if hidden & set(ends) else set()
    slots = dossier.all(ConversionProof)
    return marked | {slot.document_id for slot in slots if (Conversion, slot.conversion_id) in hidden}


def _part(
    shelf: Shelf, name: str, place: str, papers: Iterable[DocumentVersion], why: str, *,
    secret: bool = False, old: str = "",
) -> Part:  # fmt: skip
    """`why` says what is missing where no paper is there, `old` what is out of date about those that are."""
    held = tuple(dict.fromkeys(papers))
    if secret or (held and all(each.document_id in shelf.secret for each in held)):
        return Part(name, place, SECRET, (), _("secret: not in what is handed in"))
    open_to_all = tuple(each for each in held if each.document_id not in shelf.secret)
    if old:
        return Part(name, place, OUT_OF_DATE, open_to_all, old)
    return Part(name, place, THERE, open_to_all) if held else Part(name, place, MISSING, (), why)


def _form(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    for topic in TOPICS[:4]:
        told = topic in dossier.texts
        yield Part(topic_name(topic), "texts", THERE if told else MISSING, (), "" if told else _("no text yet"))


def _licence(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    name, papers = str(TITLES["A2"]), shelf.purposes.get("licence", [])
    if _committed(dossier, LICENCE):
        yield Part(name, "licence", THERE, tuple(papers), _("by commitment"))
        return
    renamed = max((each.until for each in dossier.all(FormerName)), default=None)
    newest = max((each.recorded_at.date() for each in papers), default=None)
    old = renamed is not None and newest is not None and newest < renamed
    says = _("the firm has had another name since") if old else ""
    yield _part(shelf, name, "licence", papers, _("no copy and no commitment"), old=says)


def _rights(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    by_commitment = _committed(dossier, RIGHTS)
    for right in dossier.rights:
        name, place = f"{right.number} {right.title}".strip(), f"property.{right.number}"
        papers = shelf.of("right", right.pk)
        ended = right.expires_on is not None and right.expires_on < dossier.day
        secret = dossier.is_secret(right)
        if by_commitment and not papers and not ended and not secret:
            yield Part(name, place, THERE, (), _("by commitment"))
        else:
            old = _("its protection has ended") if ended else ""
            yield _part(shelf, name, place, papers, _("no certificate tied to it"), secret=secret, old=old)


def _projects(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    for project in dossier.projects:
        papers, name = shelf.of("project", project.pk), f"{project.code} {project.title}"
        why = _("no paper by which it was set up")
        secret = dossier.is_secret(project)
        part = _part(shelf, name, f"project.{project.code}", papers, why, secret=secret)
        if part.state == THERE and project.stage == "finished" and len(set(papers)) < 2:
            part = Part(name, part.place, MISSING, part.papers, _("finished: the report of acceptance is missing"))
        yield part


def _conversions(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    for each in dossier.conversions:
        secret = dossier.is_secret(each)
        yield _part(
            shelf, f"{each.year} {each.result}", f"conversion.{each.pk}", shelf.of("conversion", each.pk),
            _("no proof: contract, invoice, test report or report of a user"), secret=secret,
        )  # fmt: skip


def _organised(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    for purpose, name in ORGANISED.items():
        yield _part(shelf, str(name), purpose, shelf.purposes.get(purpose, []), _("no paper yet"))


def _products(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    for product in dossier.products:
        secret = dossier.is_secret(product)
        name, papers = f"{product.code} {product.title}", shelf.of("product", product.pk)
        yield _part(shelf, name, f"product.{product.code}", papers, _("no paper on it"), secret=secret)


def _staff(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    last = dossier.years[-1]
    papers, before = shelf.of("staff", last), shelf.of("staff", last - 1)
    listed = any(each.year == last for each in dossier.listed)
    name = _("List of %(year)s, with social insurance") % {"year": last}
    old = _("only of the year before") if before and not papers else ""
    yield _part(shelf, name, f"staff.{last}", papers or before, _("no paper of this year"), old=old)
    told = _("Technical staff of %(year)s by name and post") % {"year": last}
    yield Part(told, f"staff.{last}", THERE if listed else MISSING, (), "" if listed else _("nobody is listed"))


def _special_audit(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    yield from _of_years(dossier, shelf, "special_audit", dossier.years[-1:])


def _annual_audits(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    yield from _of_years(dossier, shelf, "annual_audit", dossier.years)


def _tax_returns(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    yield from _of_years(dossier, shelf, "tax_return", dossier.years)


def _of_years(dossier: Dossier, shelf: Shelf, purpose: str, years: list[int]) -> Iterator[Part]:
    """Papers of a purpose tied to a year; one of them for the last year alone may be of an earlier one."""
    kept = set(shelf.purposes.get(purpose, []))
    for year in years:
        row = dossier.figures.get(year)
        papers = [each for each in shelf.of("year", row.pk if row else None) if each in kept]
        stale = [] if papers or len(years) > 1 else _earlier(dossier, shelf, kept, year)
        old = _("only of a year before") if stale else ""
        yield _part(shelf, str(year), f"figures.{year}", papers or stale, _("no paper tied to this year"), old=old)


def _earlier(dossier: Dossier, shelf: Shelf, kept: set[DocumentVersion], year: int) -> list[DocumentVersion]:
    rows = [row for before, row in dossier.figures.items() if before < year]
    return [each for row in rows for each in shelf.of("year", row.pk) if each in kept]


def _agency(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    papers, auditor = shelf.purposes.get("auditor", []), dossier.auditor
    name = auditor.name if auditor else _("Licence, list of CPAs, declaration")
    old = _("noted for an earlier year") if auditor and auditor.year < dossier.day.year and papers else ""
    yield _part(shelf, name, "auditor", papers, _("no paper yet"), old=old)


def _declarations(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    yield _part(shelf, str(TITLES["A10"]), "declaration", shelf.purposes.get("declaration", []), _("no paper yet"))


def _commitments(dossier: Dossier, shelf: Shelf) -> Iterator[Part]:
    signed = {each.slot: each.year for each in sorted(dossier.all(Commitment), key=lambda each: each.year)}
    names = {LICENCE: _("For the licence"), RIGHTS: _("For the certificates of rights")}
    for slot, name in names.items():
        year = signed.get(slot)
        state = THERE if year == dossier.day.year else OUT_OF_DATE if year else MISSING
        why = {THERE: "", OUT_OF_DATE: _("signed for %(year)s") % {"year": year}, MISSING: _("not signed")}[state]
        yield Part(name, f"commitment.{slot}", state, (), why)


def _committed(dossier: Dossier, slot: str) -> bool:
    return any(each.slot == slot and each.year == dossier.day.year for each in dossier.all(Commitment))


PARTS: Mapping[str, Callable[[Dossier, Shelf], Iterator[Part]]] = {
    "A1": _form,
    "A2": _licence,
    "A3a": _rights,
    "A3b": _projects,
    "A3c": _conversions,
    "A3d": _organised,
    "A4": _products,
    "A5": _staff,
    "A6": _special_audit,
    "A7": _annual_audits,
    "A8": _tax_returns,
    "A9": _agency,
    "A10": _declarations,
    "A11": _commitments,
}

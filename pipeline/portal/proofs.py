"""What papers prove, in words: the places of the record they can be tied to, and the page of each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline.models import (
    Conversion,
    ConversionProof,
    Document,
    Evidence,
    FinancialYear,
    Firm,
    HitechProduct,
    IntellectualProperty,
    RdProject,
)
from pipeline.models.product import PROOFS
from pipeline.portal import standing
from pipeline.portal.grid import LINES
from pipeline.portal.ledger_words import PROOFS as SLOTS
from pipeline.templatetags.look import spoken

FIGURES = {line.name: line.label for line in LINES}


@dataclass(frozen=True)
class Proof:
    """One thing that a paper proves. `place` is how acts.paper.link names it; empty where a tie stays as it is."""

    place: str
    says: str
    url: str = ""


def choices(firm: Firm, today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """All that a paper of this firm can prove, in groups, for a list to choose from. Six statements."""
    years = sorted(FinancialYear.objects.filter(firm=firm).values_list("year", flat=True), reverse=True)[:4]
    figures = [(f"figures.{year}", _("all figures of %(year)s") % {"year": year}) for year in years]
    figures += [(f"figures.{year}.{name}", f"{year} {label}") for year in years for name, label in FIGURES.items()]
    rights = IntellectualProperty.objects.filter(firm=firm).order_by("number")
    projects = RdProject.objects.filter(firm=firm).order_by("code")
    products = HitechProduct.objects.filter(firm=firm).order_by("code")
    groups = [
        (_("Figures"), figures),
        (
            _("Intellectual property"),
            [(f"property.{one.number}", f"{one.number} {one.title}".strip()) for one in rights],
        ),
        (_("R&D projects"), [(f"project.{one.code}", f"{one.code} {one.title}") for one in projects]),
        (_("Hi-tech products"), [(f"product.{one.code}", f"{one.code} {one.title}") for one in products]),
        (_("Conversions"), list(_open_slots(firm))),
        (_("Staff lists"), [(f"staff.{year}", _staff(year)) for year in standing.years_asked(firm, today)]),
    ]
    return [(name, each) for name, each in groups if each]


def _open_slots(firm: Firm) -> Iterator[tuple[str, str]]:
    filled = set(ConversionProof.objects.filter(firm=firm).values_list("conversion", "kind"))
    for one in Conversion.objects.filter(firm=firm).order_by("-year", "pk"):
        for kind in PROOFS:
            if (one.pk, kind) not in filled:
                yield f"conversion.{one.pk}.{kind}", _slot(one, kind)


def proofs_of(firm: Firm, papers: Iterable[Document]) -> dict[Any, list[Proof]]:
    """What each of these papers proves. Two statements."""
    found: dict[Any, list[Proof]] = defaultdict(list)
    ties = Evidence.objects.filter(firm=firm, document__in=papers).order_by("pk")
    ties = ties.select_related("year", "right", "project", "product", "step", "fault")
    for tie in ties:
        found[tie.document_id].append(_proof(firm, tie))
    slots = ConversionProof.objects.filter(firm=firm, document__in=papers).select_related("conversion").order_by("pk")
    for slot in slots:
        url = reverse("portal:conversion", args=[firm.uscc, slot.conversion_id])
        place = f"conversion.{slot.conversion_id}.{slot.kind}"
        found[slot.document_id].append(Proof(place, _slot(slot.conversion, slot.kind), url))
    return found


def _proof(firm: Firm, tie: Evidence) -> Proof:
    if tie.step:
        url = reverse("portal:step", args=[firm.uscc, tie.step.position])
        return Proof("", _("step of the plan: %(what)s") % {"what": spoken(tie.step.what)}, url)
    if tie.fault:
        return Proof("", _("answer to a fault: %(says)s") % {"says": tie.fault.says})
    if tie.difficulty_id:
        return Proof("", _("a question to the bureau"))
    place, says = _place(tie)
    return Proof(place, says, page_of(firm, place))


def _place(tie: Evidence) -> tuple[str, str]:
    if tie.year:
        year = tie.year.year
        if tie.figure:
            return f"figures.{year}.{tie.figure}", f"{year} {FIGURES.get(tie.figure, tie.figure)}"
        return f"figures.{year}", _("all figures of %(year)s") % {"year": year}
    if tie.right:
        return f"property.{tie.right.number}", f"{tie.right.number} {tie.right.title}".strip()
    if tie.project:
        return f"project.{tie.project.code}", f"{tie.project.code} {tie.project.title}"
    if tie.product:
        return f"product.{tie.product.code}", f"{tie.product.code} {tie.product.title}"
    return f"staff.{tie.staff_year}", _staff(tie.staff_year)


def _staff(year: int | None) -> str:
    return _("staff of %(year)s") % {"year": year}


def _slot(conversion: Conversion, kind: str) -> str:
    return f"{conversion.result}{_(': ')}{spoken(SLOTS[kind])}"


def page_of(firm: Firm, place: str) -> str:
    """Where the thing that a place names is kept; empty for none."""
    kind, _dot, rest = place.partition(".")
    if kind in ("figures", "property"):
        return standing.place_url(firm, place)
    if kind not in ("project", "product", "staff", "conversion"):
        return ""
    key = rest.partition(".")[0]
    return reverse(f"portal:{kind}", args=[firm.uscc, int(key) if key.isdecimal() else key])

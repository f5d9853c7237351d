"""A firm as a panel of experts reads it: figures, rights, projects, products, results; no people, no telephones, and
for a blind panel nothing that names it. Ready to be kept as JSON.
"""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from pipeline.models.evidence import Document
from pipeline.models.figures import FinancialYear
from pipeline.models.firm import Firm
from pipeline.models.former_name import FormerName
from pipeline.models.in_force import book_in_force
from pipeline.models.ledger import RdProject
from pipeline.models.product import Conversion, HitechProduct
from pipeline.models.property import IntellectualProperty
from pipeline.models.record import ENTRY_FIGURES, facts_of
from pipeline.rules import assess
from pipeline.rules.codes.fields import carried_fields

SHORTEST_NAME = 2  # signs; a shorter one stands in too many words
HIDDEN = "○○"
TAIL = re.compile(r"(股份)?(有限)?(责任)?公司$|集团$")
Content = dict[str, Any]
Bands = dict[str, list[int]]


def reviewed(firm: Firm, day: date, *, blind: bool) -> tuple[Content, Bands]:
    """What the panel reads, and of each item of the score the least and most points that the figures allow."""
    facts = facts_of([firm], day)[firm.pk]
    card = assess(facts, book=book_in_force("hte", day), day=day).score
    items = card.items if card else ()
    content = {
        "day": day.isoformat(),
        "field": f"{firm.field} {carried_fields().get(firm.field, '')}".strip(),
        "founded": firm.registered_on.year if firm.registered_on else None,
        "figures": _figures(firm, day),
        "found": {each.item: each.found for each in items},
        **_works(firm),
    }
    if blind:
        content = _hide(content, list(_names(firm)))
        for right in content["rights"]:
            right["number"] = ""  # a number is looked up in a minute
    else:
        content |= {"name": firm.name, "uscc": firm.uscc}
    return content, {each.item: [int(each.band[0]), int(each.band[1])] for each in items}


def _figures(firm: Firm, day: date) -> list[Content]:
    """Of the last three years, in yuan and persons; None where the record does not tell."""
    years = FinancialYear.objects.filter(firm=firm, estimate=False, year__lt=day.year).order_by("-year")[:3]
    return [
        {"year": each.year, **{name: _text(getattr(each, name)) for name in ENTRY_FIGURES}} for each in reversed(years)
    ]


def _works(firm: Firm) -> Content:
    rights = IntellectualProperty.objects.filter(firm=firm).order_by("kind", "number")
    conversions = Conversion.objects.filter(firm=firm).order_by("year", "pk")
    papers = Document.objects.filter(firm=firm).order_by("pk").values_list("title", flat=True)
    return {
        "rights": [
            {
                "kind": each.kind,
                "number": each.number,
                "title": each.title,
                "granted_on": each.granted_on.isoformat() if each.granted_on else "",
                "acquired_by": each.acquired_by,
            }
            for each in rights
        ],
        "projects": list(RdProject.objects.filter(firm=firm).order_by("code").values("code", "title", "result")),
        "products": list(HitechProduct.objects.filter(firm=firm).order_by("code").values("code", "title", "main")),
        "conversions": [{"year": each.year, "result": each.result} for each in conversions],
        "papers": list(papers),
        "counts": {"class_one": firm.class_one, "class_two": firm.class_two},
    }


def _text(value: Decimal | int | None) -> str | None:
    return None if value is None else str(value)


def _names(firm: Firm) -> Iterator[str]:
    """What a firm is called, longest first: also without its legal form and its place, and the two signs it is known by
    between them, as names are built.
    """
    former = FormerName.objects.filter(firm=firm).values_list("name", flat=True)
    found = {firm.uscc, firm.short_name}
    for name in (firm.name, *former):
        bare = TAIL.sub("", name)
        known = re.sub(r"^[^省市区县]{2}[省市区县]?", "", bare)
        found |= {name, bare, known, known[:2]}
    yield from sorted((each for each in found if len(each) >= SHORTEST_NAME), key=len, reverse=True)


def _hide(value: Any, names: list[str]) -> Any:
    if isinstance(value, dict):
        return {key: _hide(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_hide(each, names) for each in value]
    if isinstance(value, str):
        for name in names:
            value = value.replace(name, HIDDEN)
    return value

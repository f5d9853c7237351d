"""The triangle of projects, rights and products as matrices, with the holes marked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import product as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.product import Ends
from pipeline.models import HitechProduct, IntellectualProperty, RdProject, Tie
from pipeline.portal import standing
from pipeline.request import StaffRequest

PLACES = ("project", "right", "product")


@dataclass(frozen=True)
class Box:
    """One crossing: its name in the form, what it ties, and whether it does."""

    value: str
    says: str
    ticked: bool


@dataclass(frozen=True)
class Line:
    """One row of a matrix; `holes` says what nothing is tied to it of."""

    code: str
    title: str
    boxes: list[Box]
    holes: list[str]


def triangle(request: StaffRequest, uscc: str) -> HttpResponse:
    """Products by projects and rights, and projects by rights: ticked where they belong together."""
    firm = standing.firm_or_404(request, uscc)
    if request.method == "POST":
        try:
            acts.tie(firm, **_changes(request), by=request.user)
            messages.success(request, _("Saved."))
        except ConditionUnmet as unmet:
            standing.tell_unmet(request, unmet)
        return redirect("portal:triangle", uscc)
    projects = list(RdProject.objects.filter(firm=firm).order_by("code"))
    rights = list(IntellectualProperty.objects.filter(firm=firm).order_by("kind", "number"))
    products = list(HitechProduct.objects.filter(firm=firm).order_by("code"))
    ties: set[Ends] = set(Tie.objects.filter(firm=firm).values_list("project_id", "right_id", "product_id"))
    context = {
        "firm": firm,
        "projects": projects,
        "rights": rights,
        "products": products,
        "by_product": [_product_line(each, projects, rights, ties) for each in products],
        "by_project": [_project_line(each, rights, ties) for each in projects],
        "idle": _untied(rights, {right for _project, right, _product in ties}),
        "was": [_value(*each) for each in sorted(ties, key=str)],
        "may": access.may(request.user, "product.tie"),
    }
    return render(request, "portal/triangle/triangle.html", context)


def _changes(request: StaffRequest) -> dict[str, set[Ends]]:
    """What the person ticked and unticked, by what the page showed."""
    was, now = (set(_ends(request.POST.getlist(name))) for name in ("was", "tie"))
    return {"add": now - was, "remove": was - now}


def _ends(values: Iterable[str]) -> Iterable[Ends]:
    for value in values:
        keys = [int(each) if each.isdecimal() else None for each in value.split(".")]
        if len(keys) == len(PLACES) and keys.count(None) == 1:
            yield (keys[0], keys[1], keys[2])


def _value(project: int | None, right: int | None, product: int | None) -> str:
    return ".".join("" if key is None else str(key) for key in (project, right, product))


def _box(row: Any, column: Any, ends: Ends, ties: set[Ends]) -> Box:
    return Box(_value(*ends), f"{row} – {column}", ends in ties)


def _product_line(
    product: HitechProduct, projects: Sequence[RdProject], rights: Sequence[IntellectualProperty], ties: set[Ends]
) -> Line:
    by_project = [_box(product, each, (each.pk, None, product.pk), ties) for each in projects]
    by_right = [_box(product, each, (None, each.pk, product.pk), ties) for each in rights]
    holes = [_("no project")] * (not _any(by_project)) + [_("no right")] * (not _any(by_right))
    return Line(product.code, product.title, [*by_project, *by_right], holes)


def _project_line(project: RdProject, rights: Sequence[IntellectualProperty], ties: set[Ends]) -> Line:
    boxes = [_box(project, each, (project.pk, each.pk, None), ties) for each in rights]
    sold = any(end == project.pk and product is not None for end, _right, product in ties)
    holes = [_("no right")] * (not _any(boxes)) + [_("no product")] * (not sold)
    return Line(project.code, project.title, boxes, holes)


def _any(boxes: Iterable[Box]) -> bool:
    return any(box.ticked for box in boxes)


def _untied(rights: Sequence[IntellectualProperty], tied: set[int | None]) -> list[IntellectualProperty]:
    return [right for right in rights if right.pk not in tied]

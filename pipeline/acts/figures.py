"""What a firm's books say, year by year, what papers say of the same figures, and why they differ."""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import demand
from pipeline.models import Document, Explanation, FinancialYear, Firm, MoveRefused, SourcedFigure, User
from pipeline.models.figures import DECLARED, RECONCILED_WITH

Figures = Mapping[str, Decimal | None]
LONGEST_WORDS = 300


@transaction.atomic
def enter(
    firm: Firm,
    year: int,
    figures: Figures,
    *,
    version: int | None,
    by: Actor,
    on: date,
    source: str = "",
    kind: str = DECLARED,
) -> FinancialYear:
    """Write figures of one year, in yuan and heads; of the year that is running they are an estimate.

    `version` is what the person saw; None where there was no row. `kind` says where figures that changed come from.
    """
    access.require(by, "figures.enter", Firm.objects.filter(pk=firm.pk))
    demand(year <= on.year, "year", _("%(year)s has not begun yet.") % {"year": year})
    _known(figures)
    Firm.objects.filter(pk=firm.pk).update(diagnosis_due=True)
    row = FinancialYear.objects.filter(firm=firm, year=year).first()
    about = {"source": source, "estimate": year == on.year, "sources": _sources(row, figures, kind)}
    if version is None:
        made, created = FinancialYear.objects.get_or_create(firm=firm, year=year, defaults={**figures, **about})
        if not created:
            raise MoveRefused("figures.enter", {str(year): ("changed", made.version)})
        return made
    changed = FinancialYear.objects.filter(firm=firm, year=year, version=version).update(
        version=F("version") + 1, **about, **figures
    )
    if not changed:
        raise MoveRefused("figures.enter", {str(year): ("changed", version)})
    return FinancialYear.objects.get(firm=firm, year=year)


def _sources(row: FinancialYear | None, figures: Figures, kind: str) -> dict[str, Any]:
    """Where each figure comes from: one that did not change keeps what it had."""
    held: dict[str, Any] = dict(row.sources) if row else {}
    for name, value in figures.items():
        if value is None:
            held.pop(name, None)
        elif row is None or value != getattr(row, name):
            held[name] = kind
    return held


@transaction.atomic
def note_paper(firm: Firm, year: int, source: str, amounts: Figures, *, by: User, on: date) -> None:
    """What one paper (annual or special audit, tax return) says these figures are; None takes a figure out again."""
    access.require(by, "figures.reconcile", Firm.objects.filter(pk=firm.pk))
    _reconciled(source)
    demand(year < on.year, "year", _("%(year)s is not over yet.") % {"year": year})
    _known(amounts)
    held = SourcedFigure.objects.filter(firm=firm, year=year, source=source)
    held.filter(figure__in=[name for name, amount in amounts.items() if amount is None]).delete()
    there = {row.figure: row for row in held}
    for name, amount in amounts.items():
        if amount is None or (name in there and there[name].amount == amount):
            continue
        own = {"firm": firm, "year": year, "source": source, "figure": name}
        values = {"amount": amount, "by": by}
        if not held.filter(figure=name).update(version=F("version") + 1, **values):
            SourcedFigure.objects.create(**own, **values)


@transaction.atomic
def attach(firm: Firm, year: int, source: str, figures: Collection[str], document: Document | None, *, by: User) -> int:
    """The file in which one of these papers says these figures; None takes it off them. How many figures have it now.

    Only figures that the paper has an amount of can have a file.
    """
    access.require(by, "figures.reconcile", Firm.objects.filter(pk=firm.pk))
    _reconciled(source)
    known = document is None or document.firm_id == firm.pk
    demand(known, "document", _("This file is not among your papers. Send it first."))
    held = SourcedFigure.objects.filter(firm=firm, year=year, source=source, figure__in=figures)
    changed = held.exclude(document=document) if document else held.exclude(document=None)
    changed.update(document=document, by=by, version=F("version") + 1)
    return held.count()


def _reconciled(source: str) -> None:
    demand(source in RECONCILED_WITH, "source", _("Not a paper that figures are compared with."))


@transaction.atomic
def explain(firm: Firm, year: int, kind: str, words: Mapping[str, str], *, by: User) -> None:
    """Why figures jumped on the year before, or differ from a paper; no words take the explanation back."""
    access.require(by, "figures.enter", Firm.objects.filter(pk=firm.pk))
    _known(words)
    held = Explanation.objects.filter(firm=firm, year=year, kind=kind)
    said = {row.figure: row.says for row in held}
    held.filter(figure__in=[name for name in said if name in words and not words[name].strip()]).delete()
    for name, text in words.items():
        says = text.strip()[:LONGEST_WORDS]
        if not says or said.get(name) == says:
            continue
        if not held.filter(figure=name).update(says=says, by=by, version=F("version") + 1):
            Explanation.objects.create(firm=firm, year=year, figure=name, kind=kind, says=says, by=by)


def _known(figures: Mapping[str, object]) -> None:
    foreign = set(figures) - set(FinancialYear.FIGURES)
    demand(not foreign, "figures", _("Not a figure: %(names)s") % {"names": ", ".join(sorted(foreign))})

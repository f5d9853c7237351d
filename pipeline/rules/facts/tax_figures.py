"""The figures that only the tax book asks for: of the year before the day, and the losses of ten years."""

from __future__ import annotations

from decimal import Decimal

from pipeline.rules.facts.figures import NAMES, NOT_CLOSED, TAX_SCOPE, TAX_YEAR, Figures, Missing, year_name
from pipeline.rules.facts.firm import BookedExpense, FirmFacts, TaxScope, YearFigures
from pipeline.rules.labels import Label

FEN = 100
LOSS_YEARS = range(1, 11)
MAY_BE_NEGATIVE = "taxable_income"
KINDS = ("manufacturing", "ic_machine_tool", "vat_listed")
PARTS = {
    ("buildings_depreciation", "deferred_expense"): "depreciation",
    ("property_rent", "sold_materials"): "direct",
    ("outsourced_foreign_persons",): "outsourced_foreign",
}
"""Parts of a booked category, which together cannot be more than it."""


def fold_tax(facts: FirmFacts, figures: Figures) -> None:
    for name in KINDS:
        value = getattr(facts.identity, name)
        figures.put_plain(name, None if value is None else int(value), f"firm.{name}")
    fold_last_year(facts, figures)
    for back in LOSS_YEARS:
        fold_loss(facts, back, figures)


def founded_after(facts: FirmFacts, year: int) -> bool:
    founded = facts.identity.registered_on
    return founded is not None and founded.year > year


def fold_last_year(facts: FirmFacts, figures: Figures) -> None:
    """A year before the founding counts nothing."""
    year = figures.day.year - 1
    given = facts.year(year)
    row = given if given and not given.estimate else YearFigures(year)
    scope, booked = row.rd_tax or TaxScope(), row.rd or BookedExpense()
    values = {stem: (f"{stem}", getattr(row, stem)) for stem in TAX_YEAR}
    values |= {stem: (f"rd_tax.{stem}", getattr(scope, stem)) for stem in TAX_SCOPE}
    values["rd_commissioning"] = ("rd.commissioning", booked.commissioning)
    for stem, (place, yuan) in values.items():
        if founded_after(facts, year):
            figures.values[year_name(stem, 1)] = 0
        else:
            put_money(figures, year_name(stem, 1), yuan, missing(given, year, place, stem))
    doubt_parts(row, figures)


def missing(given: YearFigures | None, year: int, place: str, stem: str) -> Missing:
    says = NOT_CLOSED.filled(name=NAMES[stem]) if given and given.estimate else NAMES[stem]
    return Missing(f"years[{year}].{place}", says, year)


def put_money(figures: Figures, name: str, yuan: Decimal | None, wanting: Missing) -> None:
    figures.put(name, None if yuan is None else int(yuan * FEN), wanting)
    if yuan is not None and yuan < 0 and not name.startswith(MAY_BE_NEGATIVE):
        says = Label("{name}不能为负", "{name} cannot be negative").filled(name=wanting.says)
        figures.strike(wanting.place, says, name)


def doubt_parts(row: YearFigures, figures: Figures) -> None:
    scope, booked = row.rd_tax or TaxScope(), row.rd or BookedExpense()
    for parts, whole in PARTS.items():
        most = getattr(booked, whole)
        if most is not None and sum(getattr(scope, part) or 0 for part in parts) > most:
            says = Label("其中项大于所属类别金额", "a part is above the category it belongs to")
            figures.strike(f"years[{row.year}].rd_tax", says, *(year_name(part, 1) for part in parts))


def fold_loss(facts: FirmFacts, back: int, figures: Figures) -> None:
    """The part of that year's loss that is not made up yet; none before the founding."""
    year, name = figures.day.year - back, year_name("loss", back)
    if founded_after(facts, year):
        figures.values[name] = 0
        return
    given = facts.year(year)
    loss = given.loss if given and not given.estimate else None
    put_money(figures, name, loss, missing(given, year, "loss", "loss"))

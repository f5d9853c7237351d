"""A firm's R&D projects and the ledger of what was spent on them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import ExpenseLine, FinancialYear, Firm, MoveRefused, RdProject
from pipeline.models.ledger import PAIRS

Values = Mapping[str, Any]
MOST_LINES = 5_000


@transaction.atomic
def write_project(firm: Firm, values: Values, *, version: int | None, by: Actor) -> RdProject:
    """Add a project, or change the one of the same code that was seen in this version."""
    access.require(by, "ledger.write_project", Firm.objects.filter(pk=firm.pk))
    rows, rest = RdProject.objects.filter(firm=firm, code=values["code"]), dict(values)
    if version is None:
        demand(
            not rows.exists(),
            "code",
            _("%(code)s is on the list. Open it to change it.") % {"code": values["code"]},
        )
        return RdProject.objects.create(firm=firm, **rest)
    if not rows.filter(version=version).update(version=F("version") + 1, **rest):
        raise MoveRefused("ledger.write_project", {values["code"]: ("changed", version)})
    return rows.get()


@transaction.atomic
def write_line(firm: Firm, values: Values, *, line: ExpenseLine | None, version: int = 0, by: Actor, on: date) -> int:
    """Add one line, or change the one that was seen in this version; its key. Named after the fields of a line."""
    access.require(by, "ledger.write_line", Firm.objects.filter(pk=firm.pk))
    _check(firm, values, on)
    _changed(firm)
    if line is None:
        return ExpenseLine.objects.create(firm=firm, **values).pk
    rows = ExpenseLine.objects.filter(firm=firm, pk=line.pk, version=version)
    if not rows.update(version=F("version") + 1, **values):
        raise MoveRefused("ledger.write_line", {str(line): ("changed", version)})
    return line.pk


@transaction.atomic
def write_lines(firm: Firm, lines: Sequence[Values], *, again: bool, by: Actor, on: date) -> int:
    """Add many lines, all or none; the place of a fault is its number in the list. How many were added.

    Lines that are on record already, word for word, go in only where they are meant `again`.
    """
    access.require(by, "ledger.write_lines", Firm.objects.filter(pk=firm.pk))
    demand(len(lines) <= MOST_LINES, "0", _("At most %(n)s lines at a time.") % {"n": MOST_LINES})
    wrong = []
    held = set() if again else _held(firm, lines)
    for number, values in enumerate(lines):
        try:
            _check(firm, values, on)
        except ConditionUnmet as unmet:
            wrong += [Missing(str(number), each.says) for each in unmet.missing]
        if _words(values) in held:
            wrong.append(Missing(str(number), _("This line is in the ledger already.")))
    if wrong:
        raise ConditionUnmet(wrong)
    _changed(firm)
    ExpenseLine.objects.bulk_create([ExpenseLine(firm=firm, **values) for values in lines], batch_size=500)
    return len(lines)


@transaction.atomic
def remove_line(firm: Firm, line: ExpenseLine, *, version: int, by: Actor) -> None:
    """Take a line out that was entered by mistake. The trail keeps what it said."""
    access.require(by, "ledger.remove_line", Firm.objects.filter(pk=firm.pk))
    gone, _kinds = ExpenseLine.objects.filter(firm=firm, pk=line.pk, version=version).delete()
    if not gone:
        raise MoveRefused("ledger.remove_line", {str(line): ("changed", version)})
    _changed(firm)


@transaction.atomic
def count(firm: Firm, year: int, *, what: str, by: Actor) -> None:
    """The firm says whether its ledger or the declared totals count as the R&D expense of a year."""
    access.require(by, "ledger.count", Firm.objects.filter(pk=firm.pk))
    demand(what in ("ledger", "declared"), "what", _("Say which of the two counts."))
    filled = what == "declared" or ExpenseLine.objects.of_year(year).filter(firm=firm).exists()
    demand(filled, "what", _("The ledger of %(year)s is empty, so it cannot count.") % {"year": year})
    _row, created = FinancialYear.objects.get_or_create(firm=firm, year=year, defaults={"rd_from": what})
    if not created:
        FinancialYear.objects.filter(firm=firm, year=year).update(rd_from=what, version=F("version") + 1)
    _changed(firm)


def _check(firm: Firm, values: Values, on: date) -> None:
    """Every fault of one line at once, each by the name of its field."""
    wrong = []
    if values["project"].firm_id != firm.pk:
        wrong.append(Missing("project", _("This project is not on the list.")))
    if values["day"] > on:
        wrong.append(Missing("day", _("The day of the voucher lies in the future.")))
    if not values["amount"]:
        wrong.append(Missing("amount", _("A line has an amount other than zero.")))
    if (values["hte_category"], values["tax_category"]) not in PAIRS:
        wrong.append(Missing("tax_category", _("This tax category does not go with the category of certification.")))
    if wrong:
        raise ConditionUnmet(wrong)


def _words(values: Values) -> tuple[Any, ...]:
    names = ("day", "voucher_kind", "voucher_number", "summary", "amount", "hte_category", "tax_category")
    return (values["project"].pk, *(values[name] for name in names))


def _held(firm: Firm, lines: Sequence[Values]) -> set[tuple[Any, ...]]:
    """The lines on record on these days."""
    there = ExpenseLine.objects.filter(firm=firm, day__in={values["day"] for values in lines}).order_by()
    names = ("day", "voucher_kind", "voucher_number", "summary", "amount", "hte_category", "tax_category")
    return set(there.values_list("project_id", *names))


def _changed(firm: Firm) -> None:
    Firm.objects.filter(pk=firm.pk).update(diagnosis_due=True)

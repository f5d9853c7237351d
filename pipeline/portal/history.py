"""What happened to the firm's record: who changed what, when, from what to what, and why."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from pipeline.models import FinancialYear
from pipeline.models.history import Change, history
from pipeline.portal import standing
from pipeline.portal.grid import source_words
from pipeline.portal.property import WAYS
from pipeline.portal.reconciliation import PAPERS
from pipeline.request import StaffRequest
from pipeline.rules.facts.figures import NAMES
from pipeline.templatetags import figures as shown

YEARS, PAPER, WHY = "pipeline_financialyear", "pipeline_sourcedfigure", "pipeline_explanation"
RIGHTS, FIRM, CONTACT = "pipeline_intellectualproperty", "pipeline_firm", "pipeline_contact"
PROJECTS, PRODUCTS, RESULTS = "pipeline_rdproject", "pipeline_hitechproduct", "pipeline_conversion"
NUMBERED = {RIGHTS: "number", PROJECTS: "code", PRODUCTS: "code"}  # whose changes are told under their number
SERVICES = {"intake", "publicity", "sender", "assessor"}
WORDS = {
    (RIGHTS, "title"): gettext_lazy("Name of the right"),
    (RIGHTS, "granted_on"): gettext_lazy("Day of grant"),
    (RIGHTS, "acquired_by"): gettext_lazy("How it was acquired"),
    (RIGHTS, "core"): gettext_lazy("Supports the main product"),
    (PROJECTS, "title"): gettext_lazy("Name of the project"),
    (PROJECTS, "result"): gettext_lazy("Result"),
    (PRODUCTS, "title"): gettext_lazy("Name of the product or service"),
    (RESULTS, "result"): gettext_lazy("Result"),
    (FIRM, "name"): gettext_lazy("Name of the firm"),
    (FIRM, "registered_on"): gettext_lazy("Registered on"),
    (FIRM, "field"): gettext_lazy("Field of technology"),
    (FIRM, "industry"): gettext_lazy("Industry"),
    (FIRM, "address"): gettext_lazy("Address"),
    (CONTACT, "name"): gettext_lazy("Contact person"),
    (CONTACT, "phone"): gettext_lazy("Phone"),
}


@dataclass(frozen=True)
class Told:
    """One change in words."""

    at: datetime
    who: str
    what: str
    before: str
    after: str
    why: str
    source: str = ""


def record_history(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    wanted = request.GET.get("figure", "")
    changes = history(firm, YEARS, PAPER, WHY, RIGHTS, PROJECTS, PRODUCTS, RESULTS, FIRM, CONTACT)
    why = {_reason_key(each): str(each.after) for each in changes if each.table == WHY and each.field == "says"}
    told = [_told(each, why) for each in changes if _shown(each, wanted)]
    figure = _name(wanted) if wanted in FinancialYear.FIGURES else ""
    return render(request, "portal/history/history.html", {"firm": firm, "changes": told, "figure": figure})


def _shown(change: Change, wanted: str) -> bool:
    if change.table == YEARS:
        return change.field in FinancialYear.FIGURES and wanted in ("", change.field)
    if change.table == PAPER:
        return change.field == "amount" and wanted in ("", change.of["figure"])
    return not wanted and (change.table, change.field) in WORDS


def _reason_key(change: Change) -> tuple[int, int, str]:
    """An explanation belongs to the figure's change of the same save."""
    return (change.group, change.of["year"], change.of["figure"])


def _told(change: Change, why: dict[tuple[int, int, str], str]) -> Told:
    reason = why.get((change.group, change.of["year"], change.field), "") if change.table == YEARS else ""
    who = _("the system") if change.who in SERVICES or not change.who else change.who
    before, after = (_value(change, value) for value in (change.before, change.after))
    source = source_words((change.of.get("sources") or {}).get(change.field, "")) if change.table == YEARS else ""
    return Told(change.at, who, _what(change), before, after, reason, source)


def _what(change: Change) -> str:
    if change.table == YEARS:
        return _("%(year)s %(figure)s") % {"year": change.of["year"], "figure": _name(change.field)}
    if change.table == PAPER:
        figure = _("%(year)s %(figure)s") % {"year": change.of["year"], "figure": _name(change.of["figure"])}
        return f"{figure} · {PAPERS[change.of['source']]}"
    label = str(WORDS[change.table, change.field])
    return f"{change.of[NUMBERED[change.table]]} · {label}" if change.table in NUMBERED else label


def _name(figure: str) -> str:
    return NAMES[figure].in_language(get_language() or "zh")


def _value(change: Change, value: Any) -> str:
    if value is None or value == "":
        return "—"
    if change.table == CONTACT and change.field == "phone":
        return shown.masked_phone(str(value))
    if (change.table, change.field) == (RIGHTS, "acquired_by"):
        return str(WAYS[value])
    if change.field in ("staff", "tech_staff"):
        return shown.quantity(Decimal(value))
    if change.table in (YEARS, PAPER):
        return _("%(amount)s yuan") % {"amount": shown.yuan(Decimal(value))}
    return (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)

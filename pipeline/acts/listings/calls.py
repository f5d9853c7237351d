"""Whom to call: firms whose corrections or reports run out, and calls that were agreed upon."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy

from pipeline.access import OFFICE
from pipeline.acts.export_sheet import masked
from pipeline.acts.listings.certification import CODE, COUNTY_COLUMN, OBLIGATIONS
from pipeline.acts.listings.listing import Asked, Asker, Column, Listing, Rows, Sort
from pipeline.acts.listings.narrowing import BY_FIRM, COUNTY, TEXT, since, until
from pipeline.models import Call, Case, Contact, Obligation
from pipeline.models.entering import or_never
from pipeline.models.in_force import calendar_in_force

GROUPS = {
    "corrections": gettext_lazy("Corrections that run out"),
    "reports": gettext_lazy("Reports that are due"),
    "agreed": gettext_lazy("Calls agreed upon"),
}
REPORTS_WITHIN = timedelta(days=45)
CORRECTIONS_WITHIN = 8  # working days


def _calls(asker: Asker, asked: Asked) -> Rows:
    """The rows of a group, each with the day on which its call is due: `call_on`."""
    reach, today = asker.person.reach(OFFICE), asker.today
    if asked.view == "reports":
        owed = Obligation.objects.within(reach).filter(fulfilled_on=None, due_on__lte=today + REPORTS_WITHIN)
        return owed.annotate(call_on=F("due_on"))
    if asked.view == "agreed":
        return Call.objects.within(reach).to_call_again(today).annotate(call_on=F("next_on"))
    last = calendar_in_force().add(today, CORRECTIONS_WITHIN).due
    waiting = Case.objects.within(reach).to_call_about(last).order_by()
    return waiting.annotate(call_on=or_never("deadline"))


def _shown(rows: Any, asker: Asker) -> Rows:
    found = rows.with_county().select_related("firm").defer("firm__search")
    shown: Rows = found.prefetch_related("applications") if rows.model is Case else found
    return shown


def _dressed(rows: list[Any], asker: Asker) -> list[Any]:
    """Each with what the call is `about`, whom to call, and the `last` call. Two statements."""
    firms = {each.firm_id for each in rows}
    contacts = _first(Contact.objects.filter(firm__in=firms).order_by("firm", "pk"))
    last = _first(Call.objects.filter(firm__in=firms).latest_of_each().select_related("by"))
    for row in rows:
        row.contact, row.last = contacts.get(row.firm_id), last.get(row.firm_id)
        row.about = _about(row)
    return rows


def _about(row: Any) -> str:
    if isinstance(row, Obligation):
        return f"{OBLIGATIONS[row.kind]} {row.year}"
    return row.says if isinstance(row, Call) else str(row.number)


def _first(rows: Iterable[Any]) -> dict[int, Any]:
    kept: dict[int, Any] = {}
    for each in rows:
        kept.setdefault(each.firm_id, each)
    return kept


CALLS = Listing(
    name="calls",
    title=gettext_lazy("Calls"),
    rows=_calls,
    shown=_shown,
    dressed=_dressed,
    sorts={"due": Sort(lambda rows: rows.annotate(turn=F("call_on"))), "firm": BY_FIRM},
    conditions={
        "county": COUNTY,
        "since": since("call_on", gettext_lazy("Due from"), gettext_lazy("due from")),
        "until": until("call_on", gettext_lazy("Due until"), gettext_lazy("due until")),
        "text": TEXT,
    },
    columns={
        "county": COUNTY_COLUMN,
        "about": Column(gettext_lazy("About"), lambda row: row.about, width=36),
        "due": Column(gettext_lazy("Due"), lambda row: row.call_on, form="day"),
        "phone": Column(
            gettext_lazy("Telephone"),
            lambda row: masked(row.contact.name, row.contact.phone) if row.contact else "", width=24, personal=True,
        ),
        "last": Column(gettext_lazy("Last call"), lambda row: row.last.says if row.last else "", width=40),
        "last_on": Column(
            gettext_lazy("Last called on"), lambda row: row.last.on if row.last else None, wide=True, form="day"
        ),
        "code": CODE,
    },
    at_first=("county", "about", "due", "phone", "last"),
    groups=GROUPS,
    group_param="list",
)  # fmt: skip

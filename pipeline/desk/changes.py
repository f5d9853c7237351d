"""What a firm changed in its record since it last submitted, field by field, beside the faults that asked for it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.models import FinancialYear, Firm, Transition
from pipeline.models.history import Change, history
from pipeline.models.record import place_name
from pipeline.rules.labels import Label
from pipeline.templatetags.figures import masked_phone, quantity, wan_exact

YEARS, RIGHTS, FIRM, CONTACT = (
    "pipeline_financialyear",
    "pipeline_intellectualproperty",
    "pipeline_firm",
    "pipeline_contact",
)
FIELDS = {
    (RIGHTS, "number"): gettext_lazy("Number"),
    (RIGHTS, "kind"): gettext_lazy("Kind"),
    (RIGHTS, "title"): gettext_lazy("Name of the right"),
    (RIGHTS, "granted_on"): gettext_lazy("Day of grant"),
    (RIGHTS, "acquired_by"): gettext_lazy("How it was acquired"),
    (RIGHTS, "core"): gettext_lazy("Supports the main product"),
    (FIRM, "registered_on"): gettext_lazy("Registered on"),
    (FIRM, "field"): gettext_lazy("Field of technology"),
    (FIRM, "industry"): gettext_lazy("Industry"),
    (FIRM, "resident"): gettext_lazy("Resident firm"),
    (FIRM, "rd_ledger"): gettext_lazy("R&D ledger"),
    (CONTACT, "name"): gettext_lazy("Contact person"),
    (CONTACT, "phone"): gettext_lazy("Phone"),
    (CONTACT, "email"): gettext_lazy("E-mail"),
}
PAGES = {RIGHTS: "property", FIRM: "firm", CONTACT: "contact"}
HEADS = ("staff", "tech_staff")
YES_NO = {True: Label("是", "yes"), False: Label("否", "no")}
MOST = 500


@dataclass(frozen=True)
class Changed:
    """One field from what it was to what it is. `place` is named as faults name it."""

    place: str
    name: str
    before: Any
    after: Any
    who: str


def since_submission(firm: Firm, transitions: Sequence[Transition]) -> list[Changed]:
    """What is different from what was submitted before the newest return; nothing where none was returned.

    Two statements; none without a return.
    """
    submitted = submission_before_return(transitions)
    if submitted is None:
        return []
    changes = history(firm, YEARS, RIGHTS, FIRM, CONTACT, newest=MOST)
    return list(_net(each for each in reversed(changes) if each.at > submitted.recorded_at))


def submission_before_return(transitions: Iterable[Transition]) -> Transition | None:
    """The last time a firm handed in what was then returned to it."""
    returned = False
    for each in sorted(transitions, key=lambda one: one.pk, reverse=True):
        returned = returned or ".return_from_" in each.move
        if returned and each.move.rpartition(".")[2] in ("submit", "resubmit_to_county", "resubmit_to_city"):
            return each
    return None


def of_place(changes: Iterable[Changed], place: str) -> list[Changed]:
    """What was changed at the place of a fault: its field, or anything on its page."""
    return [each for each in changes if each.place == place or each.place.startswith(f"{place}.")]


def _net(changes: Iterable[Change]) -> Iterator[Changed]:
    """Every field once, from its first to its last value; one that was changed back is none."""
    first: dict[tuple[str, str, str], Change] = {}
    last: dict[tuple[str, str, str], Change] = {}
    for each in changes:
        if (each.table, each.field) in FIELDS or (each.table == YEARS and each.field in FinancialYear.FIGURES):
            key = (each.table, each.row, each.field)
            first.setdefault(key, each)
            last[key] = each
    for key, began in first.items():
        ended = last[key]
        if began.before != ended.after:
            yield Changed(
                _place(ended), _name(ended), _value(began, began.before), _value(ended, ended.after), ended.who
            )


def _place(change: Change) -> str:
    if change.table == YEARS:
        return f"figures.{change.of['year']}.{change.field}"
    return f"{PAGES[change.table]}.{change.field}"


def _name(change: Change) -> str:
    if change.table == YEARS:
        return place_name(_place(change))
    label = str(FIELDS[change.table, change.field])
    if change.table == RIGHTS:
        return _("%(number)s %(field)s") % {"number": change.of["number"], "field": label}
    return label


def _value(change: Change, value: Any) -> Any:
    """Money in 10k yuan, heads as they are; nothing where there was nothing."""
    if value is None or value == "":
        return ""
    if change.table == YEARS:
        return quantity(value) if change.field in HEADS else _("%(n)s ten thousand yuan") % {"n": wan_exact(value)}
    if (change.table, change.field) == (CONTACT, "phone"):
        return masked_phone(str(value))
    return YES_NO[value] if isinstance(value, bool) else value

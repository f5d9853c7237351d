"""What a row of a list reads like in a file: the headings of its columns and their cells."""

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from pipeline.models import Application, Case, Contact, User
from pipeline.models.case import CaseQuerySet
from pipeline.models.in_force import calendar_in_force
from pipeline.models.people import own_offices
from pipeline.outside.sheet_writer import Form, Heading
from pipeline.outside.table_writer import Value
from pipeline.rules.codes.fields import carried_fields
from pipeline.rules.condition import TITLES
from pipeline.rules.sentences import shown
from pipeline.stages import Language

HEADINGS = {
    "firm": gettext_lazy("Firm"),
    "number": gettext_lazy("Case number"),
    "county": gettext_lazy("County"),
    "stage": gettext_lazy("Stage"),
    "turn": gettext_lazy("Turn"),
    "due": gettext_lazy("Time left"),
    "shortfall": gettext_lazy("Main shortfall (found / standard)"),
    "change": gettext_lazy("Change"),
    "officer": gettext_lazy("Officer"),
    "kind": gettext_lazy("Kind"),
    "opened": gettext_lazy("Opened on"),
    "coach": gettext_lazy("Coach"),
    "tags": gettext_lazy("Tags"),
    "code": gettext_lazy("Credit code"),
    "field": gettext_lazy("Field"),
    "contact": gettext_lazy("Contact person"),
}
ON_SCREEN_ONLY = frozenset({"change"})  # told of what is new to the one who looks
KINDS = {
    Case.POOL: gettext_lazy("cultivation pool"),
    Case.RENEWAL: gettext_lazy("renewal"),
    Case.DIRECT: gettext_lazy("direct application"),
}
FORMS: dict[str, Form] = {"due": "day", "opened": "day"}
WIDTHS = {"firm": 36, "shortfall": 40, "field": 28, "code": 22, "stage": 18, "contact": 24}


def headings(columns: Sequence[str]) -> list[Heading]:
    """The firm first; a due day is followed by the working days left."""
    found = []
    for name in ("firm", *columns):
        text = _("Due on") if name == "due" else str(HEADINGS[name])
        found.append(Heading(text, WIDTHS.get(name, 14), FORMS.get(name, "text")))
        if name == "due":
            found.append(Heading(_("Working days left"), 10, "number"))
    return found


def fetched(keys: Sequence[int], columns: Sequence[str], person: User) -> list[Any]:
    """The cases of these keys, in their order, with what the columns want."""
    rows: CaseQuerySet = Case.objects.visible_to(person)
    if "coach" in columns:
        rows = rows.with_coach()
    if "tags" in columns:
        rows = rows.with_tags(own_offices(person))
    found: list[Any] = rows.in_turn(keys)
    if "contact" in columns:
        people = _contacts(Contact.objects.filter(firm__in=[case.firm_id for case in found]))
        for case in found:
            case.contact = people.get(case.firm_id, "")
    return found


def cells(case: Any, columns: Sequence[str], today: date) -> list[Value]:
    found: list[Value] = [case.firm.name]
    for name in columns:
        found += _due(case, today) if name == "due" else [CELLS[name](case)]
    return found


def _place(case: Any) -> Case | Application:
    place: Case | Application = next((each for each in case.applications.all() if each.ended_on is None), case)
    return place


def _stage(case: Any) -> str:
    language: Language = "en" if get_language() == "en" else "zh"
    return str(_place(case).place.label(language))


def _turn(case: Any) -> str:
    words = {
        "county": case.county_name or _("the county"),
        "city": _("the city"),
        "firm": _("the firm"),
        "coach": _("the coach"),
        "agency": _("the agency"),
    }
    return words.get(_place(case).place.turn, "")


def _due(case: Any, today: date) -> list[Value]:
    due = _place(case).due(today, calendar_in_force())
    return [due.day, due.workdays]


def _shortfall(case: Any) -> str:
    diagnosis = case.firm.latest_diagnosis
    found = diagnosis.shortfall if diagnosis and diagnosis.unmet else None
    if not found:
        return ""
    numbers = [_number(found.get(name), found.get("unit", "")) for name in ("found", "needed")]
    title = TITLES[found["rule"]].in_language(get_language() or "")
    return f"{title} {' / '.join(number for number in numbers if number)}".strip()


def _number(value: Any, unit: str) -> str:
    try:
        return shown(Fraction(str(value)), unit).in_language(get_language() or "")
    except ValueError:
        return ""


def _contacts(rows: QuerySet[Contact]) -> dict[int, str]:
    """Of each firm the first person named, with the middle of the number left out."""
    found: dict[int, str] = {}
    for firm, name, phone in rows.order_by("pk").values_list("firm_id", "name", "phone"):
        found.setdefault(firm, masked(name, phone))
    return found


def masked(name: str, phone: str) -> str:
    """A person of a firm as a file may tell them."""
    return f"{name[:1]}** {phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else f"{name[:1]}**"


CELLS: dict[str, Callable[[Any], Value]] = {
    "number": lambda case: case.number,
    "county": lambda case: case.county_name or "",
    "stage": _stage,
    "turn": _turn,
    "shortfall": _shortfall,
    "officer": lambda case: case.officer.name if case.officer else "",
    "kind": lambda case: str(KINDS[case.kind]),
    "opened": lambda case: case.opened_on,
    "coach": lambda case: case.coach_names or "",
    "tags": lambda case: case.tag_names or "",
    "code": lambda case: case.firm.uscc,
    "field": lambda case: carried_fields().get(case.firm.field, case.firm.field),
    "contact": lambda case: case.contact,
}

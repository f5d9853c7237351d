"""What a role may do: its acts and its pages, as the access tables themselves have them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from pipeline import access, stages
from pipeline.desk.grant_names import ACT_NAMES, OTHER, PAGE_NAMES, SUBJECTS
from pipeline.desk.office import HOUSE, tabs
from pipeline.request import StaffRequest

# What the rows of a seat's acts and pages extend to, and what they never do.
REACH = {
    "city_officer": gettext_lazy("All firms of the city. Never confirms what they proposed themselves."),
    "city_head": gettext_lazy("All firms of the city. Never changes a firm's figures."),
    "county_officer": gettext_lazy("Firms of the own county; of those that moved away, the past."),
    "county_head": gettext_lazy("Firms of the own county; of those that moved away, the past."),
    "leader": gettext_lazy("Of each firm its name, county, stage and certificate; no figures and no papers."),
    "coach": gettext_lazy("Firms to which the person is appointed and which consented, while that lasts."),
    "agency": gettext_lazy("Firms that let the agency in, only the parts they chose, until the day they set."),
    "bank": gettext_lazy("Firms that let the bank in, only what they show, until the day they set."),
    "expert": gettext_lazy("No firm, until a panel assigns a dossier."),
    "firm_owner": gettext_lazy("The own firm."),
    "firm_finance": gettext_lazy("The own firm."),
    "firm_rd": gettext_lazy("The own firm."),
    "firm_editor": gettext_lazy("The own firm."),
    "firm_viewer": gettext_lazy("The own firm, to read."),
    "system_admin": gettext_lazy("No firm. Accounts, offices and divisions, never seats or the trail."),
    "security_admin": gettext_lazy("No firm. Accounts and seats, each seat confirmed by a second person."),
    "audit_admin": gettext_lazy("No firm. The trail, to read."),
}


def roles(request: StaffRequest) -> HttpResponse:
    """?seat=… chooses the role; the person's own where none, or none that exists, is asked for."""
    asked = request.GET.get("seat", "")
    own = next((seat.kind for seat in request.user.seats), "city_officer")
    seat = asked if asked in access.SEAT_NAMES else own
    shown = {
        "tabs": tabs(request.user, "desk:roles", HOUSE),
        "seats": [(kind, name, kind == seat) for kind, name in access.SEAT_NAMES.items()],
        "seat": access.SEAT_NAMES[seat],
        "reach": REACH[seat],
        "groups": acts_by_subject(access.acts_of(seat)),
        "pages": [_page(name, request.user.seat_kinds) for name in pages_shown(seat)],
        "section": "desk:offices",
    }
    return render(request, "desk/roles/roles.html", shown)


def acts_by_subject(acts: frozenset[str]) -> list[tuple[tuple[str, str], list[tuple[str, Any]]]]:
    """The acts under what they are about, each with its name; in the order of the table of grants."""
    found: dict[tuple[str, str], list[tuple[str, Any]]] = {}
    for act in access.GRANTS:
        if act in acts:
            subject = SUBJECTS.get(act.partition(".")[0], OTHER)
            found.setdefault(subject, []).append((act, name_of(act)))
    order = [*SUBJECTS.values(), OTHER]
    return sorted(found.items(), key=lambda each: order.index(each[0]))


def name_of(act: str) -> tuple[str, str]:
    for moves in stages.MOVES.values():
        if act in moves:
            return moves[act].zh, moves[act].en
    return ACT_NAMES.get(act, (act, act))


def pages_shown(seat: str) -> list[str]:
    """What the seat can look at; an address that only takes something belongs to an act."""
    opened = access.pages_of(seat)
    return [name for name, page in access.URLS.items() if name in opened and "GET" in page.methods]


def _page(name: str, kinds: frozenset[str]) -> tuple[tuple[str, str], str]:
    """Its name, and its address where the reader may open it as it is."""
    try:
        url = reverse(name) if access.opens(kinds, name) else ""
    except NoReverseMatch:  # a page of one case, firm or file
        url = ""
    return PAGE_NAMES.get(name, (name, name)), url

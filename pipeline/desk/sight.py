"""Who can see a firm and why."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.desk.identity import identity
from pipeline.models import Firm
from pipeline.models.sight import AGENCY, BANK, CITY, COACH, COUNTY, FORMER, LEADER, OWN, Sight, sights
from pipeline.request import StaffRequest

PART_NAMES = {
    "figures": gettext_lazy("figures"),
    "rights": gettext_lazy("rights"),
    "plan": gettext_lazy("plan and diagnosis"),
    "verdict": gettext_lazy("verdict"),
    "one_page": gettext_lazy("one page"),
}
# By what right somebody sees the firm -> why, and what of it.
RIGHTS = {
    CITY: (gettext_lazy("The city's office works on every firm of the city"), gettext_lazy("all of its record")),
    COUNTY: (gettext_lazy("The firm belongs to this office's county"), gettext_lazy("all of its record")),
    FORMER: (
        gettext_lazy("The firm belonged to this office's county"),
        gettext_lazy("what was recorded before it left, to read"),
    ),
    LEADER: (gettext_lazy("Leads the city or the county"), gettext_lazy("name, county, stage and certificate")),
    OWN: (gettext_lazy("Acts for the firm itself"), gettext_lazy("its record, without what the bureau keeps inside")),
    COACH: (
        gettext_lazy("Appointed as coach, and the firm consented"),
        gettext_lazy("its record, without what the bureau keeps inside"),
    ),
    AGENCY: (gettext_lazy("The firm let this agency in"), gettext_lazy("these parts of its record")),
    BANK: (gettext_lazy("The firm shows itself to this bank"), gettext_lazy("these parts of its record")),
}


def sight(request: StaffRequest, uscc: str) -> HttpResponse:
    """A county's office is told the names of its own people; of other offices, that they may."""
    user = request.user
    held: Any = get_object_or_404(Firm.objects.visible_to(user).with_county(), uscc=uscc)
    found = sights(held, user)
    shown = {
        "firm": held,
        "identity": identity(user, held, on=request.today, here="desk:firm_sight"),
        "lines": [_line(each) for each in found],
        "count": len({person.pk for each in found for person, _kind in each.people}),
        "all_known": all(each.people for each in found),
        "section": "desk:screening",
    }
    return render(request, "desk/sight/sight.html", shown)


def _line(found: Sight) -> dict[str, Any]:
    why, what = RIGHTS[found.right]
    return {
        "why": why,
        "what": what,
        "place": found.place,
        "people": [(person, access.SEAT_NAMES[kind]) for person, kind in found.people],
        "until": found.until,
        "former": found.right == FORMER,
        "parts": [PART_NAMES[part] for part in found.parts],
    }

"""Who has how many coached firms in hand, how they stand, and how satisfied the firms are."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.desk.coaching import pages
from pipeline.models import Case, User
from pipeline.models.case import CaseQuerySet
from pipeline.models.caseload import LEAST_RATINGS, Load, Satisfaction, by_agent, by_coach, by_rated, coaches
from pipeline.models.silence import silence_term
from pipeline.request import StaffRequest

NO_LOAD = Load()


@dataclass(frozen=True)
class Line:
    """One coach or agency; each number opens the list it counts."""

    name: str
    of: str
    load: Load
    query: dict[str, Any]
    said: Satisfaction | None = None

    @property
    def url(self) -> str:
        return reverse("desk:coaching") + f"?{urlencode(self.query)}"

    @property
    def cells(self) -> list[tuple[str, int, str]]:
        return [(tab, getattr(self.load, tab), f"{self.url}&tab={tab}") for tab in ("late", "silent")]


def caseloads(request: StaffRequest) -> HttpResponse:
    """Coaches, their agencies, and the agencies that firms let act for them, the most loaded on top."""
    cases = Case.objects.within(request.user.reach(access.OFFICE)).coached()
    lines, agencies = _coach_lines(cases, request.today)
    acting = _agent_lines(cases, request.today)
    context = {
        "pages": pages(request.user, "desk:caseloads"),
        "coaches": lines,
        "agencies": agencies,
        "agents": acting,
        "most": max((line.load.firms for line in [*lines, *agencies, *acting]), default=0),
        "least": LEAST_RATINGS,
        "days": silence_term(request.today),
        "section": "desk:coaching",
    }
    return render(request, "desk/caseload/caseloads.html", context)


def _coach_lines(cases: CaseQuerySet, today: date) -> tuple[list[Line], list[Line]]:
    """A line for each coach, and one for each agency they belong to."""
    loads, said = by_coach(cases, today), by_rated(today)
    lines: list[Line] = []
    houses: dict[str, Load] = {}
    for seat in coaches():
        load = loads.get(seat.user_id, NO_LOAD)
        rated = said.get(seat.user_id, Satisfaction())
        lines.append(Line(seat.user.name, seat.agency or _("the bureau"), load, {"coach": seat.user_id}, rated))
        if seat.agency:
            houses[seat.agency] = houses.get(seat.agency, NO_LOAD) + load
    agencies = [Line(name, "", load, {"agency": name}) for name, load in houses.items()]
    return _most_first(lines), _most_first(agencies)


def _agent_lines(cases: CaseQuerySet, today: date) -> list[Line]:
    loads = by_agent(cases, today)
    named = User.objects.filter(pk__in=loads).order_by("name", "pk") if loads else []
    return _most_first([Line(each.name, "", loads[each.pk], {"agent": each.pk}) for each in named])


def _most_first(lines: list[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (-line.load.firms, line.name))

"""What happened with the firm, as the firm is told it: its own part of the timeline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access, stages
from pipeline.acts.difficulty import NAMES as DIFFICULTIES
from pipeline.models import Firm
from pipeline.models.timeline import FOR_FIRM, Happening, cursor_of, timeline
from pipeline.portal import standing
from pipeline.request import StaffRequest
from pipeline.templatetags.look import language, spoken, verdict_word

SIZE = 30
WAYS = {"visit": gettext_lazy("Visit"), "call": gettext_lazy("Call"), "meeting": gettext_lazy("Meeting")}


@dataclass(frozen=True)
class Line:
    at: date
    says: str
    who: str = ""
    note: str = ""
    url: str = ""
    link: str = ""
    ours: bool = False  # done by the firm itself


def firm_timeline(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    before = cursor_of(request.GET.get("before", ""))
    stretch = timeline(firm, request.user, kinds=FOR_FIRM, before=before, size=SIZE, to_firm=True)
    shown = {
        "firm": firm,
        "events": [WORDS[each.kind](each, firm) for each in stretch.happenings],
        "older": f"?{urlencode({'before': stretch.older})}" if stretch.older else "",
        "inside_page": before is not None,
    }
    return render(request, "portal/timeline/timeline.html", shown)


def _move(row: Happening, firm: Firm) -> Line:
    """Where it led, in the words for firms; the bureau's own remarks stay with it."""
    table: Literal["case", "application"] = "application" if row.more["application"] else "case"
    place = stages.STAGES[table][row.more["target"]]
    ours = bool(access.GRANTS[row.more["move"]] & access.FIRM)
    return Line(row.on, place.label(language(), "firm"), row.who if ours else "", ours=ours)


def _letter(row: Happening, firm: Firm) -> Line:
    return Line(row.on, spoken(row.more["title"]), url=reverse("portal:messages", args=[firm.uscc]), link=_("read"))


def _note(row: Happening, firm: Firm) -> Line:
    return Line(row.on, _("The bureau writes"), row.who, row.more["text"])


def _visit(row: Happening, firm: Firm) -> Line:
    return Line(row.on, str(WAYS[row.more["way"]]), row.who)


def _paper(row: Happening, firm: Firm) -> Line:
    url = reverse("portal:paper", args=[firm.uscc, row.more["document"]])
    return Line(row.on, _("Paper sent"), row.who, url=url, link=row.more["name"], ours=True)


def _assessment(row: Happening, firm: Firm) -> Line:
    url = reverse("portal:diagnosis", args=[firm.uscc])
    says = _("Diagnosis: %(verdict)s") % {"verdict": verdict_word(row.more["verdict"])}
    return Line(row.on, says, url=url, link=_("the newest diagnosis"))


def _difficulty(row: Happening, firm: Firm) -> Line:
    url = reverse("portal:difficulty", args=[firm.uscc, row.more["public"]])
    kind = spoken(DIFFICULTIES[row.more["is"]])
    return Line(row.on, _("Asked for help: %(kind)s") % {"kind": kind}, row.who, url=url, link=_("open"), ours=True)


WORDS: Mapping[str, Callable[[Happening, Any], Line]] = {
    "assessment": _assessment, "difficulty": _difficulty, "letter": _letter, "move": _move, "note": _note,
    "paper": _paper, "visit": _visit,
}  # fmt: skip

"""Ctrl-K: firms by name, pinyin, credit code or the end of a telephone number; cases by number; pages by name."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.models import Case, Firm, User
from pipeline.request import StaffRequest

MOST = 8
PAGES = {
    "desk:queue": gettext_lazy("My work"),
    "desk:screening": gettext_lazy("Screening"),
    "desk:coaching": gettext_lazy("Coaching"),
    "desk:funnel": gettext_lazy("Overview"),
    "desk:rosters": gettext_lazy("Rosters"),
    "desk:rounds": gettext_lazy("Rounds"),
    "desk:laboratory": gettext_lazy("Policy laboratory"),
    "desk:books": gettext_lazy("Books"),
    "desk:certificates": gettext_lazy("Certificates"),
    "desk:messages": gettext_lazy("Messages"),
    "desk:signatures": gettext_lazy("To sign"),
    "desk:calls": gettext_lazy("Calls"),
    "desk:call_note": gettext_lazy("Note a call"),
    "desk:workload": gettext_lazy("Workload"),
    "desk:routing": gettext_lazy("Rules of assignment"),
    "desk:absences": gettext_lazy("Absence and signature"),
    "desk:county_less": gettext_lazy("Counties to be assigned"),
    "desk:calendar": gettext_lazy("Working days"),
}


@dataclass(frozen=True)
class Hit:
    url: str
    says: str
    hint: str = ""


def palette(request: StaffRequest) -> HttpResponse:
    """A fragment for the dialog, a page of its own without a script. At most two statements of its own."""
    text = request.GET.get("q", "").strip()[:40]
    found = {
        "firms": _firms(text, request.user) if text else [],
        "cases": _cases(text, request.user) if _is_number(text) else [],
        "pages": [hit for hit in _pages(request.user) if text.lower() in hit.says.lower()],
        "text": text,
    }
    whole = not getattr(request, "htmx", False)
    return render(request, "desk/search/palette.html" if whole else "desk/search/found.html", found)


def _firms(text: str, user: User) -> list[Hit]:
    firms = Firm.objects.visible_to(user).found_by(text).with_county().defer("search").order_by("pinyin", "pk")[:MOST]
    return [Hit(reverse("desk:firm", args=[firm.uscc]), firm.name, _hint(firm)) for firm in firms]


def _hint(firm: Any) -> str:
    return "·".join(filter(None, [firm.county_name or _("county to be assigned"), firm.uscc]))


def _cases(text: str, user: User) -> list[Hit]:
    cases = Case.objects.visible_to(user).filter(number__startswith=text.upper()).select_related("firm")
    return [
        Hit(reverse("desk:case", args=[case.number]), case.number, case.firm.name)
        for case in cases.order_by("-pk")[:MOST]
    ]


def _is_number(text: str) -> bool:
    return text.upper().startswith("GP")


def _pages(user: User) -> list[Hit]:
    return [Hit(reverse(name), str(label)) for name, label in PAGES.items() if access.opens(user.seat_kinds, name)]

"""The pages about an office's own work, as tabs: who has how much, who gets what, who is away, which days count; and
those about the house: who sits where, and what that gives.
"""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.models import User
from pipeline.models.people import own_offices
from pipeline.models.work import colleagues

PAGES = {
    "desk:workload": gettext_lazy("Workload"),
    "desk:routing": gettext_lazy("Rules of assignment"),
    "desk:absences": gettext_lazy("Absence and signature"),
    "desk:county_less": gettext_lazy("Counties to be assigned"),
    "desk:calendar": gettext_lazy("Working days"),
}
HOUSE = {
    "desk:offices": gettext_lazy("Offices"),
    "desk:divisions": gettext_lazy("Divisions"),
    "desk:people": gettext_lazy("Accounts"),
    "desk:seats": gettext_lazy("Seats to confirm"),
    "desk:roles": gettext_lazy("What a role may do"),
}


def tabs(user: User, here: str, pages: dict[str, Any] = PAGES) -> list[dict[str, Any]]:
    return [
        {"url": reverse(name), "label": label, "count": None, "here": name == here}
        for name, label in pages.items()
        if access.opens(user.seat_kinds, name)
    ]


def people_of(user: User) -> Any:
    """Who works cases in the person's offices, for a choice in a form."""
    return User.objects.filter(pk__in=colleagues(own_offices(user)).values("user")).order_by("name", "pk")

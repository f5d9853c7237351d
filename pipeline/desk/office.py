"""The pages about an office's own work, as tabs: who has how much, who gets what, who is away, which days count."""

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


def tabs(user: User, here: str) -> list[dict[str, Any]]:
    return [
        {"url": reverse(name), "label": label, "count": None, "here": name == here}
        for name, label in PAGES.items()
        if access.opens(user.seat_kinds, name)
    ]


def people_of(user: User) -> Any:
    """Who works cases in the person's offices, for a choice in a form."""
    return User.objects.filter(pk__in=colleagues(own_offices(user)).values("user")).order_by("name", "pk")

"""Two firms beside each other, as far as whoever looks may see both."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from pipeline.models import Contact, Firm, User


@dataclass(frozen=True)
class Line:
    """What a line tells of each firm, and whether it is the same of all."""

    name: str | Promise
    values: list[Any]

    @property
    def same(self) -> bool:
        return len(self.values) > 1 and bool(self.values[0]) and len(set(map(str, self.values))) == 1


def firms_shown(user: User, keys: Collection[int]) -> list[Any]:
    """The firms with these keys, in the order of the keys; `contacts` beside each. Two statements."""
    counted = {
        "rights": Count("intellectualproperty", distinct=True),
        "certificates": Count("certificate", distinct=True),
        "cases": Count("case", distinct=True),
        "open_cases": Count("case", filter=Q(case__closed_on=None), distinct=True),
    }
    firms: list[Any] = list(
        Firm.objects.visible_to(user).filter(pk__in=keys).with_county().annotate(**counted).order_by("pk")
    )
    for each in firms:
        each.contacts = []
    by_key = {each.pk: each for each in firms}
    for contact in Contact.objects.visible_to(user).filter(firm__in=by_key).order_by("pk"):
        by_key[contact.firm_id].contacts.append(contact)
    return firms


def lines(firms: list[Any]) -> list[Line]:
    """What tells two records apart, or shows them to be of one firm."""
    told = {
        gettext_lazy("Credit code"): [each.uscc for each in firms],
        gettext_lazy("County"): [each.county_name or "—" for each in firms],
        gettext_lazy("Address"): [each.address for each in firms],
        gettext_lazy("Contact person"): ["、".join(who.name for who in each.contacts) for each in firms],
        gettext_lazy("Telephone"): ["、".join(who.phone for who in each.contacts if who.phone) for each in firms],
        gettext_lazy("Cases"): [each.cases for each in firms],
        gettext_lazy("of them open"): [each.open_cases for each in firms],
        gettext_lazy("Certificates"): [each.certificates for each in firms],
        gettext_lazy("Rights on record"): [each.rights for each in firms],
    }
    return [Line(name, values) for name, values in told.items()]

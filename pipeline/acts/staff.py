"""Persons of a firm, month by month and one by one."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import FinancialYear, Firm, MoveRefused, StaffMember, StaffMonth
from pipeline.rules.facts.staff import complete

Values = Mapping[str, Any]
MOST_MEMBERS = 5_000


@transaction.atomic
def record_months(
    firm: Firm, year: int, months: Mapping[int, Values], *, versions: Mapping[int, int | None], by: Actor, on: date
) -> None:
    """Write persons of these months; `versions` is what was seen of each, None where there was no row."""
    access.require(by, "staff.record_months", Firm.objects.filter(pk=firm.pk))
    demand(year <= on.year, "year", _("%(year)s has not begun yet.") % {"year": year})
    Firm.objects.filter(pk=firm.pk).update(diagnosis_due=True)
    for month, counts in months.items():
        seen = versions.get(month)
        rows = StaffMonth.objects.filter(firm=firm, year=year, month=month)
        if seen is None:
            _row, written = StaffMonth.objects.get_or_create(firm=firm, year=year, month=month, defaults=counts)
        else:
            written = bool(rows.filter(version=seen).update(version=F("version") + 1, **counts))
        if not written:
            raise MoveRefused("staff.record_months", {f"{year}-{month:02}": ("changed", seen or 0)})


@transaction.atomic
def record_members(firm: Firm, year: int, members: Sequence[Values], *, by: Actor) -> int:
    """Put persons on the list of a year, all or none: the same name and post again corrects what is there."""
    access.require(by, "staff.record_members", Firm.objects.filter(pk=firm.pk))
    demand(len(members) <= MOST_MEMBERS, "0", _("At most %(n)s lines at a time.") % {"n": MOST_MEMBERS})
    seen: dict[tuple[str, str], int] = {}
    wrong = []
    for number, values in enumerate(members):
        first = seen.setdefault((values["name"], values["post"]), number)
        if first != number:
            wrong.append(Missing(str(number), _("The same person and post stand in line %(n)s.") % {"n": first + 1}))
    if wrong:
        raise ConditionUnmet(wrong)
    changed = ["degree", "employed_as", "does_rd", "days_worked"]
    there = StaffMember.objects.filter(firm=firm, year=year)
    keys_there = [row.pk for row in there if (row.name, row.post) in seen]
    there.filter(pk__in=keys_there).update(version=F("version") + 1)
    rows = [StaffMember(firm=firm, year=year, **values) for values in members]
    keys = ["firm", "year", "name", "post"]
    StaffMember.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=keys, update_fields=changed
    )
    return len(rows)


@transaction.atomic
def record_member(
    firm: Firm, year: int, values: Values, *, member: StaffMember | None, version: int = 0, by: Actor
) -> None:
    """Put one person on the list, or change the one that was seen in this version."""
    access.require(by, "staff.record_member", Firm.objects.filter(pk=firm.pk))
    rows = StaffMember.objects.filter(firm=firm, year=year)
    twins = rows.filter(name=values["name"], post=values["post"])
    demand(
        not (twins.exclude(pk=member.pk) if member else twins).exists(),
        "name",
        _("This person is on the list with the same post."),
    )
    if member is None:
        StaffMember.objects.create(firm=firm, year=year, **values)
    elif not rows.filter(pk=member.pk, version=version).update(version=F("version") + 1, **values):
        raise MoveRefused("staff.record_member", {member.masked_name: ("changed", version)})


@transaction.atomic
def count(firm: Firm, year: int, *, what: str, by: Actor) -> None:
    """The firm says whether its months or the declared averages count as the staff of a year."""
    access.require(by, "staff.count", Firm.objects.filter(pk=firm.pk))
    demand(what in ("months", "declared"), "what", _("Say which of the two counts."))
    demand(what == "declared" or _filled(firm, year), "what", _("The months are not complete, so they cannot count."))
    _row, created = FinancialYear.objects.get_or_create(firm=firm, year=year, defaults={"staff_from": what})
    if not created:
        FinancialYear.objects.filter(firm=firm, year=year).update(staff_from=what, version=F("version") + 1)
    Firm.objects.filter(pk=firm.pk).update(diagnosis_due=True)


def _filled(firm: Firm, year: int) -> bool:
    known = {f"{name}__isnull": False for name in StaffMonth.COUNTS}
    months = StaffMonth.objects.filter(firm=firm, year=year, **known).values_list("month", flat=True)
    return complete(set(months), year, firm.registered_on)

"""The rules by which an office gives cases to its people, written by its heads."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Refused
from pipeline.acts.conditions import demand
from pipeline.models import Division, RoutingRule, User
from pipeline.models.people import Office, own_offices
from pipeline.models.routing import MOST_RULES, RoutingRuleQuerySet
from pipeline.models.work import colleagues


@transaction.atomic
def add(
    office: Office,
    *,
    by: User,
    county: Division | None = None,
    stage: str = "",
    field: str = "",
    officer: User | None = None,
    most: int | None = None,
) -> RoutingRule:
    """Add a rule after the others."""
    access.require(by, "routing.write")
    _own(office.pk, by)
    last = RoutingRule.objects.filter(office=office).order_by("-position").values_list("position", flat=True).first()
    position = (last or 0) + 1
    demand(position <= MOST_RULES, "officer", _("At most %(n)s rules.") % {"n": MOST_RULES})
    sits = officer is None or colleagues([office.pk]).filter(user=officer, kind__in=access.OFFICERS).exists()
    demand(sits, "officer", _("Choose an officer of the office."))
    return RoutingRule.objects.create(
        office=office, position=position, county=county, stage=stage, field=field, officer=officer, most=most
    )


@transaction.atomic
def remove(rules: RoutingRuleQuerySet, *, by: User) -> None:
    """Take a rule out; those after it move up."""
    access.require(by, "routing.write")
    rule = rules.get()
    _own(rule.office_id, by)
    rule.delete()
    for place, each in enumerate(_of(rule.office_id), start=1):
        _put(each, place)


@transaction.atomic
def raise_up(rules: RoutingRuleQuerySet, *, by: User) -> None:
    """Let a rule come before the one above it."""
    access.require(by, "routing.write")
    rule = rules.get()
    _own(rule.office_id, by)
    above = _of(rule.office_id).filter(position__lt=rule.position).order_by("-position").first()
    if above is not None:
        _put(above, rule.position)
        _put(rule, above.position)


def _of(office: int) -> Any:
    return RoutingRule.objects.filter(office=office).order_by("position")


def _put(rule: RoutingRule, place: int) -> None:
    RoutingRule.objects.filter(pk=rule.pk).update(position=place)


def _own(office: int, by: User) -> None:
    if office not in own_offices(by):
        raise Refused("routing.write", by)

"""Tags: words by which an office marks cases for itself."""

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Office, Tag, Tagging, User
from pipeline.models.case import CaseQuerySet

LONGEST, MOST = 20, 100


@transaction.atomic
def put(cases: CaseQuerySet, name: str, *, by: User) -> int:
    """Mark cases with a tag of one's own office; a new word is a new tag. How many did not bear it yet."""
    access.require(by, "tag.put", cases)
    tag = _tag(" ".join(name.split()), _office(by))
    borne = Tagging.objects.filter(tag=tag).count()
    keys = list(cases.order_by("pk").values_list("pk", flat=True))
    Tagging.objects.bulk_create(
        (Tagging(tag=tag, office_id=tag.office_id, case_id=key, by=by) for key in keys), ignore_conflicts=True
    )
    return Tagging.objects.filter(tag=tag).count() - borne


@transaction.atomic
def take(cases: CaseQuerySet, name: str, *, by: User) -> int:
    """Take a tag of one's own office off cases. How many bore it."""
    access.require(by, "tag.take", cases)
    office = _office(by)
    demand(Tag.objects.filter(office=office, name=name).exists(), "tag", _("There is no tag of this name."))
    taken, _kinds = Tagging.objects.filter(office=office, tag__name=name, case__in=cases.values("pk")).delete()
    return taken


def _office(by: User) -> Office:
    if by.office is None:
        raise ConditionUnmet([Missing("tag", _("Tags belong to an office."))])
    return by.office


def _tag(name: str, office: Office) -> Tag:
    demand(bool(name), "tag", _("Name the tag."))
    demand(len(name) <= LONGEST, "tag", _("A tag has at most %(n)s characters.") % {"n": LONGEST})
    known = Tag.objects.filter(office=office)
    full = known.exclude(name=name).count() >= MOST
    demand(not full, "tag", _("The office has %(n)s tags already: use one of them.") % {"n": MOST})
    return known.get_or_create(name=name, defaults={"office": office})[0]

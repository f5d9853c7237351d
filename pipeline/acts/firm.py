"""Who a firm is and where it belongs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import demand
from pipeline.models import Contact, Division, Firm, FirmMove, FormerName, IntellectualProperty, MoveRefused
from pipeline.models.firm import FirmQuerySet
from pipeline.models.spelling import BETWEEN, initials, pinyin_key
from pipeline.models.text_search import plain

AMENDABLE = frozenset(
    [
        "short_name",
        "registered_on",
        "resident",
        "field",
        "industry",
        "address",
        "rd_ledger",
        "never_certified",
        "credit_clean",
        "no_incident",
    ]
)


RENAMED = """update pipeline_firm f set name = n.name, pinyin = n.pinyin, initials = n.initials, version = f.version + 1
    from unnest(%s::bigint[], %s::text[], %s::text[], %s::text[]) n(id, name, pinyin, initials) where f.id = n.id"""


@transaction.atomic
def register(records: Sequence[Mapping[str, Any]], *, by: Actor, on: date) -> list[Firm]:
    """Put new firms on record. Each mapping holds `uscc`, `name`, `division` (a Division or None) and what else is
    known.

    A firm's county is written before the firm itself: that is what lets a county officer see what she registers.
    """
    access.require(by, "firm.register")
    reach = by.reach(access.GRANTS["firm.register"])
    foreign = [
        each for each in records if not reach.everything and getattr(each["division"], "pk", None) not in reach.counties
    ]
    demand(not foreign, "division", _("A county registers firms of its own county only."))
    keys = Firm.numbers(len(records))
    FirmMove.objects.bulk_create(
        FirmMove(firm_id=key, division=record["division"], during=DateRange(on, None))
        for key, record in zip(keys, records, strict=True)
    )
    return Firm.objects.bulk_create(
        Firm(
            pk=key,
            pinyin=pinyin_key(record["name"]),
            initials=initials(record["name"]),
            **{name: value for name, value in record.items() if name != "division"},
        )
        for key, record in zip(keys, records, strict=True)
    )


@transaction.atomic
def amend(firm: Firm, changes: Mapping[str, Any], *, version: int, by: Actor, on: date) -> None:
    """Correct what is on record of one firm, as the person saw it at `version`."""
    access.require(by, "firm.amend", Firm.objects.filter(pk=firm.pk))
    unknown = set(changes) - AMENDABLE
    demand(not unknown, "firm", _("Not open to correction: %(fields)s") % {"fields": ", ".join(sorted(unknown))})
    changed = Firm.objects.filter(pk=firm.pk, version=version).update(
        version=F("version") + 1, diagnosis_due=True, **changes
    )
    if not changed:
        raise MoveRefused("firm.amend", {firm.uscc: ("changed", firm.version)})


@transaction.atomic
def rename(firm: Firm, name: str, *, by: Actor, on: date) -> None:
    rename_many({firm.pk: name}, by=by, on=on)


@transaction.atomic
def rename_many(names: Mapping[int, str], *, by: Actor, on: date) -> None:
    """Give each of these firms its new name, and keep the one it had."""
    firms = Firm.objects.filter(pk__in=list(names))
    access.require(by, "firm.rename", firms)
    FormerName.objects.bulk_create(
        FormerName(firm_id=key, name=name, until=on) for key, name in firms.values_list("pk", "name")
    )
    keys, new = list(names), list(names.values())
    with connection.cursor() as cursor:
        cursor.execute(RENAMED, [keys, new, [pinyin_key(name) for name in new], [initials(name) for name in new]])


@transaction.atomic
def verify(firms: FirmQuerySet, *, by: Actor, on: date) -> int:
    """Note that the identity of the firms' owners was checked."""
    access.require(by, "firm.verify", firms)
    return firms.filter(verified_on=None).update(verified_on=on)


@transaction.atomic
def assign_county(firms: FirmQuerySet, division: Division, *, by: Actor, on: date) -> None:
    """Give firms whose address named no county the one they belong to."""
    access.require(by, "firm.assign_county", firms)
    settle(firms, division, on=on)


@transaction.atomic
def set_contact(firm: Firm, *, name: str, phone: str, email: str, by: Actor) -> None:
    access.require(by, "firm.set_contact", Firm.objects.filter(pk=firm.pk))
    Contact.objects.filter(firm=firm).exclude(name=name).delete()
    Contact.objects.update_or_create(firm=firm, name=name, defaults={"phone": phone, "email": email})


@transaction.atomic
def record_property(firm: Firm, right: Mapping[str, Any], *, by: Actor) -> IntellectualProperty:
    """Add one right, or correct the one of the same number."""
    access.require(by, "firm.record_property", Firm.objects.filter(pk=firm.pk))
    values = {name: value for name, value in right.items() if name != "number"}
    Firm.objects.filter(pk=firm.pk).update(diagnosis_due=True)
    kept, _created = IntellectualProperty.objects.update_or_create(firm=firm, number=right["number"], defaults=values)
    return kept


def settle(firms: FirmQuerySet, division: Division | None, *, on: date) -> None:
    """End where the firms were yesterday and begin where they are from today. A move within one day leaves no
    trace of it.
    """
    keys = list(firms.values_list("pk", flat=True))
    current = FirmMove.objects.filter(firm__in=keys, during__upper_inf=True)
    current.filter(during__startswith=on).delete()
    current.update(during=Func(Func(F("during"), function="lower"), Value(on), function="daterange"))
    FirmMove.objects.bulk_create(FirmMove(firm_id=key, division=division, during=DateRange(on, None)) for key in keys)


@transaction.atomic
def spell(firms: FirmQuerySet, *, by: Actor) -> int:
    """Note what firms are found by that have it not noted yet: the letters they sound like, the names they had."""
    access.require(by, "firm.spell")
    rows = list(firms.filter(initials="").only("name", "former_names").select_for_update(skip_locked=True))
    former: dict[int, list[str]] = {}
    for each in FormerName.objects.filter(firm__in=rows).order_by("pk"):
        former.setdefault(each.firm_id, []).append(plain(each.name))
    for firm in rows:
        firm.initials = initials(firm.name) or "-"  # a name without a letter is not asked for again
        firm.former_names = BETWEEN.join(former.get(firm.pk, []))
    return Firm.objects.bulk_update(rows, ["initials", "former_names"])

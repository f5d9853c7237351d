"""What an application says besides the record: its texts, who audited it, what of it is secret."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import demand
from pipeline.models import (
    Auditor,
    Document,
    Firm,
    HitechProduct,
    IntellectualProperty,
    MoveRefused,
    RdProject,
    Statement,
)
from pipeline.models.filing import LONGEST_TEXT, TOPICS

# what may be marked as secret, by the name its keys are sent under
MARKED: Mapping[str, Any] = {
    "project": RdProject,
    "right": IntellectualProperty,
    "product": HitechProduct,
    "document": Document,
}


@transaction.atomic
def write_texts(
    firm: Firm, year: int, texts: Mapping[str, str], *, versions: Mapping[str, int | None], by: Actor
) -> None:
    """Write the texts of a year's application; `versions` is what was seen of each, None where there was none. An empty
    text is taken out.
    """
    access.require(by, "filing.write_texts", Firm.objects.filter(pk=firm.pk))
    for topic, says in texts.items():
        demand(topic in TOPICS and len(says) <= LONGEST_TEXT, topic, _("A text has at most 400 signs."))
        rows, seen = Statement.objects.filter(firm=firm, year=year, topic=topic), versions.get(topic)
        if seen is None:
            written = not says or rows.get_or_create(firm=firm, year=year, topic=topic, defaults={"says": says})[1]
        elif says:
            written = bool(rows.filter(version=seen).update(says=says, version=F("version") + 1))
        else:
            written = bool(rows.filter(version=seen).delete()[0])
        if not written:
            raise MoveRefused("filing.write_texts", {topic: ("changed", seen or 0)})


@transaction.atomic
def note_auditor(firm: Firm, year: int, values: Mapping[str, Any], *, version: int | None, by: Actor) -> None:
    """Note who audits the application of a year; without a name it is taken out."""
    access.require(by, "filing.note_auditor", Firm.objects.filter(pk=firm.pk))
    staff, licensed = values.get("staff"), values.get("licensed")
    fits = staff is None or licensed is None or licensed <= staff
    demand(fits, "licensed", _("More are licensed than there are people. Check both numbers."))
    rows = Auditor.objects.filter(firm=firm, year=year)
    if not values["name"]:
        written = version is None or bool(rows.filter(version=version).delete()[0])
    elif version is None:
        written = rows.get_or_create(firm=firm, year=year, defaults=values)[1]
    else:
        written = bool(rows.filter(version=version).update(version=F("version") + 1, **values))
    if not written:
        raise MoveRefused("filing.note_auditor", {values["name"]: ("changed", version or 0)})


@transaction.atomic
def mark_secret(firm: Firm, *, classified: bool, secret: Mapping[str, Collection[Any]], by: Actor) -> None:
    """Say whether the firm keeps secrets of the state, and which rows of each kind of MARKED stay out of what it hands
    in. A mark stays on record where the firm says that it keeps none, and then hides nothing.
    """
    access.require(by, "filing.mark_secret", Firm.objects.filter(pk=firm.pk))
    Firm.objects.filter(pk=firm.pk).exclude(classified=classified).update(classified=classified)
    for kind, model in MARKED.items():
        keys = secret.get(kind, ())
        rows = model.objects.filter(firm=firm)
        demand(
            rows.filter(pk__in=keys).count() == len(set(keys)), kind, _("What was marked is not on record any more.")
        )
        rows.filter(pk__in=keys, secret=False).update(secret=True)
        rows.filter(secret=True).exclude(pk__in=keys).update(secret=False)

"""An office's phrases for its lists of faults: the carried ones, changed or left out, and its own."""

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import demand
from pipeline.models import Phrase, User
from pipeline.models.moving import MoveRefused
from pipeline.models.phrase import PLACES
from pipeline.rules.codes.phrases import carried_phrases

LONGEST, MOST = 500, 300


@transaction.atomic
def save(place: str, text: str, *, by: User, key: int | None = None, carried: str = "", version: int = 0) -> Phrase:
    """Add a phrase, change one of the office's own (`key`, as seen in `version`), or put one in place of a carried one.

    Raises ConditionUnmet, MoveRefused.
    """
    access.require(by, "phrase.save")
    text = text.strip()
    demand(place in PLACES, "place", _("Choose what the phrase is for."))
    demand(bool(text), "text", _("Write the phrase."))
    demand(len(text) <= LONGEST, "text", _("A phrase has at most %(n)s signs.") % {"n": LONGEST})
    demand(not carried or carried in carried_phrases(), "text", _("There is no such phrase."))
    if key is not None:
        return _change(key, version, by=by, place=place, text=text, withdrawn=False)
    return _put(place, text, by=by, carried=carried)


@transaction.atomic
def withdraw(*, by: User, key: int | None = None, carried: str = "", version: int = 0) -> Phrase:
    """Use a phrase no longer: one of the office's own, or a carried one."""
    access.require(by, "phrase.withdraw")
    if key is not None:
        return _change(key, version, by=by, withdrawn=True)
    demand(carried in carried_phrases(), "text", _("There is no such phrase."))
    kept = carried_phrases()[carried]
    return _put(kept.place, kept.text, by=by, carried=carried, withdrawn=True)


def _put(place: str, text: str, *, by: User, carried: str, withdrawn: bool = False) -> Phrase:
    office = by.office
    if office is None:
        raise access.Refused("phrase.save", by)
    own = Phrase.objects.filter(office=office)
    demand(own.count() < MOST, "text", _("The office has %(n)s phrases already: change one of them.") % {"n": MOST})
    taken = carried and own.filter(carried=carried).exists()
    demand(not taken, "text", _("The office has put a phrase in its place already. Change that one."))
    last = own.filter(place=place).aggregate(last=Max("position"))["last"] or 0
    return Phrase.objects.create(
        office=office, place=place, text=text, carried=carried, withdrawn=withdrawn, position=last + 1, by=by
    )


def _change(key: int, version: int, *, by: User, **values: object) -> Phrase:
    """One that somebody else changed meanwhile is not overwritten."""
    own = Phrase.objects.filter(pk=key, office=by.office)
    if not own.filter(version=version).update(version=F("version") + 1, by=by, **values):
        raise MoveRefused("phrase.save", {str(row.pk): (row.text, row.version) for row in own})
    return own.get()

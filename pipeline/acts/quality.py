"""What looks odd in the records is found, and settled by whoever knows better. Nothing is refused by it."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import demand
from pipeline.models import Hit, Looked, Trait
from pipeline.models.alike import alike
from pipeline.models.looking import changed
from pipeline.models.oddities import oddities
from pipeline.models.quality import HitQuerySet
from pipeline.models.traits import traits_of

Key = tuple[int, int | None, str, str]  # firm, the other one, kind, about


@transaction.atomic
def look(firms: Collection[int], *, by: Actor, on: date) -> int:
    """Look at those of these firms whose record has changed since the last look; how many there were.

    What is no longer so goes, settled or not; what is new, or differs from what was settled, waits to be looked at.
    """
    access.require(by, "quality.look")
    anew = changed(firms)
    if not anew:
        return 0
    _mark(anew)
    wanted: dict[Key, Mapping[str, Any]] = {
        (pair.firm, pair.other, pair.kind, ""): facts for pair, facts in alike(anew.keys()).items()
    }
    wanted |= {(odd.firm, None, odd.kind, odd.about): facts for odd, facts in oddities(anew.keys()).items()}
    _write(wanted, Hit.objects.filter(Q(firm__in=anew) | Q(other__in=anew)), on)
    Looked.objects.bulk_create(
        [Looked(firm_id=key, versions=versions) for key, versions in anew.items()],
        update_conflicts=True,
        unique_fields=["firm"],
        update_fields=["versions"],
    )
    return len(anew)


@transaction.atomic
def settle(hits: HitQuerySet, *, why: str, by: Actor, on: date) -> int:
    """Say that something odd is right as it is, and how one knows. It comes back when a side of it changes."""
    access.require(by, "quality.settle", hits)
    demand(bool(why.strip()), "why", _("Say how you know that it is right as it is."))
    settled = hits.open().update(state=Hit.SETTLED, why=why.strip(), settled_by=by.pk, settled_on=on)
    demand(bool(settled), "why", _("Somebody has settled it already. Look at it again."))
    return settled


@transaction.atomic
def reopen(hits: HitQuerySet, *, by: Actor) -> None:
    """Take a settlement back."""
    access.require(by, "quality.reopen", hits)
    hits.update(state=Hit.OPEN, why="", settled_by=None, settled_on=None)


def _mark(firms: Mapping[int, str]) -> None:
    """Keep the firms' traits as their records stand now."""
    now = {(trait.firm_id, trait.key): trait for trait in traits_of(firms.keys())}
    kept = {(trait.firm_id, trait.key): trait for trait in Trait.objects.filter(firm__in=firms)}
    same = {place for place, trait in now.items() if place in kept and kept[place].shown == trait.shown}
    Trait.objects.filter(pk__in=[trait.pk for place, trait in kept.items() if place not in same]).delete()
    Trait.objects.bulk_create([trait for place, trait in now.items() if place not in same], ignore_conflicts=True)


def _write(wanted: Mapping[Key, Mapping[str, Any]], there: HitQuerySet, on: date) -> None:
    kept: dict[Key, Hit] = {(hit.firm_id, hit.other_id, hit.kind, hit.about): hit for hit in there}
    Hit.objects.filter(pk__in=[hit.pk for key, hit in kept.items() if key not in wanted]).delete()
    new = []
    for (firm, other, kind, about), facts in wanted.items():
        now: dict[str, Any] = {"facts": dict(facts), "sides": _digest(facts), "found_on": on}
        hit = kept.get((firm, other, kind, about))
        if hit is None:
            new.append(Hit(firm_id=firm, other_id=other, kind=kind, about=about, **now))
        elif hit.sides != now["sides"]:
            open_again = {"state": Hit.OPEN, "settled_by": None, "settled_on": None, "why": ""}
            Hit.objects.filter(pk=hit.pk).update(**now, **open_again)
    Hit.objects.bulk_create(new, ignore_conflicts=True)


def _digest(facts: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:40]

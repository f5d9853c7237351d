"""Firms as one looks for a single one, by whatever is known of it: in the palette, in the field of a form."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, Func, Max, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from pipeline.access import Actor, Reach
from pipeline.models.case import Transition
from pipeline.models.commonness import COMMON, NAMES
from pipeline.models.firm import SHORTEST_PHONE_TAIL, Contact, Firm, FirmMove, FirmQuerySet
from pipeline.models.merging import MergedRecord
from pipeline.models.spelling import BETWEEN
from pipeline.models.text_search import begins, called, plain

LOOKED_AT = 50  # of each kind of hit, the newest on record, where very many firms are called so
EXACT, BEGINS, HOLDS = range(3)


def sought(firms: FirmQuerySet, text: str, actor: Actor) -> FirmQuerySet:
    """Of these firms those called so, or whose telephone ends so: what is exactly that first, then what begins with it,
    then what holds it; among equals whose case moved last. `nearness` says which, `touched` the last move. A record
    that was merged into another is found by its whole code alone; `merged_into` names the one that stays.
    """
    words = plain(text)
    if not words:
        return firms.none()
    merged = MergedRecord.objects.standing().filter(firm=OuterRef("pk"))
    near = _near(actor).filter(~Exists(merged))
    arms = [
        _near(actor).filter(uscc=words.upper()).order_by("-pk"),
        near.filter(begins("plain_name", words)).order_by("plain_name"),
        near.filter(called(words, one_by_one=NAMES.known(words) >= COMMON)).order_by("-pk"),
    ]
    if is_phone(words):
        arms.append(near.filter(pk__in=_reached_at(words, actor)).order_by("-pk"))
    keys = [arm.values("pk")[:LOOKED_AT] for arm in arms]
    known = firms.filter(pk__in=keys[0].union(*keys[1:]))
    found = known.annotate(
        merged_into=Subquery(merged.values("into__name")[:1]), nearness=_nearness(words), touched=_touched()
    )
    return found.order_by("nearness", "-touched", "pinyin", "pk")


def _near(actor: Actor) -> FirmQuerySet:
    """What the few hits of each kind are cut from. The policies show no firm but one's own; those of a county are
    entered by their keys, too, so that both indexes are read together and few rows are put to the policies.
    """
    reach = actor.reach()
    if not reach.counties or reach != Reach(counties=reach.counties):
        return Firm.objects.all()
    moves = FirmMove.objects.filter(division__in=reach.counties).values("firm")
    among = Func(
        F("pk"),
        ArraySubquery(moves),
        template="%(expressions)s)",
        arg_joiner=" = any(",
        output_field=models.BooleanField(),
    )
    return Firm.objects.filter(among)


def is_phone(words: str) -> bool:
    return words.isdecimal() and len(words) >= SHORTEST_PHONE_TAIL


def _reached_at(number: str, actor: Actor) -> QuerySet[Contact, Any]:
    seen = Contact.objects.visible_to(actor)
    return seen.filter(phone_tail=number[-SHORTEST_PHONE_TAIL:], phone__endswith=number).values("firm")


def _nearness(words: str) -> models.Case:  # noqa: TID251  # spelt as it asks
    code = words.upper()
    exact = Q(plain_name=words) | Q(uscc=code) | Q(also__startswith=words + BETWEEN)
    near = Q(plain_name__startswith=words) | Q(uscc__startswith=code) | Q(pinyin__startswith=words)
    near |= Q(also__startswith=words) | Q(also__contains=BETWEEN + words)
    found = [When(exact, then=Value(EXACT)), When(near, then=Value(BEGINS))]
    return models.Case(*found, default=Value(HOLDS))  # noqa: TID251  # spelt as it asks


def _touched() -> Coalesce:
    moves = Transition.objects.filter(firm=OuterRef("pk")).order_by().values("firm")
    return Coalesce(Subquery(moves.annotate(last=Max("pk")).values("last")), Value(0))

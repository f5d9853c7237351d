"""Notes on a firm: for the bureau alone, with colleagues named in them, or for the firm to read."""

import re
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import notice
from pipeline.acts.conditions import demand
from pipeline.models import Case, Firm, Note, Notice, Proposal, Seat, Transition, User
from pipeline.models.people import TODAY
from pipeline.stages import MOVES

LONGEST = 4_000
# moves that nobody but the bureau makes: who made one is a colleague
OF_THE_BUREAU = [move for moves in MOVES.values() for move in moves if access.GRANTS[move] <= access.OFFICE]
NAMING = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠](?=\w)")  # the sign before a name, not the one within an address


@transaction.atomic
def write(firm: Firm, text: str, *, by: User, on: date, internal: bool = True, case: Case | None = None) -> Note:
    """Keep the note; tell the colleagues named in it, or the firm it is for. Raises ConditionUnmet."""
    access.require(by, "note.write", Firm.objects.filter(pk=firm.pk))
    text = text.strip()
    demand(bool(text), "text", _("Write what is to be noted."))
    demand(len(text) <= LONGEST, "text", _("A note has at most %(n)s signs: write a paper for more.") % {"n": LONGEST})
    named = _named(text, colleagues(firm)) if internal else []
    noted = Note.objects.create(
        firm=firm, case=case, text=text, internal=internal, mentions=[each.pk for each in named], on=on, by=by
    )
    if internal:
        _tell_named(noted, named, by=by)
    else:
        _tell_firm(noted)
    return noted


def colleagues(firm: Firm) -> list[User]:
    """Whom a note on the firm may name: who works cases in an office the person sees, whoever moved or proposed
    something of the firm for the bureau, and the officers of its cases.
    """
    seated = Seat.objects.filter(kind__in=access.OFFICE, during__contains=TODAY).values("user")
    moved = Transition.objects.filter(firm=firm, move__in=OF_THE_BUREAU).values("by")
    proposed, holding = Proposal.objects.filter(firm=firm).values("proposed_by"), Case.objects.filter(firm=firm)
    known = Q(pk__in=seated) | Q(pk__in=moved) | Q(pk__in=proposed) | Q(pk__in=holding.values("officer"))
    return list(User.objects.filter(known, is_active=True).order_by("name", "pk"))


def _named(text: str, people: Iterable[User]) -> list[User]:
    """Who follows each @ in the text; of two whose names begin alike the longer name. Refuses a name nobody has."""
    longest_first = sorted(people, key=lambda each: len(each.name), reverse=True)
    named: dict[int, User] = {}
    for at in NAMING.finditer(text):
        rest = text[at.end() :]
        who = [each for each in longest_first if rest.startswith(each.name)]
        demand(
            bool(who),
            "text",
            _("No colleague who works on this firm is called “%(name)s”. After @ write a name in full.")
            % {"name": rest[:8].split()[0]},
        )
        named |= {each.pk: each for each in who if len(each.name) == len(who[0].name)}
    return list(named.values())


def _tell_named(noted: Note, named: Iterable[User], *, by: User) -> None:
    for each in named:
        if each.pk == by.pk:
            continue
        side = Notice.CITY if each.seat_kinds & access.CITY else Notice.COUNTY
        notice.tell_person(noted.firm, each, kind="note.mention", to=side, case=noted.case, who=by.name)


def _tell_firm(noted: Note) -> None:
    if noted.case is not None:
        notice.write([noted.case], to=Notice.FIRM, kind="note.write", note=noted.text)
    else:
        notice.tell_firm(noted.firm, kind="note.write", note=noted.text)

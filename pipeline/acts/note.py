"""Notes on a firm: for the bureau alone, with colleagues named in them, or for the firm to read."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import notice
from pipeline.acts.conditions import demand
from pipeline.models import Case, Firm, Note, Notice, Seat, User
from pipeline.models.people import TODAY

LONGEST = 4_000
NAMING = re.compile(r"(?<![A-Za-z0-9._%+-])[@＠](?=\w)")  # the sign before a name, not the one within an address


@transaction.atomic
def write(firm: Firm, text: str, *, by: User, on: date, internal: bool = True, case: Case | None = None) -> Note:
    """Keep the note; tell the colleagues named in it, or the firm it is for. Raises ConditionUnmet."""
    access.require(by, "note.write", Firm.objects.filter(pk=firm.pk))
    text = text.strip()
    demand(bool(text), "text", _("Write what is to be noted."))
    demand(len(text) <= LONGEST, "text", _("A note has at most %(n)s signs: write a paper for more.") % {"n": LONGEST})
    named = _named(text, colleagues(by, case)) if internal else []
    noted = Note.objects.create(
        firm=firm, case=case, text=text, internal=internal, mentions=[each.pk for each in named], on=on, by=by
    )
    if internal:
        _tell_named(noted, named, by=by)
    else:
        _tell_firm(noted)
    return noted


def colleagues(by: User, case: Any | None = None) -> list[User]:
    """Whom a note may name: who works cases in an office the person sees, and the officer of the case."""
    seats = Seat.objects.filter(kind__in=access.OFFICE, during__contains=TODAY)
    people = User.objects.filter(pk__in=seats.values("user"), is_active=True)
    found = {each.pk: each for each in people}
    if case is not None and case.officer_id and case.officer_id not in found:
        found[case.officer_id] = case.officer
    return sorted(found.values(), key=lambda each: (each.name, each.pk))


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

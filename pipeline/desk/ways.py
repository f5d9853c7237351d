"""Pages and acts by their names, as the palette offers them: only what one of the person's seats opens or grants."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from config.addresses import CreditCode
from pipeline import access
from pipeline.desk import application as dossier_moves
from pipeline.desk import case_moves
from pipeline.desk.grant_names import ACT_NAMES, PAGE_NAMES
from pipeline.models import User
from pipeline.models.spelling import initials
from pipeline.models.text_search import plain
from pipeline.templatetags.look import spoken

BEGUN_AT = {  # acts that begin on a page of their own, without a case or a firm
    "call.note": "desk:call_note",
    "roster.receive": "desk:rosters",
    "absence.note": "desk:absences",
    "signature.give": "desk:absences",
    "routing.write": "desk:routing",
    "announcement.publish": "desk:announcements",
    "phrase.save": "desk:phrases",
    "round.open": "desk:rounds",
    "calendar.propose": "desk:calendar",
    "firm.assign_county": "desk:county_less",
    "hour.offer": "desk:hours",
    "panel.compose": "desk:panels",
    "trial.ask": "desk:laboratory",
}
NO_PAGES = frozenset({"desk:palette", "desk:hand_over", "desk:call_note"})  # where one is, or an act
OF_A_FIRM = ("desk:firm", "desk:timeline", "desk:diagnosis")


@dataclass(frozen=True)
class Way:
    """A line of the palette. Without an address it only says something."""

    url: str
    says: str
    hint: str = ""


@dataclass(frozen=True)
class AtHand:
    """The case one has open, by what decides which acts are legal."""

    number: str
    stage: str
    dossier_stage: str
    flags: frozenset[str]  # the kinds of the firm's open entries


def called_so(ways: Iterable[Way], words: str) -> list[Way]:
    """Those whose name is the words, begins with them, then holds them; by the first letters of its syllables too."""
    near = [(nearness, way) for way in ways if (nearness := _nearness(way.says, words)) is not None]
    return [way for _nearness, way in sorted(near, key=lambda pair: pair[0])]


def general(user: User, firm: str) -> Iterator[Way]:
    """Acts, then pages. A call is noted with the firm at hand, if there is one."""
    for act, name in BEGUN_AT.items():
        if access.may(user, act) and access.opens(user.seat_kinds, name):
            about = f"?firm={firm}" if firm and act == "call.note" else ""
            yield Way(reverse(name) + about, spoken(ACT_NAMES[act]))
    for name in sorted(PAGE_NAMES.keys() & pages_by_themselves(), key=list(PAGE_NAMES).index):
        if access.opens(user.seat_kinds, name):
            yield Way(reverse(name), spoken(PAGE_NAMES[name]), _("go there"))


@cache
def pages_by_themselves() -> frozenset[str]:
    """The pages of staff that are opened without anything in their address."""
    return frozenset(_opened_alone(name for name in access.URLS if name.startswith(("desk:", "advisers:", "health"))))


def _opened_alone(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        with suppress(NoReverseMatch):
            reverse(name)
            if "GET" in access.URLS[name].methods and name not in NO_PAGES:
                yield name


def of_firm(user: User, firm: str) -> Iterator[Way]:
    for name in OF_A_FIRM:
        if firm and access.opens(user.seat_kinds, name):
            yield Way(reverse(name, args=[firm]), spoken(PAGE_NAMES[name]), _("go there"))


def of_case(user: User, case: AtHand) -> Iterator[Way]:
    """The acts that the stage allows and a seat grants. What stands in the way of one is said on its page."""
    if case.dossier_stage:
        for deed in case_moves.legal(dossier_moves.DEEDS, case.dossier_stage, user, case.flags):
            yield Way(reverse("desk:application_move", args=[case.number, deed.slug]), deed.label, case.number)
    for deed in case_moves.legal(case_moves.beside(case.dossier_stage), case.stage, user, case.flags):
        yield Way(reverse("desk:case_move", args=[case.number, deed.slug]), deed.label, case.number)


def firm_sent(code: str) -> str:
    """A credit code out of an address; empty where it is none."""
    return code if re.fullmatch(CreditCode.regex, code) else ""


def _nearness(says: str, words: str) -> int | None:
    name = plain(says)
    if name == words:
        return 0
    if name.startswith(words):
        return 1
    if words in name:
        return 2
    return 3 if len(words) > 1 and words.isascii() and words in initials(name) else None

"""The outbox: what is to be told is written down with the change that causes it; a job sends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from types import MappingProxyType

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.coaching_words import COACHING_WORDS
from pipeline.acts.holder_words import HOLDER_WORDS
from pipeline.acts.panel_words import PANEL_WORDS
from pipeline.acts.people_words import PEOPLE_WORDS
from pipeline.acts.pool_words import POOL_WORDS
from pipeline.acts.round_words import ROUND_WORDS
from pipeline.acts.sme_words import SME_WORDS
from pipeline.models import Case, Firm, Notice, User
from pipeline.models.many_rows import insert_alike
from pipeline.models.notice import NoticeQuerySet

LANGUAGES = {"zh": "zh-hans", "en": "en"}
FIRM, COUNTY, CITY, PERSON = Notice.FIRM, Notice.COUNTY, Notice.CITY, Notice.PERSON
NO_CASES: Mapping[int, Case] = MappingProxyType({})


@dataclass(frozen=True)
class Words:
    """Which sides are told (the firm, its county, the city), and in what words."""

    to: tuple[str, ...]
    title: str
    body: str


# The body may use %(firm)s, %(number)s, %(due)s, %(note)s and what the act adds.
WORDS = {
    "case.invite": Words(
        (FIRM,),
        _("You are invited to apply to the cultivation pool"),
        _("%(firm)s may apply to the high-tech enterprise cultivation pool. Your case is %(number)s."),
    ),
    "case.submit": Words(
        (COUNTY,),
        _("A new application has come in"),
        _("%(firm)s has submitted case %(number)s. County review is due by %(due)s."),
    ),
    "case.return_from_county": Words(
        (FIRM,),
        _("Please correct your application"),
        _("The county asks for corrections in case %(number)s, all of them listed, by %(due)s."),
    ),
    "case.resubmit_to_county": Words(
        (COUNTY,),
        _("Corrections have come in"),
        _("%(firm)s has answered the faults of case %(number)s. The review goes on until %(due)s."),
    ),
    "case.forward": Words(
        (CITY,),
        _("A case has been forwarded to the city"),
        _("The county has forwarded case %(number)s of %(firm)s. City review is due by %(due)s."),
    ),
    "case.send_back": Words(
        (COUNTY,),
        _("The city has sent a case back to the county"),
        _("Case %(number)s of %(firm)s is back with the county until %(due)s."),
    ),
    "case.return_from_city": Words(
        (FIRM,),
        _("Please correct your application"),
        _("The city asks for corrections in case %(number)s, all of them listed, by %(due)s."),
    ),
    "case.resubmit_to_city": Words(
        (COUNTY, CITY),
        _("Corrections have come in"),
        _("%(firm)s has answered the faults of case %(number)s. The review goes on until %(due)s."),
    ),
    "case.change_county": Words(
        (FIRM,),
        _("Your case is with another county"),
        _("Case %(number)s is now reviewed by the county your firm moved to, until %(due)s."),
    ),
    "case.publish": Words(
        (FIRM,),
        _("Your firm is on public notice"),
        _("The admission of %(firm)s is on public notice until %(due)s."),
    ),
    "case.refuse": Words(
        (FIRM,),
        _("Your application was not admitted"),
        _("Case %(number)s is closed. The reasons: %(note)s"),
    ),
    "case.admit": Words(
        (FIRM,),
        _("Your firm is in the cultivation pool"),
        _("%(firm)s has been admitted. Your coaching plan is ready to read."),
    ),
    "case.mark_ready": Words(
        (FIRM,),
        _("Your firm is ready to apply"),
        _("%(firm)s meets the numeric conditions. The next round is yours to take."),
    ),
    "case.unready": Words(
        (FIRM,),
        _("Coaching goes on"),
        _("Case %(number)s is back in coaching: %(note)s"),
    ),
    "case.remind": Words(
        (FIRM,),
        _("Please correct your application in time"),
        _("Case %(number)s waits for your corrections until %(due)s. After that it can be closed."),
    ),
    "case.remind_draft": Words(
        (FIRM,),
        _("Please finish your application"),
        _("Case %(number)s waits for your application. After a second reminder it can be closed."),
    ),
    "case.lapse": Words(
        (FIRM,),
        _("Your case has lapsed"),
        _("Case %(number)s was closed because it was not corrected in time. You may apply again."),
    ),
    "case.remove": Words(
        (FIRM,),
        _("Your firm has left the pool"),
        _("Case %(number)s is closed: %(note)s"),
    ),
    "case.record_departure": Words(
        (FIRM,),
        _("Your case is closed"),
        _("Case %(number)s is closed: %(note)s"),
    ),
    "case.tell": Words(
        (FIRM,),
        _("A message from the bureau"),
        _("About case %(number)s: %(note)s"),
    ),
    "case.withdraw": Words(
        (COUNTY,),
        _("A firm has withdrawn"),
        _("%(firm)s has withdrawn case %(number)s."),
    ),
    "case.climb": Words(
        (COUNTY, CITY),
        _("A case is stuck"),
        _("Nobody has moved case %(number)s of %(firm)s, which was due on %(due)s."),
    ),
    "application.submit": Words(
        (COUNTY,),
        _("A dossier has come in"),
        _("%(firm)s has submitted its dossier in case %(number)s. The county check is due by %(due)s."),
    ),
    "application.return_from_county": Words(
        (FIRM,),
        _("Please correct your dossier"),
        _("The county asks for corrections in case %(number)s by %(due)s."),
    ),
    "application.resubmit_to_county": Words(
        (COUNTY,),
        _("Corrections have come in"),
        _("%(firm)s has answered the faults of case %(number)s. The review goes on until %(due)s."),
    ),
    "application.return_from_city": Words(
        (FIRM,),
        _("Please correct your dossier"),
        _("The city asks for corrections in case %(number)s by %(due)s."),
    ),
    "application.forward": Words(
        (CITY,),
        _("A dossier has been forwarded to the city"),
        _("The county has forwarded the dossier of %(firm)s, case %(number)s."),
    ),
    "application.resubmit_to_city": Words(
        (COUNTY, CITY),
        _("Corrections have come in"),
        _("%(firm)s has answered the faults of case %(number)s. The review goes on until %(due)s."),
    ),
    "application.send_back": Words(
        (COUNTY,),
        _("The city has sent a dossier back to the county"),
        _("The dossier of %(firm)s, case %(number)s, is back with the county until %(due)s."),
    ),
    "application.change_county": Words(
        (FIRM,),
        _("Your case is with another county"),
        _("Case %(number)s is now reviewed by the county your firm moved to, until %(due)s."),
    ),
    "application.recommend": Words(
        (FIRM,),
        _("Your firm has been recommended"),
        _("The city has recommended %(firm)s to the certifying agency."),
    ),
    "application.not_recommend": Words(
        (FIRM,),
        _("Your firm was not recommended"),
        _("Case %(number)s goes back to coaching: %(note)s"),
    ),
    "application.lapse": Words(
        (FIRM,),
        _("Your dossier has lapsed"),
        _("The dossier in case %(number)s did not come in time. The case goes back to coaching."),
    ),
    "application.withdraw": Words(
        (COUNTY,),
        _("A firm has withdrawn its dossier"),
        _("%(firm)s has withdrawn its dossier in case %(number)s."),
    ),
    "application.record": Words(
        (FIRM,),
        _("News of your application"),
        _("The certifying agency's step in case %(number)s was recorded: %(stage)s"),
    ),
    "application.supply": Words(
        (CITY,),
        _("A firm has supplied what the agency asked for"),
        _("%(firm)s has answered the supplement in case %(number)s. Send it on to the agency."),
    ),
    "certificate.issue": Words(
        (FIRM,),
        _("Your firm is certified"),
        _("Certificate %(note)s of %(firm)s was recorded. What it asks of you, and by when, is in the portal."),
    ),
    "claim.accept": Words(
        (FIRM,),
        _("Your firm's account is open"),
        _("The office has checked the papers of %(firm)s. Its owner can invite colleagues now."),
    ),
    "coaching.finish_step": Words(
        (COUNTY,),
        _("A step is ready to be looked at"),
        _("%(firm)s has handed in a step of its plan in case %(number)s."),
    ),
    "coaching.accept_step": Words(
        (FIRM,),
        _("A step of your plan is accepted"),
        _("The bureau has accepted a step of the plan in case %(number)s."),
    ),
    "coaching.reopen_step": Words(
        (FIRM,),
        _("A step of your plan needs more"),
        _("Case %(number)s: %(note)s"),
    ),
    "hour.book": Words(
        (COUNTY, CITY),
        _("A firm has booked an hour"),
        _("%(firm)s comes on %(due)s: %(note)s"),
    ),
    "hour.cancel": Words(
        (COUNTY, CITY),
        _("A firm has cancelled an hour"),
        _("%(firm)s does not come on %(due)s."),
    ),
    "hour.withdraw": Words(
        (FIRM,),
        _("A booked hour is called off"),
        _("The hour on %(due)s does not take place: %(note)s Please book another."),
    ),
    "hour.remind": Words(
        (FIRM,),
        _("You have booked an hour"),
        _("It begins on %(due)s: %(note)s"),
    ),
    "note.write": Words(
        (FIRM,),
        _("The bureau has written to your firm"),
        _("The bureau writes to %(firm)s: %(note)s"),
    ),
    "note.mention": Words(
        (COUNTY, CITY),
        _("A colleague has named you in a note"),
        _("%(who)s names you in a note on %(firm)s. It stands in the firm's timeline."),
    ),
    "book.propose": Words(
        (CITY,),
        _("A pool book has been proposed"),
        _("“%(name)s” is to take effect on %(day)s. A head who did not write it may publish or reject it."),
    ),
    "book.publish": Words(
        (CITY,),
        _("A pool book has been published"),
        _("“%(name)s” is edition %(edition)s of the pool book, in force from %(day)s."),
    ),
    "book.reject": Words(
        (CITY,),
        _("A pool book has been rejected"),
        _("“%(name)s” is not published: %(note)s"),
    ),
    **{
        kind: Words(*said)
        for kind, said in (
            HOLDER_WORDS | POOL_WORDS | COACHING_WORDS | PEOPLE_WORDS | PANEL_WORDS | ROUND_WORDS | SME_WORDS
        ).items()
    },
}


def compose(kind: str, values: Mapping[str, object]) -> tuple[dict[str, str], dict[str, str]]:
    """Title and body in each language. A value that is a {zh, en} mapping appears in the language of the text."""
    titles, bodies = {}, {}
    for short, (title, body) in _in_languages(kind).items():
        words = {name: value[short] if isinstance(value, dict) else value for name, value in values.items()}
        titles[short], bodies[short] = title % words, body % words
    return titles, bodies


@cache
def _in_languages(kind: str) -> dict[str, tuple[str, str]]:
    """Title and body in each language, to be filled in: a bulk act asks for the same one ten thousand times."""
    found, text = {}, WORDS[kind]
    for short, language in LANGUAGES.items():
        with translation.override(language):
            found[short] = gettext(text.title), gettext(text.body)
    return found


def write(
    cases: Iterable[Case], *, to: str, kind: str, dues: Mapping[int, date | None] | None = None, **values: object
) -> None:
    """Write one notice a case to one side. `dues` holds the day each is due, by the case's key, where that is not the
    case's own day.
    """
    notices = []
    for case in cases:
        due = (case.due_on if dues is None else dues[case.pk]) or "—"
        title, body = compose(kind, {"firm": case.firm.name, "number": case.number, "due": due, "note": "", **values})
        notices.append(Notice(firm_id=case.firm_id, case=case, to=to, kind=kind, title=title, body=body))
    insert_alike(notices)


def tell_firm(firm: Firm, *, kind: str, to: str = FIRM, **values: object) -> None:
    """One notice about a firm, without a case, to one side."""
    tell_firms([firm], kind=kind, to=to, cases=NO_CASES, **values)


def tell_firms(
    firms: Iterable[Firm],
    *,
    kind: str,
    to: str = FIRM,
    cases: Mapping[int, Case] = NO_CASES,
    **values: object,
) -> None:
    """The same about each of many firms, in one statement; with its case, where `cases` has one by the firm's key."""
    notices = []
    for firm in firms:
        case = cases.get(firm.pk)
        number = case.number if case else "—"
        title, body = compose(kind, {"firm": firm.name, "number": number, "due": "—", "note": "", **values})
        notices.append(Notice(firm=firm, case=case, to=to, kind=kind, title=title, body=body))
    insert_alike(notices)


def tell_person(firm: Firm, person: User, *, kind: str, to: str, case: Case | None = None, **values: object) -> None:
    """One notice about a firm to one person of a side alone."""
    number = case.number if case else "—"
    title, body = compose(kind, {"firm": firm.name, "number": number, "due": "—", "note": "", **values})
    Notice.objects.create(firm=firm, case=case, to=to, person=person, kind=kind, title=title, body=body)


def tell_alone(person: User, *, kind: str, **values: object) -> None:
    """What concerns a person's own seats or account, told to them and nobody else."""
    title, body = compose(kind, {"note": "", **values})
    Notice.objects.create(to=PERSON, person=person, kind=kind, title=title, body=body)


def tell_city(*, kind: str, **values: object) -> None:
    """Of what concerns no single firm."""
    title, body = compose(kind, values)
    Notice.objects.create(to=CITY, kind=kind, title=title, body=body)


@transaction.atomic
def read(notices: NoticeQuerySet, *, by: Actor, at: datetime) -> int:
    """Mark as read. How many were not read before."""
    access.require(by, "notice.read", notices)
    return notices.filter(read_at=None).update(read_at=at)

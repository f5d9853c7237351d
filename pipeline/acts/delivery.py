"""From a notice to the people it is for: spread to their channels, put together, handed on, tried again, given up.

What leaves the house says what kind of thing happened and about which case, nothing else; the rest is read by who signs
in. Nothing is sent here: a job does that between `claim` and what it tells came of it.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import SENDER, Actor
from pipeline.acts import login, scoring, telling
from pipeline.models import Delivery, FirmMove, Notice, Pace, Seat, Telling, User
from pipeline.models.notice import SIDES, NoticeQuerySet
from pipeline.models.people import TODAY
from pipeline.models.telling import DINGTALK, MAIL, WECOM, DeliveryQuerySet
from pipeline.outside.letter import Letter

LEASE = timedelta(minutes=2)  # for which a worker has what it took to itself; a call takes ten seconds at most
TRIES = 12
LONGEST_WAIT = timedelta(hours=4)
LONGEST_SHUT = timedelta(minutes=30)
TOO_OLD = timedelta(days=3)
AGAIN: dict[str, Any] = {"state": Delivery.WAITING, "batch": None, "leads": False}
MOST_TOGETHER = 100
ROBOT_MOST, ROBOT_WITHIN = 20, timedelta(seconds=61)  # both houses let a robot speak twenty times a minute

RETURN, DEADLINE, DECISION, ACCOUNT, NEWS = "return", "deadline", "decision", "account", "news"
SAYS = {
    RETURN: _("There is something to correct"),
    DEADLINE: _("A day needs your attention"),
    DECISION: _("There is a decision"),
    ACCOUNT: _("There is news of your seat or account"),
    NEWS: _("There is a new message"),
}
# These bring a link to choose a password by.
PASSWORD_LINKS = frozenset({"people.invite", "people.send_link"})
# These and a link to an expert's task go by mail, whatever the person chose, and at once.
LINKS = PASSWORD_LINKS | {"panel.call"}
# The kinds of notice that are urgent, and the sort of thing each is; every other kind is news.
URGENT = {
    **dict.fromkeys(
        [
            "case.return_from_county", "case.return_from_city", "case.send_back", "coaching.reopen_step",
            "application.return_from_county", "application.return_from_city", "application.send_back", "sme.return",
        ],
        RETURN,
    ),
    **dict.fromkeys(
        [
            "case.remind", "case.remind_draft", "sme.remind", "difficulty.escalate", "hour.remind", "hour.withdraw",
            "hour.cancel", "update.remind", "term.warn", "difficulty.climb", "event.remind", "event.change",
            "certificate.remind", "certificate.missed", "certificate.revoke",
            "event.call_off", "panel.call", "panel.short", "round.remind", "round.remind_city", "round.remind_county",
            "round.remind_drafts", "round.remind_planned", "round.remind_returned",
        ],
        DEADLINE,
    ),
    **dict.fromkeys(
        [
            "case.publish", "case.refuse", "case.admit", "case.mark_ready", "case.unready", "case.lapse", "case.remove",
            "case.record_departure", "application.recommend", "application.not_recommend", "application.lapse",
            "application.record", "certificate.issue", "claim.accept", "book.publish", "book.reject",
            "adjustment.accept", "adjustment.keep", "case.extend_term",
        ],
        DECISION,
    ),
    **dict.fromkeys(
        ["people.ask_seat", "people.give_seat", "people.end_seat", "people.unlock", *sorted(PASSWORD_LINKS)], ACCOUNT
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """What a worker took: with a letter to send, or without one where it was put off or is not wanted any more."""

    channel: str
    letter: Letter | None = None


def sort_of(kind: str) -> str:
    return URGENT.get(kind, NEWS)


def recipients(notice: Notice) -> QuerySet[User]:
    """The people a notice is for: at the firm's seats, or at the office's, or one of them by name; one person, whatever
    their seats, of what is their own.
    """
    if notice.to == Notice.PERSON:
        return User.objects.filter(pk=notice.person_id or 0, is_active=True)
    seats = Seat.objects.filter(kind__in=SIDES[notice.to], during__contains=TODAY)
    if notice.to == Notice.FIRM:
        seats = seats.filter(firm=notice.firm_id)
    elif notice.to == Notice.COUNTY:
        county = FirmMove.objects.filter(firm=notice.firm_id, during__upper_inf=True).values("division")
        seats = seats.filter(office__division__in=county)
    people = User.objects.filter(pk__in=seats.values("user"), is_active=True)
    return people if notice.person_id is None else people.filter(pk=notice.person_id)


# ----------------------------------------------------------------------------------------------- spread


@transaction.atomic
def spread(notices: NoticeQuerySet, *, by: Actor, at: datetime) -> None:
    """Write down whom each goes to, by what, and when. What another worker has in hand is left to it."""
    access.require(by, "delivery.spread", notices)
    for found in notices.unsent(at).select_for_update(skip_locked=True, of=("self",)):
        urgent, there = found.kind in URGENT, telling.offered()
        rows = [
            Delivery(
                notice=found,
                person=person,
                channel=channel,
                urgent=urgent,
                recorded_at=at,
                next_try_at=at if found.kind in LINKS else told.due_at(at, urgent=urgent),
            )
            for person, told in _told(recipients(found))
            for channel in there
            if channel in _channels(told, found.kind, urgent=urgent) and told.address(channel)
        ]
        Delivery.objects.bulk_create(rows, ignore_conflicts=True)
        Notice.objects.filter(pk=found.pk).update(state=Notice.SENT, sent_at=at, last_error="")


def _channels(told: Telling, kind: str, *, urgent: bool) -> list[str]:
    return [MAIL] if kind in LINKS else told.channels(urgent=urgent)


def _told(people: QuerySet[User]) -> list[tuple[User, Telling]]:
    found = people.select_related("telling").order_by("pk")
    return [(each, getattr(each, "telling", None) or Telling(person=each)) for each in found]


# ------------------------------------------------------------------------------------------ taken in hand


@transaction.atomic
def claim(*, by: Actor, at: datetime) -> Claim | None:
    """Take the next message that is due, so that no other worker has it for two minutes. None where none is.

    All that is due to a person by one channel goes out as one message. What fell into quiet hours waits for their end.
    """
    access.require(by, "delivery.claim")
    shut = [pace.channel for pace in Pace.objects.all() if _free_at(pace, at) > at]
    due = Delivery.objects.due(at).exclude(channel__in=shut).select_for_update(skip_locked=True, of=("self",))
    first = due.select_related("person__telling", "notice__case").first()
    if first is None:
        return None
    told = getattr(first.person, "telling", None) or Telling(person=first.person)
    rows = _still_wanted(_together(first, at), told, first.channel)
    opens = at if any(row.notice.kind in LINKS for row in rows) else told.opens_at(at)
    if opens > at:
        _keys(rows).update(next_try_at=opens)
    if not rows or opens > at or not _may_speak(first.channel, at):
        return Claim(first.channel)
    batch = first.batch or Delivery.fresh_batch()
    begun = {"state": Delivery.SENDING, "batch": batch, "next_try_at": at + LEASE}
    _keys(rows[1:]).update(**begun)
    _keys(rows[:1]).update(**begun, leads=True)
    return Claim(first.channel, letter(rows, told.address(first.channel), key=batch.hex))


@transaction.atomic
def give_up_old(*, by: Actor, at: datetime) -> int:
    """What could not be sent for three days is not sent any more. How many there were."""
    access.require(by, "delivery.settle")
    old = Delivery.objects.filter(state__in=Delivery.OPEN, next_try_at__lte=at, recorded_at__lt=at - TOO_OLD)
    return old.update(state=Delivery.DEAD, leads=False, last_error="its gateway was not reached for three days")


@transaction.atomic
def again(channel: str, *, by: Actor, at: datetime) -> int:
    """Send what was given up by this channel once more, unless it is too old to be told. How many there were.

    The administrator who asks for it sees no message of anybody: the sender looks for them.
    """
    access.require(by, "delivery.again")
    with acting(SENDER):
        dead = Delivery.objects.filter(state=Delivery.DEAD, channel=channel, recorded_at__gt=at - TOO_OLD)
        return dead.update(**AGAIN, tries=0, next_try_at=at)


def _together(first: Delivery, at: datetime) -> list[Delivery]:
    """The rows of the message: of one that was begun, the very same again."""
    if first.state == Delivery.SENDING:
        rows = Delivery.objects.filter(batch=first.batch, state=Delivery.SENDING)
    else:
        same = {"person": first.person_id, "channel": first.channel, "state": Delivery.WAITING}
        rows = Delivery.objects.filter(**same, next_try_at__lte=at)
    locked = rows.exclude(pk=first.pk).select_for_update(skip_locked=True, of=("self",))
    return [first, *locked.select_related("notice__case").order_by("pk")[: MOST_TOGETHER - 1]]


def _still_wanted(rows: list[Delivery], told: Telling, channel: str) -> list[Delivery]:
    """Without what is not to be told any more: the seat ended, the channel was put off, its gateway was taken away."""

    @cache
    def is_for(to: str, firm: int | None, one: int | None) -> bool:
        return recipients(Notice(to=to, firm_id=firm, person_id=one)).filter(pk=told.person.pk).exists()

    usable = channel in telling.offered() and bool(told.address(channel))
    wanted = [
        row
        for row in rows
        if usable
        and channel in _channels(told, row.notice.kind, urgent=row.urgent)
        and is_for(row.notice.to, row.notice.firm_id, row.notice.person_id)
    ]
    gone = {row.pk for row in rows} - {row.pk for row in wanted}
    Delivery.objects.filter(pk__in=gone).update(state=Delivery.MOOT, leads=False)
    if rows[0].state == Delivery.SENDING:
        _keys(wanted[:1]).update(leads=True)  # its leader may have gone
    return wanted


def _keys(rows: Sequence[Delivery]) -> DeliveryQuerySet:
    return Delivery.objects.filter(pk__in=[row.pk for row in rows])


# ------------------------------------------------------------------------------------------ what came of it


@transaction.atomic
def done(key: str, channel: str, *, by: Actor, at: datetime) -> None:
    access.require(by, "delivery.settle")
    _of(key).update(state=Delivery.SENT, delivered_at=at, last_error="")
    Pace.objects.filter(channel=channel).exclude(failures=0, shut_until=None).update(
        failures=0, shut_until=None, why=""
    )


@transaction.atomic
def failed(key: str, *, by: Actor, at: datetime, why: str, for_good: bool = False) -> None:
    """The gateway refused it. It is tried again each time after twice as long, twelve times, with what has come up
    meanwhile; then it is given up and shown to the administrator.
    """
    access.require(by, "delivery.settle")
    _settle(key, at, why, for_good, AGAIN)


@transaction.atomic
def unclear(key: str, *, by: Actor, at: datetime, why: str, slow: str = "") -> None:
    """It may have gone out: the very same message is tried again, under its number. The channel that was `slow` rests,
    or each of its messages would keep those of the others waiting.
    """
    access.require(by, "delivery.settle")
    _settle(key, at, why, False, {})
    if slow:
        _rest(slow, at, why)


@transaction.atomic
def put_off(key: str, *, by: Actor, until: datetime, why: str) -> None:
    """The gateway takes nothing for this one address for a while. That is no failure and is not counted."""
    access.require(by, "delivery.settle")
    _of(key).update(**AGAIN, next_try_at=until, last_error=why[:200])


@transaction.atomic
def shut(key: str, channel: str, *, by: Actor, at: datetime, why: str, pause: timedelta | None = None) -> None:
    """The gateway is down, or takes nothing from anybody for the `pause`: the whole channel rests, and no message has
    failed by that. One that is down is asked again each time after twice as long, half an hour at most.
    """
    access.require(by, "delivery.settle")
    _of(key).update(**AGAIN, next_try_at=at, last_error=why[:200])
    _rest(channel, at, why, pause)


def _rest(channel: str, at: datetime, why: str, pause: timedelta | None = None) -> None:
    pace = _locked_pace(channel)
    pace.failures += 1
    pace.shut_until = at + (pause or min(timedelta(minutes=2 ** min(pace.failures - 1, 10)), LONGEST_SHUT))
    pace.why = why[:200]
    pace.save(update_fields=["failures", "shut_until", "why"])


def _of(key: str) -> DeliveryQuerySet:
    return Delivery.objects.filter(batch=key, state=Delivery.SENDING)


def _settle(key: str, at: datetime, why: str, for_good: bool, again: dict[str, Any]) -> None:
    tries = max(_of(key).values_list("tries", flat=True), default=0) + 1
    if for_good or tries >= TRIES:
        again = {"state": Delivery.DEAD, "leads": False}
    wait = min(timedelta(minutes=2 ** (tries - 1)), LONGEST_WAIT)
    _of(key).update(**again, tries=tries, next_try_at=at + wait, last_error=why[:200])


# -------------------------------------------------------------------------------------------- the gateways


def _is_robot(channel: str) -> bool:
    """Whether a robot speaks for the channel, to a group; else it reaches people one by one."""
    return channel == DINGTALK or (channel == WECOM and not settings.WECOM_URL.hostname)


def _free_at(pace: Pace, at: datetime) -> datetime:
    most = ROBOT_MOST if _is_robot(pace.channel) else sys.maxsize
    return pace.free_at(at, most=most, within=ROBOT_WITHIN)


def _may_speak(channel: str, at: datetime) -> bool:
    """Whether the channel's robot may speak now; then it is noted that it does. One worker after the other."""
    if not _is_robot(channel):
        return True
    pace = _locked_pace(channel)
    if _free_at(pace, at) > at:
        return False
    pace.spoke_at = [*pace.since(at - ROBOT_WITHIN), at]
    pace.save(update_fields=["spoke_at"])
    return True


def _locked_pace(channel: str) -> Pace:
    Pace.objects.get_or_create(channel=channel)
    return Pace.objects.select_for_update().get(channel=channel)


# -------------------------------------------------------------------------------------------------- words


def letter(rows: Sequence[Delivery], to: str, *, key: str) -> Letter:
    """The message, in the person's language."""
    language = "en" if rows[0].person.language == "en" else "zh-hans"
    link = settings.SITE_URL
    with translation.override(language):
        in_group = gettext("There is something new for you in Miaopu. Please sign in to read it: %(link)s") % {
            "link": link
        }
        if len(rows) > 1:
            urgent = sum(row.urgent for row in rows)
            values = {"count": len(rows), "urgent": urgent, "link": link}
            subject = gettext("%(count)s new messages") % values
            text = gettext("%(count)s new messages, %(urgent)s of them urgent. Please sign in to read them: %(link)s")
            return Letter(key, to, subject, text % values + _with_link(rows), in_group, count=len(rows))
        notice = rows[0].notice
        subject = gettext(SAYS[sort_of(notice.kind)])
        number = notice.case.number if notice.case else ""
        values = {"at": f"{localtime(notice.recorded_at):%m-%d %H:%M}", "says": subject, "number": number, "link": link}
        if number:
            text = gettext("%(at)s, case %(number)s: %(says)s. Please sign in to read it: %(link)s") % values
        else:
            text = gettext("%(at)s: %(says)s. Please sign in to read it: %(link)s") % values
        text += _with_link(rows)
    return Letter(key, to, subject, text, in_group, number=number)


def _with_link(rows: Sequence[Delivery]) -> str:
    """By which the person chooses a password, or an expert comes to a task; they are made now and kept nowhere."""
    kinds, links = {row.notice.kind for row in rows}, ""
    if "panel.call" in kinds:
        says = gettext("Your review is open here; each link works once, with the code the office tells you: %(links)s")
        links = "\n\n" + says % {"links": "\n".join(scoring.links_of(rows[0].person))}
    if not kinds & PASSWORD_LINKS:
        return links
    values = {"name": rows[0].person.username, "link": login.password_link(rows[0].person)}
    says = gettext(
        "Your log-in name is %(name)s. Choose your password here; the link works once, for half an hour: %(link)s"
    )
    return links + "\n\n" + says % values

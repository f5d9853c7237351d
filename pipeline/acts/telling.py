"""How a person wants to be told, and that a telephone is theirs. Nobody changes another's choice: no seat grants it."""

import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import PhoneProof, Telling, User
from pipeline.models.telling import ACCOUNT, CODE_VALID_FOR, DINGTALK, MAIL, MOST_GUESSES, SMS, WECOM, without
from pipeline.rules.codes.identifiers import IdentifierRefused, phone_number

BETWEEN_CODES, DAY = timedelta(minutes=1), timedelta(days=1)
MOST_CODES_A_DAY = 10
DIGITS = 6
TEMPLATES = {"code", "notice", "digest"}
NAMES = {
    MAIL: gettext_lazy("E-mail"),
    SMS: gettext_lazy("SMS"),
    WECOM: gettext_lazy("WeCom"),
    DINGTALK: gettext_lazy("DingTalk"),
}


@dataclass(frozen=True)
class Choice:
    """What a person says on the page "how I am told"."""

    urgent: list[str]
    ordinary: list[str]
    quiet_from: time | None
    quiet_until: time | None
    digest: bool
    wecom: str = ""
    dingtalk: str = ""


def offered() -> list[str]:
    """The channels that this house has a gateway for."""
    console = "console" in settings.MAILERS["default"]["BACKEND"]
    sms = settings.SMS_URL.hostname and settings.SMS_SIGN and set(settings.SMS_TEMPLATES) >= TEMPLATES
    have = {
        MAIL: not console,
        SMS: bool(sms),
        WECOM: bool(settings.WECOM_URL.hostname or settings.WECOM_ROBOT),
        DINGTALK: bool(settings.DINGTALK_ROBOT and settings.DINGTALK_SECRET),
    }
    return [channel for channel, there in have.items() if there]


def of(person: User) -> Telling:
    """How the person is told now; what holds for everybody where they chose nothing."""
    return Telling.objects.filter(person=person).first() or Telling(person=person)


@transaction.atomic
def choose(person: User, choice: Choice, *, version: int) -> Telling:
    """Keep the choice. A channel that is not offered here is kept as it was: it comes back with its gateway."""
    told = _locked(person)
    demand(told.version == version, "version", _("You have changed this elsewhere. Look at it again, then save."))
    _demand_addresses(told, choice)
    there = offered()
    kept = {name: without(getattr(told, name), there) + getattr(choice, name) for name in ("urgent", "ordinary")}
    Telling.objects.filter(pk=told.pk).update(**{**asdict(choice), **kept}, version=F("version") + 1)
    return of(person)


def _locked(person: User) -> Telling:
    Telling.objects.get_or_create(person=person)
    return Telling.objects.select_for_update().get(person=person)


def _demand_addresses(told: Telling, choice: Choice) -> None:
    """Raises ConditionUnmet with every channel that cannot be used."""
    wanted, there = {*choice.urgent, *choice.ordinary}, offered()
    missing = [Missing("urgent", _("This channel is not offered here.")) for each in wanted if each not in there]
    if MAIL in wanted and not told.person.email:
        missing.append(Missing("urgent", _("Your account has no e-mail address. Choose another channel.")))
    if SMS in wanted and not told.phone_confirmed_at:
        missing.append(Missing("urgent", _("Confirm your mobile number first, then choose SMS.")))
    if WECOM in wanted and not choice.wecom:
        missing.append(Missing("wecom", _("Enter your WeCom account, or do not choose WeCom.")))
    if DINGTALK in wanted and not choice.dingtalk:
        missing.append(Missing("dingtalk", _("Enter your DingTalk account, or do not choose DingTalk.")))
    for name, account in (("wecom", choice.wecom), ("dingtalk", choice.dingtalk)):
        if account and not re.fullmatch(ACCOUNT, account):
            missing.append(
                Missing(name, _("This is no account: letters, digits, “.”, “-”, “_” and “@”, one account only."))
            )
    if (choice.quiet_from is None) != (choice.quiet_until is None):
        missing.append(Missing("quiet_until", _("Quiet hours need a beginning and an end; leave both empty for none.")))
    elif choice.quiet_from is not None and choice.quiet_from == choice.quiet_until:
        missing.append(Missing("quiet_until", _("Quiet hours end at another time than they begin.")))
    if missing:
        raise ConditionUnmet(missing)


# ------------------------------------------------------------------------------------------- a telephone


@transaction.atomic
def ask_code(person: User, phone: str, *, session: str, at: datetime) -> PhoneProof:
    """Have a code sent to a mobile number: one a minute, ten a day. A job sends it."""
    demand(SMS in offered(), "phone", _("No SMS is sent from here: the bureau has no gateway for it."))
    number = _mobile(phone)
    _locked(person)  # one at a time
    asked = PhoneProof.objects.filter(person=person, asked_at__gt=at - DAY)
    recent = asked.filter(asked_at__gt=at - BETWEEN_CODES).exists()
    demand(not recent, "phone", _("A code was asked for less than a minute ago. Wait a minute, then ask again."))
    demand(asked.count() < MOST_CODES_A_DAY, "phone", _("Ten codes were asked for today. Ask again tomorrow."))
    PhoneProof.objects.filter(person=person).usable(at).update(expires_at=at)
    return PhoneProof.objects.create(
        person=person,
        phone=number,
        salt=secrets.token_hex(32),
        session=_digest(session),
        asked_at=at,
        expires_at=at + CODE_VALID_FOR,
    )


@transaction.atomic
def confirm(person: User, code: str, *, session: str, at: datetime) -> bool:
    """Whether this is the code that was sent; then the number is the person's. Every guess counts, five at most."""
    usable = PhoneProof.objects.filter(person=person, session=_digest(session)).usable(at)
    asked = usable.select_for_update().order_by("-pk").first()
    if asked is None:
        return False
    PhoneProof.objects.filter(pk=asked.pk, guesses__lt=MOST_GUESSES).update(guesses=F("guesses") + 1)
    if not constant_time_compare(code.strip(), code_of(asked)):
        return False
    PhoneProof.objects.filter(pk=asked.pk).update(used_at=at)
    told = _locked(person)
    Telling.objects.filter(pk=told.pk).update(phone=asked.phone, phone_confirmed_at=at, version=F("version") + 1)
    return True


@transaction.atomic
def forget_phone(person: User) -> None:
    """The number is told no more, and nothing is sent to it."""
    told = _locked(person)
    rest = {"urgent": without(told.urgent, [SMS]), "ordinary": without(told.ordinary, [SMS])}
    changes = {**rest, "phone": "", "phone_confirmed_at": None}
    Telling.objects.filter(pk=told.pk).update(**changes, version=F("version") + 1)


def code_of(proof: PhoneProof) -> str:
    """Six digits, which nobody can tell who has the database and not the secret key."""
    digest = salted_hmac("pipeline.phone", f"{proof.salt} {proof.phone}", algorithm="sha256").hexdigest()
    return f"{int(digest, 16) % 10**DIGITS:0{DIGITS}}"


@transaction.atomic
def take_code(*, by: Actor, at: datetime) -> PhoneProof | None:
    """The next code to send, which nobody else takes then. A number that gets too many, from whomever, gets no more."""
    access.require(by, "telling.send_code")
    for found in PhoneProof.objects.unsent(at).select_for_update(skip_locked=True):
        sent = PhoneProof.objects.filter(phone=found.phone, sent_at__gt=at - DAY)
        if sent.filter(sent_at__gt=at - BETWEEN_CODES).exists() or sent.count() >= MOST_CODES_A_DAY:
            PhoneProof.objects.filter(pk=found.pk).update(why="this number was sent too many codes")
            continue
        PhoneProof.objects.filter(pk=found.pk).update(sent_at=at)
        return found
    return None


@transaction.atomic
def code_failed(proof: PhoneProof, *, by: Actor, why: str) -> None:
    """It is not tried again: the person asks for another."""
    access.require(by, "telling.send_code")
    PhoneProof.objects.filter(pk=proof.pk).update(why=why[:200])


@transaction.atomic
def clear_codes(*, by: Actor, at: datetime) -> None:
    """Forget the codes that count for no limit any more."""
    access.require(by, "telling.send_code")
    PhoneProof.objects.filter(asked_at__lt=at - 2 * DAY).delete()


def _mobile(phone: str) -> str:
    try:
        number = phone_number(phone)
    except IdentifierRefused:
        number = ""
    demand(number.isdecimal(), "phone", _("This is not a mobile number: eleven digits, such as 13812345678."))
    return number


def _digest(session: str) -> str:
    return sha256(session.encode()).hexdigest()

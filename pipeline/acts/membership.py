"""Who acts for a firm: its owner invites by a link that works once, changes and ends seats, hands the firm over."""

from datetime import date, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, Func, QuerySet, Value
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Firm, Invitation, Seat, User
from pipeline.models.people import TODAY

VALID_FOR = timedelta(days=7)
OWNER = "firm_owner"


def sign_up(*, name: str, phone: str, password: str, email: str = "") -> User:
    """A new account without any seat: whoever holds it sees nothing until a firm or the bureau seats it. It is
    nobody's act yet, so no seat grants it.
    """
    person = User(username=phone, name=name, phone=phone, email=email)
    try:
        validate_password(password, person)
    except ValidationError as refused:
        raise ConditionUnmet([Missing("password", says) for says in refused.messages]) from refused
    person.set_password(password)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as taken:
        says = _("There is an account for this number already. Sign in with it, or ask the bureau for help.")
        raise ConditionUnmet([Missing("phone", says)]) from taken
    return person


@transaction.atomic
def invite(firm: Firm, kind: str, *, by: User, at: datetime, phone: str = "", email: str = "") -> str:
    """Offer a seat; the token of the link, told this once. An offer of the owner's seat hands the firm over."""
    access.require(by, "membership.invite", Firm.objects.filter(pk=firm.pk))
    demand(bool(phone) != bool(email), "phone", _("Give a telephone number or an e-mail address, one of them."))
    demand(kind in access.FIRM, "kind", _("There is no such seat in a firm."))
    open_ = Invitation.objects.filter(firm=firm).open_at(at)
    if kind == OWNER:
        demand(
            not open_.filter(kind=OWNER).exists(), "kind", _("The firm is being handed over already. Withdraw that.")
        )
    token = token_urlsafe(32)
    Invitation.objects.create(
        firm=firm, kind=kind, phone=phone, email=email, digest=_digest(token), expires_at=at + VALID_FOR, by=by
    )
    return token


def invitation_of(token: str, *, at: datetime) -> Invitation | None:
    """The open invitation behind a link, if it is one for the person who asks: the database shows it to nobody else."""
    found = Invitation.objects.open_at(at).filter(digest=_digest(token))
    return found.select_related("by").first()


@transaction.atomic
def join(token: str, *, by: User, on: date, at: datetime) -> Invitation:
    """Take the seat one was invited to; the link works no more. Taking the owner's seat ends that of who gave it."""
    invited = invitation_of(token, at=at)
    says = _("This link works no more, or was made for another number. Ask the owner of the firm for a new one.")
    if invited is None or not _is_bound_to(invited, by):
        raise ConditionUnmet([Missing("link", says)])
    if invited.kind == OWNER:
        _end(Seat.objects.filter(firm=invited.firm_id, kind=OWNER, during__contains=TODAY), on)
    demand(not _sits(by, invited.firm_id), "link", _("You act for this firm already."))
    Seat.objects.create(user=by, kind=invited.kind, firm_id=invited.firm_id, during=DateRange(on, None))
    used = Invitation.objects.filter(pk=invited.pk).open_at(at).update(used_at=at, used_by=by)
    demand(used == 1, "link", says)
    return invited


@transaction.atomic
def withdraw(invitation: Invitation, *, by: Actor, at: datetime) -> None:
    """The link of an invitation that nobody used works no more."""
    rows = Invitation.objects.filter(pk=invitation.pk)
    access.require(by, "membership.withdraw", rows)
    rows.open_at(at).update(ended_at=at)


@transaction.atomic
def change(seat: Seat, kind: str, *, by: Actor, on: date) -> Seat:
    """Give a member of the firm another seat from today; the owner's is handed over, not changed."""
    access.require(by, "membership.change", Firm.objects.filter(seats=seat))
    demand(kind in access.FIRM - {OWNER}, "kind", _("The owner's seat is handed over, not given."))
    demand(seat.kind != OWNER, "kind", _("Hand the firm over first: a firm is never without an owner."))
    _end(Seat.objects.filter(pk=seat.pk), on)
    return Seat.objects.create(user_id=seat.user_id, kind=kind, firm_id=seat.firm_id, during=DateRange(on, None))


@transaction.atomic
def end(seat: Seat, *, by: Actor, on: date) -> None:
    """A member of the firm acts for it no more, from this moment."""
    access.require(by, "membership.end", Firm.objects.filter(seats=seat))
    demand(seat.kind != OWNER, "kind", _("Hand the firm over first: a firm is never without an owner."))
    _end(Seat.objects.filter(pk=seat.pk), on)


def _sits(person: User, firm: int) -> bool:
    return Seat.objects.filter(user=person, firm=firm, during__contains=TODAY).exclude(kind=OWNER).exists()


def _is_bound_to(invited: Invitation, person: User) -> bool:
    if invited.phone:
        return invited.phone == person.phone
    return invited.email.lower() == person.email.lower()


def _end(seats: QuerySet[Seat], on: date) -> None:
    seats.update(during=Func(Func(F("during"), function="lower"), Value(on), function="daterange"))


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()

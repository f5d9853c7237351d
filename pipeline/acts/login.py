"""Accounts: made for somebody, locked, unlocked, and given a link to choose a password by. The link goes to the
person's own address and to nobody else; neither link nor password is ever seen by who starts this.
"""

from datetime import date

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import notice, seating, telling
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import User
from pipeline.models.telling import MAIL


@transaction.atomic
def invite(*, name: str, username: str, email: str, by: User, phone: str = "") -> User:
    """An account without a password and without a seat; its person chooses a password by the link they are sent."""
    access.require(by, "people.invite")
    _demand_mail()
    person = User(username=username.strip(), name=name.strip(), email=email.strip(), phone=phone.strip())
    person.set_unusable_password()
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as taken:
        says = _("There is an account of this log-in name already. Look for it, or choose another name.")
        raise ConditionUnmet([Missing("username", says)]) from taken
    notice.tell_alone(person, kind="people.invite", who=person.username)
    return person


@transaction.atomic
def send_link(person: User, *, by: User) -> None:
    """Have a link sent by which the person chooses a new password. The old one works until they did."""
    access.require(by, "people.send_link")
    _demand_mail()
    demand(person.is_active, "", _("The account is locked: unlock it first."))
    demand(bool(person.email), "", _("The account has no e-mail address that a link could go to."))
    notice.tell_alone(person, kind="people.send_link", who=person.username)


@transaction.atomic
def lock(person: User, *, by: User, on: date) -> None:
    """Keep somebody out from their next click on. Their seats stay, and work again once the account is unlocked."""
    access.require(by, "people.lock")
    demand(person.pk != by.pk, "", _("Nobody locks their own account."))
    demand(not seating.is_last_security_admin(person.pk, on), "", seating.last_says())
    User.objects.filter(pk=person.pk).update(is_active=False)


@transaction.atomic
def unlock(person: User, *, by: User) -> None:
    access.require(by, "people.unlock")
    changed = User.objects.filter(pk=person.pk, is_active=False).update(is_active=True)
    if changed:
        notice.tell_alone(person, kind="people.unlock", who=person.username)


def password_link(person: User) -> str:
    """Where the person chooses a password: once, and for as long as PASSWORD_RESET_TIMEOUT says from now on."""
    key = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    uid, _dash, token = key.partition("-")
    return settings.SITE_URL + reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})


def _demand_mail() -> None:
    says = _("No mail is sent from here, so no link can be. The operator makes the account with manage.py grant_seat.")
    demand(MAIL in telling.offered(), "", says)

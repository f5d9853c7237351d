"""What a person is told of their own seats and account."""

from django.utils.translation import gettext_noop as _

from pipeline.models import Notice

PERSON = Notice.PERSON

# kind -> the sides that are told, title, body; as in `notice.WORDS`
PEOPLE_WORDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "people.ask_seat": (
        (PERSON,),
        _("A seat waits for a second person"),
        _("%(who)s is to be seated as %(seat)s, %(place)s, from %(day)s. Give the seat or refuse it."),
    ),
    "people.give_seat": (
        (PERSON,),
        _("You have a new seat"),
        _("You are %(seat)s, %(place)s, from %(day)s."),
    ),
    "people.refuse_seat": (
        (PERSON,),
        _("A seat you asked for was refused"),
        _("%(who)s as %(seat)s, %(place)s: %(note)s"),
    ),
    "people.end_seat": (
        (PERSON,),
        _("A seat of yours has ended"),
        _("You are no longer %(seat)s, %(place)s, from %(day)s."),
    ),
    "people.invite": (
        (PERSON,),
        _("An account was made for you"),
        _("Your log-in name is %(who)s. A link to choose a password was sent to your mail address."),
    ),
    "people.send_link": (
        (PERSON,),
        _("A link to choose a new password was sent to you"),
        _("It was started by an administrator. If you did not ask for it, leave it alone and tell the bureau."),
    ),
    "people.unlock": (
        (PERSON,),
        _("Your account is unlocked"),
        _("You can sign in as %(who)s again."),
    ),
}

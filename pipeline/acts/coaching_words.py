"""What firms and offices are told of coaching plans, requests for help and trainings."""

from django.utils.translation import gettext_noop as _

from pipeline.models import Notice

FIRM, COUNTY, CITY = Notice.FIRM, Notice.COUNTY, Notice.CITY

# kind -> the sides that are told, title, body; as in `notice.WORDS`
COACHING_WORDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "coaching.change_plan": (
        (FIRM,),
        _("Your coaching plan has changed"),
        _("Case %(number)s: %(note)s"),
    ),
    "difficulty.ask": (
        (COUNTY,),
        _("A firm asks for help"),
        _("%(firm)s asks for help: %(note)s. The answer is due by %(due)s."),
    ),
    "difficulty.climb": (
        (COUNTY,),
        _("A request for help is past its day"),
        _("%(firm)s asked for help: %(note)s. Nobody answered by %(due)s; what still waits goes to the city."),
    ),
    "difficulty.escalate": (
        (CITY,),
        _("A firm waits for help too long"),
        _("%(firm)s asked for help and has had no answer, which was due by %(due)s."),
    ),
    "difficulty.answer": (
        (FIRM,),
        _("Your request for help is answered"),
        _("The answer is in the portal. Close the request there and say whether it helped."),
    ),
    "event.invite": (
        (FIRM,),
        _("Your firm is invited to a training"),
        _("“%(event)s” on %(due)s, %(place)s. Please say in the portal by %(by)s whether you come."),
    ),
    "event.change": (
        (FIRM,),
        _("A training takes place at another time or place"),
        _("“%(event)s” is on %(due)s now, %(place)s. If you cannot come, say so in the portal by %(by)s."),
    ),
    "event.call_off": (
        (FIRM,),
        _("A training is called off"),
        _("“%(event)s” on %(due)s does not take place: %(note)s"),
    ),
    "event.remind": (
        (FIRM,),
        _("You have said you come to a training"),
        _("“%(event)s” is on %(due)s, %(place)s."),
    ),
}

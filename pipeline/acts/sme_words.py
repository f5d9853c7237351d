"""What firms are told of their registration as a technology SME."""

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from pipeline.models import Notice

FIRM = Notice.FIRM

# kind -> the sides that are told, title, body; as in `notice.WORDS`
SME_WORDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "sme.remind": (
        (FIRM,),
        _("Please renew your SME registration"),
        _("The registration of %(note)s has to be updated by %(due)s, or it ends."),
    ),
    "sme.return": (
        (FIRM,),
        _("Please correct your SME registration"),
        _("The form goes back to %(firm)s: %(note)s Correct it at the state's platform and hand it in anew."),
    ),
    "sme.publish": (
        (FIRM,),
        _("Your SME registration is on public notice"),
        _("%(firm)s is on public notice for the evaluation of %(note)s until the end of %(due)s."),
    ),
    "sme.draw": (
        (FIRM,),
        _("Your SME registration was drawn for a spot check"),
        _("%(firm)s was drawn by lot. Keep the papers of the registration of %(note)s at hand; to be done by %(due)s."),
    ),
    "sme.settle": (
        (FIRM,),
        _("The spot check of your SME registration is over"),
        _("The registration of %(firm)s stands: %(note)s"),
    ),
    "sme.cancel": (
        (FIRM,),
        _("Your SME registration is cancelled"),
        _("The registration of %(firm)s is cancelled after the spot check: %(note)s"),
    ),
}

# what the record of a registration calls the acts about it
DONE = {
    "check": gettext_lazy("form looked at"),
    "visit": gettext_lazy("visited on site"),
    "publish": gettext_lazy("put on public notice"),
    "stop": gettext_lazy("taken off the public notice"),
    "draw": gettext_lazy("drawn for a spot check"),
    "examine": gettext_lazy("examined"),
    "settle": gettext_lazy("stands after the spot check"),
    "cancel": gettext_lazy("cancelled"),
}

# the ways to register
ROUTE_NAMES = {
    "points": gettext_lazy("by points: enough of them, and some for tech staff"),
    "certificate": gettext_lazy("directly: a valid certificate as a high-tech enterprise"),
    "award": gettext_lazy("directly: a national award for science and technology"),
    "institute": gettext_lazy("directly: a recognised R&D institute of provincial level or above"),
    "standard": gettext_lazy("directly: led an international, national or industry standard"),
}

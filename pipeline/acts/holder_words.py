"""What holders of a certificate and their counties are told in the years after it."""

from django.utils.translation import gettext_noop as _

from pipeline.models import Notice

FIRM, COUNTY = Notice.FIRM, Notice.COUNTY

# kind -> the sides that are told, title, body; as in `notice.WORDS`
HOLDER_WORDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "certificate.remind": (
        (FIRM,),
        _("Your certificate asks for something"),
        _("%(firm)s: %(note)s by %(due)s."),
    ),
    "certificate.missed": (
        (FIRM, COUNTY),
        _("An annual report was not noted in time"),
        _("%(firm)s: %(note)s was due on %(due)s. Two missed or late within one validity cost the status."),
    ),
    "certificate.note_change": (
        (FIRM,),
        _("Report the change to the certifying agency"),
        _("%(firm)s: %(note)s, to be reported by %(due)s."),
    ),
    "certificate.revoke": (
        (FIRM,),
        _("Your certificate was revoked"),
        _("The certificate of %(firm)s was revoked on %(due)s. %(note)s"),
    ),
}

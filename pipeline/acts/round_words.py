"""What firms and offices are told of rounds and their days."""

from django.utils.translation import gettext_noop as _

from pipeline.models import Notice

FIRM, CITY, PERSON = Notice.FIRM, Notice.CITY, Notice.PERSON

# kind -> the sides that are told, title, body; as in `notice.WORDS`
ROUND_WORDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "round.change": (
        (FIRM,),
        _("A round has other days"),
        _("“%(round)s”: dossiers must be at the county by %(due)s now. %(note)s"),
    ),
    "round.remind": (
        (FIRM,),
        _("Please hand in your dossier"),
        _("The dossier of %(firm)s for “%(round)s”, case %(number)s, must be at the county by %(due)s."),
    ),
    "round.remind_planned": (
        (FIRM,),
        _("Your round closes soon"),
        _("%(firm)s is planned for “%(round)s”. Begin its dossier: it must be at the county by %(due)s."),
    ),
    "round.remind_returned": (
        (FIRM,),
        _("Please correct your dossier in time"),
        _("The dossier of %(firm)s for “%(round)s” waits for corrections; it must have gone on by %(due)s."),
    ),
    "round.remind_drafts": (
        (PERSON,),
        _("Dossiers are not handed in yet"),
        _("“%(round)s”: of your county %(count)s dossiers are begun and not handed in. They are due on %(due)s."),
    ),
    "round.remind_county": (
        (PERSON,),
        _("Dossiers wait for your county's check"),
        _("“%(round)s”: %(count)s dossiers of your county have not gone to the city. They are due there by %(due)s."),
    ),
    "round.remind_city": (
        (CITY,),
        _("Dossiers are due at the province"),
        _("“%(round)s”: %(count)s dossiers are with the city or not listed yet. They are due by %(due)s."),
    ),
}

"""What experts and the city are told of panels."""

from django.utils.translation import gettext_noop as _

from pipeline.models import Notice

CITY, PERSON = Notice.CITY, Notice.PERSON

# kind -> the sides that are told, title, body; as in `notice.WORDS`
PANEL_WORDS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "panel.call": (
        (PERSON,),
        _("A review waits for you"),
        _("You were drawn for a panel of experts. The link went to your mail; the office tells you its code."),
    ),
    "panel.stood_in": (
        (CITY,),
        _("An expert stands in"),
        _("Somebody stepped back from the panel “%(panel)s”; by lot %(who)s sits there now. Tell them their code."),
    ),
    "panel.short": (
        (CITY,),
        _("A panel is short of an expert"),
        _("Somebody stepped back from the panel “%(panel)s”, and nobody is left to stand in. Drop it and draw anew."),
    ),
}

"""What is wrong inside a file that comes in: said at the door with how to mend it, and of one that is held back."""

from typing import BinaryIO

from django.utils.translation import gettext as _

from pipeline.acts.conditions import demand
from pipeline.outside import pdf, photograph, scanner


def demand_sound(content: BinaryIO, name: str, media_type: str, *, place: str = "file") -> None:
    for flaw in scanner.flaws(content, media_type):
        demand(False, place, at_the_door(flaw) % {"name": name})


def at_the_door(flaw: str) -> str:
    return {
        scanner.MACROS: _("%(name)s holds macros or other files. Save it without them, best as PDF, and send that."),
        scanner.BOMB: _("%(name)s unpacks to far more than a paper should. Save it again, best as PDF."),
        scanner.SLIPS: _("%(name)s holds names that lead out of it. Save it again, best as PDF."),
        photograph.TOO_LARGE: _("%(name)s has more than 40 million pixels. Scan or save it smaller and send that."),
        photograph.UNREADABLE: _("%(name)s cannot be read as a picture. Open it, save it again and send that."),
        pdf.SCRIPTS: _("%(name)s holds scripts. Print it into a new PDF and send that."),
        pdf.FILES: _("%(name)s holds other files. Print it into a new PDF and send them one by one."),
        pdf.LOCKED: _("%(name)s is locked, so nobody can check it. Print it into a new PDF and send that."),
    }.get(flaw, _("%(name)s is broken inside. Open it, save it again and send that."))


def afterwards(flaw: str) -> str:
    """Why a file is held back; what a scanner named keeps its own name."""
    return {
        scanner.MACROS: _("It holds macros or other files."),
        scanner.BOMB: _("It unpacks to far more than a paper should."),
        scanner.SLIPS: _("It holds names that lead out of it."),
        photograph.TOO_LARGE: _("It has more than 40 million pixels."),
        photograph.UNREADABLE: _("It cannot be read as a picture."),
        pdf.SCRIPTS: _("It holds scripts."),
        pdf.FILES: _("It holds other files."),
        pdf.LOCKED: _("It is locked, so nobody can check it."),
    }.get(flaw, _("The check found: %(says)s.") % {"says": flaw})

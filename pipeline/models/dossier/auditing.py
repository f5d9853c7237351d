"""Whether who audited R&D expense and hi-tech income was allowed to (国科火字〔2016〕195号, 中介机构)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from pipeline.models.dossier.doubt import Doubt
from pipeline.models.dossier.gathering import Dossier
from pipeline.models.filing import Auditor

FOUNDED_YEARS, FEWEST_STAFF = 3, 20
LICENSED_TENTHS = 3  # CPAs and tax advisers, in tenths of the staff


def auditor_unfit(dossier: Dossier) -> Iterator[Doubt]:
    """Younger than three years, fewer than twenty people, under three tenths licensed, or with a bad record."""
    auditor = dossier.auditor
    if auditor is None or auditor.year != dossier.day.year:
        return
    for fault in _faults(auditor, dossier.day):
        yield Doubt("texts", auditor.name, fault, _("Have another agency audit, or correct what is noted of it."))


def auditor_unknown(dossier: Dossier) -> Iterator[Doubt]:
    """Nobody has said who audited this year's application, or not all that its fitness rests on."""
    auditor = dossier.auditor
    if auditor is None or auditor.year != dossier.day.year:
        says = _("Nobody has noted who audits R&D expense and hi-tech income for this application.")
        yield Doubt("texts", _("Audit agency"), says, _("Enter the agency as its own papers describe it."))
        return
    told = {
        _("licence"): auditor.licence or None,
        _("day of founding"): auditor.founded_on,
        _("staff of the year"): auditor.staff,
        _("CPAs and tax advisers"): auditor.licensed,
        _("its record of three years"): auditor.blameless,
    }
    unknown = [name for name, value in told.items() if value is None]
    if unknown:
        says = _("Not known of it: %(what)s.") % {"what": _(", ").join(unknown)}
        yield Doubt("texts", auditor.name, says, _("Ask the agency for its licence, list of CPAs and declaration."))


def _faults(auditor: Auditor, day: date) -> Iterator[str]:
    if auditor.founded_on is not None and _after_years(auditor.founded_on, FOUNDED_YEARS) > day:
        yield _("It was founded on %(day)s, less than three years ago.") % {"day": auditor.founded_on}
    if auditor.staff is not None and auditor.staff < FEWEST_STAFF:
        yield _("It had %(n)s people on average; twenty are asked for.") % {"n": auditor.staff.normalize()}
    if auditor.staff and auditor.licensed is not None and auditor.licensed * 10 < auditor.staff * LICENSED_TENTHS:
        share = (100 * auditor.licensed / auditor.staff).quantize(Decimal("0.1"))
        yield _("CPAs and tax advisers were %(share)s %% of its people; thirty are asked for.") % {"share": share}
    if auditor.blameless is False:
        yield _("It has a bad record within three years.")


def _after_years(day: date, years: int) -> date:
    """The same day so many years on; the last of February for the 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)

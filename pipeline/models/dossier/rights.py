"""Whether the rights are valid, the firm's own, and may be used once more."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from pipeline.models.dossier.doubt import Doubt
from pipeline.models.dossier.gathering import Dossier
from pipeline.models.former_name import FormerName
from pipeline.models.property import CLASS_TWO, IntellectualProperty
from pipeline.models.traits import plain

DECLARED = "declaration"  # the purpose of papers in which owners declare


def expired(dossier: Dossier) -> Iterator[Doubt]:
    """Protection has ended, or nobody knows when it began: what was only applied for does not count."""
    for right in dossier.rights:
        if right.expires_on is not None and right.expires_on < dossier.day:
            says = _("Its protection ended on %(day)s.") % {"day": right.expires_on}
            yield _doubt(right, says, _("Pay the fee if it can still be restored, or take the right off the list."))
        elif right.granted_on is None or right.granted_on > dossier.day:
            says = _("The day of grant is unknown or still to come: what was only applied for does not count.")
            yield _doubt(right, says, _("Enter the day on the certificate, or leave the right out."))


def used_before(dossier: Dossier) -> Iterator[Doubt]:
    """A right of class II counts in one certification only."""
    for right in dossier.rights:
        if right.kind in CLASS_TWO and right.used_in_certification_on is not None:
            says = _("It was used in the certification of %(day)s; rights of class II count once.")
            yield _doubt(
                right,
                says % {"day": right.used_in_certification_on},
                _("Leave it out of this application and tie another right in its place."),
            )


def of_another(dossier: Dossier) -> Iterator[Doubt]:
    """The owner on the certificate is not the firm by its name of today."""
    name = plain(dossier.firm.name)
    former = {plain(each.name) for each in dossier.all(FormerName)}
    for right in dossier.rights:
        holder = plain(right.holder)
        if not holder or name in holder:
            continue
        if any(each and each in holder for each in former):
            says = _("The certificate still names the firm as it was called before: %(name)s.")
            remedy = _("Have the new name entered in the register of rights before you apply.")
        else:
            says = _("The certificate names another owner: %(name)s.")
            remedy = _("Have the transfer registered, or take the right off the list; a licence is no ownership.")
        yield _doubt(right, says % {"name": right.holder}, remedy)


def licensed(dossier: Dossier) -> Iterator[Doubt]:
    """The firm may use the right and does not own it."""
    for right in dossier.rights:
        if right.acquired_by == "licensed":
            yield _doubt(
                right, _("It is licensed, not owned, and does not count."), _("Take it out of the application.")
            )


def shared(dossier: Dossier) -> Iterator[Doubt]:
    """Of several owners only one may apply with a right; the others must have declared so."""
    if any(each.purpose == DECLARED for each in dossier.documents.values()):
        return
    for right in dossier.rights:
        if right.owners > 1:
            yield _doubt(
                right,
                _("It has %(n)s owners, of whom only one may use it, and no declaration is among the papers.")
                % {"n": right.owners},
                _("Add the declaration that the other owners signed."),
            )


def _doubt(right: IntellectualProperty, says: str, remedy: str) -> Doubt:
    return Doubt(f"property.{right.number}", f"{right.number} {right.title}".strip(), says, remedy)

"""A firm objects of its own accord, to another's admission or its own removal: the bureau takes it up, the answer comes
back to the firm.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import evidence, flaw, notice, objection
from pipeline.acts.conditions import demand
from pipeline.models import Case, Document, Firm, Leaver, Objection, OwnObjection, User
from pipeline.models.objection import OwnObjectionQuerySet
from pipeline.outside import storage

PURPOSE = "objection"


@dataclass(frozen=True)
class OnNotice:
    """Something that is open to objections until the end of a day, as it is published."""

    case: Case
    name: str
    about: str
    until: date


@dataclass(frozen=True)
class Paper:
    """A file that supports an objection."""

    content: BinaryIO
    name: str
    size: int


def on_notice(firm: Firm, today: date) -> list[OnNotice]:
    """What the firm may object to: others on public notice, and that it is itself about to leave. To be asked as the
    service of publicity, for no firm sees another's case.
    """
    others = Case.objects.on_public_notice().exclude(firm=firm).filter(due_on__gte=today)
    leaving = Leaver.objects.published(today, since=today).filter(firm=firm, left=False)
    found = [(each, each.firm.name, Objection.ADMISSION, each.due_on) for each in others]
    found += [(each.case, firm.name, Objection.REMOVAL, each.adjustment.objections_until) for each in leaving]
    return [OnNotice(case, name, about, until) for case, name, about, until in found if until is not None]


@transaction.atomic
def object_to(
    found: OnNotice, *, firm: Firm, says: str, by: User, on: date, paper: Paper | None = None
) -> OwnObjection:
    """Object under the firm's name, with what supports it."""
    access.require(by, "objection.object", Firm.objects.filter(pk=firm.pk))
    demand(bool(says.strip()), "says", _("Say what you object to, and why."))
    demand(on <= found.until, "case", _("Objections were open until the end of %(day)s.") % {"day": found.until})
    waiting = OwnObjection.objects.filter(firm=firm, case=found.case, decided_on=None).exists()
    demand(not waiting, "case", _("Your firm has objected to this already: the answer comes to you here."))
    kept = _kept(firm, paper, by) if paper else None
    said: dict[str, Any] = {"name": found.name, "about": found.about, "says": says.strip(), "paper": kept}
    return OwnObjection.objects.create(firm=firm, case=found.case, **said, by=by, on=on)


@transaction.atomic
def take_in(rows: OwnObjectionQuerySet, *, by: Actor) -> int:
    """Put what firms object to on the bureau's list, so that it blocks what it is about; how many. One that came when
    nothing was open any more is answered at once.
    """
    access.require(by, "objection.take_in")
    held = rows.to_take_in().select_related("case__firm", "firm", "by", "paper").order_by("pk")
    for each in held.select_for_update(of=("self",), skip_locked=True):
        if _is_open(each):
            _put_down(each)
        else:
            over = _("Nothing was open to objections any more.")
            OwnObjection.objects.filter(pk=each.pk).update(result=OwnObjection.UNHEARD, answer=over, decided_on=each.on)
    return len(held)


def _is_open(own: OwnObjection) -> bool:
    case = own.case
    if own.about == Objection.ADMISSION:
        return case.stage == "publicity" and case.due_on is not None and own.on <= case.due_on
    return case.stage in objection.REMOVABLE and Leaver.objects.running().filter(case=case).exists()


def _put_down(own: OwnObjection) -> None:
    said = {"objector": own.firm.name[:60], "contact": (own.by.phone or own.by.email)[:60], "says": own.says}
    evidence_says = own.paper.title if own.paper else ""
    [made] = objection.put_down([own.case], by=own.by, received=own.on, on=own.on, evidence=evidence_says, **said)
    OwnObjection.objects.filter(pk=own.pk).update(objection=made)
    for side in notice.WORDS["objection.take_in"].to:
        notice.write([own.case], to=side, kind="objection.take_in")


def _kept(firm: Firm, paper: Paper, by: User) -> Document:
    access.require(by, "evidence.receive", Firm.objects.filter(pk=firm.pk))
    name = storage.plain_name(paper.name)
    media_type = evidence.media_type_of(name, paper.content, paper.size)
    flaw.demand_sound(paper.content, name, media_type)
    digest = storage.keep(paper.content)
    kept = Document.objects.create(firm=firm, purpose=PURPOSE, title=name)
    evidence.add_version(kept, name=name, sha256=digest, size=paper.size, media_type=media_type, by_id=by.pk)
    return kept

"""What the market's registry tells of firms on record, carried out line by line: a new name by one person, a merger or
a split by two.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import firm as firm_acts
from pipeline.acts import holder, note
from pipeline.acts.conditions import demand
from pipeline.models import Certificate, Firm, IntellectualProperty, RegistryEvent, User
from pipeline.models.firm import FirmQuerySet
from pipeline.models.registry import MERGER, RENAMED
from pipeline.rules import NoBook, NoValue, books
from pipeline.rules.facts.firm import Change
from pipeline.rules.law.duties import Duty, change_report

BY_MERGER = "merger"  # how a right came to a firm that took another over


@transaction.atomic
def propose(event: RegistryEvent, *, by: User, on: date) -> None:
    """Put a merger or a split forward; another person carries it out."""
    firms = _firms_of(event, by, "registry.propose")
    access.require(by, "registry.propose", firms)
    demand(event.by_two, "event", _("A new name is carried out by one person: do it."))
    _demand_known(event, firms)
    waiting = RegistryEvent.objects.waiting().filter(pk=event.pk, proposed_by=None)
    forward = waiting.update(proposed_by=by.pk, proposed_on=on)
    demand(bool(forward), "event", _("Somebody has put it forward or settled it already. Look at it again."))


@transaction.atomic
def withdraw(event: RegistryEvent, *, by: User) -> None:
    """Take back what was put forward: the line waits as before."""
    access.require(by, "registry.propose")
    waiting = RegistryEvent.objects.waiting().filter(pk=event.pk, proposed_by__isnull=False)
    back = waiting.update(proposed_by=None, proposed_on=None)
    demand(bool(back), "event", _("Somebody has settled it already. Look at it again."))


@transaction.atomic
def carry_out(event: RegistryEvent, *, by: User, on: date) -> None:
    """Do what follows from a line: the new name, the rights of a firm that was taken over, and for whoever holds a
    valid certificate the duty to report the change within the term of the book (HTE-M art. 17).

    No case is ended and no certificate is taken away by it: that is decided by people.
    """
    firms = _firms_of(event, by, "registry.carry_out")
    access.require(by, "registry.carry_out", firms)
    _demand_second(event, by)
    held, other = _demand_known(event, firms)
    _settle(event, RegistryEvent.DONE, "", by, on)
    found = [each for each in (held, other) if each is not None]
    _owe_report(found, event)
    if event.kind == MERGER and other is not None:
        _hand_over_rights(held, other)
    if event.kind == RENAMED:
        firm_acts.rename(held, event.new_name, by=by, on=event.day)
    for each in found:
        note.write(each, _said(event), by=by, on=on)


@transaction.atomic
def leave(event: RegistryEvent, *, why: str, by: User, on: date) -> None:
    """Do nothing about a line, and say why: also where the firm has left the office's range since."""
    access.require(by, "registry.leave")
    ours = RegistryEvent.objects.visible_to(by).filter(pk=event.pk).exists()
    demand(ours, "event", _("Somebody has settled it already. Look at it again."))
    demand(bool(why.strip()), "why", _("Say why nothing is to be done."))
    _settle(event, RegistryEvent.LEFT, why.strip(), by, on)


def duty_of(event: RegistryEvent) -> Duty | None:
    """What the holder of a certificate owes because of it; None where it came before the law that asks for it."""
    with suppress(NoBook, NoValue):
        return change_report(Change(event.kind, event.day), event.day, books("obligations", event.day))
    return None


def _firms_of(event: RegistryEvent, by: User, act: str) -> FirmQuerySet:
    reach = by.reach(access.GRANTS[act])
    return Firm.objects.within(reach).filter(uscc__in=[event.uscc, event.other_uscc])


def _demand_second(event: RegistryEvent, by: User) -> None:
    if not event.by_two:
        return
    now = RegistryEvent.objects.get(pk=event.pk)
    demand(now.proposed_by_id is not None, "event", _("A merger or split is put forward first, and done by another."))
    demand(now.proposed_by_id != by.pk, "event", _("You put it forward yourself: another person carries it out."))


def _demand_known(event: RegistryEvent, firms: FirmQuerySet) -> tuple[Firm, Firm | None]:
    """The firm a line tells of, and the other one where it is on record."""
    found = {each.uscc: each for each in firms}
    gone = _("The firm is not within your office's range any more: the city does it, or leave the line with a reason.")
    demand(event.uscc in found, "event", gone)
    other = found.get(event.other_uscc)
    missing = event.kind == MERGER and other is None
    demand(
        not missing,
        "event",
        _("The firm that took it over is not on record here: register it, or leave it to the city."),
    )
    return found[event.uscc], other


def _settle(event: RegistryEvent, state: str, why: str, by: Actor, on: date) -> None:
    waiting = RegistryEvent.objects.waiting().filter(pk=event.pk)
    settled = waiting.update(state=state, note=why, settled_by=by.pk, settled_on=on)
    demand(bool(settled), "event", _("Somebody has settled it already. Look at it again."))


def _owe_report(firms: Iterable[Firm], event: RegistryEvent) -> None:
    if duty_of(event) is None:
        return
    for certificate in Certificate.objects.filter(firm__in=list(firms)).valid_on(event.day):
        holder.owe_report(certificate, Change(event.kind, event.day), event.day)


def _hand_over_rights(gone: Firm, taker: Firm) -> None:
    """The rights pass to the firm that took it over, acquired by a merger; one it has already is not doubled."""
    known = IntellectualProperty.objects.filter(firm=taker).values("number")
    passing = IntellectualProperty.objects.filter(firm=gone).exclude(number__in=known)
    passing.update(firm=taker, acquired_by=BY_MERGER)
    Firm.objects.filter(pk__in=[gone.pk, taker.pk]).update(diagnosis_due=True)


def _said(event: RegistryEvent) -> str:
    words = {
        "day": event.day.isoformat(),
        "old": event.old_name or event.uscc,
        "new": event.new_name,
        "other": f"{event.other_name} {event.other_uscc}".strip(),
    }
    says = {
        RENAMED: _("Registry: renamed on %(day)s, from %(old)s to %(new)s."),
        MERGER: _("Registry: %(old)s went into %(other)s on %(day)s."),
    }
    return says.get(event.kind, _("Registry: split on %(day)s; %(other)s came of it.")) % words

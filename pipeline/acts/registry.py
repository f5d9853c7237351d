"""What the market's registry tells of firms on record: taken in from an extract, then carried out one by one."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import firm as firm_acts
from pipeline.acts import note
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.acts.roster import on_disk
from pipeline.models import Certificate, Firm, IntellectualProperty, Obligation, RegistryEvent, User
from pipeline.models.registry import MERGER, RENAMED
from pipeline.outside import sheets
from pipeline.outside.registry_extract import Told, Unread, read_extract
from pipeline.outside.sheets import SheetRefused
from pipeline.rules import NoBook, NoValue, books
from pipeline.rules.facts.firm import Change
from pipeline.rules.law.duties import Duty, change_report

BY_MERGER = "merger"  # how a right came to a firm that took another over


@dataclass(frozen=True)
class Taken:
    """What came of an extract: lines kept, lines known before or as they are on record, firms not on record, and lines
    that cannot be read."""

    kept: int
    known: int
    strangers: int
    unread: list[Unread]


@transaction.atomic
def take_in(content: Any, *, name: str, by: User, on: date) -> Taken:
    """Keep what an extract tells of firms within reach. Taken in again, it adds nothing. Raises ConditionUnmet."""
    access.require(by, "registry.take_in")
    office = by.office
    demand(office is not None, "file", _("Only an office takes in an extract."))
    lines = _read(content, name, on)
    told = [each for each in lines if isinstance(each, Told)]
    reach = by.reach(access.GRANTS["registry.take_in"])
    names = dict(Firm.objects.within(reach).filter(uscc__in={each.uscc for each in told}).values_list("uscc", "name"))
    here = [each for each in told if each.uscc in names]
    new = [each for each in here if each.kind != RENAMED or names[each.uscc] != each.new_name]
    before = RegistryEvent.objects.filter(office=office).count()
    RegistryEvent.objects.bulk_create((_event(each, office, name, by) for each in new), ignore_conflicts=True)
    kept = RegistryEvent.objects.filter(office=office).count() - before
    unread = [each for each in lines if isinstance(each, Unread)]
    return Taken(kept, len(here) - kept, len(told) - len(here), unread)


@transaction.atomic
def carry_out(event: RegistryEvent, *, by: User, on: date) -> None:
    """Do what follows from a line: the new name, the rights of a firm that was taken over, and for whoever holds a
    valid certificate the duty to report the change within the term of the book (HTE-M art. 17).

    No case is ended and no certificate is taken away by it: that is decided by people.
    """
    firms = Firm.objects.filter(uscc__in=[event.uscc, event.other_uscc])
    access.require(by, "registry.carry_out", firms)
    _settle(event, RegistryEvent.DONE, "", by, on)
    found = {each.uscc: each for each in firms}
    demand(event.uscc in found, "event", _("The firm is not within your office's range any more."))
    held, other = found[event.uscc], found.get(event.other_uscc)
    if event.kind == MERGER:
        demand(other is not None, "event", _("The firm that took it over is not on record: register it first."))
    _owe_report([each for each in (held, other) if each is not None], event)
    if event.kind == MERGER and other is not None:
        _hand_over_rights(held, other)
    if event.kind == RENAMED:
        firm_acts.rename(held, event.new_name, by=by, on=event.day)
    for each in found.values():
        note.write(each, _said(event), by=by, on=on)


@transaction.atomic
def leave(event: RegistryEvent, *, why: str, by: User, on: date) -> None:
    """Do nothing about a line, and say why."""
    access.require(by, "registry.leave", Firm.objects.filter(uscc=event.uscc))
    demand(bool(why.strip()), "why", _("Say why nothing is to be done."))
    _settle(event, RegistryEvent.LEFT, why.strip(), by, on)


def duty_of(event: RegistryEvent) -> Duty | None:
    """What the holder of a certificate owes because of it; None where it came before the law that asks for it."""
    with suppress(NoBook, NoValue):
        return change_report(Change(event.kind, event.day), event.day, books("obligations", event.day))
    return None


def _read(content: Any, name: str, today: date) -> list[Told | Unread]:
    try:
        with on_disk(content) as path:
            return list(read_extract(sheets.read(path, name=name), today=today))
    except SheetRefused as refused:
        raise ConditionUnmet([Missing("file", refused.says.in_language(get_language() or ""))]) from None


def _event(told: Told, office: Any, file: str, by: User) -> RegistryEvent:
    columns = ("line", "uscc", "kind", "day", "old_name", "new_name", "other_uscc", "other_name")
    return RegistryEvent(office=office, file=file[:200], by=by, **{each: getattr(told, each) for each in columns})


def _settle(event: RegistryEvent, state: str, why: str, by: Actor, on: date) -> None:
    waiting = RegistryEvent.objects.waiting().filter(pk=event.pk)
    settled = waiting.update(state=state, note=why, settled_by=by.pk, settled_on=on)
    demand(bool(settled), "event", _("Somebody has settled it already. Look at it again."))


def _owe_report(firms: Iterable[Firm], event: RegistryEvent) -> None:
    """One duty a certificate and year: what changed twice within a year is reported by the first day."""
    duty = duty_of(event)
    if duty is None:
        return
    owed: dict[str, Any] = {"kind": duty.kind, "year": duty.year}
    for certificate in Certificate.objects.filter(firm__in=list(firms)).valid_on(event.day):
        told: dict[str, Any] = {"firm": certificate.firm, "due_on": duty.due_on, "source": duty.source[:100]}
        Obligation.objects.get_or_create(certificate=certificate, **owed, defaults=told)


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

"""What becomes of a certificate after it was issued: changes, moves, re-checks, its end; and what is called to mind."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Certificate, CertificateEvent, Firm, Obligation
from pipeline.models.certificate import GROUNDS, CertificateQuerySet, ObligationQuerySet, under_recheck
from pipeline.rules import books
from pipeline.rules.codes.identifiers import IdentifierRefused, issued_number
from pipeline.rules.facts import firm as facts
from pipeline.rules.labels import Label
from pipeline.rules.law.aftermath import tax_says
from pipeline.rules.law.duties import change_report, duties_of
from pipeline.rules.law.obligations import CHANGES, end_of
from pipeline.rules.periods import months_later

# kind of the event -> the change as the law calls it
REPORTED: Mapping[str, str] = {
    "renamed": "renamed",
    "business": "business",
    "split": "split",
    "merger": "merger",
    "restructuring": "restructuring",
    "moved_out": "moved_whole",
    "moved_part": "moved_part",
}
OWED: Mapping[str, Label] = {
    "annual_report": Label("{year} 年度年报", "the annual report on {year}"),
    "recertification": Label("重新认定（{year} 年期满）", "re-certification (the certificate ends in {year})"),
    "change_report": Label("报告 {year} 年的重大变化", "the report of a change of {year}"),
}
CHANGE_REMINDED = (30, 7)  # days before a change is to be reported
LOOKED_AHEAD = 13  # months: the first reminder of a renewal comes a year before the end


@transaction.atomic
def note_change(
    certificates: CertificateQuerySet, *, kind: str, changed_on: date, by: Actor, on: date, note: str = ""
) -> CertificateEvent:
    """Keep that a holder changed; it is to be reported within the months of the book (HTE-M art. 17, 18)."""
    access.require(by, "certificate.note_change", certificates)
    held = _in_force(certificates, changed_on, "changed_on")
    demand(kind in REPORTED, "kind", _("Choose what changed."))
    demand(changed_on <= on, "changed_on", _("This day is still to come."))
    known = CertificateEvent.objects.filter(certificate=held, kind=kind, on=changed_on).exists()
    demand(not known, "kind", _("This change is on record already."))
    event = CertificateEvent.objects.create(
        firm_id=held.firm_id, certificate=held, kind=kind, on=changed_on, note=note.strip(), by_id=by.pk
    )
    due = owe_report(held, facts.Change(REPORTED[kind], changed_on), changed_on)
    says = CHANGES[REPORTED[kind]].to_json()
    notice.tell_firm(held.firm, kind="certificate.note_change", note=says, due=due)
    return event


def owe_report(held: Certificate, change: facts.Change, changed_on: date) -> date:
    """The day by which the change is to be reported, on record as an obligation; once for changes of one such day."""
    duty = change_report(change, changed_on, books("obligations", changed_on))
    owed = {"certificate": held, "kind": duty.kind, "year": duty.year, "due_on": duty.due_on}
    Obligation.objects.get_or_create(**owed, defaults={"firm_id": held.firm_id, "source": duty.source[:100]})
    return duty.due_on


@transaction.atomic
def move_in(
    firm: Firm, *, number: str, issued_on: date, moved_on: date, place: str, by: Actor, on: date
) -> Certificate:
    """Record the certificate with which a whole firm moved here: number and validity stay (HTE-M art. 18). It owes here
    what is due from the day of the move on.
    """
    access.require(by, "certificate.move_in", Firm.objects.filter(pk=firm.pk))
    demand(bool(place.strip()), "place", _("Say where the firm came from."))
    demand(moved_on <= on, "moved_on", _("This day is still to come."))
    book = books("obligations", issued_on)
    valid = DateRange(issued_on, end_of(issued_on, book))
    within = issued_on <= moved_on < end_of(issued_on, book)
    demand(within, "moved_on", _("The certificate was not valid on the day of the move: the firm applies anew."))
    try:
        number = issued_number(number, issued_on, ())
    except IdentifierRefused as refused:
        raise ConditionUnmet([Missing("number", refused.says.in_language(get_language() or ""))]) from None
    demand(not Certificate.objects.filter(number=number).exists(), "number", _("This number is recorded already."))
    held = Certificate.objects.create(firm=firm, number=number, issued_on=issued_on, valid=valid)
    CertificateEvent.objects.create(
        firm=firm, certificate=held, kind="moved_in", on=moved_on, note=place.strip(), by_id=by.pk
    )
    duties = duties_of(facts.Certificate(issued_on=issued_on), book, issued_on)
    Obligation.objects.bulk_create(
        Obligation(
            firm=firm, certificate=held, kind=each.kind, year=each.year, due_on=each.due_on, source=each.source[:100]
        )
        for each in duties
        if each.kind in OWED and each.due_on >= moved_on
    )
    return held


@transaction.atomic
def recheck(certificates: CertificateQuerySet, *, note: str, by: Actor, on: date) -> CertificateEvent:
    """Keep that the agency checks anew whether the holder meets the conditions, and why (HTE-M art. 16)."""
    access.require(by, "certificate.recheck", certificates)
    held = _in_force(certificates, on, "note")
    demand(bool(note.strip()), "note", _("Say what is checked anew."))
    demand(not rechecked(held), "note", _("It is being checked anew already."))
    return CertificateEvent.objects.create(
        firm_id=held.firm_id, certificate=held, kind="recheck", on=on, note=note.strip(), by_id=by.pk
    )


@transaction.atomic
def keep(certificates: CertificateQuerySet, *, note: str, by: Actor, on: date) -> CertificateEvent:
    """Keep that the status stays after a re-check or a change, as the agency found."""
    access.require(by, "certificate.recheck", certificates)
    held = _in_force(certificates, on, "note")
    demand(bool(note.strip()), "note", _("Say what the agency found."))
    return CertificateEvent.objects.create(
        firm_id=held.firm_id, certificate=held, kind="kept", on=on, note=note.strip(), by_id=by.pk
    )


@transaction.atomic
def revoke(
    certificates: CertificateQuerySet, *, ground: str, since: date, revoked_on: date, by: Actor, on: date, note: str
) -> CertificateEvent:
    """Keep that the agency took the certificate away. `since` is the day of the deed, or from which the conditions were
    not met: tax is owed from that year on. What would be due later is owed no more, but the reports of changes.
    """
    access.require(by, "certificate.revoke", certificates)
    demand(ground in GROUNDS, "ground", _("Choose the ground."))
    demand(since <= revoked_on, "since", _("The deed lies before the revocation."))
    demand(revoked_on <= on, "revoked_on", _("This day is still to come."))
    demand(bool(note.strip()), "note", _("Name the decision."))
    held = _in_force(certificates, revoked_on, "revoked_on")
    event = CertificateEvent.objects.create(
        firm_id=held.firm_id, certificate=held, kind="revoked", on=revoked_on, ground=ground, since=since,
        note=note.strip(), by_id=by.pk,
    )  # fmt: skip
    later = Obligation.objects.filter(certificate=held, fulfilled_on=None, due_on__gte=revoked_on)
    later.exclude(kind="change_report").delete()
    Firm.objects.filter(pk=held.firm_id).update(diagnosis_due=True)
    says = tax_says(held.issued_on, books("obligations", revoked_on), since=since)
    notice.tell_firm(held.firm, kind="certificate.revoke", note=says.to_json(), due=revoked_on)
    return event


def follow(new: Certificate, *, by: Actor) -> None:
    """What a new certificate means for those before it: the renewal is done, and one that is still valid has its
    follower; annual reports of the same years are asked for once.
    """
    before = Certificate.objects.filter(firm=new.firm_id, issued_on__lt=new.issued_on)
    owed = Obligation.objects.filter(certificate__in=before, fulfilled_on=None)
    owed.filter(kind="recertification").update(fulfilled_on=new.issued_on)
    owed.filter(kind="annual_report", year__gte=new.issued_on.year).delete()
    CertificateEvent.objects.bulk_create(
        CertificateEvent(
            firm_id=new.firm_id, certificate=each, kind="superseded", on=new.issued_on, note=new.number, by_id=by.pk
        )
        for each in before.in_state("valid", new.issued_on)
    )


@transaction.atomic
def remind(obligations: ObligationQuerySet, *, by: Actor, on: date) -> int:
    """Call to mind what holders owe, on the days of the book; each once, and of several that are past the last. An
    annual report that was missed is told the day after, to the county too. How many.
    """
    access.require(by, "certificate.remind", obligations)
    ahead = obligations.pending().filter(due_on__lte=months_later(on, LOOKED_AHEAD))
    alike: dict[tuple[str, str, int, date], list[Obligation]] = defaultdict(list)
    for owed in ahead.select_related("certificate", "firm").order_by("pk"):
        past = [each for each in _reminders(owed) if each <= on]
        if past and (owed.reminded_on is None or owed.reminded_on < past[-1]):
            missed = owed.kind == "annual_report" and owed.due_on < on
            alike["certificate.missed" if missed else "certificate.remind", owed.kind, owed.year, owed.due_on] += [owed]
    for (kind, about, year, due), rows in alike.items():
        for side in notice.WORDS[kind].to:
            notice.tell_firms([each.firm for each in rows], kind=kind, to=side, note=_owed(about, year), due=due)
    told = [each.pk for rows in alike.values() for each in rows]
    return Obligation.objects.filter(pk__in=told).update(reminded_on=on)


def rechecked(held: Certificate) -> bool:
    """Whether a re-check is under way: begun, and neither kept nor revoked since."""
    events = CertificateEvent.objects.filter(certificate=held).order_by("pk")
    return under_recheck(events.values_list("kind", flat=True))


def _in_force(certificates: CertificateQuerySet, day: date, place: str) -> Certificate:
    """The certificate, which must be valid on the day. Raises ConditionUnmet."""
    held = certificates.valid_on(day).select_related("firm").first()
    if held is None:
        raise ConditionUnmet([Missing(place, _("The certificate is not valid on this day."))])
    return held


def _owed(kind: str, year: int) -> dict[str, str]:
    return OWED[kind].filled(year=year).to_json()


def _reminders(owed: Obligation) -> list[date]:
    """The days on which an obligation is called to mind; the last of them, of one that is past, the day after it."""
    if owed.kind == "change_report":
        days = [owed.due_on - timedelta(days=back) for back in CHANGE_REMINDED]
    else:
        days = list(_of_certificate(owed.certificate.issued_on).get((owed.kind, owed.year), ()))
    return [*days, owed.due_on + timedelta(days=1)]


@cache
def _of_certificate(issued_on: date) -> dict[tuple[str, int], tuple[date, ...]]:
    duties = duties_of(facts.Certificate(issued_on=issued_on), books("obligations", issued_on), issued_on)
    return {(each.kind, each.year): each.reminders for each in duties}

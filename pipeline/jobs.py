"""Every job, in the order of the timetable: find work, call an act. Jobs take ids or nothing and may run twice."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import batched
from time import monotonic
from typing import Any

from celery import Task, shared_task
from django.db import transaction
from django.utils import timezone

import config.celery  # noqa: F401  # whoever hands a job over must know the broker: the web server imports only this
from config import clock
from config.postgres.scope import acting
from pipeline import access
from pipeline.access import ASSESSOR, INTAKE, PUBLICITY, SEALER, SENDER
from pipeline.acts import (
    assignment,
    bulk,
    bundle,
    case,
    claim,
    coaching,
    delivery,
    diagnosis,
    difficulty,
    escalation,
    event,
    evidence,
    export,
    firm,
    holder,
    hour,
    own_objection,
    panel,
    paper,
    presence,
    quality,
    registry_extract,
    result,
    roster,
    round,
    sme,
    staying,
    telling,
    trail,
    trial,
    trial_sheet,
)
from pipeline.models import (
    AnnualUpdate,
    Attendance,
    Booking,
    Bulk,
    Bundle,
    Case,
    Certificate,
    Claim,
    Difficulty,
    DocumentVersion,
    Export,
    Firm,
    Heartbeat,
    Import,
    Notice,
    Obligation,
    OwnObjection,
    Panel,
    Plan,
    RegistryExtract,
    ResultList,
    Round,
    SmeRegistration,
    Trial,
    TrialSheet,
    Upload,
    User,
)
from pipeline.models.in_force import calendar_in_force
from pipeline.models.presence import STAYS
from pipeline.outside import channels, sms
from pipeline.outside.calling import Busy, NotSent, Refused, Unclear, Unreachable
from pipeline.outside.letter import Letter
from pipeline.outside.scanner import ScannerDown

log = logging.getLogger(__name__)
CHUNK = 500
LOOK_SECONDS = 1_200


@contextmanager
def _left_if_broken(what: str, which: object, *, but: type[Exception] | tuple[()] = ()) -> Iterator[None]:
    """One item that cannot be worked on is logged and left to the next run: it keeps no other from its turn."""
    try:
        yield
    except but:
        raise
    except Exception:
        log.exception("%s %s is left to the next run", what, which)


class Acting(Task):  # type: ignore[type-arg]
    """Runs as the service it names, or as the person whose id travels with it; without either it sees nothing."""

    service: access.Service | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        person = kwargs.get("person")
        with acting(self.service if person is None else User.objects.get(pk=person, is_active=True)):
            return super().__call__(*args, **kwargs)


def _who_asked(person: int) -> User:
    """With the seats of this moment, which nobody has outside of a transaction."""
    with transaction.atomic():
        asking = User.objects.get(pk=person)
        if not asking.seats:
            log.warning("person %s asked for work and holds no seat any more", person)
    return asking


def _as(service: access.Service) -> dict[str, Any]:
    return {"base": Acting, "service": service}


@shared_task(**_as(SENDER))
def beat() -> None:
    """Every minute: the signs of life that `health` looks at, of beat and of the worker that does this."""
    for part in ("beat", f"worker {socket.gethostname()}"[:40]):
        Heartbeat.objects.update_or_create(part=part, defaults={"at": timezone.now()})


@shared_task(**_as(SENDER))
def send_notices() -> None:
    """Every ten seconds: what is to be told is spread to the people it is for, and what is due goes out. What another
    worker holds is skipped. A message is handed over outside of every transaction.
    """
    with transaction.atomic():
        waiting = list(Notice.objects.unsent(timezone.now()).values_list("pk", flat=True)[:CHUNK])
    for key in waiting:
        with _left_if_broken("notice", key):
            delivery.spread(Notice.objects.filter(pk=key), by=SENDER, at=timezone.now())
    delivery.give_up_old(by=SENDER, at=timezone.now())
    while taken := delivery.claim(by=SENDER, at=timezone.now()):
        if taken.letter is not None:
            _send(taken.channel, taken.letter)


@shared_task(**_as(SENDER))
def send_codes() -> None:
    """Every ten seconds, and when one was asked for: codes that prove a telephone."""
    while proof := telling.take_code(by=SENDER, at=timezone.now()):
        try:
            sms.send_code(proof.phone, telling.code_of(proof), key=proof.salt[:32])
        except NotSent as error:
            log.warning("code %s was not sent: %s", proof.pk, error)
            telling.code_failed(proof, by=SENDER, why=str(error))


@shared_task(**_as(INTAKE))
def inspect_papers() -> None:
    """Every fifteen seconds: papers that came in are looked at. While the scanner is down they wait."""
    try:
        with transaction.atomic():
            waiting = list(DocumentVersion.objects.filter(state=DocumentVersion.RECEIVED).values_list("pk", flat=True))
        for key in waiting:
            with _left_if_broken("paper", key, but=ScannerDown):
                evidence.inspect(DocumentVersion.objects.filter(pk=key), by=INTAKE)
        claim.inspect(Claim.objects.filter(paper_state=Claim.RECEIVED), by=INTAKE)
    except ScannerDown as error:
        log.warning("papers wait for the scanner: %s", error)


@shared_task(**_as(SENDER))
def sweep() -> None:
    """Every fifteen seconds: work whose nudge was lost on the way, or whose worker died, is taken up."""
    with transaction.atomic():
        waiting = Import.objects.waiting().with_hands()
        trials, sheets = Trial.objects.waiting().with_hands(), TrialSheet.objects.waiting().with_hands()
        exports, bulks = Export.objects.waiting().with_hands(), Bulk.objects.waiting().with_hands()
        bundles = Bundle.objects.waiting().with_hands()
        lists = ResultList.objects.waiting().with_hands()
        extracts = RegistryExtract.objects.waiting().with_hands()
    for key, person, state in waiting:
        (commit_roster if state == Import.CONFIRMED else read_roster).delay(key, person=person)
    for key, person in trials:
        run_trial.delay(key, person=person)
    for key, person in sheets:
        write_trial_sheet.delay(key, person=person)
    for key, person in exports:
        write_export.delay(key, person=person)
    for key, person in bulks:
        work_bulk.delay(key, person=person)
    for key, person in bundles:
        make_bundle.delay(key, person=person)
    for key, person in lists:
        record_results.delay(key, person=person)
    for key, person in extracts:
        read_extract.delay(key, person=person)


@shared_task(base=Acting)
def read_roster(key: int, *, person: int) -> None:
    """When a roster has come in: read it, as the person who uploaded it."""
    roster.read(key, by=_who_asked(person), on=clock.today())


@shared_task(base=Acting)
def commit_roster(key: int, *, person: int) -> None:
    """When a roster was confirmed: write it, as the person who confirmed it, chunk by chunk. The firms it touched are
    judged by the job after it.
    """
    roster.commit(key, by=_who_asked(person), on=clock.today())
    diagnose_firms.delay()


@shared_task(base=Acting)
def read_pool_ahead(day: str, *, person: int) -> None:
    """When somebody sits down to change a book: what a trial will ask of the record is read and kept."""
    trial.read_ahead(date.fromisoformat(day), by=_who_asked(person))


@shared_task(base=Acting)
def run_trial(key: int, *, person: int) -> None:
    """When a trial over many firms was asked for: run it, as the person who asked."""
    trial.run(key, by=_who_asked(person))


@shared_task(base=Acting)
def write_trial_sheet(key: int, *, person: int) -> None:
    """When a long sheet of a trial was asked for: write it, as the person who asked."""
    trial_sheet.write(key, by=_who_asked(person))


@shared_task(base=Acting)
def write_export(key: int, *, person: int) -> None:
    """When a list was asked for as a file: write it, as the person who asked."""
    export.write(key, by=_who_asked(person))


@shared_task(base=Acting)
def make_bundle(key: int, *, person: int) -> None:
    """When an application was asked for as a file: make it, as the person who asked."""
    bundle.make(key, by=_who_asked(person))


@shared_task(base=Acting)
def work_bulk(key: int, *, person: int) -> None:
    """When an act on many cases was asked for or confirmed: rehearse it, or do it, as the person who asked."""
    bulk.work(key, by=_who_asked(person))


@shared_task(base=Acting)
def read_extract(key: int, *, person: int) -> None:
    """When a long extract of the registry was taken in: read it, as the person who took it in."""
    registry_extract.read(key, by=_who_asked(person))


@shared_task(base=Acting)
def record_results(key: int, *, person: int) -> None:
    """When a list of the agency was confirmed: put its sure lines on record, as the person who confirmed it."""
    result.work(key, by=_who_asked(person), on=clock.today())


@shared_task(**_as(INTAKE))
def clear_exports() -> None:
    """Every night: files of lists whose week is over, of dossiers whose month is, are taken away."""
    export.clear(by=INTAKE)
    bundle.clear(by=INTAKE)


@shared_task(**_as(INTAKE))
def spell_firms() -> None:
    """Every minute: firms whose name nobody spelt yet, as after a release that finds them by more than before."""
    with transaction.atomic():
        waiting = list(Firm.objects.filter(initials="").values_list("pk", flat=True)[: 10 * CHUNK])
    for keys in batched(waiting, CHUNK):
        with _left_if_broken("chunk with firm", keys[0]):
            firm.spell(Firm.objects.filter(pk__in=keys), by=INTAKE)


@shared_task(**_as(ASSESSOR))
def diagnose_firms() -> None:
    """Every minute, and after a roster: judge the firms whose record changed since their diagnosis."""
    with transaction.atomic():
        due = list(Firm.objects.filter(diagnosis_due=True).values_list("pk", flat=True))
    for keys in batched(due, CHUNK):
        with _left_if_broken("chunk with firm", keys[0]):
            _diagnose(*keys)
            continue
        for key in keys:  # one of them breaks it: the others are judged one by one
            with _left_if_broken("firm", key):
                _diagnose(key)


@shared_task(**_as(ASSESSOR))
def look_for_oddities() -> None:
    """Every night: what looks odd in the records that changed since is put before people. What there is no time for is
    left to the next night.
    """
    until = monotonic() + LOOK_SECONDS
    with transaction.atomic():
        firms = list(Firm.objects.order_by("pk").values_list("pk", flat=True))
    for keys in batched(firms, CHUNK):
        if monotonic() > until:
            log.warning("oddities: looked up to firm %s, the rest is left to the next night", keys[0])
            return
        with _left_if_broken("chunk with firm", keys[0]):
            quality.look(keys, by=ASSESSOR, on=clock.today())


@shared_task(**_as(PUBLICITY))
def close_publicity() -> None:
    """Every hour: admit firms whose publicity is over and unopposed."""
    today = clock.today()
    with transaction.atomic():
        over = list(Case.objects.publicity_over(today).values_list("pk", flat=True))
    for key in over:
        with _left_if_broken("case", key):
            case.admit(Case.objects.filter(pk=key), by=PUBLICITY, on=today)


@shared_task(**_as(INTAKE))
def remind_firms() -> None:
    """Every morning: firms that must correct are reminded three working days before their day, and one; holders of
    certificates of what they owe.
    """
    today, calendar = clock.today(), calendar_in_force()
    with transaction.atomic():
        case.remind(Case.objects.to_remind(today, [calendar.add(today, n).due for n in (3, 1)]), by=INTAKE, on=today)
        holder.remind(Obligation.objects.all(), by=INTAKE, on=today)


@shared_task(**_as(INTAKE))
def route_cases() -> None:
    """Every minute: cases that came to an office without an officer are given by its rules."""
    with transaction.atomic():
        assignment.route(Case.objects.to_route(), by=INTAKE, on=clock.today())


@shared_task(**_as(INTAKE))
def seat_experts() -> None:
    """Every minute: for an expert who stepped back the next of the lot stands in."""
    with transaction.atomic():
        short = list(Panel.objects.short())
    for each in short:
        with _left_if_broken("panel", each.pk):
            panel.fill(each, by=INTAKE, at=timezone.now())


@shared_task(**_as(INTAKE))
def climb_stuck() -> None:
    """Every morning: what nobody moved long after its day goes to the head."""
    with transaction.atomic():
        escalation.climb(Case.objects.all(), by=INTAKE, on=clock.today())


@shared_task(**_as(INTAKE))
def take_in_objections() -> None:
    """Every minute, and when a firm has objected: what firms object to is put on the bureau's list."""
    own_objection.take_in(OwnObjection.objects.all(), by=INTAKE)


@shared_task(**_as(INTAKE))
def remind_of_help() -> None:
    """Every morning: what waits for an answer too long goes to the head of its county, then to the city; hours of today
    and tomorrow are recalled, trainings of tomorrow, and registrations as a technology SME that end.
    """
    today = clock.today()
    with transaction.atomic():
        difficulty.escalate(Difficulty.objects.all(), by=INTAKE, on=today)
        hour.remind(Booking.objects.to_remind(today, today + timedelta(days=1)), by=INTAKE, on=today)
        sme.remind(SmeRegistration.objects.all(), by=INTAKE, on=today)
        event.remind(Attendance.objects.filter(event__on=today + timedelta(days=1)), by=INTAKE)


@shared_task(**_as(INTAKE))
def tend_pool() -> None:
    """Every morning: terms that are ending are announced, yearly updates asked for and recalled."""
    today = clock.today()
    with transaction.atomic():
        staying.warn(Case.objects.all(), by=INTAKE, on=today)
        staying.ask_updates(Case.objects.all(), by=INTAKE, on=today)
        staying.remind_of_updates(AnnualUpdate.objects.all(), by=INTAKE, on=today)


@shared_task(**_as(INTAKE))
def remind_of_rounds() -> None:
    """Every morning: who is concerned is told that a day of a round comes near."""
    today = clock.today()
    with transaction.atomic():
        round.remind(Round.objects.filter(province_date__gte=today), by=INTAKE, on=today)


@shared_task(**_as(ASSESSOR))
def foresee_plans() -> None:
    """Every minute: plans drawn before their day of readiness was kept, as after a release."""
    with transaction.atomic():
        waiting = list(Plan.objects.filter(superseded_on=None, foreseen=False).values_list("pk", flat=True)[:CHUNK])
    for key in waiting:
        with _left_if_broken("plan", key):
            coaching.foresee(Plan.objects.filter(pk=key), by=ASSESSOR, on=clock.today())


@shared_task(**_as(INTAKE))
def clear_uploads() -> None:
    """Every night: files that nobody went on sending for two days are given up."""
    paper.clear_abandoned(Upload.objects.all(), by=INTAKE, at=timezone.now())


@shared_task(**_as(INTAKE))
def clear_presence() -> None:
    """Every night: who had which case open is forgotten."""
    presence.forget(timezone.now() - STAYS, by=INTAKE)


@shared_task(**_as(SENDER))
def clear_codes() -> None:
    """Every night: codes for telephones that can no longer be used are forgotten, and the numbers with them."""
    telling.clear_codes(by=SENDER, at=timezone.now())


@shared_task(**_as(INTAKE))
def open_renewals() -> None:
    """Every night: coaching towards re-certification begins a year before the certificate ends."""
    today = clock.today()
    with transaction.atomic():
        ending = list(Certificate.objects.due_for_renewal(today).values_list("pk", flat=True))
    for key in ending:
        with _left_if_broken("certificate", key):
            case.open_renewal(Certificate.objects.filter(pk=key), by=INTAKE, on=today)


@shared_task(**_as(SEALER))
def seal_trail() -> None:
    """Every hour: chain what the trail has gathered."""
    trail.seal(by=SEALER)


def _send(channel: str, letter: Letter) -> None:
    """Hand one message over, and write down what came of it."""
    try:
        channels.send(channel, letter)
    except NotSent as error:
        log.warning("message %s by %s was not sent: %s", letter.key, channel, error)
        _not_sent(channel, letter.key, error, at=timezone.now())
    except Exception as error:  # what no gateway should answer: one message keeps no other from its turn
        log.exception("message %s by %s", letter.key, channel)
        delivery.unclear(letter.key, by=SENDER, at=timezone.now(), why=f"{type(error).__name__}: {error}")
    else:
        delivery.done(letter.key, channel, by=SENDER, at=timezone.now())


def _not_sent(channel: str, key: str, error: NotSent, *, at: datetime) -> None:
    why = str(error)
    match error:
        case Busy(one=True):
            delivery.put_off(key, by=SENDER, until=at + timedelta(seconds=error.seconds), why=why)
        case Busy():
            delivery.shut(key, channel, by=SENDER, at=at, why=why, pause=timedelta(seconds=error.seconds))
        case Unreachable():
            delivery.shut(key, channel, by=SENDER, at=at, why=why)
        case Refused():
            delivery.failed(key, by=SENDER, at=at, why=why, for_good=error.for_good)
        case Unclear(slow=True):
            delivery.unclear(key, by=SENDER, at=at, why=why, slow=channel)
        case _:
            delivery.unclear(key, by=SENDER, at=at, why=why)


def _diagnose(*keys: int) -> None:
    diagnosis.keep(Firm.objects.filter(pk__in=keys), by=ASSESSOR, on=clock.today())

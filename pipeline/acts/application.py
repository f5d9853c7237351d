"""One firm in one round: from opening the dossier to the agency's result."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import class_two, coaching, diagnosis, fault, firm, flag, handover, objection, progress, proposal
from pipeline.acts.case import Versions
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import (
    Application,
    Case,
    CountyCheck,
    Division,
    Fault,
    Firm,
    Proposal,
    Round,
    Supplement,
    Transition,
    Visit,
)
from pipeline.models.firm import FirmQuerySet
from pipeline.models.in_force import calendar_in_force
from pipeline.models.round import ApplicationQuerySet
from pipeline.rules import books
from pipeline.stages import APPLICATION_MOVES, APPLICATION_STAGES


@transaction.atomic
def open(firms: FirmQuerySet, round: Round, *, by: Actor, on: date) -> Application:
    """Begin a dossier for a round. A firm may always apply; one that was never in the pool gets a case of its own
    kind.
    """
    access.require(by, "application.open", firms)
    demand(round.opens_on <= on <= round.county_date, "round", _("The round is not open on this day."))
    applicant = firms.get()
    case = Case.objects.open().filter(firm=applicant).first()
    if case is None:
        number = Case.numbers(on.year, 1)[0]
        case = Case.objects.create(
            firm=applicant, number=number, kind=Case.DIRECT, stage="in_certification", opened_on=on
        )
        progress.record([case], "application.open", target="in_certification", by=by, on=on, source="")
    else:
        progress.advance(Case.objects.filter(pk=case.pk), "application.open", by=by, on=on)
    application = Application.objects.create(
        firm=applicant, case=case, round=round, stage="draft", opened_on=on, due_on=round.county_date
    )
    progress.record_application([application], "application.open", target="draft", by=by, on=on)
    return application


@transaction.atomic
def submit(applications: ApplicationQuerySet, *, by: Actor, on: date, versions: Versions = None) -> list[Transition]:
    """Hand in the dossier, by the round's date for counties."""
    late = applications.filter(round__county_date__lt=on).exists()
    demand(not late, "round", _("The date of this round for counties is past."))
    diagnosis.keep(Firm.objects.filter(pk__in=applications.values("firm")), by=by, on=on)
    return progress.advance_application(applications, "application.submit", by=by, on=on, versions=versions)


@transaction.atomic
def return_from_county(
    applications: ApplicationQuerySet,
    *,
    by: Actor,
    on: date,
    faults: fault.Faults,
    versions: Versions = None,
) -> list[Transition]:
    return _return(applications, "application.return_from_county", by=by, on=on, faults=faults, versions=versions)


@transaction.atomic
def return_from_city(
    applications: ApplicationQuerySet,
    *,
    by: Actor,
    on: date,
    faults: fault.Faults,
    versions: Versions = None,
) -> list[Transition]:
    return _return(applications, "application.return_from_city", by=by, on=on, faults=faults, versions=versions)


@transaction.atomic
def resubmit_to_county(
    applications: ApplicationQuerySet, *, by: Actor, on: date, answers: fault.Answers, versions: Versions = None
) -> list[Transition]:
    return _resubmit(applications, "application.resubmit_to_county", by=by, on=on, answers=answers, versions=versions)


@transaction.atomic
def resubmit_to_city(
    applications: ApplicationQuerySet, *, by: Actor, on: date, answers: fault.Answers, versions: Versions = None
) -> list[Transition]:
    return _resubmit(applications, "application.resubmit_to_city", by=by, on=on, answers=answers, versions=versions)


@transaction.atomic
def forward(
    applications: ApplicationQuerySet, *, by: Actor, on: date, opinion: str, note: str, versions: Versions = None
) -> list[Transition]:
    """Send the dossier to the city with the county's opinion; site visit and check are on record."""
    demand(opinion in ("for", "against"), "opinion", _("Say whether the county is for or against."))
    demand(bool(note.strip()), "note", _("Give the reasons of the county."))
    for application in applications:
        visited = Visit.objects.filter(firm=application.firm_id, on__gte=application.opened_on).exists()
        demand(visited, "visit", _("Record the site visit first."))
        checked = CountyCheck.objects.filter(application=application).exists()
        demand(checked, "check", _("Record what the county found when it checked the dossier first."))
    return progress.advance_application(
        applications, "application.forward", by=by, on=on, versions=versions, opinion=opinion, note=note
    )


@transaction.atomic
def send_back(
    applications: ApplicationQuerySet, *, by: Actor, on: date, note: str, versions: Versions = None
) -> list[Transition]:
    demand(bool(note.strip()), "note", _("Say why the dossier goes back to the county."))
    return progress.advance_application(
        applications, "application.send_back", by=by, on=on, versions=versions, note=note
    )


@transaction.atomic
def change_county(
    applications: ApplicationQuerySet,
    division: Division,
    *,
    by: Actor,
    on: date,
    note: str = "",
    versions: Versions = None,
) -> list[Transition]:
    """Write the firm's move, with what is handed over; the open review of its dossier starts anew in the new county."""
    access.require(by, "application.change_county", applications)
    keys = list(applications.values_list("pk", flat=True))
    handover.note_move(Case.objects.filter(pk__in=applications.values("case")), division, by=by, on=on, note=note)
    firm.settle(Firm.objects.filter(pk__in=applications.values("firm")), division, on=on)
    moved = Application.objects.filter(pk__in=keys)
    return progress.advance_application(moved, "application.change_county", by=by, on=on, versions=versions)


@transaction.atomic
def propose(applications: ApplicationQuerySet, *, by: Actor, on: date, note: str) -> list[Proposal]:
    """Propose the recommendation to the head."""
    access.require(by, "application.propose", applications)
    progress.must_stand(applications, "application.propose", APPLICATION_MOVES["application.recommend"].from_)
    demand(bool(note.strip()), "note", _("Give the reasons of the proposal."))
    taken = Proposal.objects.filter(application__in=applications.values("pk"), decided_on=None).select_related("case")
    demand(not taken, "proposal", _("%(case)s is proposed already.") % {"case": taken[0].case if taken else ""})
    return Proposal.objects.bulk_create(
        Proposal(
            firm_id=each.firm_id,
            case_id=each.case_id,
            application=each,
            act="application.recommend",
            says=note,
            proposed_by_id=by.pk,
            proposed_on=on,
        )
        for each in applications.order_by("pk")
    )


@transaction.atomic
def recommend(
    applications: ApplicationQuerySet, *, by: Actor, on: date, note: str = "", versions: Versions = None
) -> list[Transition]:
    """Recommend to the certifying agency what an officer proposed."""
    access.require(by, "application.recommend", applications)
    flag.demand_none(applications)
    proposals = Proposal.objects.filter(application__in=applications.values("pk"))
    proposal.decide(proposals, rows=applications.count(), by=by, on=on)
    return progress.advance_application(
        applications, "application.recommend", by=by, on=on, versions=versions, note=note
    )


@transaction.atomic
def not_recommend(
    applications: ApplicationQuerySet, *, by: Actor, on: date, note: str, versions: Versions = None
) -> list[Transition]:
    demand(bool(note.strip()), "note", _("Give the firm the reasons."))
    keys = list(applications.values_list("pk", flat=True))
    moved = progress.advance_application(
        applications, "application.not_recommend", by=by, on=on, versions=versions, note=note
    )
    return moved + _end(keys, by=by, on=on, note=note)


@transaction.atomic
def record(
    applications: ApplicationQuerySet,
    *,
    to: str,
    by: Actor,
    on: date,
    note: str = "",
    refusal: Sequence[str] = (),
    by_day: date | None = None,
    versions: Versions = None,
) -> list[Transition]:
    """Enter what the agency's list says: any later stage, or the result. A refusal names the rules found wanting.

    `by_day` is the day the agency set for a supplement, `note` then what it asks for. A publicity is due,
    provisionally, after the book's working days.
    """
    demand(to in APPLICATION_STAGES, "stage", _("There is no such stage."))
    demand(by_day is None or by_day >= on, "by_day", _("The agency's day lies in the past."))
    if to == "supplement":
        _ask(applications, by_day, note.strip(), by=by, on=on)
    if to == "announced":
        objection.demand_none_of_certification(applications)
    keys = list(applications.values_list("pk", flat=True))
    due = {"supplement": by_day, "publicity": _publicity_ends(on)}.get(to)
    moved = progress.advance_application(
        applications,
        "application.record",
        by=by,
        on=on,
        versions=versions,
        to=to,
        note=note,
        refusal=list(refusal),
        due_on=due,
    )
    if to == "refused":
        class_two.use_up(Firm.objects.filter(application__in=keys), certified=False, on=on, book=books("hte", on))
        objection.settle_upheld(Application.objects.filter(pk__in=keys), by=by, on=on, note=note)
    return moved + _end(keys, by=by, on=on, note=note) if to in ("refused", "withdrawn") else moved


@transaction.atomic
def supply(
    applications: ApplicationQuerySet, *, answer: str, by: Actor, on: date, versions: Versions = None
) -> list[Transition]:
    """The firm says what it supplied; it goes on to the agency."""
    access.require(by, "application.supply", applications)
    demand(bool(answer.strip()), "answer", _("Say what you supply and where it lies in your papers."))
    open_ones = Supplement.objects.filter(application__in=applications.values("pk"), answered_on=None)
    open_ones.update(answer=answer.strip(), answered_on=on, answered_by_id=by.pk)
    return progress.advance_application(applications, "application.supply", by=by, on=on, versions=versions)


@transaction.atomic
def withdraw(
    applications: ApplicationQuerySet, *, by: Actor, on: date, note: str = "", versions: Versions = None
) -> list[Transition]:
    keys = list(applications.values_list("pk", flat=True))
    moved = progress.advance_application(
        applications, "application.withdraw", by=by, on=on, versions=versions, note=note
    )
    return moved + _end(keys, by=by, on=on, note=note)


@transaction.atomic
def lapse(applications: ApplicationQuerySet, *, by: Actor, on: date, versions: Versions = None) -> list[Transition]:
    """Close dossiers whose date has passed."""
    running = applications.filter(due_on__gte=on).exists()
    demand(not running, "due_on", _("The firm still has time to correct."))
    keys = list(applications.values_list("pk", flat=True))
    moved = progress.advance_application(applications, "application.lapse", by=by, on=on, versions=versions)
    return moved + _end(keys, by=by, on=on, note=_("The date has passed."))


def _ask(applications: ApplicationQuerySet, by_day: date | None, asks: str, *, by: Actor, on: date) -> None:
    """Keep what the agency asks for. Raises ConditionUnmet."""
    access.require(by, "application.record", applications)
    if by_day is None:
        raise ConditionUnmet([Missing("by_day", _("Enter the day the agency set."))])
    demand(bool(asks), "note", _("Say what the agency asks for: the firm reads it."))
    Supplement.objects.bulk_create(
        Supplement(firm_id=each.firm_id, application=each, asks=asks, asked_on=on, due_on=by_day, noted_by_id=by.pk)
        for each in applications.order_by("pk")
    )


def _publicity_ends(on: date) -> date:
    return calendar_in_force().add(on, int(books("hte", on).number("publicity_workdays"))).due


def _end(keys: Sequence[int], *, by: Actor, on: date, note: str) -> list[Transition]:
    """An application that ends without a certificate takes the case back to coaching; what was refused becomes its
    gaps.
    """
    cases = Case.objects.filter(applications__in=keys, stage="in_certification")
    back = list(cases.values_list("pk", flat=True))
    moved = progress.advance(Case.objects.filter(pk__in=back), "application.end", by=by, on=on, note=note)
    if access.may(by, "coaching.draw_plan"):
        coaching.draw_plans(Case.objects.filter(pk__in=back), by=by, on=on)
    return moved


def _return(
    applications: ApplicationQuerySet, name: str, *, by: Actor, on: date, faults: fault.Faults, versions: Versions
) -> list[Transition]:
    fault.demand_some(faults)
    moved = progress.advance_application(applications, name, by=by, on=on, versions=versions)
    fault.write(moved, faults)
    return moved


def _resubmit(
    applications: ApplicationQuerySet, name: str, *, by: Actor, on: date, answers: fault.Answers, versions: Versions
) -> list[Transition]:
    access.require(by, name, applications)
    keys = list(applications.values_list("pk", flat=True))
    fault.answer(Fault.objects.filter(application__in=keys), answers, on=on)
    return progress.advance_application(Application.objects.filter(pk__in=keys), name, by=by, on=on, versions=versions)

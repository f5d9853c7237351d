"""The acts a seat of the bureau may do with a case, in the order they are offered, and what stands in their way."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access, stages
from pipeline.acts import assignment, handover, objection, progress, staying
from pipeline.acts import case as acts
from pipeline.acts import flag as flag_acts
from pipeline.desk.faults import FaultsForm
from pipeline.desk.happenings import FLAG_NAMES
from pipeline.desk.moving import (
    Deed,
    ForwardForm,
    MoveForm,
    NoteForm,
    RemarkForm,
    carry_out,
    case_or_404,
    granted,
    words,
)
from pipeline.fields import day_field, offer, offer_rows
from pipeline.models import Application, Case, Division, Firm, Flag, Proposal, User
from pipeline.models.in_force import calendar_in_force
from pipeline.request import StaffRequest
from pipeline.templatetags.look import spoken


def reasons_of(act: str) -> list[tuple[str, str]]:
    """The reasons for closing that a move allows."""
    return [(reason, spoken(stages.CLOSED[reason])) for reason in sorted(stages.CASE_MOVES[act].reasons)]


class RemovalForm(MoveForm):
    reason = forms.ChoiceField(label=gettext_lazy("Reason"))
    note = words(gettext_lazy("Grounds"))

    def prepare(self) -> None:
        offer(self, "reason", reasons_of("case.remove"))


class DepartureForm(MoveForm):
    reason = forms.ChoiceField(label=gettext_lazy("What happened"))
    note = words(gettext_lazy("Proof"), gettext_lazy("Name the paper that proves it."))

    def prepare(self) -> None:
        offer(self, "reason", reasons_of("case.record_departure"))


class CountyForm(MoveForm):
    division = forms.ModelChoiceField(Division.objects.none(), empty_label="—", label=gettext_lazy("New county"))
    note = words(gettext_lazy("Hand-over"), gettext_lazy("What the new county must know."), required=False)

    def prepare(self) -> None:
        offer_rows(self, "division", _other_counties(self.case))


def _other_counties(case: Any) -> Any:
    counties = Division.objects.counties().order_by("code")
    return counties.exclude(pk=case.county_id) if case and case.county_id else counties


class AssignForm(MoveForm):
    officer = forms.ModelChoiceField(User.objects.none(), empty_label="—", label=gettext_lazy("Officer"))
    note = words(gettext_lazy("Why it changes hands"), required=False)

    def prepare(self) -> None:
        colleagues = User.objects.in_offices([seat.office_id for seat in self.request.user.seats if seat.office_id])
        offer_rows(self, "officer", colleagues)


RECORDS = [(kind, name) for kind, name in FLAG_NAMES.items() if kind != Flag.OBJECTION]


class FlagForm(MoveForm):
    """An objection has a form of its own: it names who objects."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=RECORDS)
    says = words(gettext_lazy("What was brought up, and by whom"))
    evidence = forms.CharField(
        label=gettext_lazy("What proves it"), required=False, max_length=200,
        help_text=gettext_lazy("A credit record or an accident needs its letter, or the record and its number."),
    )  # fmt: skip


class ObjectionForm(MoveForm):
    objector = forms.CharField(
        label=gettext_lazy("Who objects"), max_length=60,
        help_text=gettext_lazy("Under the real name. The firm does not read who it was."),
    )  # fmt: skip
    contact = forms.CharField(label=gettext_lazy("How to reach them"), required=False, max_length=60)
    received_on = day_field(gettext_lazy("Received on"))
    says = words(gettext_lazy("What is objected to"), gettext_lazy("The firm reads this, without the name."))
    evidence = forms.CharField(label=gettext_lazy("What supports it"), required=False, max_length=200)

    def prepare(self) -> None:
        self.fields["received_on"].initial = self.request.today


class HandOverForm(MoveForm):
    division = forms.ModelChoiceField(Division.objects.none(), empty_label="—", label=gettext_lazy("New county"))
    note = words(
        gettext_lazy("Hand-over"), gettext_lazy("How the move is proved, what is under way, what the next must know.")
    )

    def prepare(self) -> None:
        offer_rows(self, "division", _other_counties(self.case))


class ClearForm(MoveForm):
    flag = forms.ModelChoiceField(Flag.objects.none(), empty_label="—", label=gettext_lazy("Which"))
    note = words(gettext_lazy("How it was settled"))

    def prepare(self) -> None:
        flags = flag_acts.liftable(Flag.objects.filter(firm=self.case.firm_id), self.request.user)
        offer_rows(self, "flag", flags)


def _firms(cases: Any) -> Any:
    return Firm.objects.filter(pk__in=cases.values("firm"))


def _propose(act: str) -> Callable[..., Any]:
    def propose(cases: Any, *, versions: Any, **said: Any) -> Any:
        return acts.propose(cases, act=act, **said)

    return propose


def _change_county(cases: Any, *, division: Division, **who: Any) -> Any:
    return acts.change_county(cases, division, **who)


def _assign(cases: Any, *, officer: User, by: User, on: date, versions: Any, note: str = "") -> int:
    return assignment.assign(cases, officer, by=by, on=on, note=note, versions=versions)


def _take(cases: Any, **who: Any) -> int:
    return assignment.take(cases, **who)


def _remind(cases: Any, *, versions: Any, **who: Any) -> int:
    return acts.remind(cases, **who)


def _raise_flag(cases: Any, *, versions: Any, **said: Any) -> Any:
    return flag_acts.raise_flag(_firms(cases), **said)


def _object(cases: Any, *, versions: Any, **said: Any) -> Any:
    return objection.register(cases, **said)


def _hand_over(cases: Any, *, division: Division, versions: Any, **said: Any) -> Any:
    return handover.prepare(cases, division, **said)


def _clear_flag(cases: Any, *, flag: Flag, versions: Any, **said: Any) -> None:
    flag_acts.clear_flag(flag, **said)


OPEN, KEPT = stages.OPEN, frozenset({"coaching", "ready"})
LAPSES = frozenset(stage for stage in stages.CASE_MOVES["case.lapse"].from_ if stage)
RAISE, SETTLE = gettext_lazy("Register a credit record or accident"), gettext_lazy("Settle an objection")
SETTLE_RECORD = gettext_lazy("Lift a credit record or accident")
DEEDS = {
    deed.slug: deed
    for deed in (
        Deed("invite", "case.invite", acts.invite, key="G"),
        Deed("forward", "case.forward", acts.forward, ForwardForm, key="G"),
        Deed("publish", "case.publish", acts.publish, RemarkForm, key="G"),
        Deed(
            "propose-publication", "case.propose", _propose("case.publish"), NoteForm,
            gettext_lazy("Propose public notice"), frozenset({"city_review"}), key="G",
        ),
        Deed("admit", "case.admit", acts.admit, key="G"),
        Deed("mark-ready", "case.mark_ready", acts.mark_ready, RemarkForm, key="G"),
        Deed("return-from-county", "case.return_from_county", acts.return_from_county, FaultsForm, key="R"),
        Deed("return-from-city", "case.return_from_city", acts.return_from_city, FaultsForm, key="R"),
        Deed("send-back", "case.send_back", acts.send_back, NoteForm),
        Deed("reconsider", "case.reconsider", acts.reconsider),
        Deed("unready", "case.unready", acts.unready, NoteForm),
        Deed("assign", "case.assign", _assign, AssignForm, gettext_lazy("Assign"), OPEN, key="A"),
        Deed("take", "case.take", _take, says=gettext_lazy("Take it over"), legal=OPEN, key="T"),
        Deed("raise-flag", "case.raise_flag", _raise_flag, FlagForm, RAISE, OPEN),
        Deed(
            "object", "objection.register", _object, ObjectionForm, gettext_lazy("Register an objection"),
            OPEN - {"lead", "draft"},
        ),
        Deed("clear-flag", "case.clear_flag", _clear_flag, ClearForm, SETTLE, OPEN),
        Deed("clear-record", "case.clear_record", _clear_flag, ClearForm, SETTLE_RECORD, OPEN),
        Deed("change-county", "case.change_county", _change_county, CountyForm, legal=OPEN),
        Deed(
            "move-county", "hand_over.prepare", _hand_over, HandOverForm,
            gettext_lazy("Hand over to another county"), OPEN,
        ),
        Deed(
            "propose-extension", "case.propose", _propose(staying.EXTEND), NoteForm,
            gettext_lazy("Propose a longer term"), KEPT,
        ),
        Deed("extend-term", staying.EXTEND, staying.extend_term, NoteForm, gettext_lazy("Lengthen the term"), KEPT),
        Deed(
            "propose-removal", "case.propose", _propose("case.remove"), RemovalForm,
            gettext_lazy("Propose removal"), KEPT, danger=True,
        ),
        Deed("remove", "case.remove", acts.remove, NoteForm, danger=True),
        Deed("refuse", "case.refuse", acts.refuse, NoteForm, danger=True),
        Deed("drop-lead", "case.drop_lead", acts.drop_lead, NoteForm, danger=True),
        Deed("remind", "case.remind", _remind, says=gettext_lazy("Remind the firm"), legal=LAPSES, key="N"),
        Deed("lapse", "case.lapse", acts.lapse, danger=True),
        Deed("record-departure", "case.record_departure", acts.record_departure, DepartureForm, danger=True),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What decides whether an act is possible now, fetched once for all of them."""

    case: Case
    row: Case | Application
    flags: Sequence[Flag]
    proposals: Sequence[Proposal]
    visits: Sequence[date]
    user: User
    today: date

    def proposal(self, act: str) -> Proposal | None:
        return next((each for each in self.proposals if each.act == act and each.decided_on is None), None)


@dataclass(frozen=True)
class Offer:
    """An act as a button; with `obstacle` it is told why it cannot be done yet."""

    deed: Deed
    url: str
    obstacle: str = ""


def legal(deeds: Mapping[str, Deed], stage: str, user: User, flags: Collection[str]) -> list[Deed]:
    """The acts that the person's seats grant and the stage allows. An open entry is lifted by the act for its kind."""
    lifts = {flag_acts.LIFTED_BY[kind] for kind in flags}
    open_to = [deed for deed in deeds.values() if deed.legal_in(stage) and access.may(user, deed.act)]
    return [deed for deed in open_to if deed.act not in flag_acts.LIFTED_BY.values() or deed.act in lifts]


def beside(dossier_stage: str) -> Mapping[str, Deed]:
    """The acts on a case whose application stands there: while that is reviewed, its own act changes the county."""
    reviewed = dossier_stage in stages.IN_REVIEW
    return {slug: deed for slug, deed in DEEDS.items() if not (reviewed and slug == "change-county")}


def offers(known: Known, case: Case, deeds: Mapping[str, Deed], row: Case | Application, name: str) -> list[Offer]:
    """The acts that the person's seats grant and the stage allows, possible ones first within their order."""
    found = [
        Offer(deed, reverse(name, args=[case.number, deed.slug]), OBSTACLES.get(deed.slug, _nothing)(known))
        for deed in legal(deeds, row.stage, known.user, {each.kind for each in known.flags})
    ]
    return sorted(found, key=lambda offer: bool(offer.obstacle))


def move(request: StaffRequest, number: str, slug: str) -> HttpResponse:
    case = case_or_404(request, number)
    return carry_out(request, granted(request, DEEDS, slug), case, case)


def _nothing(known: Known) -> str:
    return ""


def _blocked(known: Known) -> str:
    return _("an open entry blocks it: %(says)s") % {"says": known.flags[0].says} if known.flags else ""


def _undecided(act: str) -> Callable[[Known], str]:
    """A head decides only what somebody else proposed."""

    def undecided(known: Known) -> str:
        proposal = known.proposal(act)
        if proposal is None:
            return _("an officer must propose it first")
        own = proposal.proposed_by_id == known.user.pk
        return _("you proposed it yourself: another head must decide") if own else ""

    return undecided


def _proposed(act: str) -> Callable[[Known], str]:
    def proposed(known: Known) -> str:
        return _("proposed already, it waits for the head") if known.proposal(act) else ""

    return proposed


def _still_on_notice(known: Known) -> str:
    due_on = known.row.due_on
    running = due_on is None or known.today <= due_on
    return _("on public notice until the end of %(day)s") % {"day": due_on} if running else ""


def _still_time(known: Known) -> str:
    due_on = known.row.due_on
    return _("the firm has time until %(day)s") % {"day": due_on} if due_on and known.today <= due_on else ""


def _reminded(known: Known) -> str:
    return _("reminded today already") if known.case.reminded_on == known.today else ""


def _not_reminded(known: Known) -> str:
    return _("the firm must be reminded twice first") if known.case.reminders < acts.REMINDERS else ""


def _not_objected(known: Known) -> str:
    return "" if any(flag.kind == Flag.OBJECTION for flag in known.flags) else _("register the objection first")


def _objections_open(known: Known) -> str:
    proposal = known.proposal("case.remove")
    if proposal is None:
        return ""
    over = calendar_in_force().add(proposal.proposed_on, progress.term("objection_workdays", known.today)).due
    return _("objections are open until the end of %(day)s") % {"day": over} if known.today <= over else ""


def _not_visited(known: Known) -> str:
    opened = known.row.opened_on
    return "" if any(day >= opened for day in known.visits) else _("record the site visit first")


OBSTACLES: dict[str, Callable[[Known], str]] = {
    "publish": lambda known: _undecided("case.publish")(known) or _blocked(known),
    "propose-publication": _proposed("case.publish"),
    "admit": lambda known: _still_on_notice(known) or _blocked(known),
    "reconsider": _not_objected,
    "remind": _reminded,
    "lapse": lambda known: _still_time(known) or _not_reminded(known),
    "propose-removal": _proposed("case.remove"),
    "propose-extension": _proposed(staying.EXTEND),
    "extend-term": _undecided(staying.EXTEND),
    "remove": lambda known: _undecided("case.remove")(known) or _objections_open(known),
    "forward-dossier": _not_visited,
    "propose-recommendation": _proposed("application.recommend"),
    "recommend": lambda known: _undecided("application.recommend")(known) or _blocked(known),
    "lapse-dossier": _still_time,
}

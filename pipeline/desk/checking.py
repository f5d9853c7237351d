"""The checklist of a case as an officer reads it: each point with what changed, what was said, and the papers to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access
from pipeline.acts import review as acts
from pipeline.desk import changes
from pipeline.desk.changes import Changed
from pipeline.desk.moving import case_or_404
from pipeline.desk.proofs import Proof
from pipeline.desk.standing import open_dossier
from pipeline.models import Acceptance, Case, DocumentVersion, Fault, Transition
from pipeline.models.record import Item, checklist, place_name
from pipeline.request import StaffRequest
from pipeline.stages import IN_REVIEW

REPLIES = {
    Fault.CHANGED: gettext_lazy("changed"),
    Fault.EXPLAINED: gettext_lazy("explained"),
    Fault.PAPER: gettext_lazy("paper attached"),
}
SUBMITS = ("submit", "resubmit_to_county", "resubmit_to_city")
READING = IN_REVIEW - {"county_returned", "city_returned"}


@dataclass(frozen=True)
class Told:
    """A fault that was told at a point, how the firm answered it and what it changed there."""

    fault: Fault
    place: str
    reply: Any
    changed: Sequence[Changed]

    @property
    def open(self) -> bool:
        return self.fault.answered_on is None


@dataclass(frozen=True)
class Point:
    """One line of the checklist. `again` is where the return is composed with this place in it."""

    item: Item
    changed: Sequence[Changed]
    told: Sequence[Told]
    papers: Sequence[tuple[DocumentVersion, str]]  # with the address that shows it beside the list
    accepted: Acceptance | None
    again: str = ""

    @property
    def touched(self) -> bool:
        """Whether there is something to look at that was not there at the last submission."""
        return bool(self.changed or self.told)

    @property
    def loose(self) -> Sequence[Changed]:
        """What was changed without a fault that asked for it."""
        asked = {change.place for told in self.told for change in told.changed}
        return [change for change in self.changed if change.place not in asked]


@dataclass(frozen=True)
class Check:
    """The whole list. `reads` says whether the person may find points right now."""

    points: Sequence[Point]
    done: int
    reads: bool
    since: bool  # something was submitted before, so that there is a difference

    @property
    def changed(self) -> int:
        return sum(point.touched for point in self.points)

    @property
    def unchanged(self) -> Sequence[Point]:
        """What "accept all unchanged" would accept: complete, as it was, and not accepted yet."""
        return [point for point in self.points if point.item.done and not point.touched and point.accepted is None]


def check_of(
    request: StaffRequest, case: Any, transitions: Sequence[Transition], faults: Iterable[Fault],
    papers: Iterable[DocumentVersion], proofs: Mapping[UUID, Sequence[Proof]], *, compose: str = "", here: bool = True,
) -> Check:  # fmt: skip
    """`compose` is where a return of the case is composed, empty where the person cannot; `here` says whether the firm
    is the office's today. Five statements, with the changes seven.
    """
    changed = changes.since_submission(case.firm, transitions) if here else []
    since = changes.submission_before_return(transitions) is not None
    accepted = _accepted(case, submission_of(transitions))
    items = checklist(case.firm, request.today)
    told = [_told(fault, changed) for fault in faults]
    elsewhere = Item("document", place_name("document"), done=True)
    points = [
        _point(item, changed, told, _papers_at(item.place, papers, proofs, case), accepted, compose)
        for item in [*items, elsewhere]
    ]
    points = [point for point in points if point.item is not elsewhere or point.touched]
    reads = here and _reads(request, case)
    return Check(points, sum(item.done for item in items), reads, since)


def submission_of(transitions: Iterable[Transition]) -> Transition | None:
    """What lies before the office: the newest that the firm handed in."""
    handed_in = (each for each in transitions if each.move.rpartition(".")[2] in SUBMITS)
    return max(handed_in, key=lambda each: each.pk, default=None)


def review(request: StaffRequest, number: str) -> HttpResponse:
    """Find points of the checklist right, all that are unchanged at once, or take it back."""
    case = case_or_404(request, number)
    moves = Transition.objects.visible_to(request.user).filter(case=case)
    submission = submission_of(moves)
    if submission is None or not _reads(request, case):
        messages.error(request, _("The firm has not handed in anything that is being read now."))
        return redirect("desk:case", number)
    if request.POST.get("seen") != str(submission.pk):
        messages.error(request, _("The firm has handed in anew since you opened the page. Nothing was accepted."))
    elif request.POST.get("reopen"):
        acts.reopen(case, request.POST["reopen"][:60], submission=submission, by=request.user)
    else:
        _accept(request, case, submission)
    query = "?only=changed" if request.POST.get("only") == "changed" else ""
    return redirect(f"{reverse('desk:case', args=[number])}{query}#checklist")


def _accept(request: StaffRequest, case: Case, submission: Transition) -> None:
    known = {item.place for item in checklist(case.firm, request.today)} | {"document"}
    places = [place for place in request.POST.getlist("place") if place in known]
    if not places:
        messages.error(request, _("Nothing was chosen."))
        return
    count = acts.accept(case, places, submission=submission, by=request.user, on=request.today)
    told = ngettext("%(n)s point is noted as right.", "%(n)s points are noted as right.", count)
    messages.success(request, told % {"n": count})


def _reads(request: StaffRequest, case: Any) -> bool:
    row = open_dossier(case) or case
    return row.stage in READING and access.may(request.user, "review.accept")


def _accepted(case: Case, submission: Transition | None) -> dict[str, Acceptance]:
    if submission is None:
        return {}
    rows = Acceptance.objects.filter(case=case, submission=submission).select_related("by")
    return {each.place: each for each in rows}


def _told(fault: Fault, changed: Sequence[Changed]) -> Told:
    return Told(fault, place_name(fault.place), REPLIES.get(fault.reply), changes.of_place(changed, fault.place))


def _point(
    item: Item, changed: Sequence[Changed], told: Sequence[Told], papers: Sequence[tuple[DocumentVersion, str]],
    accepted: Mapping[str, Acceptance], compose: str,
) -> Point:  # fmt: skip
    here = [each for each in told if _within(each.fault.place, item.place)]
    return Point(
        item=item,
        changed=changes.of_place(changed, item.place),
        told=sorted(here, key=lambda each: (not each.open, -each.fault.pk)),
        papers=papers,
        accepted=accepted.get(item.place),
        again=f"{compose}?{urlencode({'place': _at(item, here)}, doseq=True)}" if compose else "",
    )


def _at(item: Item, told: Sequence[Told]) -> list[str]:
    """The places a new return would name: where faults were told, else the point itself."""
    return sorted({each.fault.place for each in told}) or [item.place]


def _within(place: str, wider: str) -> bool:
    return place == wider or place.startswith(f"{wider}.")


def _papers_at(
    place: str, papers: Iterable[DocumentVersion], proofs: Mapping[UUID, Sequence[Proof]], case: Case
) -> list[tuple[DocumentVersion, str]]:
    return [
        (paper, address_of(paper, case))
        for paper in papers
        if any(_within(at, place) for at, _says in proofs.get(paper.document_id, ()))
    ]


def address_of(paper: DocumentVersion, case: Case) -> str:
    """The page of the case with this paper beside the list; empty for one that is not found clean."""
    if paper.state != DocumentVersion.CLEAN:
        return ""
    query = urlencode({"paper": paper.document_id, "version": paper.number})
    return f"{reverse('desk:case', args=[case.number])}?{query}#viewer"

"""What waits for a second signature: proposals, books, yearly notices; signed from here, each by whoever may."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access
from pipeline.acts import application as application_acts
from pipeline.acts import case as case_acts
from pipeline.acts import staying as staying_acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.desk.paging import page_of
from pipeline.models import Application, BookDraft, Case, Delegation, Export, MoveRefused, Proposal, YearNotice
from pipeline.models.export import HELD
from pipeline.models.in_force import calendar_in_force
from pipeline.models.people import own_offices
from pipeline.models.work import DECIDED
from pipeline.request import StaffRequest, number_sent

NOTICE_OUT = 11  # the month in which next year's holidays are announced


@dataclass(frozen=True)
class Signing:
    """How a proposal is signed: what it is called, what it moves, whether reasons must be given."""

    says: Any
    rows: Any
    do: Callable[..., Any]
    reasons: bool = False


SIGNINGS = {
    "case.publish": Signing(gettext_lazy("Public notice of admission"), Case, case_acts.publish),
    "case.remove": Signing(gettext_lazy("Removal from the pool"), Case, case_acts.remove, reasons=True),
    staying_acts.EXTEND: Signing(
        gettext_lazy("A longer term in the pool"), Case, staying_acts.extend_term, reasons=True
    ),
    "application.recommend": Signing(gettext_lazy("Recommendation"), Application, application_acts.recommend),
}


def signatures(request: StaffRequest) -> HttpResponse:
    if request.method == "POST":
        _sign_all(request)
        return redirect("desk:signatures")
    waiting = _waiting(request)
    page = page_of(request, waiting.order_by("proposed_on", "pk"), waiting.count())
    context = {
        "page": page,
        "rows": [(each, SIGNINGS[each.act].says, _version(each)) for each in page.object_list],
        "others": _others(request),
        "signs_for": _signs_for(request),
        "calendar_missing": missing_year(request),
        "section": "desk:signatures",
    }
    return render(request, "desk/signature/signatures.html", context)


def missing_year(request: StaffRequest) -> int | None:
    """The year whose days off are announced by now and not on record."""
    today = request.today
    coming = today.year + 1
    known = calendar_in_force().announced(today.replace(year=coming, month=1, day=1))
    return coming if today.month >= NOTICE_OUT and not known else None


def _waiting(request: StaffRequest) -> Any:
    """Open proposals of firms within reach that the person may decide and has not made."""
    acts = [act for act in DECIDED if access.may(request.user, act)]
    rows = Proposal.objects.within(request.user.reach(access.OFFICE)).filter(act__in=acts, decided_on=None)
    rows = rows.exclude(proposed_by=request.user)
    return rows.with_county().select_related("case", "application", "firm", "proposed_by")


def _version(proposal: Proposal) -> int:
    return proposal.application.version if proposal.application else proposal.case.version


def _sign_all(request: StaffRequest) -> None:
    """Each on its own: what cannot be signed is said, the others are."""
    sent = dict(pair.split(":", 1) for pair in request.POST.getlist("seen") if ":" in pair)
    chosen = [number_sent(key) for key in request.POST.getlist("chosen")]
    found = list(_waiting(request).filter(pk__in=chosen))
    if len(found) != len(set(chosen)):
        raise Http404("one of the chosen proposals is not there to sign")
    if not found:
        messages.error(request, _("Choose what you sign."))
        return
    signed = sum(_signed(request, each, number_sent(sent.get(str(each.pk), ""))) for each in found)
    if signed:
        messages.success(request, ngettext("Signed: %(count)s.", "Signed: %(count)s.", signed) % {"count": signed})


def _signed(request: StaffRequest, proposal: Proposal, version: int) -> bool:
    how = SIGNINGS[proposal.act]
    key = proposal.application_id if how.rows is Application else proposal.case_id
    note = request.POST.get("note", "").strip()
    said = {"note": note} if note or how.reasons else {}
    try:
        with transaction.atomic():
            rows = how.rows.objects.filter(pk=key)
            how.do(rows, by=request.user, on=request.today, versions={key: version}, **said)
    except ConditionUnmet as unmet:
        why = " ".join(missing.says for missing in unmet.missing)
        messages.error(request, _("%(number)s: %(why)s") % {"number": proposal.case.number, "why": why})
    except MoveRefused:
        says = _("%(number)s was moved meanwhile and is not signed: look at it again.")
        messages.error(request, says % {"number": proposal.case.number})
    else:
        return True
    return False


def _others(request: StaffRequest) -> list[dict[str, Any]]:
    """What is signed on its own page: how much there is, where it waits."""
    lines = [_books(request), _notices(request), _exports(request), *_cases(request)]
    return [line for line in lines if line["count"]]


def _books(request: StaffRequest) -> dict[str, Any]:
    drafts = BookDraft.objects.visible_to(request.user).filter(state=BookDraft.PROPOSED).exclude(author=request.user)
    found = list(drafts.order_by("proposed_on")) if access.may(request.user, "book.publish") else []
    url = reverse("desk:scheme", args=[found[0].public_id]) if found else ""
    return {"says": _("Books to publish"), "count": len(found), "url": url}


def _notices(request: StaffRequest) -> dict[str, Any]:
    open_ones = YearNotice.objects.open().exclude(proposed_by=request.user)
    found = list(open_ones.order_by("year")) if access.may(request.user, "calendar.confirm") else []
    url = f"{reverse('desk:calendar')}?year={found[0].year}" if found else ""
    return {"says": _("Working days to compare"), "count": len(found), "url": url}


def _exports(request: StaffRequest) -> dict[str, Any]:
    may = access.may(request.user, "export.approve")
    held = Export.objects.filter(state=HELD, office__in=own_offices(request.user)).exclude(by=request.user)
    return {"says": _("Files to approve"), "count": held.count() if may else 0, "url": reverse("desk:exports")}


def _cases(request: StaffRequest) -> list[dict[str, Any]]:
    """What a head signs in the list itself, and what has climbed to it."""
    queue, seen = reverse("desk:queue"), Case.objects.visible_to(request.user)
    lines = [("stuck", _("Stuck cases"), seen.stuck(request.today, calendar_in_force()))]
    if access.may(request.user, "case.forward"):
        at = seen.filter(stage="county_review")
        lines.append(("all&stage=county_review", _("Reviewed cases to forward"), at))
    if access.may(request.user, "application.forward"):
        at = seen.checked_by_county()
        lines.append(("all&stage=application.county_review", _("Checked dossiers to forward"), at))
    return [{"says": says, "count": rows.count(), "url": f"{queue}?view={name}"} for name, says, rows in lines]


def _signs_for(request: StaffRequest) -> list[Delegation]:
    """Whose signature the person gives today."""
    return list(Delegation.objects.today().filter(to=request.user).select_related("giver"))

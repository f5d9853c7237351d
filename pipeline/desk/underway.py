"""Work that jobs do, on one page: how far it is, what stands still, what broke off; once more, or given up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from config.postgres.scope import acting
from pipeline import access, jobs
from pipeline.access import SENDER
from pipeline.acts import bulk, delivery, export, registry_extract, roster, telling, trial
from pipeline.acts.conditions import ConditionUnmet
from pipeline.desk import batch_deeds
from pipeline.models import Bulk, Export, Import, RegistryExtract, Trial, User
from pipeline.models import underway as work
from pipeline.models.underway import Errand, Waiting
from pipeline.request import StaffRequest, number_sent

KIND_NAMES = {
    "roster": gettext_lazy("Roster"),
    "extract": gettext_lazy("Extract of the registry"),
    "export": gettext_lazy("List as a file"),
    "bulk": gettext_lazy("Act on many cases"),
    "trial": gettext_lazy("Trial of a book"),
    "sheet": gettext_lazy("Sheet of a trial"),
}
PAGES = {
    "roster": "desk:roster", "export": "desk:export", "bulk": "desk:bulk", "trial": "desk:trial", "sheet": "desk:trial",
    "extract": "desk:registry",
}  # fmt: skip


@dataclass(frozen=True)
class Deeds:
    """What can be done about work of one kind: go on or begin anew, give up, and the job that then hurries."""

    model: type[Any]
    again: Callable[..., None]
    cancel: Callable[..., None]
    act: str  # its grant
    job: Callable[[Any], Any]


DEEDS = {
    "roster": Deeds(
        Import, roster.again, roster.cancel, "roster.again",
        lambda each: jobs.commit_roster if each.confirmed_by_id else jobs.read_roster,
    ),
    "extract": Deeds(
        RegistryExtract, registry_extract.again, registry_extract.cancel, "registry.take_in",
        lambda each: jobs.read_extract,
    ),
    "export": Deeds(Export, export.again, export.cancel, "export.ask", lambda each: jobs.write_export),
    "bulk": Deeds(Bulk, bulk.again, bulk.cancel, "case.take", lambda each: jobs.work_bulk),
    "trial": Deeds(Trial, trial.again, trial.cancel, "trial.ask", lambda each: jobs.run_trial),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One piece of work as the page shows it; an administrator of the system is shown no names of anything."""

    errand: Errand
    kind: str
    name: str
    url: str
    stands_still: bool
    may_do: bool

    @property
    def can_go_on(self) -> bool:
        return self.may_do and self.errand.broke_off

    @property
    def can_be_given_up(self) -> bool:
        return self.may_do and (self.errand.kind in ("roster", "bulk") or not self.errand.broke_off)


def underway(request: StaffRequest) -> HttpResponse:
    """The work of one's office; for the city of every office; for who administers the system without its content."""
    if request.method == "POST":
        _step(request)
        return redirect("desk:jobs")
    now, inside = timezone.now(), bool(request.user.seat_kinds & access.OFFICE)
    wide = access.may(request.user, "delivery.again") or bool(request.user.seat_kinds & access.CITY)
    unspread, waiting = (work.unspread(request.user, now) if inside else None), []
    if wide:
        with acting(SENDER):
            waiting = work.messages(now)
            unspread = unspread or work.unspread(SENDER, now)
    found = work.errands(request.user, now) if inside else _of_everybody(now)
    shown = {
        "lines": [_line(request.user, each, now, inside) for each in found],
        "waiting": [*([unspread] if unspread else []), *waiting],
        "named": [(each, _channel(each)) for each in [*([unspread] if unspread else []), *waiting]],
        "may_send_again": access.may(request.user, "delivery.again"),
        "minutes": work.STANDS_STILL_AFTER.seconds // 60,
        "inside": inside,
    }
    return render(request, "desk/underway/jobs.html", shown)


def _of_everybody(now: Any) -> list[Errand]:
    """What the administrator of the system must see to: read as the sender, who sees every office's."""
    with acting(SENDER):
        return work.errands(SENDER, now)


def _line(user: User, each: Errand, now: Any, inside: bool) -> Line:
    deeds = DEEDS.get(each.kind)
    own = each.kind == "roster" or each.by_id == user.pk
    may_do = inside and own and deeds is not None and access.may(user, deeds.act)
    named = () if each.kind == "extract" else (each.public_id,)  # extracts stand on one page
    url = reverse(PAGES[each.kind], args=named) if inside and _opens(user, each) else ""
    return Line(each, str(KIND_NAMES[each.kind]), _name(each) if inside else "", url, each.stands_still(now), may_do)


def _opens(user: User, each: Errand) -> bool:
    return access.opens(user.seat_kinds, PAGES[each.kind])


def _name(each: Errand) -> str:
    if each.kind == "bulk":
        return str(batch_deeds.DEEDS[each.name].label) if each.name in batch_deeds.DEEDS else ""
    return each.name if each.kind in ("roster", "extract", "export") else ""


def _channel(each: Waiting) -> str:
    return str(telling.NAMES.get(each.channel, each.channel)) if each.channel else _("Outbox")


def _step(request: StaffRequest) -> None:
    step, kind = request.POST.get("step", ""), request.POST.get("kind", "")
    try:
        if kind == "messages" and step == "again":
            _send_again(request)
        elif kind in DEEDS:
            _do(request, DEEDS[kind], step)
        else:
            raise Http404("no work that anything can be done about")
    except ConditionUnmet as unmet:
        messages.error(request, unmet.missing[0].says)


def _do(request: StaffRequest, deeds: Deeds, step: str) -> None:
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        raise Http404("no key of any work") from None
    found = get_object_or_404(deeds.model.objects.visible_to(request.user), public_id=key)
    own = {"version": number_sent(request.POST.get("version", ""))} if deeds.model is Import else {}
    if step == "again":
        deeds.again(found, by=request.user, **own)
        job, person = deeds.job(found), request.user.pk
        transaction.on_commit(lambda: job.delay(found.pk, person=person), robust=True)
        messages.success(request, _("It is taken up again."))
    elif step == "stop":
        deeds.cancel(found, by=request.user, **own)
        messages.success(request, _("Given up. What was done before stays done."))


def _send_again(request: StaffRequest) -> None:
    count = delivery.again(request.POST.get("channel", ""), by=request.user, at=timezone.now())
    if count:
        says = ngettext("%(count)s message goes out once more.", "%(count)s messages go out once more.", count)
        messages.success(request, says % {"count": count})
    else:
        messages.info(request, _("Nothing goes out: what is older than three days is not told any more."))

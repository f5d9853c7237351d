"""What the market's registry tells: extracts taken in, and for each line its effect, before anything is done."""

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_htmx.http import HttpResponseClientRefresh

from pipeline import access, jobs
from pipeline.acts import registry as acts
from pipeline.acts import registry_extract as extract_acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.desk.attempt import attempt, tell
from pipeline.desk.paging import page_of
from pipeline.models import Case, Certificate, Firm, IntellectualProperty, RegistryEvent, RegistryExtract, User
from pipeline.models.people import own_offices
from pipeline.models.registry import MERGER, RENAMED
from pipeline.request import StaffRequest, number_sent
from pipeline.templatetags.look import spoken

KINDS: dict[str, str | Promise] = {
    "renamed": gettext_lazy("Renamed"),
    "split": gettext_lazy("Split"),
    "merger": gettext_lazy("Taken over"),
}
SAID: dict[str, str | Promise] = {
    "leave": gettext_lazy("Noted: nothing is done about it."),
    "forward": gettext_lazy("Put forward. Another person is shown the same and does it."),
    "back": gettext_lazy("It waits as before."),
}
ROWS = 25
EXTRACTS = 5


class ExtractForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Extract of the registry"),
        help_text=gettext_lazy(
            ".xlsx, .xls, .csv or .ods with the columns credit code, event (renamed, split, merger), day, old name, "
            "new name, other credit code, other name"
        ),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.xls,.csv,.ods"}),
    )


class LeaveForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Why nothing is to be done"), max_length=300, required=False)


def registry(request: StaffRequest) -> HttpResponse:
    """The lines that wait with their effects, or those that were settled; the latest extracts and what came of them."""
    if "event" in request.POST:
        return _settle(request)
    form = ExtractForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and _take_in(request, form):
        return redirect("desk:registry")
    return _shown(request, form)


def registry_progress(request: StaffRequest) -> HttpResponse:
    """The moving part of one's own extract that is being read; the page is asked for anew when it is done."""
    working = next((each for each in _latest(request) if each.working and each.by_id == request.user.pk), None)
    if working is None:
        return HttpResponseClientRefresh()
    return render(request, "look/progress.html", _progress(working))


def _shown(request: StaffRequest, form: forms.Form) -> HttpResponse:
    settled = bool(request.GET.get("settled"))
    seen = RegistryEvent.objects.visible_to(request.user)
    rows = seen.exclude(state=RegistryEvent.WAITING) if settled else seen.waiting()
    people = ("settled_by", "proposed_by")
    page = page_of(request, rows.select_related(*people).order_by("-pk"), rows.count(), size=ROWS)
    latest = _latest(request)
    working = next((each for each in latest if each.working and each.by_id == request.user.pk), None)
    context = {
        "form": form,
        "extracts": [(each, extract_acts.Taken.of(each)) for each in latest],
        "settled": settled,
        "page": page,
        "rows": _rows(request, list(page.object_list)),
        "may_take_in": access.may(request.user, "registry.take_in"),
        "progress": _progress(working) if working else None,
        "section": "desk:quality",
    }
    return render(request, "desk/registry/registry.html", context)


def _latest(request: StaffRequest) -> list[RegistryExtract]:
    found = RegistryExtract.objects.visible_to(request.user).filter(office__in=own_offices(request.user))
    return list(found.select_related("by").order_by("-pk")[:EXTRACTS])


def _take_in(request: StaffRequest, form: ExtractForm) -> bool:
    """Read at once where it is short; a long one goes on by a job."""
    sent = form.cleaned_data["file"]
    try:
        taken = extract_acts.take_in(sent, name=sent.name, by=request.user, on=request.today)
    except ConditionUnmet as unmet:
        tell(form, unmet)
        return False
    extract_acts.read(taken.pk, by=request.user, at_once=extract_acts.AT_ONCE)
    taken.refresh_from_db()
    if taken.state == RegistryExtract.REFUSED:
        form.add_error("file", spoken(taken.problem))
        return False
    if taken.working:
        transaction.on_commit(lambda: jobs.read_extract.delay(taken.pk, person=request.user.pk), robust=True)
    return True


def _progress(working: RegistryExtract) -> dict[str, Any]:
    return {
        "id": "progress",
        "url": reverse("desk:registry_progress"),
        "says": _("%(name)s is being read. You may leave this page and come back.") % {"name": working.name},
        "done": working.lines_done,
        "total": working.lines_total,
        "finished": False,
    }


def _settle(request: StaffRequest) -> HttpResponse:
    event = get_object_or_404(
        RegistryEvent.objects.visible_to(request.user), pk=number_sent(request.POST.get("event", ""))
    )
    form = LeaveForm(request.POST)
    form.is_valid()
    step = next((name for name in SAID if name in request.POST), "do")

    def act() -> None:
        who: dict[str, Any] = {"by": request.user, "on": request.today}
        if step == "leave":
            acts.leave(event, why=form.cleaned_data["why"], **who)
        elif step == "forward":
            acts.propose(event, **who)
        elif step == "back":
            acts.withdraw(event, by=request.user)
        else:
            acts.carry_out(event, **who)

    if attempt(form, act):
        messages.success(request, str(SAID.get(step, _("Done."))))
        return redirect("desk:registry")
    return _shown(request, form)


def _rows(request: StaffRequest, events: list[RegistryEvent]) -> list[dict[str, Any]]:
    """Each line with the firms it names and what doing it would mean. Four statements for a page."""
    codes = {code for each in events for code in (each.uscc, each.other_uscc) if code}
    here = Firm.objects.within(request.user.reach(access.OFFICE))
    firms = {each.uscc: each for each in here.filter(uscc__in=codes)}
    keys = [each.pk for each in firms.values()]
    cases = {case.firm_id: case for case in Case.objects.open().filter(firm__in=keys)}
    certificates = _by_firm(Certificate.objects.filter(firm__in=keys).with_ending(request.today))
    rights = _by_firm(IntellectualProperty.objects.filter(firm__in=keys))
    return [
        {
            "event": each,
            "kind": KINDS[each.kind],
            "firm": firms.get(each.uscc),
            "other": firms.get(each.other_uscc),
            "effects": list(_effects(each, firms, cases, certificates, rights)),
            "ways": _ways(request.user, each, each.uscc in firms),
        }
        for each in events
    ]


def _ways(user: User, event: RegistryEvent, known: bool) -> set[str]:
    """What this person may do about a line."""
    if event.state != RegistryEvent.WAITING:
        return set()
    may, own = access.may(user, "registry.propose"), event.proposed_by_id == user.pk
    ways = {"leave"} if access.may(user, "registry.leave") else set()
    if event.proposed_by_id and may:
        ways.add("back")
    if known and not event.by_two and access.may(user, "firm.rename"):
        ways.add("do")
    if known and event.by_two and event.proposed_by_id is None and may:
        ways.add("forward")
    if known and event.by_two and event.proposed_by_id and not own and access.may(user, "registry.carry_out"):
        ways.add("do")
    return ways


def _effects(
    event: RegistryEvent, firms: dict[str, Firm], cases: dict[int, Case], certificates: Any, rights: Any
) -> Any:
    """What doing it means for names, certificates, rights and cases, in sentences."""
    held, other = firms.get(event.uscc), firms.get(event.other_uscc)
    if held is None:
        return
    if event.kind == RENAMED:
        if event.old_name and held.name not in (event.old_name, event.new_name):
            yield _("On record it is called %(name)s, not %(old)s.") % {"name": held.name, "old": event.old_name}
        yield _("%(name)s becomes a former name.") % {"name": held.name}
    duty = acts.duty_of(event)
    for each in (held, other) if duty else ():
        for certificate in certificates[each.pk] if each else ():
            if duty and event.day in certificate.valid and certificate.ending is None:
                said = {"number": certificate.number, "due": duty.due_on.isoformat()}
                yield _("Certificate %(number)s: the change is to be reported by %(due)s.") % said
    yield from _of_rights(event, held, other, rights)
    if case := cases.get(held.pk):
        if event.kind == MERGER:
            yield _("Case %(number)s stays open: end it by a decision of its own.") % {"number": case.number}
        else:
            yield _("Case %(number)s goes on.") % {"number": case.number}


def _of_rights(event: RegistryEvent, held: Firm, other: Firm | None, rights: Any) -> Any:
    count = len(rights[held.pk])
    if event.kind == RENAMED and count:
        yield _("%(n)s rights: the owner's name is to be changed at the patent office.") % {"n": count}
    if event.kind != MERGER:
        return
    if other is None:
        yield _("The firm that took it over is not on record here: register it, or leave it to the city.")
        return
    if not count:
        return
    known = {each.number for each in rights[other.pk]}
    passing = [each for each in rights[held.pk] if each.number not in known]
    yield _("%(n)s rights pass to %(other)s, acquired by merger.") % {"n": len(passing), "other": other.name}
    if len(passing) < count:
        yield _("%(n)s rights are on record of both and stay.") % {"n": count - len(passing)}


def _by_firm(rows: Any) -> Any:
    found: dict[int, list[Any]] = defaultdict(list)
    for each in rows.order_by("pk"):
        found[each.firm_id].append(each)
    return found

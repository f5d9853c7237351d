"""What the market's registry tells: an extract taken in, and for each line its effect, before anything is done."""

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import registry as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.desk.attempt import attempt, tell
from pipeline.desk.paging import page_of
from pipeline.models import Case, Certificate, Firm, IntellectualProperty, RegistryEvent
from pipeline.models.registry import MERGER, RENAMED
from pipeline.request import StaffRequest, number_sent

KINDS: dict[str, str | Promise] = {
    "renamed": gettext_lazy("Renamed"),
    "split": gettext_lazy("Split"),
    "merger": gettext_lazy("Taken over"),
}
ROWS = 25


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
    """The lines that wait with their effects, and those that were settled."""
    if "event" in request.POST:
        return _settle(request)
    form = ExtractForm(request.POST or None, request.FILES or None)
    taken = _take_in(request, form) if request.method == "POST" and form.is_valid() else None
    return _shown(request, form, taken)


def _shown(request: StaffRequest, form: forms.Form, taken: acts.Taken | None = None) -> HttpResponse:
    settled = bool(request.GET.get("settled"))
    seen = RegistryEvent.objects.visible_to(request.user)
    rows = seen.exclude(state=RegistryEvent.WAITING) if settled else seen.waiting()
    page = page_of(request, rows.select_related("settled_by").order_by("-pk"), rows.count(), size=ROWS)
    context = {
        "form": form,
        "taken": taken,
        "settled": settled,
        "page": page,
        "rows": _rows(request, list(page.object_list)),
        "section": "desk:quality",
    }
    return render(request, "desk/registry/registry.html", context)


def _take_in(request: StaffRequest, form: ExtractForm) -> acts.Taken | None:
    sent = form.cleaned_data["file"]
    try:
        return acts.take_in(sent, name=sent.name, by=request.user, on=request.today)
    except ConditionUnmet as unmet:
        tell(form, unmet)
        return None


def _settle(request: StaffRequest) -> HttpResponse:
    event = get_object_or_404(
        RegistryEvent.objects.visible_to(request.user), pk=number_sent(request.POST.get("event", ""))
    )
    form = LeaveForm(request.POST)
    form.is_valid()

    def act() -> None:
        if "leave" in request.POST:
            acts.leave(event, why=form.cleaned_data["why"], by=request.user, on=request.today)
        else:
            acts.carry_out(event, by=request.user, on=request.today)

    if attempt(form, act):
        messages.success(request, _("Done.") if "leave" not in request.POST else _("Noted: nothing is done about it."))
        return redirect("desk:registry")
    return _shown(request, form)


def _rows(request: StaffRequest, events: list[RegistryEvent]) -> list[dict[str, Any]]:
    """Each line with the firms it names and what doing it would mean. Four statements for a page."""
    codes = {code for each in events for code in (each.uscc, each.other_uscc) if code}
    firms = {each.uscc: each for each in Firm.objects.visible_to(request.user).filter(uscc__in=codes)}
    keys = [each.pk for each in firms.values()]
    cases = {case.firm_id: case for case in Case.objects.open().filter(firm__in=keys)}
    certificates = _by_firm(Certificate.objects.filter(firm__in=keys).with_ending(request.today))
    rights = _by_firm(IntellectualProperty.objects.filter(firm__in=keys))
    may = access.may(request.user, "registry.carry_out")
    return [
        {
            "event": each,
            "kind": KINDS[each.kind],
            "firm": firms.get(each.uscc),
            "other": firms.get(each.other_uscc),
            "effects": list(_effects(each, firms, cases, certificates, rights)),
            "may": may and each.state == RegistryEvent.WAITING,
        }
        for each in events
    ]


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
        yield _("The firm that took it over is not on record: register it first.")
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

"""Objections to admissions and removals: who examined what, and what was decided."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import objection as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.identity import identity
from pipeline.desk.paging import page_of
from pipeline.desk.pool import tabs
from pipeline.fields import offer
from pipeline.models import DocumentVersion, Firm, Objection, OwnObjection
from pipeline.request import StaffRequest, number_sent
from pipeline.templatetags.look import spoken

MATTERS = {
    Objection.ADMISSION: gettext_lazy("against the admission"),
    Objection.REMOVAL: gettext_lazy("against the removal"),
    Objection.CERTIFICATION: gettext_lazy("against the certification"),
}


def _words(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=4_000, widget=forms.Textarea({"rows": 4}))


class FindingForm(forms.Form):
    finding = _words(gettext_lazy("What was looked into, and what was found"))


class RulingForm(forms.Form):
    result = forms.ChoiceField(label=gettext_lazy("What comes of it"), widget=forms.RadioSelect)
    ruling = _words(gettext_lazy("Reasons of the decision"))

    def __init__(self, *args: Any, **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "result", [(name, spoken(says)) for name, says in acts.RESULTS.items()])


def objections(request: StaffRequest) -> HttpResponse:
    """Those that wait first, then the newest."""
    rows = Objection.objects.within(request.user.reach(access.OFFICE))
    page = page_of(request, rows.to_show(), rows.count())
    context = {
        "tabs": tabs(request.user, "desk:objections"),
        "page": page,
        "rows": [(each, MATTERS[each.about], _state(each)) for each in page.object_list],
        "section": "desk:pool_terms",
    }
    return render(request, "desk/objection/objections.html", context)


def objection(request: StaffRequest, objection_key: Any) -> HttpResponse:
    """One objection: what was said, by whom, what was found; and the next step for who may take it."""
    rows = Objection.objects.within(request.user.reach(access.OFFICE))
    found = get_object_or_404(rows.to_show(), public_id=objection_key)
    finding = FindingForm(request.POST if "examine" in request.POST else None, initial={"finding": found.finding})
    ruling = RulingForm(request.POST if "decide" in request.POST else None)
    if request.method == "POST" and _done(request, found, finding, ruling):
        return redirect("desk:objection", objection_key)
    firm = Firm.objects.with_county().get(pk=found.firm_id)
    context = {
        "identity": identity(request.user, firm, on=request.today, here="desk:objection"),
        "objection": found,
        "matter": MATTERS[found.about],
        "state": _state(found),
        "paper": _paper(request, found),
        "finding": finding,
        "ruling": ruling,
        "form": ruling if ruling.is_bound else finding,
        "may_examine": not found.decided_on and access.may(request.user, "objection.examine"),
        "may_decide": not found.decided_on and found.examined_on and access.may(request.user, "objection.decide"),
        "own": found.examined_by_id == request.user.pk,
        "section": "desk:pool_terms",
    }
    return render(request, "desk/objection/objection.html", context)


def _paper(request: StaffRequest, found: Objection) -> DocumentVersion | None:
    """What a firm sent along with its objection, where that firm is in sight and the file was found clean."""
    sent = OwnObjection.objects.visible_to(request.user).filter(objection=found, paper__isnull=False).values("paper")
    clean = DocumentVersion.objects.visible_to(request.user).filter(document__in=sent, state=DocumentVersion.CLEAN)
    return clean.order_by("-number").first()


def _done(request: StaffRequest, found: Objection, finding: FindingForm, ruling: RulingForm) -> bool:
    one = Objection.objects.filter(pk=found.pk)
    who: dict[str, Any] = {
        "by": request.user,
        "on": request.today,
        "version": number_sent(request.POST.get("version", "")),
    }
    if "examine" in request.POST:
        if not (finding.is_valid() and attempt(finding, lambda: acts.examine(one, **who, **finding.cleaned_data))):
            return False
        messages.success(request, _("Noted. Another person decides now."))
        return True
    if not (ruling.is_valid() and attempt(ruling, lambda: acts.decide(one, **who, **ruling.cleaned_data))):
        return False
    messages.success(request, _("The objection is decided."))
    return True


def _state(each: Objection) -> str:
    if each.result:
        return spoken(acts.RESULTS[each.result])
    return _("examined, waits for a decision") if each.examined_on else _("to be examined")

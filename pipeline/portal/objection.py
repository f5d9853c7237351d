"""What a firm objects to: another on public notice, or its own removal; and what came of it."""

from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.postgres.scope import acting
from pipeline import access, jobs
from pipeline.access import PUBLICITY
from pipeline.acts import own_objection as acts
from pipeline.acts.objection import RESULTS
from pipeline.acts.own_objection import OnNotice, Paper
from pipeline.fields import offer
from pipeline.models import DocumentVersion, Firm, Objection, OwnObjection
from pipeline.portal import standing
from pipeline.portal.attempt import attempt
from pipeline.request import StaffRequest
from pipeline.templatetags.look import spoken

MATTERS = {
    Objection.ADMISSION: gettext_lazy("%(name)s, about to enter the pool (until %(day)s)"),
    Objection.REMOVAL: gettext_lazy("%(name)s, about to leave the pool (until %(day)s)"),
}
MOST = 50


class ObjectionForm(forms.Form):
    case = forms.ChoiceField(label=gettext_lazy("What you object to"))
    says = forms.CharField(
        label=gettext_lazy("What you object to in it, and why"), widget=forms.Textarea({"rows": 5}), max_length=4_000
    )
    paper = forms.FileField(
        label=gettext_lazy("What supports it"),
        help_text=gettext_lazy("PDF, PNG, JPEG, XLSX or DOCX, up to 20 MB"),
        required=False,
        widget=forms.ClearableFileInput({"accept": ".pdf,.png,.jpg,.jpeg,.xlsx,.docx"}),
    )

    def __init__(self, *args: Any, notices: list[OnNotice], **also: Any) -> None:
        super().__init__(*args, **also)
        self.notices = {each.case.number: each for each in notices}
        said = [
            (number, MATTERS[each.about] % {"name": each.name, "day": each.until})
            for number, each in self.notices.items()
        ]
        offer(self, "case", [("", "—"), *said])


def objections(request: StaffRequest, uscc: str) -> HttpResponse:
    """What the firm has objected to with the answers, and what is open to objections today."""
    firm = standing.firm_or_404(request, uscc)
    notices = _notices(firm, request)
    form = ObjectionForm(request.POST or None, request.FILES or None, notices=notices)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _object(request, firm, form)):
        transaction.on_commit(jobs.take_in_objections.delay, robust=True)
        messages.success(request, _("Your objection is with the bureau. The answer comes to you here."))
        return redirect("portal:objections", uscc)
    rows = list(OwnObjection.objects.filter(firm=firm).select_related("by", "paper").order_by("-pk")[:MOST])
    context = {
        "firm": firm,
        "form": form,
        "open": bool(notices),
        "rows": [(each, _state(each), _paper(each)) for each in rows],
        "may": access.may(request.user, "objection.object"),
    }
    return render(request, "portal/objection/objections.html", context)


def _notices(firm: Firm, request: StaffRequest) -> list[OnNotice]:
    """As the public notice shows it, which is read as the service of publicity."""
    with acting(PUBLICITY), transaction.atomic():
        return acts.on_notice(firm, request.today)


def _object(request: StaffRequest, firm: Firm, form: ObjectionForm) -> None:
    sent = form.cleaned_data
    file = sent["paper"]
    paper = Paper(cast(BinaryIO, file), file.name, file.size) if file else None
    found = form.notices[sent["case"]]
    acts.object_to(found, firm=firm, says=sent["says"], paper=paper, by=request.user, on=request.today)


def _state(each: OwnObjection) -> str:
    if each.result == OwnObjection.UNHEARD:
        return _("not registered")
    if each.result:
        return spoken(RESULTS[each.result])
    return _("being examined") if each.objection_id else _("with the bureau")


def _paper(each: OwnObjection) -> DocumentVersion | None:
    return each.paper.current if each.paper else None

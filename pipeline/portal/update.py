"""The yearly update: the record looked over and confirmed, and the term the firm stays in the pool."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import staying as acts
from pipeline.models import AnnualUpdate, Case, Firm
from pipeline.models.record import checklist
from pipeline.portal import standing
from pipeline.portal.attempt import attempt
from pipeline.request import StaffRequest


class UpdateForm(forms.Form):
    says = forms.CharField(
        label=gettext_lazy("What has changed since last year"),
        help_text=gettext_lazy("Address, contact, owner, business; empty if nothing did."),
        required=False,
        max_length=2_000,
        widget=forms.Textarea({"rows": 4}),
    )


def update(request: StaffRequest, uscc: str) -> HttpResponse:
    """What is asked for this year with the record beside it, and the updates of the years before."""
    firm = standing.firm_or_404(request, uscc)
    asked = list(AnnualUpdate.objects.filter(firm=firm).select_related("by").order_by("-year", "-pk"))
    now = next((each for each in asked if each.confirmed_on is None), None)
    form = UpdateForm(request.POST or None)
    if request.method == "POST" and now and form.is_valid() and attempt(form, lambda: _confirm(request, now, form)):
        messages.success(request, _("The record of %(year)s is confirmed. Thank you.") % {"year": now.year})
        return redirect("portal:home", uscc)
    case = Case.objects.open().filter(firm=firm, term__isnull=False).first()
    context = {
        "firm": firm,
        "now": now,
        "late": now is not None and now.due_on < request.today,
        "before": [each for each in asked if each is not now],
        "items": _items(firm, request) if now else [],
        "case": case,
        "last": acts.last_day(case) if case else None,
        "form": form,
        "may": access.may(request.user, "update.confirm"),
    }
    return render(request, "portal/update/update.html", context)


def _items(firm: Firm, request: StaffRequest) -> list[tuple[Any, str]]:
    return [(item, standing.place_url(firm, item.place)) for item in checklist(firm, request.today)]


def _confirm(request: StaffRequest, now: AnnualUpdate, form: UpdateForm) -> None:
    chosen = AnnualUpdate.objects.filter(pk=now.pk)
    acts.confirm_update(chosen, by=request.user, on=request.today, **form.cleaned_data)

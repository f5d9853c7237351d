"""Asking for help: what with, of whom, until when; and whether the answer helped."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import difficulty as acts
from pipeline.fields import offer
from pipeline.models import Appointment, Difficulty, Firm
from pipeline.models.coaching import BEST_RATING
from pipeline.models.help import KINDS
from pipeline.portal import papers, standing
from pipeline.portal.attempt import attempt
from pipeline.portal.case import version
from pipeline.request import StaffRequest
from pipeline.templatetags.look import spoken

RATINGS = {
    5: gettext_lazy("5 solved"),
    4: gettext_lazy("4 helped much"),
    3: gettext_lazy("3 helped"),
    2: gettext_lazy("2 helped little"),
    1: gettext_lazy("1 did not help"),
}


class AskForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What you need help with"))
    to = forms.ChoiceField(label=gettext_lazy("Whom you ask"))
    says = forms.CharField(
        label=gettext_lazy("Your question"),
        help_text=gettext_lazy("What you want to do, and where you are stuck"),
        widget=forms.Textarea,
        max_length=4_000,
    )

    def __init__(self, *args: Any, coached: bool, **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "kind", [(kind, spoken(acts.NAMES[kind])) for kind in KINDS])
        sides = [(Difficulty.COUNTY, _("the county office")), (Difficulty.COACH, _("our coach"))]
        offer(self, "to", sides if coached else sides[:1])


class ClosingForm(forms.Form):
    rating = forms.TypedChoiceField(
        label=gettext_lazy("How good was the answer?"),
        choices=list(RATINGS.items()),
        coerce=int,
        empty_value=None,
        required=False,
    )
    says = forms.CharField(
        label=gettext_lazy("What you want to add"), widget=forms.Textarea, required=False, max_length=2_000
    )


def difficulties(request: StaffRequest, uscc: str) -> HttpResponse:
    """What the firm has asked, the open questions on top, and a new question."""
    firm = standing.firm_or_404(request, uscc)
    coached = Appointment.objects.current().filter(firm=firm).exists()
    form = AskForm(request.POST or None, coached=coached)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _ask(request, firm, form)):
        return redirect("portal:difficulties", uscc)
    asked = Difficulty.objects.filter(firm=firm).select_related("answered_by").first_due_first()[:50]
    context = {
        "firm": firm,
        "form": form,
        "asked": [(each, acts.NAMES[each.kind], _late(each, request)) for each in asked],
        "may": access.may(request.user, "difficulty.ask"),
    }
    return render(request, "portal/difficulty/difficulties.html", context)


def difficulty(request: StaffRequest, uscc: str, difficulty_key: str) -> HttpResponse:
    """One question with its papers and its answer; the firm closes it here."""
    firm = standing.firm_or_404(request, uscc)
    asked = get_object_or_404(
        Difficulty.objects.filter(firm=firm).select_related("asked_by", "answered_by"), public_id=difficulty_key
    )
    form = ClosingForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _close(request, asked, form)):
        messages.success(request, _("Your request is closed. Thank you for telling us how it went."))
        return redirect("portal:difficulties", uscc)
    context = {
        "firm": firm,
        "asked": asked,
        "kind": acts.NAMES[asked.kind],
        "late": _late(asked, request),
        "best": BEST_RATING,
        "form": form,
        "papers": papers.of(request.user, difficulty=asked),
        "may": access.may(request.user, "difficulty.close") and asked.state != Difficulty.CLOSED,
    }
    return render(request, "portal/difficulty/difficulty.html", context)


def _ask(request: StaffRequest, firm: Firm, form: AskForm) -> None:
    sent = form.cleaned_data
    coach = sent["to"] == Difficulty.COACH
    asked = acts.ask(firm, kind=sent["kind"], says=sent["says"], coach=coach, by=request.user, on=request.today)
    papers.take(request, "papers", firm, purpose="difficulty", difficulty=asked)
    messages.success(request, _("Asked. The answer is due by %(day)s.") % {"day": asked.due_on})


def _close(request: StaffRequest, asked: Difficulty, form: ClosingForm) -> None:
    chosen, sent = Difficulty.objects.filter(pk=asked.pk), form.cleaned_data
    acts.close(
        chosen, rating=sent["rating"], says=sent["says"], by=request.user, on=request.today, version=version(request)
    )


def _late(asked: Difficulty, request: StaffRequest) -> bool:
    return asked.state == Difficulty.OPEN and asked.due_on < request.today

"""What firms ask for help with: the list of those who answer, and one question."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import difficulty as acts
from pipeline.acts.listings.coached import DIFFICULTIES
from pipeline.desk.attempt import attempt
from pipeline.desk.listed import list_page, opened
from pipeline.models import Difficulty, DocumentVersion, Evidence
from pipeline.models.caseload import LEAST_RATINGS, show_ratings
from pipeline.models.coaching import BEST_RATING
from pipeline.request import StaffRequest, number_sent

RATED = {"best": BEST_RATING, "least": LEAST_RATINGS}


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("The answer"),
        help_text=gettext_lazy("The firm reads it as it stands here."),
        widget=forms.Textarea,
        max_length=8_000,
    )


def difficulties(request: StaffRequest) -> HttpResponse:
    """Questions of the firms within reach, the first due on top."""
    return list_page(request, opened(request, DIFFICULTIES), "desk/difficulty/difficulties.html", RATED)


def difficulty(request: StaffRequest, difficulty_key: str) -> HttpResponse:
    """One question: answer it, or hand it to the coach."""
    seen = Difficulty.objects.within(request.user.reach(access.OFFICE | {"coach"}))
    asked = get_object_or_404(
        seen.with_county().select_related("firm", "asked_by", "answered_by"), public_id=difficulty_key
    )
    form = AnswerForm(request.POST if "answer" in request.POST else None)
    if "to" in request.POST:
        return _route(request, asked)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _answer(request, asked, form)):
        messages.success(request, _("Answered. The firm is told."))
        return redirect("desk:difficulties")
    show_ratings([asked], request.today)
    is_open = asked.state == Difficulty.OPEN
    context: dict[str, Any] = {
        "section": "desk:difficulties",
        "asked": asked,
        "kind": acts.NAMES[asked.kind],
        "late": _late(asked, request),
        **RATED,
        "form": form,
        "papers": _papers(asked),
        "may": is_open and access.may(request.user, "difficulty.answer"),
        "routes": is_open and access.may(request.user, "difficulty.route"),
    }
    return render(request, "desk/difficulty/difficulty.html", context)


def _papers(asked: Difficulty) -> list[Evidence]:
    newest = DocumentVersion.objects.filter(document=OuterRef("document"), state="clean").order_by("-number")
    papers = Evidence.objects.filter(difficulty=asked).select_related("document")
    return list(papers.annotate(number=Subquery(newest.values("number")[:1])).order_by("pk"))


def _late(asked: Difficulty, request: StaffRequest) -> bool:
    return asked.state == Difficulty.OPEN and asked.due_on < request.today


def _answer(request: StaffRequest, asked: Difficulty, form: AnswerForm) -> None:
    chosen, seen = Difficulty.objects.filter(pk=asked.pk), number_sent(request.POST.get("version", ""))
    acts.answer(chosen, says=form.cleaned_data["answer"], by=request.user, on=request.today, version=seen)


def _route(request: StaffRequest, asked: Difficulty) -> HttpResponse:
    form = forms.Form(request.POST)
    form.is_valid()
    chosen, seen = Difficulty.objects.filter(pk=asked.pk), number_sent(request.POST.get("version", ""))
    if attempt(form, lambda: acts.route(chosen, to=request.POST["to"], by=request.user, version=seen)):
        messages.success(request, _("Handed over."))
    for says in form.non_field_errors():
        messages.error(request, str(says))
    return redirect("desk:difficulty", asked.public_id)

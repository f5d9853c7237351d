"""The office's phrases for its lists of faults; its heads keep them."""

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import phrase as acts
from pipeline.desk.attempt import attempt
from pipeline.fields import offer
from pipeline.models import MoveRefused, Phrase
from pipeline.models.phrase import PLACES, Entry, library
from pipeline.models.record import place_name
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.codes.phrases import carried_phrases
from pipeline.rules.facts.figures import NAMES
from pipeline.templatetags.look import spoken


class PhraseForm(forms.Form):
    place = forms.ChoiceField(label=gettext_lazy("What the phrase is for"))
    text = forms.CharField(
        label=gettext_lazy("Phrase"), max_length=acts.LONGEST, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy(
            "What stands in { } is filled in from the place of the fault; 〔 〕 is a blank for the officer."
        ),
    )  # fmt: skip

    def __init__(self, data: Any = None, **also: Any) -> None:
        super().__init__(data, **also)
        offer(self, "place", [(place, kind_name(place)) for place in PLACES])


def phrases(request: StaffRequest) -> HttpResponse:
    """The library by kind of place; ?change=… opens one of them in the form."""
    may = access.may(request.user, "phrase.save")
    entries = library(request.user.office.pk if request.user.office else None)
    chosen = _chosen(entries, request.POST.get("key") or request.GET.get("change", ""))
    initial = {"place": chosen.place, "text": chosen.text} if chosen else None
    form = PhraseForm(request.POST if "text" in request.POST else None, initial=initial)
    if request.method == "POST":
        access.require(request.user, "phrase.save")
        if _taken(request, form, chosen):
            return redirect("desk:phrases")
    grouped = [(kind_name(place), list(group)) for place, group in groupby(entries, key=lambda entry: entry.place)]
    shown = {"groups": grouped, "chosen": chosen, "form": form, "may": may, "section": "desk:phrases"}
    return render(request, "desk/phrase/phrases.html", shown)


def kind_name(place: str) -> str:
    """A kind of place in words: the figure without its year."""
    page, _dot, figure = place.partition(".")
    if page == "figures":
        return spoken(NAMES[figure]) if figure else _("All figures")
    return place_name(place)


def _chosen(entries: list[Entry], key: str) -> Entry | None:
    return next((entry for entry in entries if key and entry.key == key), None)


def _taken(request: StaffRequest, form: PhraseForm, chosen: Entry | None) -> bool:
    """Whether the form was carried out; else it says why not. One that a colleague changed meanwhile keeps the text."""
    which = _which(request, chosen)
    kept: list[Phrase] = []

    def act() -> None:
        if "withdraw" in request.POST:
            kept.append(acts.withdraw(by=request.user, **which))
        else:
            said = form.cleaned_data
            kept.append(acts.save(said["place"], said["text"], by=request.user, **which))

    try:
        if not (("withdraw" in request.POST and chosen) or form.is_valid()) or not attempt(form, act):
            return False
    except MoveRefused:
        form.add_error(None, _("A colleague has changed this phrase meanwhile: it reads as shown in the list now."))
        return False
    messages.success(request, _("The phrase is no longer offered.") if kept[0].withdrawn else _("The phrase is kept."))
    return True


def _which(request: StaffRequest, chosen: Entry | None) -> dict[str, Any]:
    if chosen is None:
        return {}
    if chosen.row is not None:
        return {"key": chosen.row.pk, "version": number_sent(request.POST.get("version", ""))}
    return {"carried": chosen.carried if chosen.carried in carried_phrases() else ""}

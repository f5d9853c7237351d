"""What the city pins on people's first page: news, guides, the forms of the year."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import announcement as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.paging import page_of
from pipeline.fields import day_field, offer
from pipeline.models import Announcement
from pipeline.request import StaffRequest, number_sent
from pipeline.templatetags.look import spoken

KIND_NAMES = {
    "news": gettext_lazy("announcement"),
    "guide": gettext_lazy("guide"),
    "form": gettext_lazy("form"),
}
READERS = access.FIRM | {"agency"}  # whose first page shows what is pinned


class AnnouncementForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(KIND_NAMES.items()))
    title = forms.CharField(label=gettext_lazy("Title"), max_length=100)
    text = forms.CharField(label=gettext_lazy("Text"), max_length=4_000, widget=forms.Textarea({"rows": 4}))
    link = forms.URLField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("begins with https://"),
        max_length=300,
        required=False,
        assume_scheme="https",
    )
    seats = forms.MultipleChoiceField(label=gettext_lazy("Who reads it"), widget=forms.CheckboxSelectMultiple)
    since = day_field(gettext_lazy("From"))
    until = day_field(gettext_lazy("To, included"))

    def __init__(self, *args: Any, **also: Any) -> None:
        super().__init__(*args, **also)
        names = [(kind, spoken(name)) for kind, name in access.SEAT_NAMES.items() if kind in READERS]
        offer(self, "seats", names)


def announcements(request: StaffRequest) -> HttpResponse:
    """All there were, the newest first, and the form for the next."""
    form = AnnouncementForm(request.POST if "title" in request.POST else None, initial={"seats": sorted(access.FIRM)})
    if request.method == "POST" and "end" in request.POST:
        return _ended(request)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _published(request, form)):
        messages.success(request, _("“%(title)s” is pinned.") % form.cleaned_data)
        return redirect("desk:announcements")
    rows = Announcement.objects.order_by("-pk")
    page = page_of(request, rows, rows.count())
    context = {
        "page": page,
        "rows": [
            (each, KIND_NAMES[each.kind], [spoken(access.SEAT_NAMES[seat]) for seat in each.seats]) for each in page
        ],
        "form": form,
        "may": access.may(request.user, "announcement.publish"),
        "section": "desk:announcements",
    }
    return render(request, "desk/announcement/announcements.html", context)


def _published(request: StaffRequest, form: AnnouncementForm) -> None:
    acts.publish(by=request.user, **form.cleaned_data)


def _ended(request: StaffRequest) -> HttpResponse:
    held = get_object_or_404(Announcement, pk=number_sent(request.POST["end"]))
    acts.end(held, by=request.user, on=request.today, version=number_sent(request.POST.get("version", "")))
    messages.success(request, _("“%(title)s” is taken down.") % {"title": held.title})
    return redirect("desk:announcements")

"""The windows in which firms apply for the pool: called, announced, made longer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import intake as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.pool import tabs
from pipeline.fields import day_field
from pipeline.models import Window
from pipeline.request import StaffRequest, number_sent


class _InOrder(forms.Form):
    order: tuple[str, ...] = ("opens_on", "closes_on", "county_date")

    def clean(self) -> dict[str, Any]:
        """Each day that lies before the one above it is named."""
        said: dict[str, Any] = self.cleaned_data
        for earlier, later in zip(self.order, self.order[1:], strict=False):
            if said.get(earlier) and said.get(later) and said[later] < said[earlier]:
                says = _("This day lies before “%(earlier)s”.")
                self.add_error(later, says % {"earlier": self.fields[earlier].label})
        return said


class WindowForm(_InOrder):
    name = forms.CharField(
        label=gettext_lazy("Name of the window"), max_length=60, help_text=gettext_lazy("The year and the batch.")
    )
    opens_on = day_field(gettext_lazy("Opens on"))
    closes_on = day_field(gettext_lazy("Firms hand in by"))
    county_date = day_field(gettext_lazy("Counties send on by"))
    announce = forms.CharField(
        label=gettext_lazy("Announcement"),
        help_text=gettext_lazy("What firms find on their first page until the window closes; empty for none."),
        required=False,
        max_length=4_000,
        widget=forms.Textarea({"rows": 4}),
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if Window.objects.filter(name=name).exists():
            raise forms.ValidationError(_("There is a window of this name already. Name the year and the batch."))
        return name


class LongerForm(_InOrder):
    order = ("closes_on", "county_date")
    closes_on = day_field(gettext_lazy("Firms hand in by"))
    county_date = day_field(gettext_lazy("Counties send on by"))


def windows(request: StaffRequest) -> HttpResponse:
    """The windows, the latest first, with what came in; and the forms that call one and make one longer."""
    longer = _longer(request)
    called = request.method == "POST" and longer is None
    form = WindowForm(request.POST if called else None, auto_id="call_%s")
    if request.method == "POST" and _done(request, form, longer):
        return redirect("desk:windows")
    context = {
        "tabs": tabs(request.user, "desk:windows"),
        "windows": Window.objects.with_counts(request.user.reach(access.OFFICE)),
        "calling": form,
        "longer": longer,
        "form": longer[1] if longer else form,
        "may_open": access.may(request.user, "window.open"),
        "section": "desk:pool_terms",
    }
    return render(request, "desk/window/windows.html", context)


def _longer(request: StaffRequest) -> tuple[Window, LongerForm] | None:
    """The window that is to be made longer, with its form."""
    asked = request.POST.get("window", "") if request.method == "POST" else request.GET.get("longer", "")
    if not asked or not access.may(request.user, "window.prolong"):
        return None
    window = get_object_or_404(Window, pk=number_sent(asked))
    dates = {"closes_on": window.closes_on, "county_date": window.county_date}
    return window, LongerForm(request.POST if request.method == "POST" else None, initial=dates, auto_id="longer_%s")


def _done(request: StaffRequest, form: WindowForm, longer: tuple[Window, LongerForm] | None) -> bool:
    who: dict[str, Any] = {"by": request.user, "on": request.today}
    if longer is not None:
        window, said = longer
        if not (said.is_valid() and attempt(said, lambda: acts.prolong(window, **who, **said.cleaned_data))):
            return False
        messages.success(request, _("“%(name)s” closes later.") % {"name": window.name})
        return True
    if not (form.is_valid() and attempt(form, lambda: acts.open(**who, **form.cleaned_data))):
        return False
    messages.success(request, _("The window “%(name)s” is called.") % form.cleaned_data)
    return True

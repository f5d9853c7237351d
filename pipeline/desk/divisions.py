"""The tree of city, counties and parks as it stands on a day, and what became of those that are no more."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import RegexValidator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import places as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.office import HOUSE, tabs
from pipeline.fields import day_field, offer, offer_rows
from pipeline.models import Division
from pipeline.models.people import TODAY
from pipeline.request import StaffRequest
from pipeline.templatetags.look import spoken

LEVEL_NAMES = {
    Division.CITY: ("市", "city"),
    Division.COUNTY: ("县区、功能区", "county or development zone"),
    Division.PARK: ("园区", "park"),
}


class BeginForm(forms.Form):
    code = forms.CharField(
        label=gettext_lazy("Division code"),
        max_length=12,
        validators=[RegexValidator(r"^[0-9A-Z]{6,12}$", gettext_lazy("Six to twelve digits or capital letters."))],
        widget=forms.TextInput({"class": "w-code"}),
    )
    name = forms.CharField(label=gettext_lazy("Name of the division"), max_length=60)
    level = forms.ChoiceField(label=gettext_lazy("Kind of division"))
    parent = forms.ModelChoiceField(Division.objects.none(), empty_label="—", label=gettext_lazy("Belongs to"))
    first = day_field(gettext_lazy("Exists from"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="begin_%s")
        kinds = (Division.COUNTY, Division.PARK)
        offer(self, "level", [(level, spoken(LEVEL_NAMES[level])) for level in kinds])
        there = Division.objects.filter(level__in=[Division.CITY, Division.COUNTY], during__contains=TODAY)
        offer_rows(self, "parent", there.order_by("code"))


class CloseForm(forms.Form):
    division = forms.ModelChoiceField(Division.objects.none(), empty_label="—", label=gettext_lazy("Division"))
    day = day_field(gettext_lazy("No longer from"))
    successor = forms.ModelChoiceField(
        Division.objects.none(), label=gettext_lazy("Became part of"), required=False, empty_label="—"
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="close_%s")
        there = Division.objects.filter(during__upper_inf=True).exclude(level=Division.CITY).order_by("code")
        offer_rows(self, "division", there)
        offer_rows(self, "successor", there)


class DayForm(forms.Form):
    on = day_field(gettext_lazy("As of"), required=False)


def divisions(request: StaffRequest) -> HttpResponse:
    """The tree on a day; today where none is asked for."""
    begin = BeginForm(request.POST if request.POST.get("do") == "begin" else None)
    close = CloseForm(request.POST if request.POST.get("do") == "close" else None)
    if request.method == "POST" and _done(request, begin, close):
        return redirect("desk:divisions")
    asked = DayForm(request.GET or None)
    on = (asked.cleaned_data["on"] if asked.is_valid() else None) or request.today
    shown = {
        "tabs": tabs(request.user, "desk:divisions", HOUSE),
        "tree": _tree(on),
        "gone": Division.objects.filter(during__endswith__lte=on).select_related("successor").order_by("-during", "pk"),
        "day_form": DayForm(initial={"on": on}) if not asked.errors else asked,
        "on": on,
        "is_today": on == request.today,
        "begin": begin,
        "close": close,
        "form": close if close.is_bound else begin,
        "may": access.may(request.user, "people.begin_division"),
        "section": "desk:offices",
    }
    return render(request, "desk/divisions/divisions.html", shown)


def _done(request: StaffRequest, begin: BeginForm, close: CloseForm) -> bool:
    access.require(request.user, "people.begin_division")
    acting: dict[str, Any] = {"by": request.user, "on": request.today}
    if begin.is_bound:
        done = begin.is_valid() and attempt(begin, lambda: acts.begin_division(**begin.cleaned_data, **acting))
        says, name = _("%(name)s is noted; firms can belong to it now."), begin.data.get("name", "")
    elif close.is_bound:
        done = close.is_valid() and attempt(close, lambda: acts.close_division(**close.cleaned_data, **acting))
        says, name = _("%(name)s is noted as closed."), close.cleaned_data.get("division", "")
    else:
        return False
    if done:
        messages.success(request, says % {"name": name})
    return done


def _tree(on: date) -> list[dict[str, Any]]:
    """Each division of that day with how deep it lies below the city, in the order of the tree."""
    there = Division.objects.filter(during__contains=on).order_by("code", "pk")
    below: dict[int | None, list[Division]] = {}
    known = {each.pk: each for each in there}
    for each in known.values():
        below.setdefault(each.parent_id if each.parent_id in known else None, []).append(each)
    found: list[dict[str, Any]] = []

    def walk(parent: int | None, depth: int) -> None:
        for each in below.get(parent, []):
            found.append({"division": each, "depth": depth, "level": LEVEL_NAMES[each.level]})
            walk(each.pk, depth + 1)

    walk(None, 0)
    return found

"""The firm's intellectual property, right by right."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import firm as firm_acts
from pipeline.models import IntellectualProperty
from pipeline.models.property import CLASS_ONE
from pipeline.portal import standing
from pipeline.portal.firm import PastDayField, YesNoField, until_today
from pipeline.request import StaffRequest
from pipeline.rules.codes.identifiers import IdentifierRefused, right_number
from pipeline.templatetags.look import spoken

KINDS = {
    "invention": gettext_lazy("Invention patent"),
    "utility_model": gettext_lazy("Utility model"),
    "design": gettext_lazy("Design patent"),
    "software": gettext_lazy("Software copyright"),
    "ic_layout": gettext_lazy("Layout of an integrated circuit"),
    "plant_variety": gettext_lazy("Plant variety"),
    "crop_variety": gettext_lazy("National crop variety"),
    "new_drug": gettext_lazy("New drug"),
    "protected_tcm": gettext_lazy("Protected Chinese medicine"),
    "defence_invention": gettext_lazy("Defence patent"),
}
WAYS = {
    "own_rd": gettext_lazy("own R&D"),
    "assigned": gettext_lazy("assigned"),
    "donated": gettext_lazy("donated"),
    "merger": gettext_lazy("merger"),
    "licensed": gettext_lazy("licence (does not count)"),
}


class RightForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(KINDS.items()))
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=40,
        help_text=gettext_lazy("such as ZL201710601862.3 or 2021SR0123456"),
        widget=forms.TextInput({"class": "w-code"}),
    )
    title = forms.CharField(label=gettext_lazy("Name of the right"), max_length=200, required=False)
    granted_on = PastDayField(label=gettext_lazy("Day of grant"), required=False)
    acquired_by = forms.ChoiceField(label=gettext_lazy("How it was acquired"), choices=list(WAYS.items()))
    holder = forms.CharField(
        label=gettext_lazy("Owner on the certificate"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("word for word; several owners one after the other"),
    )
    core = YesNoField(label=gettext_lazy("Supports the main product"))

    def __init__(self, *args: Any, today: date, **also: Any) -> None:
        super().__init__(*args, **also)
        until_today(self, "granted_on", today)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "kind" in cleaned and "number" in cleaned:
            try:
                cleaned["number"] = right_number(cleaned["kind"], cleaned["number"])
            except IdentifierRefused as refused:
                self.add_error("number", spoken(refused.says))
        return cleaned


def property(request: StaffRequest, uscc: str) -> HttpResponse:
    """The list, and one right added or corrected at a time: the same number again corrects it."""
    firm = standing.firm_or_404(request, uscc)
    form = RightForm(request.POST or None, today=request.today)
    if request.method == "POST" and form.is_valid():
        right = firm_acts.record_property(firm, form.cleaned_data, by=request.user)
        messages.success(request, _("%(number)s is on the list.") % {"number": right.number})
        return redirect("portal:property", uscc)
    held = IntellectualProperty.objects.filter(firm=firm).order_by("kind", "number")
    rights = [(right, KINDS[right.kind], WAYS[right.acquired_by], right.kind in CLASS_ONE) for right in held]
    may = access.may(request.user, "firm.record_property")
    return render(request, "portal/property/property.html", {"firm": firm, "form": form, "rights": rights, "may": may})

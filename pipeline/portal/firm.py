"""What the bureau holds about the firm itself, and whom it calls."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import firm as firm_acts
from pipeline.fields import PhoneField, offer
from pipeline.models import Contact, Firm, Industry
from pipeline.portal import standing
from pipeline.request import StaffRequest
from pipeline.rules.codes.fields import carried_fields, is_chosen

FIRST_DAY = date(1949, 10, 1)
ANSWERS = [("", gettext_lazy("not known yet")), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]


class PastDayField(forms.DateField):
    """A day on which something happened. `today`, set by the form, is the last one there can be."""

    widget = forms.DateInput({"type": "date", "class": "w-day"}, "%Y-%m-%d")
    today: date

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not FIRST_DAY <= day <= self.today:
            raise forms.ValidationError(_("This day lies in the future or before %(day)s.") % {"day": FIRST_DAY})
        return day


def until_today(form: forms.BaseForm, name: str, today: date) -> None:
    """The last day that a `PastDayField` of the form takes."""
    field: Any = form.fields[name]
    field.today = today


class YesNoField(forms.TypedChoiceField):
    """Yes, no, or not known yet: unknown is never no."""

    def __init__(self, **also: Any) -> None:
        super().__init__(choices=ANSWERS, coerce=lambda sent: sent == "yes", empty_value=None, required=False, **also)

    def prepare_value(self, value: Any) -> Any:
        return {True: "yes", False: "no", None: ""}.get(value, value)


def field_choices() -> list[Any]:
    """The fields of the annex at their lowest level, grouped by the highest."""
    names = carried_fields()
    groups: dict[str, list[tuple[str, str]]] = {code: [] for code in names if len(code) == 2}
    for code, name in names.items():
        if is_chosen(code):
            groups.setdefault(code[:2] if code[:2] in groups else code[:1], []).append((code, f"{code} {name}"))
    return [("", "—"), *((names.get(code, code), chosen) for code, chosen in groups.items() if chosen)]


class FirmForm(forms.Form):
    short_name = forms.CharField(
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("as people call the firm; the bureau finds it by this too"),
        max_length=60,
        required=False,
    )
    registered_on = PastDayField(
        label=gettext_lazy("Day of registration"), help_text=gettext_lazy("as on the business licence")
    )
    resident = YesNoField(
        label=gettext_lazy("Resident enterprise"),
        help_text=gettext_lazy("registered on the mainland and taxed as such"),
    )
    field = forms.ChoiceField(
        label=gettext_lazy("Field of technology"),
        help_text=gettext_lazy("the one your main product belongs to; the experts confirm it"),
    )
    industry = forms.CharField(
        label=gettext_lazy("Industry"),
        help_text=gettext_lazy("by GB/T 4754-2017: four digits such as 3562, or the name of the class"),
        max_length=60,
    )
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    never_certified = YesNoField(label=gettext_lazy("Never certified as a high-tech enterprise before"))
    rd_ledger = YesNoField(label=gettext_lazy("R&D expense is kept in a ledger of its own"))
    no_incident = YesNoField(label=gettext_lazy("No serious accident or offence in the last year"))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **also: Any) -> None:
        super().__init__(*args, **also)
        until_today(self, "registered_on", today)
        offer(self, "field", field_choices())

    def clean_industry(self) -> str:
        """Its code, whether that or its name was typed."""
        said = self.cleaned_data["industry"].strip()
        named = Industry.objects.filter(Q(code=said.upper()) | Q(name=said)).order_by("-level").first()
        if named is None:
            raise forms.ValidationError(
                _("There is no industry %(code)s. Look it up in GB/T 4754-2017.") % {"code": said}
            )
        return named.code


class ContactForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Full name"), max_length=40)
    phone = PhoneField(label=gettext_lazy("Telephone"))
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False, max_length=254)


def firm(request: StaffRequest, uscc: str) -> HttpResponse:
    """The facts of the firm: prefilled from the register, corrected by the firm."""
    held = standing.firm_or_404(request, uscc)
    form = FirmForm(request.POST or None, today=request.today, initial=_held(held))
    may = access.may(request.user, "firm.amend")
    if request.method == "POST" and form.is_valid():
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name != "version"}
        firm_acts.amend(held, changes, version=form.cleaned_data["version"], by=request.user, on=request.today)
        messages.success(request, _("The facts about the firm are saved."))
        return standing.onward(request, held, "firm")
    return render(request, "portal/firm/firm.html", {"firm": held, "form": form, "may": may})


def contact(request: StaffRequest, uscc: str) -> HttpResponse:
    held = standing.firm_or_404(request, uscc)
    now = Contact.objects.filter(firm=held).order_by("pk").first()
    initial = {"name": now.name, "phone": now.phone, "email": now.email} if now else None
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        firm_acts.set_contact(held, by=request.user, **form.cleaned_data)
        messages.success(request, _("The contact is saved."))
        return standing.onward(request, held, "contact")
    may = access.may(request.user, "firm.set_contact")
    return render(request, "portal/firm/contact.html", {"firm": held, "form": form, "may": may})


def _held(firm: Firm) -> dict[str, Any]:
    return {name: getattr(firm, name) for name in FirmForm.base_fields}

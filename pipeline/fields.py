"""Fields of forms that read a number as it stands on paper, and what a form offers to choose from."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import QuerySet

from pipeline.rules.codes.identifiers import IdentifierRefused, phone_number
from pipeline.templatetags.look import spoken


class IdentifierField(forms.CharField):
    """`reads` gives the number as it is kept, or raises IdentifierRefused with the reason."""

    def __init__(self, *, reads: Callable[[str], str], **also: Any) -> None:
        super().__init__(**also)
        self.reads = reads

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if not text:
            return ""
        try:
            return self.reads(text)
        except IdentifierRefused as refused:
            raise forms.ValidationError(spoken(refused.says)) from refused


class PhoneField(IdentifierField):
    def __init__(self, **also: Any) -> None:
        widget = forms.TextInput({"type": "tel", "autocomplete": "tel"})
        super().__init__(reads=phone_number, **{"max_length": 20, "widget": widget, **also})


DAY_BOUNDS: list[Callable[[Any], None]] = [
    MinValueValidator(date(1949, 10, 1)),
    MaxValueValidator(date(2199, 12, 31)),
]


def day_field(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput({"type": "date", "class": "w-day"}, "%Y-%m-%d")
    return forms.DateField(label=label, required=required, help_text=help_text, widget=widget, validators=DAY_BOUNDS)


def offer(form: forms.BaseForm, name: str, choices: Iterable[tuple[Any, Any]]) -> None:
    """What a field may be given, where that depends on who asks and about what. Pairs of a value and its name."""
    field: Any = form.fields[name]
    field.choices = list(choices)


def offer_rows(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """The same for a field that is given a row: only of these."""
    field: Any = form.fields[name]
    field.queryset = rows

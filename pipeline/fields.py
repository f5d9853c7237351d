"""Fields of forms that read a number as it stands on paper, and say what is wrong with one that cannot be."""

from collections.abc import Callable
from typing import Any

from django import forms

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

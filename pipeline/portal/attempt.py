"""An act tried from a form: what it still asks for is shown at the field it names."""

from collections.abc import Callable

from django import forms
from django.db import transaction

from pipeline.acts.conditions import ConditionUnmet


def attempt(form: forms.Form, act: Callable[[], object]) -> bool:
    """Whether the act was done. Nothing of it stays where it was not, and the form says every reason."""
    try:
        with transaction.atomic():
            act()
    except ConditionUnmet as unmet:
        for missing in unmet.missing:
            form.add_error(missing.place if missing.place in form.fields else None, missing.says)
        return False
    return True

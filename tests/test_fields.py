"""What holds for every field of every form, whoever fills it in."""

from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pkgutil import iter_modules

import pytest
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

import pipeline
from pipeline.portal.firm import PastDayField

FACES = ("desk", "portal", "advisers", "public")


def every_form() -> Iterator[type[forms.BaseForm]]:
    """Each form that a module of a face declares."""
    for face in FACES:
        for found in iter_modules(import_module(f"{pipeline.__name__}.{face}").__path__):
            module = import_module(f"{pipeline.__name__}.{face}.{found.name}")
            for each in vars(module).values():
                if isinstance(each, type) and issubclass(each, forms.BaseForm) and each.__module__ == module.__name__:
                    yield each


def days() -> list[tuple[str, forms.DateField]]:
    return [
        (f"{form.__module__}.{form.__qualname__}.{name}", field)
        for form in every_form()
        for name, field in form.base_fields.items()  # type: ignore[attr-defined]  # by the metaclass
        if isinstance(field, forms.DateField)
    ]


def test_there_are_forms_that_ask_for_days() -> None:
    assert len(days()) > 30


def test_no_form_takes_a_day_of_just_any_year() -> None:
    """The year 1 is a day to Python and an error further down; `fields.day_field` says what a year may be."""
    kinds = {MinValueValidator, MaxValueValidator}
    bounded = [(name, field) for name, field in days() if not isinstance(field, PastDayField)]
    assert [name for name, field in bounded if not kinds <= {type(each) for each in field.validators}] == []


@pytest.mark.parametrize("day", ["0001-01-01", "1949-09-30", "2200-01-01", "9999-12-31"])
def test_such_a_day_is_refused_with_a_sentence_by_each(day: str) -> None:
    for _name, field in days():
        if isinstance(field, PastDayField):
            field.today = date(2026, 11, 24)
        with pytest.raises(forms.ValidationError):
            field.clean(day)

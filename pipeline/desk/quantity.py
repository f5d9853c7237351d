"""Numbers of a book as people write them, and the fields that take them: 3.5 % is 0.035, 5,000 万元 are 50000000."""

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any
from unicodedata import normalize

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.rules.sentences import plain_number
from pipeline.rules.shelf.dated import Band, PointsFrom
from pipeline.rules.shelf.wording import TEN_THOUSAND

LONGEST = 24
MEASURES = re.compile(r"(天|年|件|分|个?工作日|个?月|人|次|项|家|days?|years?|points?|months?)$")
SCALES = {"亿元": 100_000_000, "亿": 100_000_000, "万元": 10_000, "万": 10_000, "元": 1}
SHARES = frozenset({"share", "factor"})
UNITS = {
    "share": "%",
    "factor": "%",
    "yuan": gettext_lazy("10k yuan"),
    "days": gettext_lazy("days"),
    "months": gettext_lazy("months"),
    "years": gettext_lazy("years"),
    "points": gettext_lazy("points"),
    "heads": gettext_lazy("persons"),
}


class NotANumber(ValueError):
    """What was written is no number."""


def number_from(text: str, unit: str) -> str:
    """The number as a book holds it; raises NotANumber. Shares are written in percent, amounts in 万元 unless told."""
    plain = "".join(normalize("NFKC", text).split()).replace(",", "").replace("−", "-")
    scale = Fraction(1)
    if unit in SHARES:
        plain, scale = plain.removesuffix("%"), Fraction(1, 100)
    elif unit == "yuan":
        mark = next((each for each in SCALES if plain.endswith(each)), "")
        plain, scale = plain.removesuffix(mark), Fraction(SCALES.get(mark, TEN_THOUSAND))
    else:
        plain = MEASURES.sub("", plain)
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", plain):
        raise NotANumber(text)
    return plain_number(Fraction(Decimal(plain)) * scale)


def text_of(value: Fraction | None, unit: str) -> str:
    """A number of the book as it stands in a field."""
    if value is None:
        return ""
    if unit in SHARES:
        return plain_number(value * 100)
    if unit == "yuan":
        whole, _dot, rest = plain_number(value / TEN_THOUSAND).partition(".")
        return f"{int(whole):,}" + (f".{rest}" if rest else "")
    return plain_number(value)


def edge_of(line: Band | PointsFrom) -> Fraction | None:
    return line.upto if isinstance(line, Band) else line.start


def edge_unit(lines: Sequence[Band | PointsFrom]) -> str:
    """What the edges of a table are: amounts are large, shares below one; the table itself does not tell."""
    edges = [edge for line in lines if (edge := edge_of(line)) is not None]
    if any(edge >= TEN_THOUSAND for edge in edges):
        return "yuan"
    return "share" if any(0 < edge < 1 for edge in edges) else "count"


class NumberField(forms.CharField):
    """One number with its unit. Its value is the text the book would hold, nothing where nothing was written."""

    def __init__(self, unit: str, label: str) -> None:
        marks = {"class": "entry num", "inputmode": "decimal", "aria-label": label, "autocomplete": "off"}
        super().__init__(label=label, required=False, max_length=LONGEST, widget=forms.TextInput(marks))
        self.unit = unit

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        try:
            return number_from(text, self.unit) if text else ""
        except NotANumber:
            says = _("“%(text)s” is not a number. Write it like 3.5 or 5,000.") % {"text": text}
            raise forms.ValidationError(says) from None


class PointsField(NumberField):
    def __init__(self, label: str) -> None:
        super().__init__("points", label)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if text and not text.isdecimal():
            raise forms.ValidationError(_("Points are whole numbers from 0 up."))
        return text

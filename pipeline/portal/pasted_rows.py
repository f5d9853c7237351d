"""Rows pasted from a spreadsheet: cells parted by tabs, with a head of known words or in the order of the page."""

import csv
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from io import StringIO
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

type Heads = Mapping[str, Sequence[str]]

DAYS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]
MOST_TOLD = 50


class PasteForm(forms.Form):
    """A block of rows; `again` takes in what stands there already."""

    rows = forms.CharField(
        label=gettext_lazy("Rows from the spreadsheet"),
        widget=forms.Textarea({"rows": 14, "class": "mono", "spellcheck": "false"}),
        max_length=2_000_000,
        strip=False,
    )
    again = forms.BooleanField(label=gettext_lazy("Take in lines that stand in the ledger already"), required=False)


def rows_of(text: str) -> list[list[str]]:
    """The cells of each row that holds something; a cell in quotation marks may hold line breaks."""
    read = csv.reader(StringIO(text.replace("\r\n", "\n").replace("\r", "\n")), delimiter="\t")
    cells = [[cell.strip() for cell in row] for row in read]
    return [row for row in cells if any(row)]


def placed(rows: Sequence[Sequence[str]], heads: Heads) -> list[tuple[int, dict[str, str]]]:
    """Each row with its number and its cells by name: by the head where the first row is one, else in order."""
    if not rows:
        return []
    found = [_name(cell, heads) for cell in rows[0]]
    headed = sum(name is not None for name in found) >= 2
    names: Sequence[str | None] = found if headed else list(heads)
    start = 1 if headed else 0
    return [
        (number, {name: cell for name, cell in zip(names, row, strict=False) if name is not None})
        for number, row in enumerate(rows[start:], start=start + 1)
    ]


def _name(cell: str, heads: Heads) -> str | None:
    told = re.sub(r"[\s()（）:：]", "", unicodedata.normalize("NFKC", cell)).lower()
    return next((name for name, words in heads.items() if told in words), None)


def day_of(text: str) -> str:
    """A day as the field of a form takes it: 2025/3/1 and 2025年3月1日 are 2025-03-01; what is none stays."""
    numbers = re.fullmatch(r"(\d{4})\D+(\d{1,2})\D+(\d{1,2})\D*", unicodedata.normalize("NFKC", text).strip())
    joined = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text.strip())
    match = numbers or joined
    if match is None:
        return text
    try:
        return date(*(int(each) for each in match.groups())).isoformat()
    except ValueError:
        return text


def faults_of(number: int, form: forms.Form) -> list[str]:
    """What is wrong with one row, each with the name of the cell."""
    return [
        _("Row %(row)s, %(cell)s: %(says)s") % {"row": number, "cell": form.fields[name].label, "says": says}
        if name in form.fields
        else _("Row %(row)s: %(says)s") % {"row": number, "says": says}
        for name, errors in form.errors.items()
        for says in errors
    ]


def tell(form: PasteForm, faults: Sequence[str]) -> None:
    """Show the faults at the block of rows, the first of very many."""
    for says in faults[:MOST_TOLD]:
        form.add_error("rows", says)
    if len(faults) > MOST_TOLD:
        form.add_error("rows", _("And %(n)s more.") % {"n": len(faults) - MOST_TOLD})


def told_at(form: forms.Form, missing: Sequence[Any]) -> None:
    """What an act found missing, at the fields it names."""
    for each in missing:
        form.add_error(each.place if each.place in form.fields else None, each.says)

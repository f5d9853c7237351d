"""The books: each number of the law with its days, its source and how certain it is; shown, and changed nowhere.

What may be tried and proposed is the laboratory's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.fields import day_field
from pipeline.models import BookEdition
from pipeline.models.in_force import book_in_force
from pipeline.request import StaffRequest
from pipeline.rules import Book, Label, NoValue
from pipeline.rules.condition import Condition
from pipeline.rules.programmes import conditions_of
from pipeline.rules.shelf.dated import DatedValue, Entry, Source
from pipeline.rules.shelf.parameters import PARAMETERS
from pipeline.rules.shelf.volumes import TITLES
from pipeline.rules.shelf.wording import Line, heading, lines_of, reckoned, sentence

PUBLISHED = frozenset({"pool"})  # whose numbers are the bureau's, so that it has editions
CERTAINTIES = {
    "C": gettext_lazy("certain"),
    "L": gettext_lazy("fairly certain"),
    "U": gettext_lazy("to be confirmed"),
}
GROUPS = {
    "conditions": gettext_lazy("Numbers of the conditions"),
    "score": gettext_lazy("Points"),
    "terms": gettext_lazy("Terms"),
    "readings": gettext_lazy("Ways of counting and open readings"),
}
TERMS = ("workdays", "months", "returns", "_due", "certificate_years")


class DayForm(forms.Form):
    on = day_field(gettext_lazy("As of"), required=False)


@dataclass(frozen=True)
class Value:
    """A value of an entry, with the days it is in force; `until` is its last day."""

    lines: Sequence[Line]
    source: Source
    start: date
    until: date | None

    @property
    def certainty(self) -> str:
        return str(CERTAINTIES.get(self.source.certainty, self.source.certainty))


@dataclass(frozen=True)
class Row:
    """One number: what is in force on the day, or why there is nothing; and its values before and after."""

    entry: Entry
    title: Label
    now: Value | None
    others: Sequence[Value]


@dataclass(frozen=True)
class Asked:
    """A condition in words, with the formula of what is reckoned and the row of its number."""

    condition: Condition
    says: Label
    reckoned: Sequence[tuple[Label, Label]]
    source: Source


def books(request: StaffRequest) -> HttpResponse:
    """All books, with how far their numbers were compared with the gazette, and the editions of the bureau's own."""
    shelf = [_on_shelf(name, request.today) for name in TITLES]
    context = {"shelf": shelf, "editions": editions("pool"), "section": "desk:books"}
    return render(request, "desk/book/books.html", context)


def editions(name: str) -> list[BookEdition]:
    """What the bureau has published of a book, the newest first. One statement."""
    return list(BookEdition.objects.in_turn(name).select_related("proposed_by", "published_by"))


def _on_shelf(name: str, day: date) -> dict[str, Any]:
    book = book_in_force(name, day)
    sources = [source for entry in asked_for(book) if (source := _source(entry, day)) is not None]
    return {
        "book": book,
        "numbers": len(sources),
        "verified": sum(source.verified_on is not None for source in sources),
        "unsure": sum(source.certainty == "U" for source in sources),
        "own": name in PUBLISHED,
    }


def _source(entry: Entry, day: date) -> Source | None:
    try:
        return entry.at(day)[1]
    except NoValue:
        return None


def book(request: StaffRequest, name: str) -> HttpResponse:
    """One book as it stands on a day, today unless the address says another."""
    if name not in TITLES:
        raise Http404("there is no book of this name")
    form = DayForm(request.GET)
    day = (form.cleaned_data["on"] if form.is_valid() else None) or request.today
    try:
        shown = book_in_force(name, day)
    except NoValue:
        form.add_error("on", _("The book says nothing of this day yet; today's is shown."))
        day, shown = request.today, book_in_force(name, request.today)
    asked = conditions_in_words(shown)
    groups = grouped(shown, {each.condition.rule for each in asked})
    context = {
        "section": "desk:books",
        "tabs": _tabs(name),
        "book": shown,
        "form": form if form.is_bound and "on" in request.GET else DayForm({"on": day}),
        "day": day,
        "asked": asked,
        "groups": groups,
        "checked": any(row.now and row.now.source.verified_on for _title, rows in groups for row in rows),
        "editions": editions(name) if name in PUBLISHED else [],
    }
    return render(request, "desk/book/book.html", context)


def _tabs(here: str) -> list[dict[str, Any]]:
    return [
        {"url": reverse("desk:book", args=[name]), "label": title, "here": name == here}
        for name, title in TITLES.items()
    ]


def conditions_in_words(book: Book) -> list[Asked]:
    """Nothing on a day on which one of the book's numbers has no value: the rows say which."""
    try:
        return [
            Asked(each, sentence(each, book.day), reckoned(each, book.day), book.source(each.rule))
            for each in conditions_of(book)
        ]
    except NoValue:
        return []


def grouped(book: Book, conditions: Iterable[str]) -> list[tuple[str, list[Row]]]:
    """The numbers of a book by what they are for, each group in the order of the book."""
    names = set(conditions)
    rows: dict[str, list[Row]] = {group: [] for group in GROUPS}
    for entry in asked_for(book):
        rows[group_of(entry, names)].append(row_of(entry, book.day))
    return [(str(GROUPS[group]), found) for group, found in rows.items() if found]


def asked_for(book: Book) -> list[Entry]:
    """The numbers this book's code asks for; of the book it builds on it does not ask for all."""
    asked = PARAMETERS.get(book.name, frozenset(book.entries))
    return [entry for rule, entry in book.entries.items() if rule in asked]


def group_of(entry: Entry, conditions: Iterable[str]) -> str:
    if entry.rule in conditions or any(entry.rule.startswith(f"{each}_") for each in conditions):
        return "conditions"
    if entry.rule.startswith("score_"):
        return "score"
    return "terms" if any(word in entry.rule for word in TERMS) else "readings"


def row_of(entry: Entry, day: date) -> Row:
    now = next((each for each in entry.values if each.holds(day) and each.value is not None), None)
    others = [_value(entry, each) for each in reversed(entry.values) if each is not now]
    return Row(entry, heading(entry), None if now is None else _value(entry, now), others)


def _value(entry: Entry, dated: DatedValue) -> Value:
    until = None if dated.end is None else dated.end - timedelta(days=1)
    return Value(lines_of(entry, dated.value), dated.source, dated.start, until)

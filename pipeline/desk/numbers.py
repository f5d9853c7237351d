"""The numbers of a book as a form, in which each can be another one; a table line by line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from pipeline.desk.quantity import LONGEST, UNITS, NumberField, PointsField, edge_of, edge_unit, text_of
from pipeline.rules import Book, Label
from pipeline.rules.shelf.dated import Band, Entry, PointsFrom, Value
from pipeline.rules.shelf.parameters import PARAMETERS
from pipeline.rules.shelf.readings import READINGS
from pipeline.rules.shelf.revision import as_written, held, revised
from pipeline.rules.shelf.volumes import BookRefused
from pipeline.rules.shelf.wording import Line, heading, lines_of
from pipeline.templatetags.look import spoken

FIXED = frozenset({"code"})  # entries that name a list or a place, and no quantity


@dataclass(frozen=True)
class Parameter:
    """One entry on the page: what the base says, the fields that take another value, and what is wrong with them."""

    entry: Entry
    title: Label
    unit: str
    edge_unit: str
    now: Sequence[Line]
    rows: Sequence[Mapping[str, BoundField]]
    faults: Sequence[str]
    changed: bool


class Numbers(forms.Form):
    """Every number of `base` that can be another one. Once valid it knows the `changes`, and the `book` they make.

    `start` is the book whose values stand in the fields: the base itself, or a supposition to go on from. A field is
    named by its rule, its line and its part of the line.
    """

    def __init__(self, data: Mapping[str, Any] | None, *, base: Book, start: Book | None = None) -> None:
        super().__init__(data)
        self.base = self.book = base
        self.changes: dict[str, Any] = {}
        for entry in tried(base):
            now = base.at(entry.rule)
            for name, made, initial in fields_of(entry, now if start is None else start.at(entry.rule), now):
                self.fields[name], self.initial[name] = made, initial

    def clean(self) -> dict[str, Any]:
        self._ask_for_values()
        faulty = {name.split(".")[0] for name in self.errors}
        for entry in tried(self.base):
            now = self.base.at(entry.rule)
            raw = None if entry.rule in faulty else raw_from(now, self._lines(entry.rule))
            if raw is not None and raw != as_written(now):
                self.changes[entry.rule] = raw
        try:
            self.book = revised(self.base, self.changes)
        except BookRefused as refused:
            for fault in refused.faults:
                self.add_error(self._field_of(fault.place), spoken(fault.says))
        return self.cleaned_data

    def _ask_for_values(self) -> None:
        """A line with an edge has a value too."""
        for entry in tried(self.base):
            for line in self._names(entry.rule):
                known = {part: self.cleaned_data.get(name) for part, name in line.items()}
                wanted = next((part for part in ("value", "low") if part in line), "")
                wrong = any(name in self.errors for name in line.values())
                if not wrong and known.get("edge") and wanted and not known[wanted] and not known.get("high"):
                    self.add_error(line[wanted], _("This line has an edge and no value."))

    def _field_of(self, place: str) -> str | None:
        """The first field of the entry that a place of a book names."""
        rule = place.partition("[")[0].partition(":")[0]
        return next((name for name in self.fields if name.startswith(f"{rule}.")), None)

    def _lines(self, rule: str) -> list[dict[str, Any]]:
        """What was written, line by line; a line in which nothing stands is none."""
        lines = [{part: self.cleaned_data.get(name) for part, name in line.items()} for line in self._names(rule)]
        return [line for line in lines if any(line.get(part) for part in ("edge", "value", "low", "high"))]

    def _names(self, rule: str) -> list[dict[str, str]]:
        """The fields of an entry: of each line, the name of each part."""
        lines: dict[str, dict[str, str]] = {}
        for name in self.fields:
            first, _dot, rest = name.partition(".")
            if first == rule:
                line, _dot, part = rest.partition(".")
                lines.setdefault(line, {})[part] = name
        return list(lines.values())

    def parameters(self) -> Iterator[Parameter]:
        """For the page, in the order of the book."""
        for entry in tried(self.base):
            now, names = self.base.at(entry.rule), self._names(entry.rule)
            plain = {name: initial for name, _made, initial in fields_of(entry, now, now)}
            yield Parameter(
                entry=entry,
                title=heading(entry),
                unit=str(UNITS.get(entry.unit, "")),
                edge_unit=str(UNITS.get(edge_unit(now), "")) if isinstance(now, tuple) else "",
                now=lines_of(entry, now),
                rows=[{part: self[name] for part, name in line.items()} for line in names],
                faults=[str(each) for line in names for name in line.values() for each in self.errors.get(name, [])],
                changed=any(self[name].value() != plain.get(name) for line in names for name in line.values()),
            )


def tried(book: Book) -> list[Entry]:
    """The numbers of a book that may be tried: those its code asks for and that have a value on the day."""
    asked = PARAMETERS.get(book.name, frozenset(book.entries))
    known = [entry for rule, entry in book.entries.items() if rule in asked and held(book, rule) is not None]
    return [entry for entry in known if entry.unit not in FIXED]


def fields_of(entry: Entry, value: Value, model: Value) -> Iterator[tuple[str, forms.Field, Any]]:
    """The fields of an entry with what stands in them; a table has one line more than it needs.

    `model` is the value of the base, whose edges tell what the edges are.
    """
    title = spoken(heading(entry))
    if isinstance(value, str):
        yield f"{entry.rule}.0.value", word_field(entry, title), value
    elif isinstance(value, Fraction):
        yield f"{entry.rule}.0.value", NumberField(entry.unit, title), text_of(value, entry.unit)
    else:
        *upper, last = value
        unit = edge_unit(model if isinstance(model, tuple) else value)
        for at, line in enumerate([*upper, None]):
            yield from edge_fields(f"{entry.rule}.{at}", title, line, unit)
            yield from line_fields(f"{entry.rule}.{at}", entry, line, points=isinstance(last, PointsFrom))
        yield from line_fields(f"{entry.rule}.rest", entry, last, points=isinstance(last, PointsFrom))


def word_field(entry: Entry, title: str) -> forms.Field:
    marks = {"class": "entry", "aria-label": title}
    words = [(word, spoken(says)) for word, says in READINGS.get(entry.rule, {}).items()]
    if not words:
        return forms.CharField(label=title, required=False, max_length=LONGEST, widget=forms.TextInput(marks))
    return forms.ChoiceField(label=title, required=False, choices=words, widget=forms.Select(marks))


def edge_fields(
    name: str, title: str, line: Band | PointsFrom | None, unit: str
) -> Iterator[tuple[str, forms.Field, Any]]:
    says = _("%(title)s: edge of the line") % {"title": title}
    yield f"{name}.edge", NumberField(unit, says), text_of(None if line is None else edge_of(line), unit)
    within = _("the edge itself belongs to the line")
    tick = forms.BooleanField(label=within, required=False, widget=forms.CheckboxInput({"aria-label": within}))
    yield f"{name}.included", tick, line is None or not line.open


def line_fields(
    name: str, entry: Entry, line: Band | PointsFrom | None, *, points: bool
) -> Iterator[tuple[str, forms.Field, Any]]:
    told = {"title": spoken(heading(entry))}
    if points:
        ends = ("", "") if not isinstance(line, PointsFrom) else (str(line.low), str(line.high))
        yield f"{name}.low", PointsField(_("%(title)s: least points") % told), ends[0]
        yield f"{name}.high", PointsField(_("%(title)s: most points") % told), ends[1]
    else:
        value = line.value if isinstance(line, Band) else None
        says = _("%(title)s: value of the line") % told
        yield f"{name}.value", NumberField(entry.unit, says), text_of(value, entry.unit)


def raw_from(now: Value, lines: Sequence[Mapping[str, Any]]) -> Any:
    """What was written as a book has it; nothing where nothing was. Lines go by their edges, the rest comes last."""
    if not isinstance(now, tuple):
        return lines[0]["value"] if lines else None
    falling = isinstance(now[0], PointsFrom)
    edged = sorted(
        (each for each in lines if each.get("edge")), key=lambda each: Fraction(each["edge"]), reverse=falling
    )
    rest = [each for each in lines if not each.get("edge")]
    return [line_from(each, "from" if falling else "upto") for each in (*edged, *rest)] or None


def line_from(line: Mapping[str, Any], key: str) -> dict[str, Any]:
    written: dict[str, Any] = {key: line["edge"]} if line.get("edge") else {}
    if written and not line["included"]:
        written["open"] = True
    if "low" in line:
        low = line["low"] or line["high"]
        return {**written, "points": [int(low), int(line["high"] or low)]}
    return {**written, "value": line["value"]}

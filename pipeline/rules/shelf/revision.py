"""A book with parameters changed: what a bureau supposes in the laboratory, and what it publishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from hashlib import sha256
from typing import Any

from pipeline.rules.facts.reading import Fault
from pipeline.rules.labels import Label
from pipeline.rules.programmes import AMOUNTS, CONDITIONS, SCORES
from pipeline.rules.sentences import ends, exact_text
from pipeline.rules.shelf.dated import Band, Book, DatedValue, Entry, NoValue, PointsFrom, Source, Value
from pipeline.rules.shelf.parameters import PARAMETERS
from pipeline.rules.shelf.volumes import BookRefused, in_turn, refused, value_from

SUPPOSED = Source(
    instrument="",
    number="",
    title=Label("设想，不是现行规定", "A supposition, not in force"),
    article="",
    certainty="U",
    verified_by=None,
    verified_on=None,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One number in which two books differ, each on its own day; None where a book has no value that day."""

    rule: str
    title: Label
    unit: str
    before: Value | None
    after: Value | None


def revised(book: Book, changes: Mapping[str, Any], *, start: date | None = None, source: Source = SUPPOSED) -> Book:
    """The book with other values from a day on (its own day where none is given), each written as a file has it.

    What is changed ends whatever the book had for that rule from that day on. Raises BookRefused with every fault at
    once, each with its rule. Two revisions of the same content have the same version.
    """
    first = book.day if start is None else start
    entries: dict[str, Entry] = {}
    faults: list[Fault] = []
    for rule, raw in sorted(changes.items()):
        try:
            entries[rule] = changed(book, rule, raw, first, source)
        except BookRefused as refusal:
            faults += refusal.faults
    if not faults:
        faults += unusable(book, entries, first)
    if faults:
        raise BookRefused(*faults)
    return with_entries(book, entries)


def changed(book: Book, rule: str, raw: Any, start: date, source: Source) -> Entry:
    """The entry of a rule with this value from that day on."""
    if rule not in PARAMETERS[book.name]:
        raise refused(rule, f"手册“{book.title.zh}”没有这个参数", f"the book {book.name} has no such parameter")
    entry = book.entries[rule]
    if start < entry.values[0].start:
        first = entry.values[0].start
        raise refused(rule, f"手册自 {first} 起才有这个参数", f"the book has this parameter from {first} on only")
    if raw is None:
        raise refused(rule, "没有填写数值", "there is no value")
    value = value_from(raw, entry, rule)
    last = entry.values[-1]
    if last.value == value and last.holds(start):
        return entry
    if not any(alike(value, each.value) for each in entry.values):
        raise refused(rule, "数值与表格不能互换", "a number does not stand in for a table, nor a table for a number")
    earlier = [ended(each, start) for each in entry.values if each.start < start]
    return replace(entry, values=tuple(in_turn([*earlier, DatedValue(start, None, value, source)], rule)))


def alike(value: Value, other: Value | None) -> bool:
    """Of one form, so that whoever asks for the one can read the other; a single number is a table of one band."""
    forms = {form_of(value), form_of(other)}
    return len(forms) == 1 or (forms == {Fraction, Band} and isinstance(value, Fraction))


def form_of(value: Value | None) -> type[Any]:
    return type(value[0]) if isinstance(value, tuple) else type(value)


def ended(value: DatedValue, day: date) -> DatedValue:
    return replace(value, end=day) if value.end is None or value.end > day else value


def unusable(book: Book, entries: Mapping[str, Entry], day: date) -> Iterator[Fault]:
    """Values that are well formed and that no condition can be built with, found by trying each alone."""
    for rule, entry in entries.items():
        try:
            build(on_day(with_entries(book, {rule: entry}), day))
        except (ValueError, TypeError, ArithmeticError, NoValue):
            yield Fault(rule, Label("不能据此值判定", "nothing can be judged by this value"))


def build(book: Book) -> None:
    """All that is judged and worked out by the book, from the values of its day."""
    for kind in (CONDITIONS, SCORES, AMOUNTS):
        if book.name in kind:
            kind[book.name](book)


def with_entries(book: Book, entries: Mapping[str, Entry]) -> Book:
    """The same book where nothing is changed."""
    new = {rule: entry for rule, entry in entries.items() if entry.values != book.entries[rule].values}
    if not new:
        return book
    content = "\n".join(f"{rule} {entry.values!r}" for rule, entry in sorted(new.items()))
    digest = sha256(f"{book.version}\n{content}".encode()).hexdigest()
    return replace(book, version=f"{book.name}-{digest[:12]}", entries={**book.entries, **new})


def on_day(book: Book, day: date) -> Book:
    """The same book as it stands on another day."""
    return book if day == book.day else replace(book, day=day)


def as_written(value: Value) -> Any:
    """A value as a file has it: what `revised` reads, and what a form starts from."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return [line_as_written(each) for each in value]
    return number_as_written(value)


def number_as_written(number: Fraction) -> str:
    """In decimals where they end, else as the fraction it is."""
    return exact_text(number) if ends(number) else f"{number.numerator}/{number.denominator}"


def line_as_written(line: Band | PointsFrom) -> dict[str, Any]:
    edge, key = (line.upto, "upto") if isinstance(line, Band) else (line.start, "from")
    written: dict[str, Any] = {} if edge is None else {key: number_as_written(edge)}
    if line.open:
        written["open"] = True
    if isinstance(line, Band):
        return {**written, "value": number_as_written(line.value)}
    return {**written, "points": [line.low, line.high]}


def differences(before: Book, after: Book) -> list[Difference]:
    """What of the second book is not as in the first, by rule."""
    rules = sorted(before.entries.keys() | after.entries.keys())
    pairs = ((rule, held(before, rule), held(after, rule)) for rule in rules)
    return [
        difference(after if rule in after.entries else before, rule, one, two) for rule, one, two in pairs if one != two
    ]


def held(book: Book, rule: str) -> Value | None:
    try:
        return book.at(rule)
    except NoValue:
        return None


def difference(book: Book, rule: str, before: Value | None, after: Value | None) -> Difference:
    entry = book.entries[rule]
    return Difference(rule, entry.title, entry.unit, before, after)

"""Every number that a verdict or a score rests on, moved by one unit of its last place, breaks a case."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest

from pipeline.rules import assess, read_facts
from pipeline.rules.programmes import CONDITIONS, amounts_of, conditions_of, score_items
from pipeline.rules.shelf.dated import Book, Entry, NoValue
from pipeline.rules.shelf.volumes import SHELF, TITLES, WORDS, BookRefused, entry_from, read_yaml, volume
from tests.rules.cases import CASES, RuleCase
from tests.rules.test_cases import bands, card, details, held, looked_at, worked_out

INSTRUMENTS = read_yaml(SHELF / "instruments.yaml")
FACTS = {name: read_facts(case.facts) for name, case in CASES.items()}


class Asked(dict[str, Entry]):
    """Entries that note which of them were asked for."""

    def __init__(self, entries: dict[str, Entry]) -> None:
        super().__init__(entries)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> Entry:
        self.names.add(name)
        return super().__getitem__(name)


def own_entries(name: str) -> set[str]:
    return {file.stem for file in (SHELF / name).glob("*.yaml")}


def numbers_judged_by(name: str) -> set[str]:
    """The book's own entries that conditions, amounts and scores are built from."""
    asked = Asked(dict(volume(name)[0]))
    book = Book(name, TITLES[name], "", next(iter(CASES.values())).on, asked)
    conditions_of(book)
    amounts_of(book)
    score_items(book)
    return asked.names & own_entries(name)


def moved(number: str) -> list[str]:
    if "/" in number:
        over, under = map(int, number.split("/"))
        return [f"{over + step}/{under}" for step in (-1, 1)]
    places = len(number.partition(".")[2])
    whole = int(number.replace(".", ""))
    return [f"{(whole + step) / 10**places:.{places}f}" for step in (-1, 1)]


def variants(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The entry with a number moved, of whatever day it is, or with one of its lines open instead of closed."""
    if raw["unit"] in WORDS:
        return
    for turn, dated in enumerate(raw["values"]):
        for what, value in moves(dated["value"]):
            yield f"{dated['from']} {what}", with_value(raw, turn, value)


def moves(value: Any) -> Iterator[tuple[str, Any]]:
    """A repeal has no number to move."""
    if value is None:
        return
    if isinstance(value, str):
        yield from ((each, each) for each in moved(value))
        return
    for place, line in enumerate(value):
        for key in line.keys() & {"upto", "from", "value"}:
            yield from ((f"{key} {each}", with_line(value, place, {key: each})) for each in moved(line[key]))
        if line.keys() & {"upto", "from"}:
            yield f"open {place}", with_line(value, place, {"open": not line.get("open", False)})


def with_value(raw: dict[str, Any], turn: int, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(raw)
    changed["values"][turn]["value"] = value
    return changed


def with_line(lines: list[dict[str, Any]], place: int, change: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**line, **change} if place == n else line for n, line in enumerate(lines)]


def holds(case: RuleCase, book: Book) -> bool:
    try:
        assessment = assess(FACTS[case.name], book=book, day=case.on)
    except NoValue:
        return False
    score, told = case.raw.get("score", {}), case.raw.get("card", {})
    verdicts = {rule: each for rule, each in case.raw["expect"].items() if isinstance(each, str) and rule != "verdict"}
    closer = {rule: each for rule, each in case.raw["expect"].items() if not isinstance(each, str)}
    return (
        all(assessment.finding(rule).verdict == verdict for rule, verdict in verdicts.items())
        and all(details(assessment, rule, each) == each for rule, each in closer.items())
        and bands(assessment, score) == score
        and card(assessment, told) == told
        and held(book, case) == case.raw.get("numbers", {})
        and worked_out(assessment, case) == case.raw.get("amounts", {})
        and ("review" not in case.raw or looked_at(assessment) == case.raw["review"])
    )


def changed_books(name: str, entry: Entry) -> Callable[[date], Book]:
    """The book with this entry as it stands on each day; its conditions are built once a day."""
    entries = {**volume(name)[0], entry.rule: entry}
    return cache(lambda day: Book(name, TITLES[name], "moved", day, entries))


def unnoticed(name: str, rule: str) -> Iterator[str]:
    """The moves that no case breaks by; what broke by the last one is tried first."""
    cases = [case for case in CASES.values() if case.book == name]
    for what, raw in variants(read_yaml(SHELF / name / f"{rule}.yaml")):
        try:
            entry = entry_from(raw, INSTRUMENTS, f"{rule}.yaml")
        except BookRefused:
            continue
        book_on = changed_books(name, entry)
        broken = next((case for case in cases if not holds(case, book_on(case.on))), None)
        if broken is None:
            yield what
        else:
            cases.remove(broken)
            cases.insert(0, broken)


@pytest.mark.parametrize(("name", "rule"), [(name, rule) for name in CONDITIONS for rule in sorted(own_entries(name))])
def test_a_number_that_is_moved_breaks_a_case(name: str, rule: str) -> None:
    assert list(unnoticed(name, rule)) == []


@pytest.mark.parametrize("name", CONDITIONS)
def test_what_no_verdict_rests_on_is_told_by_a_case_that_reads_the_book(name: str) -> None:
    read = {(rule, case.on) for case in CASES.values() if case.book == name for rule in case.raw.get("numbers", {})}
    for rule in own_entries(name) - numbers_judged_by(name):
        for value in volume(name)[0][rule].values:
            assert any(each == rule and value.holds(day) for each, day in read), f"{rule} from {value.start}"

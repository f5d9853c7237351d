"""The YAML cases: each a firm's facts, or another case's with changes, and what the book says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.rules import Assessment, assess, books, read_facts
from pipeline.rules.shelf.volumes import read_yaml

FOLDER = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class RuleCase:
    name: str
    book: str
    on: date
    facts: Mapping[str, Any]
    raw: Mapping[str, Any]

    def assessment(self) -> Assessment:
        return assess(read_facts(self.facts), book=books(self.book, self.on), day=self.on)


def changed(before: Any, change: Any) -> Any:
    """Mappings are changed key by key, lists of years year by year; anything else is replaced."""
    if isinstance(before, dict) and isinstance(change, dict):
        return {**before, **{key: changed(before.get(key), value) for key, value in change.items()}}
    if isinstance(before, list) and isinstance(change, list) and is_yearly(before) and is_yearly(change) and before:
        years = {each["year"]: each for each in before}
        for each in change:
            years[each["year"]] = changed(years.get(each["year"]), each)
        return [years[year] for year in sorted(years)]
    return change


def is_yearly(rows: list[Any]) -> bool:
    return all(isinstance(each, dict) and "year" in each and "count" not in each for each in rows)


def all_cases() -> dict[str, RuleCase]:
    raw = {each["name"]: each for file in sorted(FOLDER.glob("*.yaml")) for each in read_yaml(file)}
    return {name: RuleCase(name, each["book"], each["on"], facts_of(each, raw), each) for name, each in raw.items()}


def facts_of(case: Mapping[str, Any], raw: Mapping[str, Any]) -> Any:
    own = case.get("facts", {})
    return changed(facts_of(raw[case["like"]], raw), own) if "like" in case else own


CASES = all_cases()

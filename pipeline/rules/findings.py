"""A verdict that carries its reasons, and its kept form. Numbers are exact decimal texts; money is in yuan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from pipeline.rules.facts.figures import Missing
from pipeline.rules.facts.firm import FirmFacts
from pipeline.rules.facts.reading import Fault
from pipeline.rules.labels import Label
from pipeline.rules.sentences import shown

type Points = int | str
"""Whole points as an integer; a panel's average with decimals as a text."""


def said(label: Label, language: str | None) -> Any:
    """In both languages for keeping, in one for reading."""
    return label.in_language(language) if language else label.to_json()


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's verdict: what was found, what is needed, how far that is, by which figures, where it is written."""

    rule: str
    title: Label
    verdict: str
    found: str | None
    needed: str | None
    op: str
    unit: str
    gap: Mapping[str, str]
    article: str
    source: str
    certainty: str
    used: Mapping[str, Any]
    missing: tuple[Missing, ...]
    says: Label

    @property
    def found_shown(self) -> Label | None:
        return None if self.found is None else shown(Fraction(self.found), self.unit)

    @property
    def needed_shown(self) -> Label | None:
        return None if self.needed is None else shown(Fraction(self.needed), self.unit)

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        return {
            "rule": self.rule,
            "title": said(self.title, language),
            "verdict": self.verdict,
            "found": self.found,
            "needed": self.needed,
            "op": self.op,
            "unit": self.unit,
            "gap": dict(self.gap),
            "article": self.article,
            "source": self.source,
            "certainty": self.certainty,
            "used": dict(self.used),
            "missing": [each.place if language else missing_to_json(each) for each in self.missing],
            "says": said(self.says, language),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Finding:
        missing = tuple(missing_from_json(each) for each in kept["missing"])
        labels = {name: Label.from_json(kept[name]) for name in ("title", "says")}
        return cls(**{**kept, **labels, "missing": missing})


def missing_to_json(missing: Missing) -> dict[str, Any]:
    return {"place": missing.place, "says": missing.says.to_json(), "year": missing.year}


def missing_from_json(kept: Mapping[str, Any]) -> Missing:
    return Missing(kept["place"], Label.from_json(kept["says"]), kept["year"])


@dataclass(frozen=True, slots=True)
class FoundAmount:
    """A number that the book works out for the firm; nobody is judged by it. Money is in yuan, None is unknown."""

    name: str
    title: Label
    found: str | None
    unit: str
    sources: tuple[str, ...]
    certainty: str
    used: Mapping[str, Any]
    missing: tuple[Missing, ...]
    says: Label

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        return {
            "name": self.name,
            "title": said(self.title, language),
            "found": self.found,
            "unit": self.unit,
            "sources": list(self.sources),
            "certainty": self.certainty,
            "used": dict(self.used),
            "missing": [each.place if language else missing_to_json(each) for each in self.missing],
            "says": said(self.says, language),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> FoundAmount:
        missing = tuple(missing_from_json(each) for each in kept["missing"])
        labels = {name: Label.from_json(kept[name]) for name in ("title", "says")}
        return cls(**{**kept, **labels, "missing": missing, "sources": tuple(kept["sources"])})


@dataclass(frozen=True, slots=True)
class ItemPoints:
    """One line of the score: the band the figures allow, the points given, why they are refused or looked at.

    `says` tells how points that follow from the figures came about; points that experts give need none.
    """

    item: str
    title: Label
    found: str | None
    band: tuple[Points, Points]
    given: Points | None
    refused: Label | None
    review: Label | None
    says: Label | None = None

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        return {
            "item": self.item,
            "title": said(self.title, language),
            "found": self.found,
            "band": list(self.band),
            "given": self.given,
            "refused": self.refused and said(self.refused, language),
            "review": self.review and said(self.review, language),
            "says": self.says and said(self.says, language),
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ItemPoints:
        told = {name: kept.get(name) for name in ("title", "refused", "review", "says")}
        labels = {name: label and Label.from_json(label) for name, label in told.items()}
        return cls(**{**kept, **labels, "band": tuple(kept["band"])})


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """The range of points the figures allow and the sum given, if all are; with `above` the line itself fails."""

    low: Points
    high: Points
    given: Points | None
    line: Points
    above: bool
    items: tuple[ItemPoints, ...]

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        return {
            "low": self.low,
            "high": self.high,
            "given": self.given,
            "pass_above" if self.above else "pass_from": self.line,
            "items": [each.to_json(language) for each in self.items],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ScoreCard:
        above = "pass_above" in kept
        items = tuple(ItemPoints.from_json(each) for each in kept["items"])
        line = kept["pass_above" if above else "pass_from"]
        return cls(kept["low"], kept["high"], kept["given"], line, above, items)


@dataclass(frozen=True, slots=True)
class Assessment:
    """A firm judged by a book on a day. `facts` is None on one that was read back without them.

    `impossible` names figures that cannot be and were left out, `asks` those that are odd and were used as given.
    """

    book: str
    version: str
    on: date
    verdict: str
    findings: tuple[Finding, ...]
    score: ScoreCard | None
    impossible: tuple[Fault, ...]
    asks: tuple[Fault, ...]
    facts: FirmFacts | None
    amounts: tuple[FoundAmount, ...] = ()

    def amount(self, name: str) -> FoundAmount:
        return next(each for each in self.amounts if each.name == name)

    def finding(self, rule: str) -> Finding:
        return next(each for each in self.findings if each.rule == rule)

    def to_json(self, language: str | None = None) -> dict[str, Any]:
        """The result as `facts` files describe it: for keeping with both languages, for reading with one."""
        return {
            "book": self.book,
            "version": self.version,
            "on": self.on.isoformat(),
            "verdict": self.verdict,
            "findings": [each.to_json(language) for each in self.findings],
            "score": self.score and self.score.to_json(language),
            "amounts": [each.to_json(language) for each in self.amounts],
            "impossible": [fault_to_json(each, language) for each in self.impossible],
            "asks": [fault_to_json(each, language) for each in self.asks],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], facts: FirmFacts | None = None) -> Assessment:
        """A kept assessment to be shown again: nothing is computed anew."""
        return cls(
            book=kept["book"],
            version=kept["version"],
            on=date.fromisoformat(kept["on"]),
            verdict=kept["verdict"],
            findings=tuple(Finding.from_json(each) for each in kept["findings"]),
            score=ScoreCard.from_json(kept["score"]) if kept["score"] else None,
            impossible=tuple(fault_from_json(each) for each in kept["impossible"]),
            asks=tuple(fault_from_json(each) for each in kept["asks"]),
            facts=facts,
            amounts=tuple(FoundAmount.from_json(each) for each in kept.get("amounts", ())),
        )


def fault_to_json(fault: Fault, language: str | None) -> dict[str, Any]:
    return {"place": fault.place, "says": said(fault.says, language)}


def fault_from_json(kept: Mapping[str, Any]) -> Fault:
    return Fault(kept["place"], Label.from_json(kept["says"]))

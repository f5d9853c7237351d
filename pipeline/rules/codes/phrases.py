"""The phrases that lists of faults begin with: what reviewers most often ask, each with the instrument that demands it.

In a phrase {年度}, {项目} and {申报数} are filled in from the place of the fault; 〔…〕 is a blank that the officer
fills.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.rules.shelf.volumes import SHELF


@dataclass(frozen=True)
class CarriedPhrase:
    """`place` is the kind of place the phrase is for: figures.rd_total, firm, document; `source` the instrument."""

    key: str
    place: str
    text: str
    source: str


@cache
def carried_phrases() -> Mapping[str, CarriedPhrase]:
    """By key, in the order in which they are offered."""
    with (SHELF / "phrases" / "faults.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: CarriedPhrase(**row) for row in csv.DictReader(file)}

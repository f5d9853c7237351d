"""Steps that coaching plans are made of again and again, each for the condition it helps to meet."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.rules.shelf.volumes import SHELF


@dataclass(frozen=True)
class CarriedStep:
    """`rule` is the condition it is for, `who` does it within `lead_days`, `proof` shows it; texts in both."""

    key: str
    rule: str
    what: dict[str, str]
    who: str
    lead_days: int
    proof: dict[str, str]


@cache
def carried_steps() -> Mapping[str, CarriedStep]:
    """By key, in the order in which they are offered."""
    with (SHELF / "phrases" / "steps.csv").open(encoding="utf-8", newline="") as file:
        return {row["key"]: _read(row) for row in csv.DictReader(file)}


def _read(row: dict[str, str]) -> CarriedStep:
    what, proof = ({"zh": row[f"{name}_zh"], "en": row[f"{name}_en"]} for name in ("what", "proof"))
    return CarriedStep(row["key"], row["rule"], what, row["who"], int(row["lead_days"]), proof)

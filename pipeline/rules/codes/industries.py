"""Industries by GB/T 4754-2017: sections A to T, divisions of two digits, groups of three and classes of four.

The copy that is carried was not compared with the standard line by line; its README says where it may differ.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pipeline.rules.shelf.volumes import SHELF

EDITION = "GB/T 4754-2017"


@dataclass(frozen=True, slots=True)
class Industry:
    code: str
    level: int
    name: str
    section: str


@cache
def carried_industries() -> Mapping[str, Industry]:
    """Every code of all four levels in the order of the standard; a section is a letter, the rest are digits."""
    found, section = {}, ""
    with (SHELF / "industries" / "gbt4754_2017.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            section = row["code"] if row["level"] == "1" else section
            found[row["code"]] = Industry(row["code"], int(row["level"]), row["name"], section)
    return found


def division_of(text: str) -> Industry | None:
    """The division of a code of any edition, by its first two digits; None where there is no such division."""
    digits = text.strip().lstrip("ABCDEFGHIJKLMNOPQRSTabcdefghijklmnopqrst")
    return carried_industries().get(digits[:2]) if re.fullmatch(r"[0-9]{2,4}", digits) else None


def industry_of(text: str) -> Industry | None:
    """The industry of a code with or without its section's letter (I6513, 6513); None where no line has it."""
    match = re.fullmatch(r"([A-T]?)(\d{0,4})", text.strip().upper())
    if not match:
        return None
    found = carried_industries().get(match[2] or match[1])
    return found if found and match[1] in {"", found.section} else None

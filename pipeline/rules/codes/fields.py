"""The fields of technology that the state supports: the annex of 国科发火〔2016〕32号, with its declaration codes.

The list in books/fields was copied from a public declaration tool's dictionary, so a slip of its typist is possible.
Codes have 2, 3 and 5 digits; 504, 505 and 706 have no third level.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from pipeline.rules.shelf.volumes import SHELF


@cache
def carried_fields() -> Mapping[str, str]:
    """Every code of all three levels with its name, in the order of the annex."""
    with (SHELF / "fields" / "hte_fields_2016.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


@cache
def lowest_fields() -> frozenset[str]:
    """The codes that none other goes on from."""
    codes = carried_fields()
    return frozenset(code for code in codes if not any(other != code and other.startswith(code) for other in codes))


def is_chosen(code: str) -> bool:
    """Whether the code names a field at the lowest level there is, as an application must."""
    return code in lowest_fields()

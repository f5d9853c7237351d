"""What made-up rows stand on: the keys they point at, and draws that come out the same for a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

FIRST = 1_000  # the key of the first made-up firm; those of the cast lie below
WHOLE = 1_000_003


@dataclass(frozen=True)
class Ground:
    """What the rows point at: keys of counties, of each one's officers, of coaches, of the head and of a round."""

    counties: tuple[int, ...]
    officers: tuple[tuple[int, ...], ...]
    coaches: tuple[int, ...]
    head: int
    round: int
    county_date: date
    day: date
    seed: int


class Draw:
    """Draws for the rows of a frame, each by the number in its column `n` and a salt of its own."""

    def __init__(self, ground: Ground, numbers: pl.Series) -> None:
        self.numbers, self.seed = numbers, ground.seed

    def upto(self, most: int, salt: int) -> pl.Series:
        """0 to most - 1."""
        return (self.numbers.hash(self.seed * 1_000 + salt) % most).cast(pl.Int64)

    def share(self, salt: int) -> pl.Series:
        return self.upto(WHOLE, salt) / WHOLE

    def of(self, choices: Sequence[Any], salt: int) -> pl.Series:
        return pl.Series(list(choices)).gather(self.upto(len(choices), salt))

    def weighted(self, choices: dict[str, int], salt: int) -> pl.Series:
        return self.of([name for name, times in choices.items() for _ in range(times)], salt)

    def key(self, salt: int) -> pl.Series:
        """A uuid of decimal digits."""
        made = self.numbers.hash(self.seed * 1_000 + salt).cast(pl.String).str.zfill(20)
        return made.str.slice(0, 20) + self.numbers.cast(pl.String).str.zfill(12)


def earlier(day: date, days: pl.Series) -> pl.Series:
    return pl.Series([day], dtype=pl.Date).extend_constant(day, len(days) - 1) - pl.Series(days * 86_400_000).cast(
        pl.Duration("ms")
    )

"""Which conditions a book consists of, and which score."""

from __future__ import annotations

from functools import lru_cache

from pipeline.rules import hte, pool
from pipeline.rules.condition import Condition
from pipeline.rules.dated import Book
from pipeline.rules.score import Score, score_of

CONDITIONS = {"hte": hte.conditions, "pool": pool.conditions}
SCORED_BY = {"hte": "innovation_score", "pool": "entry_score"}


@lru_cache(maxsize=64)
def conditions_of(book: Book) -> tuple[Condition, ...]:
    return CONDITIONS[book.name](book)


@lru_cache(maxsize=64)
def score_table(book: Book) -> Score:
    return score_of(book)

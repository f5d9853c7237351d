"""Which conditions a book consists of, and which score."""

from __future__ import annotations

from functools import lru_cache

from pipeline.rules.amount import Amount
from pipeline.rules.condition import Condition
from pipeline.rules.law import hte, obligations, pool, sme, sme_score, tax
from pipeline.rules.law.score import Score, ScoreItem, score_of
from pipeline.rules.shelf.dated import Book

CONDITIONS = {
    "hte": hte.conditions,
    "sme": sme.conditions,
    "pool": pool.conditions,
    "tax": tax.conditions,
    "obligations": obligations.conditions,
}
AMOUNTS = {"tax": tax.amounts}
SCORES = {"hte": score_of, "sme": sme_score.score_of, "pool": score_of}
SCORED_BY = {"hte": "innovation_score", "sme": "score", "pool": "entry_score"}


@lru_cache(maxsize=64)
def conditions_of(book: Book) -> tuple[Condition, ...]:
    return CONDITIONS[book.name](book)


@lru_cache(maxsize=64)
def amounts_of(book: Book) -> tuple[Amount, ...]:
    """What the book works out beside its findings; most books work out nothing."""
    return AMOUNTS[book.name](book) if book.name in AMOUNTS else ()


@lru_cache(maxsize=64)
def score_table(book: Book) -> Score | None:
    """The points of the book; None for a book that gives none."""
    return SCORES[book.name](book) if book.name in SCORES else None


def score_items(book: Book) -> tuple[ScoreItem, ...]:
    table = score_table(book)
    return table.items if table else ()

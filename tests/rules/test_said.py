"""Not a word of a finding changes unseen."""

from __future__ import annotations

import pytest

from pipeline.rules.programmes import CONDITIONS
from tests.rules import refusals
from tests.rules.said import FOLDER, plans_text, text_of


@pytest.mark.parametrize("book", CONDITIONS)
def test_the_books_say_what_was_approved(book: str) -> None:
    approved = (FOLDER / f"{book}.txt").read_text(encoding="utf-8").splitlines()
    assert text_of(book).splitlines() == approved, "read what changed, then: python -m tests.rules.said"


def test_what_is_refused_is_told_as_was_approved() -> None:
    approved = (FOLDER / "refused.txt").read_text(encoding="utf-8").splitlines()
    assert refusals.text().splitlines() == approved, "read what changed, then: python -m tests.rules.said"


def test_ways_to_a_pass_are_told_as_was_approved() -> None:
    approved = (FOLDER / "plans.txt").read_text(encoding="utf-8").splitlines()
    assert plans_text().splitlines() == approved, "read what changed, then: python -m tests.rules.said"

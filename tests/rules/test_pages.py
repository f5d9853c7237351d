"""The pages of the books in docs/ say what the books say, and nothing is left out of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.rules import books
from pipeline.rules.programmes import CONDITIONS, amounts_of, conditions_of
from pipeline.rules.shelf.pages import page, shown_on
from pipeline.rules.shelf.volumes import SHELF, read_yaml

DOCS = Path(__file__).parents[2] / "docs" / "books"


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_page_of_a_book_is_the_one_its_data_gives(name: str) -> None:
    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == page(name), "run: manage.py describe_books --write"


def test_there_is_no_page_without_a_book() -> None:
    assert {file.stem for file in DOCS.glob("*.md")} == set(CONDITIONS)


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_and_every_number_of_the_book_stands_on_its_page(name: str) -> None:
    text = page(name)
    rules = {condition.rule for condition in conditions_of(books(name, shown_on(name)))}
    amounts = {amount.name for amount in amounts_of(books(name, shown_on(name)))}
    entries = [read_yaml(file) for file in sorted((SHELF / name).glob("*.yaml"))]
    assert rules
    for rule in rules | amounts | {entry["rule"] for entry in entries}:
        assert f"| `{rule}` |" in text, rule
    for value in (value for entry in entries for value in entry["values"]):
        assert str(value["from"]) in text


def test_an_amount_is_written_by_the_amounts_it_is_made_of() -> None:
    whole = "〔认定带来的 2025 年税率收益〕 + 〔2025 年先进制造业进项税额加计抵减〕 + 〔凭资格结转的亏损可抵税额〕"
    assert whole in page("tax")
    assert "〔2025 年税收口径前五项小计〕 × 1/9" in page("tax")


def test_a_difference_of_two_scopes_names_both() -> None:
    [line] = [line for line in page("tax").splitlines() if line.startswith("| `difference_inside` |")]
    assert "〔2025 年高企口径委托境内〕 − 〔2025 年税收口径委托境内〕" in line


@pytest.mark.parametrize("name", CONDITIONS)
def test_that_nobody_compared_the_numbers_yet_is_said_once(name: str) -> None:
    assert page(name).count("尚无人与出处原文逐字核对") == 1
    assert "未核对" not in page(name)

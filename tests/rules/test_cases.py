"""Every YAML case, exactly as a policy officer reads it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from pipeline.rules import Assessment, Book, NoValue, books
from pipeline.rules.programmes import CONDITIONS, conditions_of
from pipeline.rules.shelf.revision import as_written
from pipeline.rules.shelf.volumes import read_yaml
from tests.rules.cases import CASES, FOLDER, RuleCase

EXPECTATIONS = {
    "name",
    "book",
    "on",
    "like",
    "facts",
    "expect",
    "score",
    "card",
    "amounts",
    "numbers",
    "refused",
    "review",
    "impossible",
    "asks",
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_book_says_what_the_case_expects(case: RuleCase) -> None:
    assessment = case.assessment()
    for rule, expected in case.raw["expect"].items():
        if rule == "verdict":
            assert assessment.verdict == expected
        elif isinstance(expected, str):
            assert assessment.finding(rule).verdict == expected, rule
        else:
            assert details(assessment, rule, expected) == expected, rule
    assert bands(assessment, case.raw.get("score", {})) == case.raw.get("score", {})
    assert card(assessment, case.raw.get("card", {})) == case.raw.get("card", {})
    assert worked_out(assessment, case) == case.raw.get("amounts", {})
    assert held(books(case.book, case.on), case) == case.raw.get("numbers", {})
    assert set(case.raw) <= EXPECTATIONS


def held(book: Book, case: RuleCase) -> dict[str, Any]:
    """The numbers of the book that the case names, as they are written; none where there is none that day."""
    return {rule: number_held(book, rule) for rule in case.raw.get("numbers", {})}


def number_held(book: Book, rule: str) -> Any:
    try:
        return as_written(book.at(rule))
    except NoValue:
        return "none"


def worked_out(assessment: Assessment, case: RuleCase) -> dict[str, str | None]:
    """The amounts that the case names."""
    return {name: assessment.amount(name).found for name in case.raw.get("amounts", {})}


def details(assessment: Assessment, rule: str, expected: dict[str, object]) -> dict[str, object]:
    finding = assessment.finding(rule).to_json("en")
    """What the case names of the finding; of the figures used only those it names."""
    return {key: part(finding[key], value) for key, value in expected.items()}


def part(found: Any, expected: Any) -> Any:
    return {key: found.get(key) for key in expected} if isinstance(expected, dict) else found


def bands(assessment: Assessment, expected: dict[str, list[int]]) -> dict[str, list[int | str]]:
    if not expected:
        return {}
    assert assessment.score
    found: dict[str, list[int | str]] = {each.item: list(each.band) for each in assessment.score.items}
    found["total"] = [assessment.score.low, assessment.score.high]
    return {item: found[item] for item in expected}


def card(assessment: Assessment, expected: dict[str, str]) -> dict[str, str | None]:
    """What the score card says of an item in English: how its points came about."""
    items = assessment.score.items if assessment.score else ()
    says = {each.item: each.says.en if each.says else None for each in items}
    return {item: says[item] for item in expected}


def looked_at(assessment: Assessment) -> list[str]:
    """The items of the score that a person should look at."""
    return [each.item for each in assessment.score.items if each.review] if assessment.score else []


@pytest.mark.parametrize("case", [each for each in CASES.values() if "refused" in each.raw or "review" in each.raw])
def test_points_are_refused_or_looked_at_where_the_case_says(case: RuleCase) -> None:
    score = case.assessment().score
    assert score
    if "refused" in case.raw:
        assert [each.item for each in score.items if each.refused] == case.raw["refused"]
    if "review" in case.raw:
        assert looked_at(case.assessment()) == case.raw["review"]


@pytest.mark.parametrize("case", [each for each in CASES.values() if "impossible" in each.raw or "asks" in each.raw])
def test_what_cannot_be_and_what_is_odd_is_named(case: RuleCase) -> None:
    assessment = case.assessment()
    if "impossible" in case.raw:
        assert [each.place for each in assessment.impossible] == case.raw["impossible"]
    if "asks" in case.raw:
        assert [each.place for each in assessment.asks] == case.raw["asks"]


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_rule_of_every_book_has_a_case(name: str) -> None:
    named = {rule for case in CASES.values() if case.book == name for rule in case.raw["expect"]}
    day = next(case.on for case in CASES.values() if case.book == name)
    assert {condition.rule for condition in conditions_of(books(name, day))} - named == set()


def test_no_two_cases_share_a_name() -> None:
    names = Counter(each["name"] for file in FOLDER.glob("*.yaml") for each in read_yaml(file))
    assert [name for name, times in names.items() if times > 1] == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_finding_has_one_plain_sentence(case: RuleCase, language: str) -> None:
    for finding in case.assessment().findings:
        sentence = finding.says.in_language(language)
        assert sentence.endswith("。" if language == "zh" else "."), sentence
        assert "{" not in sentence, sentence
        assert "None" not in sentence, sentence
        assert finding.source
        assert finding.article


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_kept_assessment_reads_back_as_it_was(case: RuleCase) -> None:
    assessment = case.assessment()
    assert Assessment.from_json(assessment.to_json(), assessment.facts) == assessment

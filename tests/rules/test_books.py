"""The books: every number has its source, and a book that is wrong is refused by file, key and reason."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pipeline.rules import NoBook, NoValue, books
from pipeline.rules.programmes import CONDITIONS, conditions_of
from pipeline.rules.shelf.dated import Band, Book, article_in_words
from pipeline.rules.shelf.parameters import PARAMETERS
from pipeline.rules.shelf.volumes import SHELF, TITLES, BookRefused, all_asked_for, entry_from, read_yaml, volume
from tests.rules.test_numbers import Asked
from tests.source import product

DAY = date(2026, 5, 20)
INSTRUMENTS = read_yaml(SHELF / "instruments.yaml")
FILES = sorted(file for name in CONDITIONS for file in (SHELF / name).glob("*.yaml"))


def a_number(**changes: Any) -> dict[str, Any]:
    value = {
        "from": date(2016, 1, 1),
        "value": "0.60",
        "instrument": "HTE-M",
        "article": "11(5)",
        "certainty": "C",
        "verified_by": None,
        "verified_on": None,
    }
    entry = {"rule": "r", "title_zh": "比例", "title_en": "Share", "unit": "share", "values": [value]}
    place = value if set(changes) & set(value) else entry
    return {**entry, "values": [{**value, **changes}]} if place is value else {**entry, **changes}


def read(raw: dict[str, Any]) -> Any:
    return entry_from(raw, INSTRUMENTS, "r.yaml")


def refusal(raw: dict[str, Any]) -> str:
    with pytest.raises(BookRefused) as refused:
        read(raw)
    assert all(fault.place.startswith("r.yaml") for fault in refused.value.faults), (
        "file and key stand before the reason"
    )
    return str(refused.value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_every_number_names_its_instrument_and_article(file: Any) -> None:
    for value in read_yaml(file)["values"]:
        assert value["instrument"] in INSTRUMENTS
        assert value["article"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_value_keeps_the_whole_of_its_source(file: Any) -> None:
    raw = read_yaml(file)
    for value, written in zip(entry_from(raw, INSTRUMENTS, file.name).values, raw["values"], strict=True):
        about = INSTRUMENTS[written["instrument"]]
        told = (value.source.number, value.source.title.zh, value.source.title.en)
        assert told == (about["number"], about["title_zh"], about["title_en"])
        for key in ("instrument", "article", "certainty", "verified_by", "verified_on"):
            assert getattr(value.source, key) == written[key]


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_has_its_entry_in_the_book(name: str) -> None:
    book = books(name, DAY)
    for condition in conditions_of(book):
        assert book.source(condition.rule).in_words()


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_version_changes_with_the_content_only(name: str) -> None:
    assert books(name, DAY).version == books(name, date(2026, 12, 31)).version
    assert volume(name)[1].startswith(f"{name}-")


def test_two_books_have_two_versions() -> None:
    assert books("hte", DAY).version.split("-")[1] != books("pool", DAY).version.split("-")[1]


def test_the_pool_book_says_only_what_differs() -> None:
    assert books("pool", DAY).number("rd_outsourced_factor") == books("hte", DAY).number("rd_outsourced_factor")
    assert books("pool", DAY).number("tech_staff_ratio") == Fraction(5, 100)


def test_an_unknown_book_is_told_which_there_are() -> None:
    with pytest.raises(NoBook, match="no book 'htx'; there are hte, sme, pool"):
        books("htx", DAY)


def test_a_day_before_the_law_has_no_value() -> None:
    with pytest.raises(NoValue, match="the book hte starts on 2016-01-01; it says nothing about 2015-12-31"):
        books("hte", date(2015, 12, 31))
    assert books("hte", date(2016, 1, 1)).at("rd_domestic") == Fraction(3, 5)


def test_a_book_that_builds_on_another_does_not_begin_with_it() -> None:
    with pytest.raises(NoValue, match="the book pool starts on 2026-01-01; it says nothing about 2025-12-31"):
        books("pool", date(2025, 12, 31))


def test_a_number_that_begins_later_than_its_book_has_no_value_before() -> None:
    with pytest.raises(NoValue, match="r starts on 2016-01-01; it has no value on 2015-12-31"):
        read(a_number()).at(date(2015, 12, 31))


def test_a_later_value_ends_the_one_before() -> None:
    raw = a_number()
    raw["values"].append({**raw["values"][0], "from": date(2027, 1, 1), "value": "0.70"})
    entry = read(raw)
    assert entry.at(date(2026, 12, 31))[0] == Fraction(3, 5)
    assert entry.at(date(2027, 1, 1))[0] == Fraction(7, 10)


def test_a_repeal_is_a_value_of_null() -> None:
    raw = a_number()
    raw["values"].append({**raw["values"][0], "from": date(2027, 1, 1), "value": None})
    with pytest.raises(NoValue, match="r was repealed; it has no value on 2027-01-01"):
        read(raw).at(date(2027, 1, 1))


def test_a_value_may_end_by_itself() -> None:
    with pytest.raises(NoValue, match="r ended on 2020-01-01"):
        read(a_number(to=date(2020, 1, 1), value="1")).at(date(2020, 1, 1))


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (a_number(value=0.6), "values[0]: value: 0.6 is not a decimal number in quotes"),
        (a_number(value="60%"), "'60%' is not a decimal number in quotes"),
        (a_number(instrument="LAW"), "instrument: 'LAW' is not in instruments.yaml"),
        (a_number(article=""), "a number has an article"),
        (a_number(certainty="X"), "a certainty of C, L or U"),
        (a_number(unit="percent"), "unit: 'percent' is none of"),
        (a_number(rule="other"), "the file is named after its rule"),
        (a_number(note="x"), "note is not known"),
        (a_number(values=[]), "values: there is none"),
        (a_number(values="0.60"), "values: there is none"),
        (a_number(values=["0.60"]), 'values[0]: an object is wanted, not "0.60"'),
        (a_number(value="-0.60"), "values[0]: value: -0.6 is below 0"),
        (a_number(most="0.5"), "values[0]: value: 0.6 is above 0.5"),
        (a_number(least="0.61"), "values[0]: value: 0.6 is below 0.61"),
        (a_number(most="a half"), "most: 'a half' is not a decimal number in quotes"),
        (a_number(unit="days"), "values[0]: value: a whole number is wanted, not 0.6"),
        (a_number(unit="choice", values=[{**a_number()["values"][0], "value": True}]), "a word in quotes is wanted"),
        (a_number(**{"from": "2016-01-01"}), 'values[0]: from: not a day: "2016-01-01"'),
        (a_number(to=date(2016, 1, 1), value="1"), "values[0]: to: 2016-01-01 is not after 2016-01-01"),
        (a_number(article=11), "a number has an article"),
        (a_number(verified_by="李四"), "values[0]: verified_by: who verified a number stands beside the day"),
        ([], "r.yaml: an object is wanted"),
    ],
)
def test_a_number_that_is_wrong_is_refused_with_its_place(raw: dict[str, Any], why: str) -> None:
    assert why in refusal(raw)
    assert refusal(raw).startswith("r.yaml")


def test_the_limits_of_a_number_belong_to_it() -> None:
    assert read(a_number(least="0.60", most="0.60")).at(DAY)[0] == Fraction(3, 5)


def test_a_refusal_is_told_in_both_languages() -> None:
    with pytest.raises(BookRefused) as refused:
        read(a_number(value="60%"))
    [fault] = refused.value.faults
    assert fault.in_language("zh") == "r.yaml: values[0]: value: 不是加引号的十进制数：'60%'"
    assert fault.in_language("en") == "r.yaml: values[0]: value: '60%' is not a decimal number in quotes"


def test_a_choice_is_one_of_its_known_readings() -> None:
    raw = a_number(rule="never_certified", unit="choice")
    raw["values"][0]["value"] = "sometimes"
    with pytest.raises(BookRefused, match='value: "sometimes" is none of required, waived'):
        entry_from(raw, INSTRUMENTS, "never_certified.yaml")


def test_a_file_that_is_no_yaml_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("rule: [r\n")
    with pytest.raises(BookRefused, match=r"^r\.yaml: this is no YAML: "):
        read_yaml(tmp_path / "r.yaml")


def test_a_file_that_no_code_asks_for_is_refused() -> None:
    with pytest.raises(BookRefused, match=r"^pool/regoin\.yaml: no code asks for it"):
        all_asked_for("pool", {"region", "regoin"}, PARAMETERS["pool"])


def test_a_number_that_code_asks_for_and_no_file_has_is_refused() -> None:
    with pytest.raises(BookRefused, match=r"^pool/region\.yaml: code asks for it and no file has it$"):
        all_asked_for("pool", set(), PARAMETERS["pool"] - {"region"})


def test_every_book_is_listed_with_what_code_asks_of_it() -> None:
    assert set(PARAMETERS) == set(TITLES)
    with pytest.raises(BookRefused, match=r"^rumour/x\.yaml: no code asks for it"):
        all_asked_for("rumour", {"x"}, {"x"})


@pytest.mark.parametrize("name", PARAMETERS)
def test_what_is_listed_as_asked_for_is_what_code_asks_for(name: str) -> None:
    asked = Asked(dict(volume(name)[0]))
    book = Book(name, TITLES[name], "", DAY, asked)
    conditions_of(book)
    assert asked.names - PARAMETERS[name] == set()
    written = {text for source in product() if source.words[-1] != "parameters" for text in source.strings()}
    assert PARAMETERS[name] - asked.names - written == set()


@pytest.mark.parametrize("key", ["from", "value", "instrument", "article", "certainty", "verified_by", "verified_on"])
def test_a_number_lacks_nothing(key: str) -> None:
    raw = copy.deepcopy(a_number())
    del raw["values"][0][key]
    assert f"{key} is missing" in refusal(raw)


def test_two_values_cannot_hold_on_one_day() -> None:
    raw = a_number(to=date(2028, 1, 1), value="1")
    raw["values"].append({**raw["values"][0], "from": date(2027, 1, 1), "to": None})
    assert "the one from 2027-01-01 overlaps the one from 2016-01-01" in refusal(raw)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ([{"upto": "5", "value": "1"}, {"upto": "9", "value": "2"}], "the last line leaves a hole behind 9"),
        ([{"upto": "9", "value": "1"}, {"upto": "5", "value": "2"}, {"value": "3"}], "5 does not follow 9"),
        ([{"upto": "5", "value": "1"}, {"upto": "5", "value": "2"}, {"value": "3"}], "5 does not follow 5"),
        ([{"value": "1"}, {"value": "2"}], "only the last line is without an edge"),
        ([{"from": "2", "points": [4, 5]}, {"points": [1, 2]}], "points 1 to 2 do not join 4 to 5"),
        ([{"from": "2", "points": [2, 3]}, {"from": "4", "points": [1, 1]}, {"points": [0, 0]}], "4 does not follow 2"),
        ([{"from": "2", "points": ["4", 5]}, {"points": [0, 3]}], "[0]: points: two whole numbers are wanted"),
        ([{"from": "2", "points": [5, 4]}, {"points": [0, 3]}], "[0]: points: two whole numbers are wanted"),
        ([{"upto": "5", "value": "1", "open": "no"}, {"value": "2"}], "[0]: open: true or false is wanted"),
        ([{"upto": "5"}, {"value": "2"}], "[0]: value is missing"),
        ([{"upto": "5", "value": "-1"}, {"value": "2"}], "[0]: -1 is below 0"),
        (["1", "2"], '[0]: an object is wanted, not "1"'),
        ([], "the table has no line"),
    ],
)
def test_a_table_with_a_hole_or_an_overlap_is_refused(table: list[dict[str, Any]], why: str) -> None:
    assert why in refusal(a_number(value=table))


def test_a_table_is_read_line_by_line() -> None:
    value, _ = read(a_number(value=[{"upto": "5", "open": True, "value": "0.1"}, {"value": "0.2"}])).at(DAY)
    assert value == (Band(Fraction(5), Fraction(1, 10), open=True), Band(None, Fraction(Decimal("0.2"))))


@pytest.mark.parametrize(
    ("article", "words"),
    [("11(5)", "第十一条（五）"), ("9", "第九条"), ("20(12)", "第二十条（十二）"), ("附件一", "附件一")],
)
def test_an_article_is_cited_as_the_law_prints_it(article: str, words: str) -> None:
    assert article_in_words(article) == words

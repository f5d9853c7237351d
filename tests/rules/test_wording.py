"""A book in words: what people read is made of the very formulas and values that judge."""

from datetime import date

import pytest

from pipeline.rules import Book, Label, books
from pipeline.rules.condition import Condition
from pipeline.rules.formula import choose, fact, names, smaller
from pipeline.rules.programmes import CONDITIONS, conditions_of
from pipeline.rules.shelf.readings import READINGS
from pipeline.rules.shelf.wording import lines_of, name_of, reckoned, sentence, stem_of, written

DAY = date(2026, 11, 23)


@pytest.fixture
def hte() -> Book:
    return books("hte", DAY)


def condition(book: Book, rule: str) -> Condition:
    return next(each for each in conditions_of(book) if each.rule == rule)


def lines(book: Book, rule: str) -> list[tuple[str, str]]:
    entry = book.entry(rule)
    return [(line.where.zh if line.where else "", line.value.zh) for line in lines_of(entry, entry.at(book.day)[0])]


def test_a_share_of_sums_names_its_years_and_the_band_of_each_line(hte: Book) -> None:
    assert sentence(condition(hte, "rd_intensity"), DAY).zh == (
        "2023–2025 年研发费用合计 ÷ 2023–2025 年销售收入合计 ≥ 5%（2025 年销售收入 ≤ 5,000 万元）；"
        "4%（2025 年销售收入 ≤ 20,000 万元）；3%（其余）。"
    )


def test_a_line_that_must_be_exceeded_reads_so(hte: Book) -> None:
    assert sentence(condition(hte, "innovation_score"), DAY).zh == "创新能力评价得分 > 70 分。"


def test_what_a_book_does_not_ask_for_reads_so() -> None:
    waived = condition(books("pool", DAY), "sme_listed")
    assert sentence(waived, DAY) == Label(
        "已入库科技型中小企业：本手册不要求。", "Registered as a technology SME: not asked for."
    )


def test_a_figure_with_caps_is_told_as_it_is_reckoned(hte: Book) -> None:
    [(name, formula)] = reckoned(condition(hte, "rd_intensity"), DAY)
    assert name.zh == "研发费用"
    assert formula.zh == (
        "研发费用前六类合计 + 委托境内研发费用 × 80% + "
        "取小（其他研发费用，（研发费用前六类合计 + （委托境内研发费用 + 委托境外研发费用） × 80%） × 25%）"
        " + 委托境外研发费用 × 80%，缺则 研发费用"
    )


def test_a_table_has_a_line_for_each_band_and_the_signs_tell_whose_the_edges_are(hte: Book) -> None:
    assert lines(hte, "rd_intensity") == [
        ("≤ 5,000 万元", "5%"),
        ("> 5,000 万元、≤ 20,000 万元", "4%"),
        ("> 20,000 万元", "3%"),
    ]
    assert lines(hte, "score_growth")[-2:] == [("> 0%", "1–2 分"), ("其余", "0 分")]


def test_terms_count_in_working_days_and_readings_speak(hte: Book) -> None:
    assert lines(hte, "publicity_workdays") == [("", "10 个工作日")]
    assert lines(hte, "negative_base") == [("", "基期为负得 0 分")]


def test_brackets_stand_where_a_part_would_be_read_apart() -> None:
    a, b, c = fact("sales_y1"), fact("total_income_y1"), fact("net_assets_y1")
    assert written(a - (b - c), None).en == "sales − (gross income − net assets)"
    assert written((a + b) * c, None).en == "(sales + gross income) × net assets"
    assert written(a / (b * c), None).en == "sales ÷ (gross income × net assets)"
    assert written(smaller(a, b), DAY).en == "the smaller of (sales of 2025, gross income of 2025)"
    assert written(choose((a > 0, b), otherwise=c), None).en == (
        "gross income (sales > 0 × 10,000 yuan); net assets (otherwise)"
    )


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_every_figure_that_a_condition_shows_has_a_name(name: str) -> None:
    for each in conditions_of(books(name, DAY)):
        shown = [sentence(each, DAY), *(part for pair in reckoned(each, DAY) for part in pair)]
        for figure in {figure for formula in (each.found, each.needed) for figure in names(formula)}:
            stem = stem_of(figure)[0]
            nameless = name_of(stem) == Label(stem, stem)
            assert not (nameless and any(stem in text.zh for text in shown)), f"{each.rule}: {figure} has no name"


@pytest.mark.parametrize("name", sorted(CONDITIONS))
def test_every_choice_of_a_book_is_among_its_readings(name: str) -> None:
    for entry in books(name, DAY).entries.values():
        for dated in entry.values:
            if entry.unit == "choice" and entry.rule in READINGS and dated.value is not None:
                assert dated.value in READINGS[entry.rule], entry.rule

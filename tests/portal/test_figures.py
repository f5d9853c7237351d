"""Entering figures: three years side by side, kept while typing, saved at once, with reasons and sources."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.models import Draft, Explanation, FinancialYear
from pipeline.portal.grid import AmountField, FiguresForm
from tests.cast import FIGURES, QINGHE, YEARS, YUNLING, Cast
from tests.portal.conftest import Travel, Visitor, statements

MOST_QUERIES, MOST_TO_KEEP = 10, 4
FRAME = 4  # who signed in, their seats, and that the session goes on
YEAR = {"sales": "8,640.00", "total_income": "8812", "hitech_income": "5690", "rd_total": "329", "rd_domestic": "329",
        "net_assets": "-12.5", "staff": "120.5", "tech_staff": "14.2"}  # fmt: skip


def row(cast: Cast, who: str, uscc: str, year: int = 2025) -> FinancialYear:
    with acting(cast.people[who]), transaction.atomic():
        return FinancialYear.objects.get(firm__uscc=uscc, year=year)


def of_year(year: int = 2025, **figures: str) -> dict[str, str]:
    return {f"{name}-{year}": value for name, value in {**YEAR, **figures}.items()}


def on_record(visitor: Visitor, year: int = 2025, **query: str) -> dict[str, Any]:
    """Every field of the page as it is shown."""
    form = visitor.get("figures", year, **query).context["form"]
    return {field.name: "" if field.value() is None else field.value() for field in form}


def draft(cast: Cast, who: str = "li") -> Draft | None:
    with acting(cast.people[who]), transaction.atomic():
        return Draft.objects.filter(person=cast.people[who]).first()


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        ("8,640.00", "86400000.00"),
        ("８６４０．５", "86405000.00"),
        ("8 640", "86400000.00"),
        ("8640万元", "86400000.00"),
        ("1.2亿", "120000000.00"),
        ("86,400,000元", "86400000.00"),
        ("0.000001", "0.01"),
        ("0", "0.00"),
        ("", None),
        ("—", None),
        ("无", None),
    ],
)
def test_an_amount_is_read_as_people_paste_it(typed: str, yuan: str | None) -> None:
    amount = AmountField(factor=Decimal(10_000), smallest=Decimal("0.01"), negative=False).clean(typed)
    assert amount == (None if yuan is None else Decimal(yuan))


@pytest.mark.parametrize("typed", ["12o", "1.2.3", "-5", "9" * 16, "1e9", "0.00000001", "5人"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    form = FiguresForm({"unit": "wan", "sales-2025": typed}, unit="wan", years=[2025])
    assert "sales-2025" in form.errors


def test_wan_and_yuan_write_the_same_row(cast: Cast) -> None:
    he = Visitor(cast.he, YUNLING)
    he.post("figures", 2025, unit="wan", **of_year())
    assert row(cast, "he", YUNLING).sales == Decimal("86400000.00")
    money = {name: value for name, value in YEAR.items() if "staff" not in name}
    yuan = {f"{name}-2025": f"{Decimal(value.replace(',', '')) * 10_000:f}" for name, value in money.items()}
    yuan |= {"staff-2025": YEAR["staff"], "tech_staff-2025": YEAR["tech_staff"]}
    yuan |= {"sales-2025": "86400000.01", "total_income-2025": "88120000.01"}
    he.post("figures", 2025, **{"unit": "yuan", "version-2025": "1", **yuan})
    changed = row(cast, "he", YUNLING)
    assert (changed.sales, changed.net_assets) == (Decimal("86400000.01"), Decimal("-125000.00"))


def test_three_years_are_saved_in_one_go(cast: Cast) -> None:
    years = {name: value for year in YEARS for name, value in of_year(year).items()}
    Visitor(cast.he, YUNLING).post("figures", 2023, unit="wan", **years)
    assert {row(cast, "he", YUNLING, year).rd_total for year in YEARS} == {Decimal(3_290_000)}


def test_an_empty_field_is_unknown_and_not_zero(cast: Cast) -> None:
    Visitor(cast.he, YUNLING).post("figures", 2025, unit="wan", **of_year(tech_staff=""))
    assert row(cast, "he", YUNLING).tech_staff is None


def test_saving_and_opening_again_changes_no_fen(cast: Cast) -> None:
    he = Visitor(cast.he, YUNLING)
    he.post("figures", 2025, unit="yuan", **of_year(sales="49999999.99", total_income="99999999.99"))
    he.post("figures", 2025, **on_record(he, unit="wan"))
    kept = row(cast, "he", YUNLING)
    assert (kept.sales, kept.version) == (Decimal("49999999.99"), 1)


def test_a_part_larger_than_its_whole_is_refused_and_what_was_typed_stays(cast: Cast) -> None:
    page = Visitor(cast.he, YUNLING).post("figures", 2025, unit="wan", **of_year(hitech_income="9,999", staff="12o"))
    assert set(page.context["form"].errors) == {"hitech_income-2025", "staff-2025"}
    text = page.content.decode()
    assert 'value="9,999"' in text
    assert 'href="#id_hitech_income-2025"' in text


def test_a_year_that_somebody_changed_meanwhile_is_not_overwritten_unseen(cast: Cast) -> None:
    li, sent = Visitor(cast.li), {}
    sent = on_record(li) | {"rd_total-2025": "400"}
    Visitor(cast.bai).post("figures", 2025, **(on_record(Visitor(cast.bai)) | {"rd_total-2025": "350"}))
    page = li.post("figures", 2025, **sent)
    assert row(cast, "li", QINGHE).rd_total == Decimal(3_500_000)
    assert any("350" in says and "400" in says for says in page.context["conflicts"])
    again = {field.name: field.value() or "" for field in page.context["form"]}
    li.post("figures", 2025, **again)
    assert row(cast, "li", QINGHE).rd_total == Decimal(4_000_000)


def test_the_page_compares_with_the_year_before_and_shows_what_it_comes_to(cast: Cast) -> None:
    page = Visitor(cast.li).get("figures", 2025)
    checks = {shown.line.name: shown.check for shown in page.context["rows"]}
    assert "+14.2" in checks["sales"]
    assert "63.63%" in checks["hitech_income"]
    assert {finding["rule"] for finding in page.context["judged"]} >= {"rd_intensity", "hitech_income"}


def test_a_jump_by_more_than_half_asks_why_and_does_not_stop(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("figures", 2025, **(on_record(li) | {"sales-2025": "16000", "total_income-2025": "17000"}))
    asks = {shown.line.name: shown.cells[-1].ask for shown in li.get("figures", 2025).context["rows"]}
    assert asks["sales"]
    assert row(cast, "li", QINGHE).sales == Decimal(160_000_000)
    li.post("figures", 2025, **(on_record(li) | {"why-sales-2025": "新产线投产"}))
    with acting(cast.li), transaction.atomic():
        assert Explanation.objects.get(figure="sales", year=2025).says == "新产线投产"
    assert on_record(li)["why-sales-2025"] == "新产线投产"


def test_a_changed_figure_gets_its_source_and_the_others_keep_theirs(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("figures", 2025, **(on_record(li) | {"rd_total-2025": "330", "source": "audited"}))
    sources = row(cast, "li", QINGHE).sources
    assert (sources["rd_total"], sources["sales"]) == ("audited", "declared")


def test_what_is_typed_is_kept_and_is_not_on_record(cast: Cast) -> None:
    li = Visitor(cast.li)
    answer = li.client.post(li.url("figures_draft", 2025), on_record(li) | {"rd_total-2025": "40", "foreign": "x"})
    assert answer.json()["saved"] == "09:30"
    kept = draft(cast)
    assert kept is not None
    assert kept.content["rd_total-2025"] == "40"
    assert "foreign" not in kept.content
    assert row(cast, "li", QINGHE).rd_total == Decimal(3_290_000)


def test_the_draft_comes_back_after_signing_in_again_and_goes_when_saved(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.client.post(li.url("figures_draft", 2025), on_record(li) | {"rd_total-2025": "400"})
    again = Visitor(cast.li)
    shown = on_record(again)
    assert shown["rd_total-2025"] == "400"
    assert on_record(Visitor(cast.bai))["rd_total-2025"] == "329.00"
    again.post("figures", 2025, **shown)
    assert row(cast, "li", QINGHE).rd_total == Decimal(4_000_000)
    assert draft(cast) is None


def test_a_draft_can_be_given_up(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.client.post(li.url("figures_draft", 2025), on_record(li) | {"rd_total-2025": "400"})
    li.post("figures", 2025, drop="1")
    assert on_record(li)["rd_total-2025"] == "329.00"


def test_the_answer_to_typing_names_faults_and_questions_of_every_field(cast: Cast) -> None:
    li = Visitor(cast.li)
    typed = on_record(li) | {"sales-2025": "99999", "staff-2024": "many", "rd_domestic-2023": "999"}
    answer = li.client.post(li.url("figures_draft", 2025), typed).json()
    assert set(answer["errors"]) == {"staff-2024", "rd_domestic-2023"}
    assert answer["asks"]["sales-2025"]


def test_cells_pasted_onto_a_field_fill_those_below_and_beside(cast: Cast) -> None:
    li = Visitor(cast.li)
    block = "7,000\t7,700\n7,100\t７８００"
    typed = on_record(li) | {"paste": block, "anchor": "sales-2024"}
    answer = li.client.post(li.url("figures_draft", 2025), typed).json()
    assert answer["cells"] == {
        "sales-2024": "7,000", "sales-2025": "7,700", "total_income-2024": "7,100", "total_income-2025": "７８００",
    }  # fmt: skip
    kept = draft(cast)
    assert kept is not None
    assert kept.content["sales-2025"] == "7,700"


def test_cells_can_be_pasted_without_scripts(cast: Cast) -> None:
    he = Visitor(cast.he, YUNLING)
    block = (
        "项目\t2025年\t2024年\n营业收入（元）\t86,400,000\t75,600,000\n研发费用（元）\t3,290,000\t2,620,000\n奇怪\t1\t2"
    )
    page = he.post("figures", 2025, unit="wan", take="1", paste=block)
    assert "奇怪" in page.content.decode()
    he.post("figures", 2025, **on_record(he))
    assert row(cast, "he", YUNLING, 2024).rd_total == Decimal(2_620_000)
    assert row(cast, "he", YUNLING, 2025).sales == Decimal(86_400_000)


def test_the_running_year_is_taken_as_an_estimate_and_asked_for_again_once_closed(cast: Cast, travel: Travel) -> None:
    li = Visitor(cast.li)
    estimate = {f"{name}-2026": str(value) for name, value in zip(FIGURES, YEARS[2025], strict=True)}
    li.post("figures", 2026, **(on_record(li, 2026) | estimate))
    assert row(cast, "li", QINGHE, 2026).estimate
    travel(date(2027, 1, 5))
    page = Visitor(cast.li).get("figures", 2026)
    assert page.context["unclosed"] == [2026]
    again = Visitor(cast.li)
    again.post("figures", 2026, **on_record(again, 2026))
    assert not row(cast, "li", QINGHE, 2026).estimate


def test_december_warns_of_what_january_could_not_mend(cast: Cast, travel: Travel) -> None:
    li = Visitor(cast.li)
    low = dict(zip(FIGURES, YEARS[2025], strict=True)) | {"rd_total": 200, "rd_domestic": 200}
    li.post("figures", 2026, **(on_record(li, 2026) | {f"{name}-2026": str(value) for name, value in low.items()}))
    assert li.get("figures", 2026).context["late"] == []
    travel(date(2026, 12, 7))
    said = " ".join(label.zh for label in Visitor(cast.li).get("figures", 2026).context["late"])
    assert "研发费用占同期销售收入" in said


def test_the_page_and_its_keeping_take_few_statements(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.text("figures", 2025)
    with statements() as queries:
        li.text("figures", 2025)
    assert len(queries) <= MOST_QUERIES, queries
    typed = on_record(li)
    with statements() as queries:
        assert li.client.post(li.url("figures_draft", 2025), typed).status_code == 200
    assert len(queries) <= FRAME + MOST_TO_KEEP, queries


def test_a_year_that_is_not_asked_for_is_no_page(cast: Cast) -> None:
    li = Visitor(cast.li)
    assert li.get("figures", 2019).status_code == 404
    assert li.client.post(li.url("figures_draft", 2019)).status_code == 404


def test_a_finance_clerk_may_enter_figures_and_a_stranger_keeps_nothing(cast: Cast) -> None:
    bai = Visitor(cast.bai)
    assert bai.post("figures", 2024, **(on_record(bai) | of_year(2024))).status_code == 200
    assert row(cast, "li", QINGHE, 2024).staff == Decimal("120.5")
    he = Visitor(cast.he)
    assert he.client.post(he.url("figures_draft", 2025), of_year()).status_code == 404


def test_more_people_than_can_be_is_told_and_not_tried(cast: Cast) -> None:
    page = Visitor(cast.li).post("figures", 2025, **{"unit": "wan", "version-2025": "1", "staff-2025": "100000000"})
    assert page.status_code == 200
    assert "太大" in page.content.decode() or "too large" in page.content.decode()

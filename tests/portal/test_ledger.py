"""Projects and the ledger of a year, as the firm sees and fills them."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.db import transaction
from openpyxl import load_workbook

from config.postgres.scope import acting
from pipeline.acts import ledger
from pipeline.models import Draft, ExpenseLine, FinancialYear, RdProject
from tests.cast import DAY, QINGHE, Cast
from tests.portal.conftest import Visitor, statements

PROJECT = {"code": "RD01", "title": "苗情监测", "kind": "in_house", "stage": "running", "budget": "120万元"}
LINE = {
    "project": "RD01",
    "day": "2025-03-05",
    "voucher_number": "18",
    "summary": "研发人员工资",
    "amount": "１２０，０００.50",
    "hte_category": "personnel",
}
HEAD = "项目编号\t凭证日期\t凭证种类\t凭证号\t摘要\t金额\t费用类别"
# X13 of the policy page: 587.5 by certification's scope, 517.78 by the tax scope, in 万元
X13 = (
    ("personnel", "personnel", 4_300_000),
    ("outsourced_domestic", "outsourced_domestic", 500_000),
    ("other", "other", 1_300_000),
)


def with_project(cast: Cast) -> Visitor:
    li = Visitor(cast.li)
    li.post("projects", **PROJECT)
    return li


def booked(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        held = RdProject.objects.get(code="RD01")
        lines: list[dict[str, Any]] = [
            {
                "project": held,
                "day": date(2025, 3, 1),
                "voucher_kind": "记",
                "voucher_number": str(number),
                "summary": "X13",
                "amount": Decimal(amount),
                "hte_category": certification,
                "tax_category": tax,
                "basis": "",
            }
            for number, (certification, tax, amount) in enumerate(X13)
        ]
        ledger.write_lines(cast.qinghe, lines, again=False, by=cast.li, on=DAY)


def lines_of(cast: Cast) -> list[tuple[Any, ...]]:
    with acting(cast.li), transaction.atomic():
        return list(ExpenseLine.objects.order_by("pk").values_list("voucher_number", "amount", "tax_category"))


def test_a_project_is_added_and_changed_on_its_page(cast: Cast) -> None:
    li = with_project(cast)
    assert "苗情监测" in li.text("projects")
    li.post("project", "RD01", **{**PROJECT, "title": "苗情监测二期"}, version="1")
    with acting(cast.li), transaction.atomic():
        kept = RdProject.objects.get()
    assert (kept.title, kept.budget) == ("苗情监测二期", Decimal(1_200_000))


def test_a_wrong_code_and_a_code_that_is_taken_are_told_at_the_code(cast: Cast) -> None:
    li = with_project(cast)
    for code in ("X1", "RD01"):
        assert list(li.post("projects", **{**PROJECT, "code": code}).context["form"].errors) == ["code"]


def test_a_line_goes_in_with_the_usual_tax_category(cast: Cast) -> None:
    li = with_project(cast)
    li.post("ledger", 2025, **LINE)
    assert lines_of(cast) == [("18", Decimal("120000.50"), "personnel")]
    assert "120,000.50" in li.text("ledger", 2025)


def test_faults_of_a_line_are_told_at_their_fields_all_at_once(cast: Cast) -> None:
    sent = {**LINE, "day": "2024-03-05", "amount": "0", "tax_category": "sold_materials"}
    page = with_project(cast).post("ledger", 2025, **sent)
    assert sorted(page.context["form"].errors) == ["amount", "day", "tax_category"]


def test_the_caps_are_those_of_the_books(cast: Cast) -> None:
    li = with_project(cast)
    booked(cast)
    page = li.get("ledger", 2025)
    whole = page.context["scopes"][-1]
    assert whole.certification == 5_875_000
    assert round(whole.tax, 2) == Decimal("5177777.78")
    told = sum(Decimal(each.found or 0) for each in page.context["differences"][:-1])
    assert round(told, 2) == round(whole.certification - whole.tax, 2)


def test_rows_pasted_under_their_own_heads_go_in_in_any_order_of_columns(cast: Cast) -> None:
    li = with_project(cast)
    rows = "\n".join(
        [
            "金额\t摘要\t凭证号\t凭证日期\t项目\t高企类别\t税收类别\t备注",
            "1,000.00\t试剂\t7\t2025/3/1\tRD01\t直接投入费用\t\t无",
            "-200\t红字\t8\t2025年3月9日\trd01\tR2 直接投入\t已销售产品的材料费用（不计）\t",
        ]
    )
    li.post("ledger_paste", 2025, rows=rows)
    assert lines_of(cast) == [("7", Decimal(1_000), "direct"), ("8", Decimal(-200), "sold_materials")]


def test_every_fault_of_pasted_rows_names_row_and_cell_and_nothing_goes_in(cast: Cast) -> None:
    rows = f"{HEAD}\nRD01\t2025-03-01\t记\t1\t料\t100\t直接投入费用\nRD09\t2025-13-01\t记\t2\t料\t百元\t原料"
    page = with_project(cast).post("ledger_paste", 2025, rows=rows)
    told = page.context["form"].errors["rows"]
    assert len(told) == 4
    assert all("3" in each for each in told)
    assert lines_of(cast) == []
    assert "RD09" in page.content.decode()  # what was pasted is still there


def test_the_same_block_again_is_asked_about(cast: Cast) -> None:
    li = with_project(cast)
    rows = f"{HEAD}\nRD01\t2025-03-01\t记\t1\t料\t100\t直接投入费用"
    li.post("ledger_paste", 2025, rows=rows)
    assert "rows" in li.post("ledger_paste", 2025, rows=rows).context["form"].errors
    li.post("ledger_paste", 2025, rows=rows, again="on")
    assert len(lines_of(cast)) == 2


def test_lines_are_filtered_by_project_and_category(cast: Cast) -> None:
    li = with_project(cast)
    booked(cast)
    shown = [len(li.get("ledger", 2025, **asked).context["lines"]) for asked in ({}, {"category": "other"})]
    assert shown == [3, 1]


def test_the_firm_says_what_counts_and_the_declared_total_stays(cast: Cast) -> None:
    li = with_project(cast)
    booked(cast)
    li.post("ledger_count", 2025, what="ledger")
    with acting(cast.li), transaction.atomic():
        kept = FinancialYear.objects.get(firm=cast.qinghe, year=2025)
    assert kept.rd_from == "ledger"
    assert kept.rd_total == 3_290_000
    assert li.get("ledger", 2025).context["apart"] == 5_875_000 - 3_290_000


def test_the_book_of_2021_has_its_summary_and_certification_its_table(cast: Cast) -> None:
    li = with_project(cast)
    booked(cast)
    book = load_workbook(BytesIO(li.get("ledger_book", 2025).content))
    assert book.sheetnames == ["辅助账", "汇总表"]
    assert [cell.value for cell in book["辅助账"][3]][:10] == [
        "项目编号", "项目名称", "完成情况", "支出类型", "凭证日期", "凭证种类", "凭证号数", "摘要",
        "会计凭证记载金额", "税法规定的归集金额",
    ]  # fmt: skip
    assert book["汇总表"].cell(5, 5).value == 5_177_777.78
    table = load_workbook(BytesIO(li.get("ledger_detail", 2025).content)).worksheets[0]
    rows = {row[0]: row[1:] for row in table.iter_rows(min_row=3, values_only=True)}
    assert rows["科目"] == ("RD01", "合计")
    assert rows["其中：人员人工费用"] == (4_300_000, 4_300_000)
    assert rows["内部研究开发投入额"] == (5_600_000, 5_600_000)
    assert rows["其中：境内的外部研发投入额"] == (500_000, 500_000)


def test_the_ledger_makes_as_many_statements_with_five_lines_as_with_fifty(cast: Cast) -> None:
    li, counts = with_project(cast), []
    for many in (5, 45):
        rows = [f"RD01\t2025-03-01\t记\t{many}.{each}\t料\t100\t直接投入费用" for each in range(many)]
        li.post("ledger_paste", 2025, rows="\n".join(rows))
        with statements() as queries:
            li.text("ledger", 2025)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10


def test_another_firms_ledger_and_a_year_without_one_are_not_there(cast: Cast) -> None:
    with_project(cast)
    he = Visitor(cast.he, QINGHE)
    for name, more in (("projects", ()), ("project", ("RD01",)), ("ledger", (2025,)), ("ledger_book", (2025,))):
        assert he.get(name, *more).status_code == 404
    assert Visitor(cast.li).get("ledger", 2010).status_code == 404


def test_the_line_being_typed_is_kept_and_shown_again_until_it_is_in_the_ledger(cast: Cast) -> None:
    li = with_project(cast)
    typed = {"project": "RD01", "summary": "试验用材料", "amount": "12", "firm": "1"}
    assert li.client.post(li.url("ledger_draft", 2025), typed).json()["saved"]
    assert 'value="试验用材料"' in li.text("ledger", 2025)
    assert "试验用材料" not in Visitor(cast.bai).text("ledger", 2025)
    with acting(cast.li), transaction.atomic():
        assert Draft.objects.get().content == {name: typed[name] for name in ("project", "summary", "amount")}
        assert not ExpenseLine.objects.exists()
    li.post("ledger", 2025, **LINE)
    with acting(cast.li), transaction.atomic():
        assert not Draft.objects.exists()


def test_what_is_typed_into_a_line_can_be_given_up(cast: Cast) -> None:
    li = with_project(cast)
    li.post("ledger", 2025, **LINE)
    with acting(cast.li), transaction.atomic():
        line = ExpenseLine.objects.get().pk
    li.client.post(li.url("ledger_line_draft", 2025, line), {**LINE, "summary": "别的"})
    assert 'value="别的"' in li.text("ledger_line", 2025, line)
    li.post("ledger_line", 2025, line, drop="1")
    assert 'value="研发人员工资"' in li.text("ledger_line", 2025, line)
    assert li.client.post(li.url("ledger_line_draft", 2025, line + 1), LINE).status_code == 404

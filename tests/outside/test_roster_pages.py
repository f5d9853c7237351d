from pathlib import Path

from pipeline.outside.roster.columns import official_order
from pipeline.outside.roster.pages import RefusedRow, manual, marked_copy, template
from pipeline.outside.sheets import cell_to_json
from tests.outside.workbooks import CODE, HEAD, PLACES, opened, roster, rows_of, xlsx

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_manual_is_the_list_of_columns():
    assert (DOCS / "roster.md").read_text(encoding="utf-8") == manual(), "run: manage.py describe_roster --write"


def test_the_template_is_a_roster_in_the_official_order(tmp_path):
    sheets = opened(template([2023, 2024, 2025], list(PLACES.counties)), tmp_path / "a.xlsx")
    assert sheets[0] == [[column.heading(year) for column, year in official_order([2023, 2024, 2025])]]
    assert sheets[0][0][10] == "2023年销售收入（万元）"
    assert len(sheets[0][0]) == 37


def test_the_empty_template_is_understood_whole(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(template([2023, 2024, 2025], list(PLACES.counties)))
    book = roster(tmp_path / "a.xlsx")
    assert list(book.rows()) == []
    assert (len(book.heads[0].found), book.heads[0].unknown, book.skipped) == (37, (), ["填写说明"])


def test_the_marked_copy_gives_back_the_refused_rows_with_what_to_do(tmp_path):
    head = ["备注", *HEAD, "2025年销售收入（万元）"]
    path = xlsx(
        tmp_path / "a.xlsx",
        [head, ["x", CODE[:-1] + "8", "=甲公司", "滨江", "12o"]],
        names=["名册"],
        strings_to_formulas=False,
    )
    row = rows_of(path)[0]
    refused = RefusedRow(row.place.sheet, row.head.texts, row.number, row.cells, row.faults)
    ((texts, cells),) = opened(marked_copy([refused], language="zh-hans"), tmp_path / "b.xlsx")
    assert texts == [*head, "问题与处理"]
    assert cells[:5] == ["x", CODE[:-1] + "8", "=甲公司", "滨江", "12o"]
    for place in ("名册!B2：", "名册!D2：", "名册!E2："):
        assert place in cells[5]


def test_a_marked_copy_put_right_can_be_uploaded_as_it_is(tmp_path):
    row = rows_of(xlsx(tmp_path / "a.xlsx", [["名册"], [], HEAD, [CODE, "甲公司", "滨江"]]))[0]
    refused = RefusedRow(row.place.sheet, row.head.texts, row.number, row.cells, row.faults)
    (tmp_path / "b.xlsx").write_bytes(marked_copy([refused], language="zh-hans"))
    assert [fault.kind for again in rows_of(tmp_path / "b.xlsx") for fault in again.faults] == ["county"]


def test_cells_of_a_refused_row_keep_their_kind(tmp_path):
    row = rows_of(xlsx(tmp_path / "a.xlsx", [HEAD, [CODE, 5, "滨江"]]))[0]
    assert [cell_to_json(cell) for cell in row.cells] == [CODE, 5, "滨江"]

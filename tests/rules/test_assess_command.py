"""`manage.py assess` as anybody runs it who holds a firm's figures: without a database and without an environment."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import call_command

from config.embedded.places import BASE_DIR
from pipeline.management.progress import told
from pipeline.management.results import harmless
from pipeline.outside.sheets import read
from pipeline.rules.programmes import CONDITIONS
from tests.outside.workbooks import xlsx
from tests.rules.cases import CASES, changed


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str


def run_bare(file: Path, *arguments: str) -> Done:
    """In a process of its own that knows no environment."""
    command = [sys.executable, "manage.py", "assess", str(file), *arguments]
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    done = subprocess.run(command, cwd=BASE_DIR, env=bare, capture_output=True, text=True, check=False, timeout=60)
    return Done(done.returncode, done.stdout, done.stderr)


def run(file: Path, *arguments: str) -> Done:
    out, err = StringIO(), StringIO()
    try:
        call_command("assess", str(file), *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return Done(int(str(ended.code)), out.getvalue(), err.getvalue())
    return Done(0, out.getvalue(), err.getvalue())


def facts_file(folder: Path, change: dict[str, Any] | str) -> Path:
    file = folder / "facts.json"
    clean = changed(CASES["A clean pass"].facts, change) if isinstance(change, dict) else change
    file.write_text(clean if isinstance(clean, str) else json.dumps(clean, default=str), encoding="utf-8")
    return file


def test_json_is_one_object_and_nothing_else(tmp_path: Path) -> None:
    done = run_bare(facts_file(tmp_path, {}), "--book", "hte", "--on", "2026-05-20", "--json")
    answer = json.loads(done.out)
    assert (done.status, done.err) == (0, "")
    assert list(answer)[:6] == ["book", "version", "on", "verdict", "findings", "score"]
    assert answer["findings"][4]["says"] == "研发费用占同期销售收入 5.31%，达到标准（不低于 5%）。"
    assert (answer["score"]["low"], answer["score"]["high"], answer["score"]["given"]) == (45, 94, 80)
    assert answer["score"]["pass_above"] == 70


def test_a_verdict_of_unmet_is_no_failure_of_the_command(tmp_path: Path) -> None:
    file = facts_file(tmp_path, {"firm": {"resident": False}})
    done = run(file, "--book", "pool", "--on", "2026-05-20", "--lang", "en")
    assert done.status == 0
    assert "✗ Registered for a year  It is not a resident firm." in done.out


def test_every_fault_is_one_line_with_its_place(tmp_path: Path) -> None:
    years = [{"year": 2025, "rd": {"personnel": "12o"}}, {"year": 2024, "sales": "x"}]
    done = run_bare(facts_file(tmp_path, {"years": years}), "--book", "hte", "--on", "2026-05-20", "--json")
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines() == [
        'years[1].sales: not a number: "x"',
        'years[2].rd.personnel: not a number: "12o"',
    ]


@pytest.mark.parametrize(
    ("text", "book", "day", "why"),
    [
        ("{", "hte", "2026-05-20", "not JSON"),
        ('{"firm": {}, "firm": {}}', "hte", "2026-05-20", "firm stands twice"),
        ("[]", "hte", "2026-05-20", "an object is wanted"),
        ("{}", "htx", "2026-05-20", "--book: there is no book 'htx'; there are hte, sme, pool"),
        ("{}", "hte", "20 May", "--on: not a day such as 2026-05-20: 20 May"),
        ("{}", "hte", "2015-12-31", "--on: the book hte starts on 2016-01-01"),
        ('{"years": [{"year": 2025, "sales": 1.5}]}', "hte", "2026-05-20", "never as a float: 1.5"),
    ],
)
def test_what_is_wrong_is_said_and_ends_with_two(tmp_path: Path, text: str, book: str, day: str, why: str) -> None:
    done = run(facts_file(tmp_path, text), "--book", book, "--on", day)
    assert done.status == 2
    assert why in done.err
    assert len(done.err.splitlines()) == 1


def test_what_must_be_said_is_asked_for(tmp_path: Path) -> None:
    done = run(facts_file(tmp_path, {}))
    assert (done.status, done.err.splitlines()) == (2, ["--book: this is required", "--on: this is required"])


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    done = run(tmp_path / "none.json", "--book", "hte", "--on", "2026-05-20")
    assert done.status == 2
    assert "none.json: cannot be read: No such file or directory" in done.err


# ------------------------------------------------------------------------------------------- more than one firm


def folder_of(tmp_path: Path, **changes: dict[str, Any] | str) -> Path:
    folder = tmp_path / "firms"
    folder.mkdir()
    for name, change in changes.items():
        facts_file(folder, change).rename(folder / f"{name}.json")
    return folder


def test_a_directory_gives_one_line_a_firm(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, b={"firm": {"resident": False}}, a={}, c={"incidents": None})
    done = run(folder, "--book", "hte", "--on", "2026-05-20", "--lang", "en")
    assert done.status == 0
    assert [line.split("  ")[0] for line in done.out.splitlines()] == ["a.json", "b.json", "c.json"]
    assert done.out.splitlines()[0].endswith("✓ met")
    assert done.out.splitlines()[1].endswith("✗ not met  ✗Registered for a year")
    assert done.out.splitlines()[2].endswith("? not enough data  ?No serious accident or offence")


def test_a_wrong_file_is_named_and_the_others_are_judged(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a="{", b={"years": [{"year": 2025, "sales": "12o"}]}, c={})
    done = run(folder, "--book", "hte", "--on", "2026-05-20")
    assert done.status == 2
    first, second = done.err.splitlines()
    assert first.startswith("a.json: not JSON")
    assert second == 'b.json years[2].sales: not a number: "12o"'
    assert [line.split("  ")[0] for line in done.out.splitlines()] == ["a.json", "b.json", "c.json"]
    assert "未判定" in done.out.splitlines()[0]
    assert "达标" in done.out.splitlines()[2]


def test_a_directory_as_json_gives_one_object_a_line(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, a={}, b="[]")
    done = run(folder, "--book", "hte", "--on", "2026-05-20", "--json", "--lang", "en")
    good, bad = map(json.loads, done.out.splitlines())
    assert (good["place"], good["verdict"], good["faults"], len(good["findings"])) == ("a.json", "met", [], 9)
    assert (bad["place"], bad["faults"], "verdict" in bad) == ("b.json", ["b.json: an object is wanted"], False)


def test_an_empty_directory_is_told(tmp_path: Path) -> None:
    done = run(tmp_path, "--book", "hte", "--on", "2026-05-20")
    assert done.status == 2
    assert "the directory holds no facts files" in done.err


HEAD = [
    "统一社会信用代码", "企业名称", "所属县区", "注册日期", "技术领域", "Ⅰ类", "Ⅱ类",
    *(f"{year}年{name}（万元）" for year in (2023, 2024, 2025) for name in ("销售收入", "研发费用", "其中境内")),
    "2025年总收入（万元）", "2025年不征税收入（万元）", "2025年高新技术产品收入（万元）",
    "2025年职工总数", "2025年科技人员",
]  # fmt: skip
FIGURES = [3000, 160, 150, 3600, 190, 180, 4500, 240, 230, 4700, 0, 3300, 120, 18]
GOOD, SECOND, THIRD = "91330108MA2CAAAA17", "91350100M000100Y43", "91512081MA62K0260E"


def firm_row(code: str, *, name: str = "杭州青禾智控有限公司", county: str = "滨江区", **changed: Any) -> list[Any]:
    cells = [code, name, county, "2015-03-02", "10109", 1, 2, *FIGURES]
    for head, value in changed.items():
        cells[next(at for at, text in enumerate(HEAD) if head in text)] = value
    return cells


def roster_of(tmp_path: Path, *rows: list[Any]) -> Path:
    return xlsx(tmp_path / "名册.xlsx", [HEAD, *rows], strings_to_formulas=False)


def test_a_roster_gives_one_line_a_firm_with_its_place(tmp_path: Path) -> None:
    file = roster_of(tmp_path, firm_row(GOOD), firm_row(SECOND, name="福州样本有限公司", 科技人员=11))
    done = run_bare(file, "--book", "hte", "--on", "2026-05-20", "--lang", "en")
    first, second = done.out.splitlines()
    assert (done.status, done.err) == (0, "")
    assert first.startswith("Sheet1!2  91330108MA2CAAAA17  杭州青禾智控有限公司  ? not enough data")
    assert "✗ not met" in second
    assert "✗Share of tech staff" in second


def table_of(tmp_path: Path, file: Path, *arguments: str, out: str) -> tuple[Done, list[list[Any]]]:
    saved = tmp_path / out
    done = run(file, *arguments, "--out", str(saved))
    if not saved.exists():
        return done, []
    if saved.suffix == ".csv":
        return done, list(csv.reader(saved.read_text(encoding="utf-8-sig").splitlines()))
    return done, [row.cells for sheet in read(saved, name=saved.name) for row in sheet.rows]


@pytest.mark.parametrize("out", ["结果.xlsx", "结果.csv"])
def test_a_roster_becomes_a_table_with_columns_for_each_finding(tmp_path: Path, out: str) -> None:
    file = roster_of(tmp_path, firm_row(GOOD), firm_row("9135", name="短"), firm_row(SECOND, 研发费用="20%"))
    done, (head, *rows) = table_of(tmp_path, file, "--book", "hte", "--on", "2026-05-20", out=out)
    assert done.status == 2
    assert head[:4] == ["位置", "统一社会信用代码", "企业名称", "结论"]
    assert head[4:7] == ["注册成立满一年", "注册成立满一年：实际", "注册成立满一年：说明"]
    assert head[-2:] == ["得分", "问题与处理"]
    assert len(head) == 4 + 9 * 3 + 2
    by_head = dict(zip(head, rows[0], strict=False))
    assert by_head["结论"] == "资料不足"
    assert by_head["研发费用占比"] == "达标"
    assert by_head["研发费用占比：实际"] == "0.05315315315315315"
    assert by_head["研发费用占比：说明"] == "研发费用占同期销售收入 5.31%，达到标准（不低于 5%）。"
    assert [row[3] for row in rows[1:]] == ["未判定", "未判定"]
    assert "现为 4 位" in rows[1][-1]
    assert "是百分数" in rows[2][-1]
    assert len(done.err.splitlines()) == len({*done.err.splitlines()}) >= 2


def test_nothing_in_a_table_becomes_a_formula(tmp_path: Path) -> None:
    name = '=HYPERLINK("http://x","点")'
    file = roster_of(tmp_path, firm_row(GOOD, name=name))
    _, (_, row) = table_of(tmp_path, file, "--book", "pool", "--on", "2026-05-20", out="a.csv")
    assert row[2] == f"'{name}"
    _, (_, row) = table_of(tmp_path, file, "--book", "pool", "--on", "2026-05-20", out="a.xlsx")
    assert row[2] == name
    assert b"<f>" not in zipped(tmp_path / "a.xlsx")


def zipped(file: Path) -> bytes:
    with ZipFile(file) as package:
        return b"".join(package.read(name) for name in package.namelist())


def test_a_negative_number_stays_a_number_and_every_other_sign_a_text() -> None:
    assert [harmless(text) for text in ("-0.05", "-1", "=1", "+1", "-x", "@a", "\ta", "1", "")] == [
        "-0.05", "-1", "'=1", "'+1", "'-x", "'@a", "'\ta", "1", ""
    ]  # fmt: skip


def test_a_firm_that_stands_twice_is_judged_once(tmp_path: Path) -> None:
    file = roster_of(tmp_path, firm_row(GOOD), firm_row(GOOD))
    done = run(file, "--book", "hte", "--on", "2026-05-20", "--lang", "zh")
    assert done.status == 2
    assert done.err.startswith("Sheet1!A3：同一企业还有：Sheet1!A2")
    assert "未判定" in done.out.splitlines()[1]


def test_a_county_of_another_city_is_remarked_on_and_its_city_may_be_named(tmp_path: Path) -> None:
    file = roster_of(tmp_path, firm_row(GOOD, county="海曙区"))
    done, (head, row) = table_of(tmp_path, file, "--book", "pool", "--on", "2026-05-20", out="a.csv")
    assert (done.status, done.err) == (0, "")
    assert dict(zip(head, row, strict=True))["注册地在本市"] == "资料不足"
    assert "杭州市没有“海曙区”" in row[-1]
    done, (head, row) = table_of(
        tmp_path, file, "--book", "pool", "--on", "2026-05-20", "--city", "330200", out="a.csv"
    )
    assert dict(zip(head, row, strict=True))["注册地在本市"] == "未达"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--out", "a.txt"), "--out: a file of .xlsx or .csv is wanted"),
        (("--out", "nowhere/a.csv"), "--out: there is no directory"),
        (("--paths",), "--paths: for a single facts file only"),
        (("--city", "330106"), "--city: no list of divisions has the city 330106"),
        (("--city", "3301"), "--city: no list of divisions has the city 3301"),
    ],
)
def test_what_cannot_be_done_with_a_roster_is_said(tmp_path: Path, arguments: tuple[str, ...], why: str) -> None:
    done = run(roster_of(tmp_path, firm_row(GOOD)), "--book", "hte", "--on", "2026-05-20", *arguments)
    assert done.status == 2
    assert why in done.err
    assert done.out == ""


def test_the_file_that_is_read_is_never_written_over(tmp_path: Path) -> None:
    file = roster_of(tmp_path, firm_row(GOOD))
    done = run(file, "--book", "hte", "--on", "2026-05-20", "--out", str(file))
    assert done.status == 2
    assert "--out: this is the file that is read" in done.err


def test_a_spreadsheet_that_is_no_roster_leaves_no_table(tmp_path: Path) -> None:
    file = xlsx(tmp_path / "a.xlsx", [["x", "y"], [1, 2]])
    done, table = table_of(tmp_path, file, "--book", "hte", "--on", "2026-05-20", out="b.csv")
    assert done.status == 2
    assert "No head was found" in done.err
    assert (table, [each.name for each in tmp_path.iterdir()]) == ([], ["a.xlsx"])


def test_a_roster_that_is_not_there(tmp_path: Path) -> None:
    done = run(tmp_path / "none.csv", "--book", "hte", "--on", "2026-05-20")
    assert done.status == 2
    assert "none.csv: cannot be read: No such file or directory" in done.err


@pytest.mark.parametrize("book", list(CONDITIONS))
def test_every_book_makes_a_table(tmp_path: Path, book: str) -> None:
    file = roster_of(tmp_path, firm_row(GOOD), firm_row(SECOND))
    done, (head, *rows) = table_of(tmp_path, file, "--book", book, "--on", "2026-05-20", out="a.csv")
    assert done.status == 0
    assert {len(row) for row in rows} == {len(head)}
    assert len({*head}) == len(head)


def test_what_is_right_in_one_file_is_the_same_in_a_table(tmp_path: Path) -> None:
    """A row of a roster is judged as the facts file it stands for."""
    file = roster_of(tmp_path, firm_row(GOOD))
    done = run(file, "--book", "hte", "--on", "2026-05-20", "--json")
    told = json.loads(done.out)
    years = [{"year": y, "sales": f"{s}0000", "rd_total": f"{r}0000", "rd_domestic": f"{d}0000"} for y, s, r, d in (
        (2023, 3000, 160, 150), (2024, 3600, 190, 180), (2025, 4500, 240, 230))]  # fmt: skip
    years[2] |= {"total_income": "47000000", "non_taxable_income": "0", "hitech_income": "33000000"}
    years[2] |= {"staff": "120", "tech_staff": "18"}
    firm = {"name": "杭州青禾智控有限公司", "uscc": GOOD, "registered_on": "2015-03-02", "resident": True}
    firm |= {"field": "10109", "division": "330108"}
    alone = facts_file(tmp_path, json.dumps({"firm": firm, "years": years, "ip_counts": {"class_1": 1, "class_2": 2}}))
    same = json.loads(run(alone, "--book", "hte", "--on", "2026-05-20", "--json").out)
    assert {key: told[key] for key in same} == same


# ------------------------------------------------------------------------------------------- progress, paths, amounts


def test_progress_is_told_once_a_second_and_not_before() -> None:
    seconds = iter([0.0, 0.4, 0.9, 1.0, 1.5, 2.1, 2.2])
    said: list[str] = []
    items = list(told(range(6), lambda label: said.append(label.en), clock=lambda: next(seconds)))
    assert items == [0, 1, 2, 3, 4, 5]
    assert said == ["3 firms judged …", "5 firms judged …"]


def test_the_ways_to_a_pass_are_printed_where_they_are_asked_for(tmp_path: Path) -> None:
    short = facts_file(tmp_path, {"years": [{"year": 2025, "tech_staff": "9"}]})
    done = run(short, "--book", "hte", "--on", "2026-05-20", "--paths")
    assert done.status == 0
    assert "\n1. " in done.out
    assert "   → " in done.out
    told = json.loads(run(short, "--book", "hte", "--on", "2026-05-20", "--paths", "--json").out)
    assert told["paths"][0]["steps"][0]["rules"] == ["tech_staff_ratio"]
    assert "paths" not in json.loads(run(short, "--book", "hte", "--on", "2026-05-20", "--json").out)


def test_a_firm_with_nothing_open_has_no_way_to_go(tmp_path: Path) -> None:
    told = json.loads(run(facts_file(tmp_path, {}), "--book", "hte", "--on", "2026-05-20", "--paths", "--json").out)
    assert (told["paths"], told["obstacles"]) == ([], [])


def test_a_table_is_for_many_firms(tmp_path: Path) -> None:
    done = run(facts_file(tmp_path, {}), "--book", "hte", "--on", "2026-05-20", "--out", str(tmp_path / "a.csv"))
    assert done.status == 2
    assert "--out: for a directory or a spreadsheet" in done.err


def test_what_a_book_works_out_is_printed_with_the_findings(tmp_path: Path) -> None:
    done = run(facts_file(tmp_path, {}), "--book", "tax", "--on", "2026-05-20")
    assert done.status == 0
    assert [line for line in done.out.splitlines() if line.startswith("= ")]

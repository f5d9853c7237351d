"""What came out for many firms: a line each, JSON, or a table with columns for each finding."""

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipeline.management.facts_file import unreadable
from pipeline.management.many_firms import Outcome
from pipeline.outside.sheet_writer import Heading, Page, written
from pipeline.rules import Assessment, Book, Label
from pipeline.rules.programmes import amounts_of, conditions_of, score_table

SIGNS = {"met": "✓", "unmet": "✗", "unknown": "?", "manual_review": "◇", "not_applicable": "–"}
VERDICTS = {
    "met": Label("达标", "met"),
    "unmet": Label("未达", "not met"),
    "unknown": Label("资料不足", "not enough data"),
    "manual_review": Label("需人工判定", "a person must judge"),
    "not_applicable": Label("不作要求", "not asked for"),
}
NOT_JUDGED = Label("未判定", "not judged")
ABOUT = (
    Label("位置", "Place"),
    Label("统一社会信用代码", "Credit code"),
    Label("企业名称", "Firm"),
    Label("结论", "Verdict"),
)
FOUND, SAYS = Label("{title}：实际", "{title}: found"), Label("{title}：说明", "{title}: why")
SCORE, PROBLEMS = Label("得分", "Points"), Label("问题与处理", "Problem and remedy")
WIDTHS = {"位置": 16, "统一社会信用代码": 22, "企业名称": 32}
SAYS_WIDTH, MOST_IN_A_WORKBOOK = 60, 30_000
ENDINGS = (".xlsx", ".csv")
FORMULA = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def as_line(outcome: Outcome, language: str) -> str:
    """`a.json  ✗ 未达  研发费用占比、…`: the open findings by name."""
    who = "  ".join(part for part in (outcome.place, outcome.code, outcome.name) if part)
    if outcome.assessment is None:
        return f"{who}  ! {NOT_JUDGED.in_language(language)}"
    verdict = outcome.assessment.verdict
    open_ones = [
        f"{SIGNS[each.verdict]}{each.title.in_language(language)}"
        for each in outcome.assessment.findings
        if each.verdict not in {"met", "not_applicable"}
    ]
    return f"{who}  {SIGNS[verdict]} {VERDICTS[verdict].in_language(language)}  {' '.join(open_ones)}".rstrip()


def as_json(outcome: Outcome, language: str) -> dict[str, Any]:
    """One object of a JSON line: the place, the firm, and the assessment or the faults."""
    about = {"place": outcome.place, "uscc": outcome.code or None, "name": outcome.name or None}
    told = {
        "faults": [each.in_language(language) for each in outcome.faults],
        "remarks": [each.in_language(language) for each in outcome.remarks],
    }
    return {**about, **told, **(outcome.assessment.to_json(language) if outcome.assessment else {})}


@contextmanager
def table(file: Path, book: Book, language: str) -> Iterator[Callable[[Outcome], None]]:
    """Takes each firm's outcome and leaves the table as .xlsx or .csv; nothing is left where something goes wrong.

    Every text stays a text whatever program opens it. Raises Unreadable where the file cannot be written.
    """
    part = file.with_name(f".{file.name}.part")
    head = [label.in_language(language) for label in head_of(book)]
    write = csv_rows if file.suffix == ".csv" else workbook_rows
    try:
        with write(part, head) as add:
            yield lambda outcome: add(filled(row_of(outcome, language), len(head)))
        part.replace(file)
    except OSError as error:
        raise unreadable(str(file), f"写不了文件：{error.strerror}", f"cannot be written: {error.strerror}") from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def csv_rows(file: Path, head: list[str]) -> Iterator[Callable[[list[str]], None]]:
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(map(harmless, head))
        yield lambda row: writer.writerow(map(harmless, row))


@contextmanager
def workbook_rows(file: Path, head: list[str]) -> Iterator[Callable[[list[str]], None]]:
    rows: list[list[str]] = []

    def add(row: list[str]) -> None:
        if len(rows) == MOST_IN_A_WORKBOOK:
            raise unreadable(
                "--out",
                f"超过 {MOST_IN_A_WORKBOOK:,} 家，请写成 .csv",
                f"more than {MOST_IN_A_WORKBOOK:,} firms: write a .csv",
            )
        rows.append(row)

    yield add
    file.write_bytes(written([Page("结果", [Heading(text, width_of(text)) for text in head], rows)]))


def filled(row: list[str], width: int) -> list[str]:
    """The row with its last cell, the problems, in the last column."""
    return [*row[:-1], *[""] * (width - len(row)), row[-1]]


def may_be_saved(file: Path, source: Path) -> None:
    """Raises Unreadable where the file cannot be the one to write to, before anything is judged."""
    if file.suffix not in ENDINGS:
        raise unreadable("--out", f"应为 .xlsx 或 .csv：{file.name}", f"a file of .xlsx or .csv is wanted: {file.name}")
    if file.resolve() == source.resolve():
        raise unreadable("--out", "不能写进读的那个文件", "this is the file that is read")
    if not file.parent.is_dir():
        raise unreadable("--out", f"没有这个目录：{file.parent}", f"there is no directory {file.parent}")


def harmless(cell: str) -> str:
    """A text that a spreadsheet program would take for a formula begins with an apostrophe instead."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell


def width_of(text: str) -> int:
    return WIDTHS.get(text, SAYS_WIDTH if text.endswith((SAYS.filled(title="").zh, SAYS.filled(title="").en)) else 14)


def head_of(book: Book) -> list[Label]:
    labels = [*ABOUT]
    for each in conditions_of(book):
        labels += [each.title, FOUND.filled(title=each.title), SAYS.filled(title=each.title)]
    if score_table(book):
        labels.append(SCORE)
    for amount in amounts_of(book):
        labels += [amount.title, SAYS.filled(title=amount.title)]
    return [*labels, PROBLEMS]


def row_of(outcome: Outcome, language: str) -> list[str]:
    """The cells of one firm; one that was not judged has only those about it and its problems."""
    told = [each.in_language(language) for each in (*outcome.faults, *outcome.remarks)]
    if outcome.assessment is None:
        return [outcome.place, outcome.code, outcome.name, NOT_JUDGED.in_language(language), " ".join(told)]
    return [
        outcome.place,
        outcome.code,
        outcome.name,
        VERDICTS[outcome.assessment.verdict].in_language(language),
        *cells_of(outcome.assessment, language),
        " ".join([*told, *doubts_of(outcome.assessment, language)]),
    ]


def cells_of(assessment: Assessment, language: str) -> list[str]:
    cells = []
    for finding in assessment.findings:
        cells += [
            VERDICTS[finding.verdict].in_language(language),
            finding.found or "",
            finding.says.in_language(language),
        ]
    if assessment.score:
        score = assessment.score
        cells.append(str(score.given) if score.given is not None else f"{score.low}–{score.high}")
    for amount in assessment.amounts:
        cells += [amount.found or "", amount.says.in_language(language)]
    return cells


def doubts_of(assessment: Assessment, language: str) -> list[str]:
    return [fault.in_language(language) for fault in (*assessment.impossible, *assessment.asks)]

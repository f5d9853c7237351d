"""Read one spreadsheet and print it as JSON lines. Run as a process of its own, under limits; never imported.

    python -I sheet_reader.py PATH KIND MEMORY_BYTES CPU_SECONDS [whole]

Each sheet gives a head `{"sheet", "hidden", "rows", "columns", "merged"}` and its rows that are not empty as
`[number, [cell, …]]`; the last line is `{"end": true}`. What cannot be read gives `{"refused": code, "detail": text}`.
Rows are numbered as the spreadsheet program shows them. A cell is null, text, a number, true or false,
`{"date": "2015-03-02"}` or `{"error": "#DIV/0!"}`; asked for `whole`, hidden sheets give their rows too and a cell with
a formula is `{"formula": "A1+B1"}` in place of its value.
"""

import csv
import io
import json
import re
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import python_calamine as calamine

RELATION = re.compile(rb"<Relationship [^>]*?/?>")
ERROR_CELL = re.compile(rb'(<c [^>]*?t="e"[^>]*?>).*?<v>([^<]*)</v>', re.DOTALL)
FORMULA_CELL = re.compile(rb'(<c [^>]*?r="[A-Z]{1,3}[0-9]{1,7}"[^>]*?>)\s*<f(?:\s[^>]*)?(?:/>|>([^<]*)</f>)')
CHUNK = 1 << 20


def limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def say(value: object) -> None:
    sys.stdout.write(encoded(value) + "\n")


def cell(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.strip() else None
    if type(value) is float:
        return value
    if isinstance(value, datetime):
        return {"date": value.date().isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, time | timedelta):
        return str(value)
    return value


def say_row(number: int, cells: list[Any]) -> None:
    while cells and cells[-1] is None:
        cells.pop()
    if cells:
        say([number, cells])


def say_workbook(path: str, kind: str, *, whole: bool) -> None:
    with calamine.CalamineWorkbook.from_path(path) as book:
        told = told_cells(path, formulas=whole) if kind == "xlsx" else {}
        for about in book.sheets_metadata:
            if about.typ == calamine.SheetTypeEnum.WorkSheet:
                hidden = about.visible != calamine.SheetVisibleEnum.Visible
                sheet = book.get_sheet_by_name(about.name)
                say_sheet(sheet, hidden=hidden, told=told.get(about.name, {}), whole=whole)


def say_sheet(
    sheet: calamine.CalamineSheet, *, hidden: bool, told: dict[tuple[int, int], dict[str, str]], whole: bool
) -> None:
    merged = [[*start, *end] for start, end in sheet.merged_cell_ranges or []]
    say({"sheet": sheet.name, "hidden": hidden, "rows": sheet.height, "columns": sheet.width, "merged": merged[:200]})
    if hidden and not whole:
        return
    told_rows = {row for row, _ in told}
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = [cell(value) for value in values]
        if number in told_rows:
            cells = [told.get((number, at), had) for at, had in enumerate(cells)]
        say_row(number, cells)


def told_cells(path: str, *, formulas: bool) -> dict[str, dict[tuple[int, int], dict[str, str]]]:
    """The cells of each sheet that hold an error such as #DIV/0! (calamine shows them as empty) or, where asked for, a
    formula, by row and column.
    """
    with ZipFile(path) as package:
        files = sheet_files(package)
        return {
            name: dict(told_in(package, member, formulas=formulas))
            for name, member in files.items()
            if member in package.namelist()
        }


def sheet_files(package: ZipFile) -> dict[str, str]:
    workbook = package.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = (
        package.read("xl/_rels/workbook.xml.rels") if "xl/_rels/workbook.xml.rels" in package.namelist() else b""
    )
    targets = {}
    for found in RELATION.findall(relations):
        target, key = re.search(rb'Target="([^"]+)"', found), re.search(rb'Id="([^"]+)"', found)
        if target and key:
            path = target[1].decode("utf-8", "replace")
            targets[key[1].decode()] = path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    named = re.findall(r'<sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"', workbook)
    return {unescaped(name): targets[key] for name, key in named if key in targets}


def unescaped(text: str) -> str:
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def told_in(package: ZipFile, member: str, *, formulas: bool) -> Iterator[tuple[tuple[int, int], dict[str, str]]]:
    tail = b""
    with package.open(member) as stream:
        while block := stream.read(CHUNK):
            text = tail + block
            cut = max(text.rfind(b"</c>") + 4, 4) if b"</c>" in text else 0
            yield from told_of(text[:cut], formulas=formulas)
            tail = text[cut:][-CHUNK:]


def told_of(text: bytes, *, formulas: bool) -> Iterator[tuple[tuple[int, int], dict[str, str]]]:
    for opening, says in ERROR_CELL.findall(text) if b't="e"' in text else ():
        yield from placed(opening, {"error": says.decode("utf-8", "replace")})
    for opening, says in FORMULA_CELL.findall(text) if formulas and b"<f" in text else ():
        yield from placed(opening, {"formula": unescaped(says.decode("utf-8", "replace"))[:100]})


def placed(opening: bytes, told: dict[str, str]) -> Iterator[tuple[tuple[int, int], dict[str, str]]]:
    if place := re.search(rb'r="([A-Z]{1,3})([0-9]{1,7})"', opening):
        yield (int(place[2]), column_index(place[1].decode())), told


def column_index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


def say_csv(path: str) -> None:
    text = decoded(Path(path).read_bytes())
    if text is None:
        say({"refused": "encoding", "detail": ""})
        return
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text)))
    width = max((len(row) for row in rows), default=0)
    say({"sheet": "CSV", "hidden": False, "rows": len(rows), "columns": width, "merged": []})
    for number, values in enumerate(rows, start=1):
        say_row(number, [cell(value) for value in values])
    say({"end": True})


def decoded(data: bytes) -> str | None:
    """The text of a CSV: by its mark, else UTF-8, else GB 18030; None where it is none of them."""
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    guesses = [encoding for mark, encoding in marks if data.startswith(mark)]
    for encoding in guesses or ["utf-8", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if "\x00" not in text:
            return text
    return None


def delimiter(text: str) -> str:
    """The sign that parts most fields in the first lines."""
    first = "\n".join(text.splitlines()[:20])
    return max((",", "\t", ";"), key=first.count)


def main() -> None:
    path, kind, memory, seconds, *more = sys.argv[1:6]
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    limit(int(memory), int(seconds))
    csv.field_size_limit(1 << 20)
    try:
        if kind == "csv":
            say_csv(path)
        else:
            say_workbook(path, kind, whole=more == ["whole"])
            say({"end": True})
    except calamine.PasswordError:
        say({"refused": "password", "detail": ""})
    except MemoryError:
        say({"refused": "too_heavy", "detail": ""})
    except (
        Exception
    ) as error:  # whatever a damaged file provokes is an answer about the file, never a crash of the product
        say({"refused": "damaged", "detail": f"{type(error).__name__}: {error}"[:200]})


if __name__ == "__main__":
    main()

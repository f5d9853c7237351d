"""Spreadsheets coming in.

A file is looked at from outside first (name, first bytes, directory of the package), then read by `sheet_reader.py` in
a process of its own whose memory and time are limited. Whatever is wrong with the file as a whole is one `SheetRefused`
with a sentence; no other error leaves this module.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from threading import Timer
from typing import Any, Literal
from zipfile import BadZipFile, ZipFile

from pipeline.outside.package import has_endless_directory
from pipeline.rules.labels import Label

READER = Path(__file__).with_name("sheet_reader.py")
MEGABYTE = 1 << 20
LONGEST_KIND = 100  # bytes of an OpenDocument's `mimetype` that are looked at

type Kind = Literal["xlsx", "xls", "ods", "csv"]
KINDS: tuple[Kind, ...] = ("xlsx", "xls", "ods", "csv")


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell whose formula failed, such as #DIV/0!."""

    sign: str


@dataclass(frozen=True, slots=True)
class CellFormula(CellError):
    """A cell with a formula, told only where the file is read whole; its sign is the formula with its =."""


type Cell = str | int | Decimal | bool | date | CellError | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file of one purpose may cost: the reading process has `memory` bytes and `seconds` of a processor."""

    file_bytes: int
    unpacked_bytes: int
    members: int
    ratio: int
    memory: int
    seconds: int
    rows: int
    columns: int


FIRM_BOOK = Limits(
    file_bytes=10 * MEGABYTE,
    unpacked_bytes=100 * MEGABYTE,
    members=500,
    ratio=200,
    memory=300 * MEGABYTE,
    seconds=10,
    rows=5_000,
    columns=100,
)
ROSTER = Limits(
    file_bytes=64 * MEGABYTE,
    unpacked_bytes=1024 * MEGABYTE,
    members=2_000,
    ratio=200,
    memory=400 * MEGABYTE,
    seconds=60,
    rows=200_000,
    columns=400,
)
RATIO_MATTERS_ABOVE = 50 * MEGABYTE
WHOLE_DIGITS = 15

REFUSALS = {
    "empty": Label(
        "文件是空的（0 字节）。请重新导出后再上传。", "The file is empty (0 bytes). Export it again and upload that."
    ),
    "too_large": Label(
        "文件有 {size} MB，上限是 {limit} MB。请删去图片或拆成几个文件。",
        "The file has {size} MB; the limit is {limit} MB. Remove pictures from it or split it into several files.",
    ),
    "unknown_ending": Label(
        "不收“{ending}”文件。请在电子表格软件中另存为 .xlsx 后上传；也收 .xls、.csv、.ods。",
        "Files ending in “{ending}” are not taken. Save it as .xlsx in your spreadsheet program; .xls, .csv and "
        ".ods are taken too.",
    ),
    "not_what_it_says": Label(
        "文件名以“{ending}”结尾，内容却是{found}。请用电子表格软件打开，另存为 .xlsx 后上传。",
        "The name ends in “{ending}” but the content is {found}. Open it in a spreadsheet program, save it as "
        ".xlsx and upload that.",
    ),
    "macros": Label(
        "工作簿里有宏。请另存为不带宏的 .xlsx 后上传。",
        "The workbook holds macros. Save it as .xlsx without macros and upload that.",
    ),
    "password": Label(
        "工作簿设了打开密码，无法读取。请在“文件 - 信息 - 保护工作簿”中去掉密码后上传。",
        "The workbook is protected by a password and cannot be read. Remove the password (File, Info, Protect "
        "Workbook) and upload it again.",
    ),
    "bomb": Label(
        "文件解开后有 {size} MB，远大于应有的大小，没有读取。请把数据复制到一个新的工作簿后上传。",
        "Unpacked, the file has {size} MB, far more than it should; it was not read. Copy the data into a new "
        "workbook and upload that.",
    ),
    "too_heavy": Label(
        "读取这个文件要的内存或时间超过上限，已停止，没有导入任何内容。请把数据复制到一个新的工作簿，或拆成几个文件。",
        "Reading this file takes more memory or time than allowed; it was stopped and nothing was imported. Copy "
        "the data into a new workbook or "
        "split it into several files.",
    ),
    "damaged": Label(
        "文件已损坏，读不出来。请用电子表格软件打开并另存为 .xlsx 后上传。",
        "The file is damaged and cannot be read. Open it in a spreadsheet program, save it as .xlsx and upload that.",
    ),
    "encoding": Label(
        "看不出这个 CSV 的文字编码（不是 UTF-8，也不是 GB 18030）。请另存为“CSV UTF-8”或 .xlsx 后上传。",
        "The text encoding of this CSV is neither UTF-8 nor GB 18030. Save it as “CSV UTF-8” or as .xlsx and "
        "upload that.",
    ),
    "too_many_rows": Label(
        "工作表“{sheet}”有 {rows} 行，上限是 {limit} 行。请拆成几个文件。",
        "Sheet “{sheet}” has {rows} rows; the limit is {limit}. Split it into several files.",
    ),
    "too_many_columns": Label(
        "工作表“{sheet}”用到第 {columns} 列，上限是 {limit} 列。请删去右侧多余的列（包括空列）。",
        "Sheet “{sheet}” uses {columns} columns; the limit is {limit}. Delete the columns at the right "
        "that are not needed, empty ones too.",
    ),
}

CONTENTS = {
    "xlsx": Label("新版 Excel 工作簿（.xlsx）", "an Excel workbook (.xlsx)"),
    "xls": Label("旧版 Excel 工作簿（.xls）", "an old Excel workbook (.xls)"),
    "ods": Label("OpenDocument 表格（.ods）", "an OpenDocument spreadsheet (.ods)"),
    "csv": Label("纯文本", "plain text"),
    "xlsb": Label("二进制工作簿（.xlsb）", "a binary workbook (.xlsb)"),
    "word": Label("Word 文档", "a Word document"),
    "zip": Label("压缩包", "an archive"),
    "ole": Label("旧版 Office 文档，不是工作簿", "an old Office document, not a workbook"),
    "pdf": Label("PDF", "a PDF"),
    "picture": Label("图片", "a picture"),
    "page": Label("网页", "a web page"),
    "unknown": Label("不认识的内容", "something else"),
}


class SheetRefused(Exception):
    """The file as a whole cannot be taken; `says` tells why and what to do."""

    def __init__(self, code: str, says: Label) -> None:
        super().__init__(says.en)
        self.code = code
        self.says = says


def refusal(code: str, **values: object) -> SheetRefused:
    return SheetRefused(code, REFUSALS[code].filled(**values))


@dataclass(frozen=True, slots=True)
class Row:
    """One row as the spreadsheet program numbers it; empty cells at its end are left out."""

    number: int
    cells: list[Cell]


@dataclass(slots=True)
class Sheet:
    """One sheet; its rows come from the reading process as they are asked for, once."""

    name: str
    hidden: bool
    height: int
    width: int
    merged: list[tuple[int, int, int, int]]
    rows: Iterator[Row] = field(repr=False)


def examine(path: Path, *, name: str, limits: Limits = ROSTER) -> Kind:
    """The kind of a file, by its name, its first bytes and its directory, before anything is unpacked."""
    size = path.stat().st_size
    if size == 0:
        raise refusal("empty")
    if size > limits.file_bytes:
        raise refusal("too_large", size=-(-size // MEGABYTE), limit=limits.file_bytes // MEGABYTE)
    ending = Path(name).suffix.lower()
    if ending in (".xlsm", ".xltm"):
        raise refusal("macros")
    if ending.removeprefix(".") not in KINDS:
        raise refusal("unknown_ending", ending=ending or name[-12:])
    found = content_of(path, limits)
    if found != ending.removeprefix("."):
        raise refusal("not_what_it_says", ending=ending, found=CONTENTS[found])
    return next(kind for kind in KINDS if kind == found)


def content_of(path: Path, limits: Limits) -> str:
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK\x03\x04"):
        return content_of_package(path, limits)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return content_of_compound(path)
    if start.startswith(b"%PDF"):
        return "pdf"
    if start.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")):
        return "picture"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")):
        return "page"
    return "csv" if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" not in start else "unknown"


def content_of_package(path: Path, limits: Limits) -> str:
    """What a zip is, once its directory has shown that it may be opened at all."""
    try:
        with path.open("rb") as file:
            if has_endless_directory(file):
                raise refusal("too_heavy")
        with ZipFile(path) as package:
            members = package.infolist()
            refuse_bomb(path.stat().st_size, [member.file_size for member in members], limits)
            names = {member.filename for member in members}
            if any(member.flag_bits & 1 for member in members):
                raise refusal("password")
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise refusal("macros")
            if "mimetype" in names:
                with package.open("mimetype") as kind:
                    said = kind.read(LONGEST_KIND).strip()
                return "ods" if said.endswith(b"opendocument.spreadsheet") else "zip"
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise refusal("damaged") from error
    inside = (("xl/workbook.xml", "xlsx"), ("xl/workbook.bin", "xlsb"), ("word/document.xml", "word"))
    return next((kind for member, kind in inside if member in names), "zip")


def refuse_bomb(packed: int, sizes: list[int], limits: Limits) -> None:
    total = sum(sizes)
    swollen = total > RATIO_MATTERS_ABOVE and total > packed * limits.ratio
    if total > limits.unpacked_bytes or swollen or len(sizes) > limits.members:
        raise refusal("bomb", size=-(-total // MEGABYTE))


def content_of_compound(path: Path) -> str:
    """Old Office files are a file system of their own; the names of its streams are UTF-16."""
    data = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise refusal("password")
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise refusal("macros")
    return "xls" if any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")) else "ole"


def read(path: Path, *, name: str, limits: Limits = ROSTER, whole: bool = False) -> Iterator[Sheet]:
    """The sheets in order; the rows of one are read before the next is asked for. Raises SheetRefused at any step.

    Read `whole`, hidden sheets give their rows and a formula is a CellFormula in place of its value.
    """
    kind = examine(path, name=name, limits=limits)
    process = subprocess.Popen(
        [sys.executable, "-I", str(READER), str(path.resolve()), kind, str(limits.memory), str(limits.seconds)]
        + ["whole"] * whole,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
    )
    patience = Timer(limits.seconds * 10, process.kill)
    patience.start()
    try:
        yield from _sheets(_messages(process), limits)
    finally:
        patience.cancel()
        process.kill()
        process.communicate()


def _messages(process: subprocess.Popen[bytes]) -> Iterator[Any]:
    for line in process.stdout or ():
        message = _message(line)
        if isinstance(message, dict) and "refused" in message:
            raise refusal(message["refused"])
        if message == {"end": True}:
            return
        yield message
    ended_by_limit = process.wait() < 0
    raise refusal("too_heavy" if ended_by_limit else "damaged")


def _number(text: str) -> int | Decimal:
    """A number of a cell; spreadsheets know no whole ones, so 3.0 is 3, up to fifteen digits."""
    if text.endswith(".0") and len(text) - 2 <= WHOLE_DIGITS + text.startswith("-"):
        return int(text[:-2])
    return Decimal(text)


DECODER = json.JSONDecoder(parse_float=_number, parse_constant=lambda sign: {"error": sign})


def _message(line: bytes) -> Any:
    try:
        return DECODER.decode(line.decode())
    except ValueError:
        raise refusal("too_heavy") from None  # the process was stopped in the middle of a line


def _sheets(messages: Iterator[Any], limits: Limits) -> Iterator[Sheet]:
    head: dict[str, Any] | None = next(messages, None)
    while head is not None:
        following: list[dict[str, Any]] = []
        sheet = _sheet(head, limits, _rows(messages, following, limits, head["sheet"]))
        yield sheet
        for _ in sheet.rows:
            pass
        head = following[0] if following else None


def _sheet(head: dict[str, Any], limits: Limits, rows: Iterator[Row]) -> Sheet:
    if not head["hidden"] and head["columns"] > limits.columns:
        raise refusal("too_many_columns", sheet=head["sheet"], columns=head["columns"], limit=limits.columns)
    merged = [(top, left, bottom, right) for top, left, bottom, right in head["merged"]]
    return Sheet(head["sheet"], head["hidden"], head["rows"], head["columns"], merged, rows)


def _rows(messages: Iterator[Any], following: list[dict[str, Any]], limits: Limits, sheet: str) -> Iterator[Row]:
    for count, message in enumerate(messages, start=1):
        if isinstance(message, dict):
            following.append(message)
            return
        if count > limits.rows:
            raise refusal("too_many_rows", sheet=sheet, rows=f"{limits.rows:,}+", limit=f"{limits.rows:,}")
        number, cells = message
        yield Row(number, [cell_from_json(value) if type(value) is dict else value for value in cells])


def cell_to_json(cell: Cell) -> Any:
    """A cell as it can be kept in a row of the database, exactly."""
    match cell:
        case Decimal():
            return {"number": str(cell)}
        case date():
            return {"date": cell.isoformat()}
        case CellFormula():
            return {"formula": cell.sign.removeprefix("=")}
        case CellError():
            return {"error": cell.sign}
        case _:
            return cell


def cell_from_json(kept: Any) -> Cell:
    match kept:
        case {"number": str(text)}:
            return Decimal(text)
        case {"date": str(text)}:
            return date.fromisoformat(text)
        case {"error": str(sign)}:
            return CellError(sign)
        case {"formula": str(text)}:
            return CellFormula(f"={text}")
        case _:
            return kept  # type: ignore[no-any-return]  # text, a whole number, a Decimal, a truth value or nothing

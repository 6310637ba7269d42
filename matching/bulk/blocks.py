"""A table in a file (CSV, XLSX or JSON Lines), split into blocks that processes read independently (表格分块).

A block of CSV or JSON Lines is a range of bytes that begins and ends between two lines of the table; a line break
inside quotes is none. Workbooks, and tables with title lines, other delimiters or other encodings, are read whole by
`centre.sheets` and handed on in pieces.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

from centre.errors import Problem, Refusal
from centre.sheets.cells import HeaderMissing, SheetBroken, SheetRefused, UnknownEncoding
from centre.sheets.cells import Sheet as Page
from centre.sheets.entries import (
    Rules,
    entries,
    header_of,
    left_out,
    remarks_of_book,
    remarks_of_header,
    without_header,
)
from centre.sheets.header import Header, read_titles
from centre.sheets.reading import read_sheets, text_of
from centre.translation import N_, translate
from matching.bulk.parsing import COLUMNS, DAYS, named

RULES = Rules(COLUMNS, ["id"], own={"id"}, days=DAYS)
SIZE = 1 << 20
"""The size of a block in bytes: about 10,000 workers."""
_SHEET_LINES = 10_000
_SMALL = 4 << 20
_NEEDS_CARE = re.compile("[同如]上|〃|[合小总]计|#[A-Z/]+[0-9]?[!?A]|####|\ufffd")
"""Words for the cell above, totals and error values: a small file with any of them is read line by line with care."""
_LOOK_AHEAD = 100
"""The number of JSON lines whose fields make up the header."""


class UnreadableSheet(SheetRefused):
    """A table that cannot be read at all; `reason` is a refusal of its own."""

    code = "table-unreadable"
    message = N_("{file}：{reason}")

    def __init__(self, path: Path, refusal: Refusal, row: int = 0) -> None:
        super().__init__(file=f"{path.name}, {row}" if row else path.name, reason=InnerRefusal(refusal))
        self.refusal = refusal

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.params["file"], type(self.refusal), self.refusal.params)


def _again(file: str, refusal: type[Refusal], params: dict[str, Any]) -> UnreadableSheet:
    """The same refusal in another process."""
    return UnreadableSheet(Path(file), refusal(**params))


@dataclass(frozen=True, slots=True)
class InnerRefusal:
    """A refusal inside another one's message, in the reader's language."""

    refusal: Refusal

    def in_locale(self, locale: str) -> str:
        """The words in a language."""
        return translate(locale, self.refusal.message, **self.refusal.params)


class LineBroken(SheetRefused):
    """A line of JSON Lines that is no object."""

    code = "line-broken"
    message = N_("第 {row} 行不是正确的 JSON 对象")


class Undecodable(SheetRefused):
    """Text behind the head of a table that has another encoding."""

    code = "sheet-encoding"
    message = N_("第 {row} 行往后有无法识别的文字，请另存为 UTF-8 的 CSV")


@dataclass(frozen=True, slots=True)
class SheetHead:
    """A file's properties before its rows are read; `names` is the header as written."""

    path: Path
    kind: Literal["csv", "json", "rows"]
    encoding: str
    names: tuple[str, ...]
    start: int
    line: int

    @property
    def remarks(self) -> Sequence[Problem]:
        """What of the file is not read: columns, sheets, total lines."""
        unknown = read_titles(self.names, COLUMNS).unknown.values()
        columns = [
            Problem("", "column-unknown", N_("不认识“{column}”这一列，没有读"), {"column": name}) for name in unknown
        ]
        return [*columns, *(_table(self.path).remarks if self.kind == "rows" else ())]


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a table: bytes, or `rows` of a workbook; `line` is the number of the first, `lines` the approximate
    count."""

    start: int
    end: int
    line: int
    lines: int
    rows: Sequence["ReadLine"] = ()


def open_sheet(path: Path) -> SheetHead:
    """Look at the head of a file. Raises UnreadableSheet where it is no table or has no column of ids."""
    sheet = None
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        sheet = SheetHead(path, "json", "utf-8", _fields(path), 0, 1)
    elif path.suffix.lower() in (".csv", ".txt", ".tsv"):
        sheet = _plain(path)
    if sheet is None:
        sheet = SheetHead(path, "rows", "", _table(path).names, 0, 0)
    if "id" not in named(sheet.names):
        raise UnreadableSheet(path, HeaderMissing(expected=COLUMNS["id"][1]))
    return sheet


def _plain(path: Path) -> SheetHead | None:
    """A table of commas whose first line names the columns; everything else takes the way through a child process."""
    with path.open("rb") as file:
        if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
            return None
        encoding = _encoding(path)
        end, lines = _whole_rows(file, 0, 1, path)
        file.seek(0)
        try:
            head = file.read(end).decode(encoding)
            first = next(csv.reader(io.StringIO(head, newline="")), [])
        except (UnicodeDecodeError, csv.Error):
            return None
    names = _clean(first)
    if path.stat().st_size <= _SMALL and _NEEDS_CARE.search(path.read_bytes().decode(encoding, "replace")):
        return None
    return SheetHead(path, "csv", encoding, names, end, lines + 1) if "id" in named(names) else None


def blocks(sheet: SheetHead, start: int = 0, line: int = 0, size: int = SIZE) -> Iterator[Block]:
    """The blocks of a table in order, from the beginning or from the end of an earlier block."""
    start, line = (start, line) if start else (sheet.start, sheet.line)
    if sheet.kind == "rows":
        table = _table(sheet.path).rows
        for first in range(start, len(table), _SHEET_LINES):
            rows = table[first : first + _SHEET_LINES]
            yield Block(first, first + len(rows), 0, len(rows), rows)
        return
    with sheet.path.open("rb") as file:
        while True:
            file.seek(start)
            chunk = file.read(size)
            if not chunk:
                return
            chunk += file.readline()
            end, lines = start + len(chunk), chunk.count(b"\n")
            if sheet.kind == "csv" and b'"' in chunk:
                end, lines = _whole_rows(file, start, size, sheet.path)
            yield Block(start, end, line, lines)
            start, line = end, line + lines


def size_of(sheet: SheetHead) -> int:
    """How large a table is, in what the ends of its blocks count: bytes, or lines of a workbook."""
    return max(len(_table(sheet.path).rows) if sheet.kind == "rows" else sheet.path.stat().st_size, 1)


def columns(sheet: SheetHead, block: Block) -> list[Sequence[str]]:
    """The cells of a block, column by column in header order, without empty rows."""
    rows = [row for _, row in _lines(sheet, block)]
    width = len(sheet.names)
    if any(len(row) != width for row in rows):
        rows = [(*row[:width], *[""] * (width - len(row))) for row in rows]
    return list(zip(*rows, strict=True)) if rows else [()] * width


def numbered(sheet: SheetHead, block: Block) -> Iterator[tuple[int, Sequence[str]]]:
    """The lines of a block with the numbers that a spreadsheet program shows, for messages."""
    yield from _lines(sheet, block)


def sheets_of(sheet: SheetHead, block: Block) -> Sequence[str]:
    """The name of the sheet of every line of a block; nothing for files without sheets."""
    return [row.sheet for row in block.rows] if sheet.kind == "rows" else ()


def _lines(sheet: SheetHead, block: Block) -> Iterator[tuple[int, Sequence[str]]]:
    if sheet.kind == "rows":
        yield from ((row.number, row.cells) for row in block.rows)
        return
    with sheet.path.open("rb") as file:
        file.seek(block.start)
        raw = file.read(block.end - block.start)
    try:
        text = raw.decode(sheet.encoding)
    except UnicodeDecodeError as problem:
        raise UnreadableSheet(sheet.path, Undecodable(row=block.line)) from problem
    if sheet.kind == "json":
        yield from _objects(sheet, block, text)
        return
    reader = csv.reader(io.StringIO(text, newline=""))
    for number, row in enumerate(reader, block.line):
        if row:
            yield number, row


def _objects(sheet: SheetHead, block: Block, text: str) -> Iterator[tuple[int, Sequence[str]]]:
    for place, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=block.line):
        if line and not line.isspace():
            record = _object(sheet.path, place, line)
            yield place, [as_cell(record.get(name)) for name in sheet.names]


def as_cell(value: object) -> str:
    """A value of a workbook or of JSON as the text of a CSV cell."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return value.isoformat()[:10]
    return ";".join(map(as_cell, value)) if isinstance(value, (list, tuple)) else str(value).strip()


def _clean(cells: Sequence[object]) -> tuple[str, ...]:
    return tuple(as_cell(cell).strip().lstrip("\ufeff") for cell in cells)


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line of a table that was read whole: where it stands, its cells, and what is wrong with them as cells."""

    sheet: str
    number: int
    cells: Sequence[str]
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table that was read whole: its columns by name, its lines with sheet and number, and what was left out."""

    names: tuple[str, ...]
    rows: Sequence[ReadLine]
    remarks: Sequence[Problem]


@lru_cache(maxsize=2)
def _table(path: Path) -> ReadTable:
    """Every sheet of a file that has a header with ids, its columns under the names of `COLUMNS`."""
    try:
        book = read_sheets(path.read_bytes(), path.name, aliases=COLUMNS)
        headers = {sheet.name: _header_of(sheet) for sheet in book.data_sheets}
        if not any(headers.values()):
            raise HeaderMissing(expected=COLUMNS["id"][1])
    except SheetRefused as refusal:
        raise UnreadableSheet(path, refusal) from None
    names = [name for name in COLUMNS if any(header and name in header.columns for header in headers.values())]
    rows: list[ReadLine] = []
    remarks = remarks_of_book(book)
    for sheet in book.data_sheets:
        header = headers[sheet.name]
        if header is None:
            remarks.append(without_header(sheet))
            continue
        remarks += remarks_of_header(sheet, header)
        rows += _rows_of(sheet, header, names, remarks)
    return ReadTable(tuple(names), rows, remarks)


def _header_of(page: Page) -> Header | None:
    try:
        return header_of(page, RULES)
    except HeaderMissing:
        return None


def _rows_of(page: Page, header: Header, names: Sequence[str], remarks: list[Problem]) -> Iterator[ReadLine]:
    name = "" if page.name in ("CSV", "JSON") else page.name
    for entry in entries(page, header, RULES):
        if entry.is_left_out:
            remarks.append(left_out(page, entry))
            continue
        cells = [text_of(entry.cells.get(field)) for field in names]
        yield ReadLine(name, entry.row.number, cells, next(iter(entry.problems), None))


def _object(path: Path, place: int, line: str) -> dict[str, object]:
    try:
        record = json.loads(line) if line.strip() else {}
    except (ValueError, RecursionError):
        raise UnreadableSheet(path, LineBroken(row=place)) from None
    if not isinstance(record, dict):
        raise UnreadableSheet(path, LineBroken(row=place))
    return record


def _fields(path: Path) -> tuple[str, ...]:
    names: dict[str, None] = {}
    try:
        with path.open(encoding="utf-8-sig") as file:
            for place, line in enumerate(islice(file, _LOOK_AHEAD), 1):
                names.update(dict.fromkeys(_object(path, place, line)))
    except UnicodeDecodeError:
        raise UnreadableSheet(path, UnknownEncoding()) from None
    return tuple(names)


def _whole_rows(file: BinaryIO, start: int, size: int, path: Path) -> tuple[int, int]:
    """The end of the line of the table that reaches `size` bytes, and the lines of the table until there.

    Quotes and commas are never part of a multi-byte character in UTF-8 and GB18030, so the decoding does not matter.
    """
    end, lines = start, 0
    file.seek(start)

    def physical() -> Iterator[str]:
        nonlocal end
        for raw in file:
            end += len(raw)
            yield raw.decode("latin-1")

    try:
        for _ in csv.reader(physical()):
            lines += 1
            if end - start >= size:
                break
    except csv.Error as problem:
        raise UnreadableSheet(path, SheetBroken()) from problem
    return end, lines


def _encoding(path: Path) -> str:
    """A byte order mark, otherwise strict UTF-8, otherwise GB18030; the first 256 KB decide."""
    with path.open("rb") as file:
        head = file.read(1 << 18)
    try:
        head[: head.rfind(b"\n") + 1 or None].decode()
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"

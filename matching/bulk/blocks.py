"""A table in a file (CSV, XLSX or JSON Lines), split into blocks that processes read independently (表格分块).

A block of CSV or JSON Lines is a range of bytes that begins and ends between two rows; a line break inside quotes ends
no row. Workbooks are read whole and passed on in pieces.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Literal

SIZE = 1 << 20
"""The size of a block in bytes: about 10,000 workers."""
_SHEET_LINES = 10_000
_LOOK_AHEAD = 100
"""The number of JSON lines whose fields make up the header."""


class UnreadableSheet(ValueError):
    """The file is neither CSV nor XLSX nor JSON Lines, or has no header that names an id."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file's properties before its rows are read; `names` is the header as written."""

    path: Path
    kind: Literal["csv", "json", "xlsx"]
    encoding: str
    names: tuple[str, ...]
    start: int
    line: int

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns in lower case."""
        return tuple(name.lower() for name in self.names)


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a table: bytes, or `rows` of a workbook; `line` is the number of the first, `lines` the approximate
    count."""

    start: int
    end: int
    line: int
    lines: int
    rows: Sequence[Sequence[object]] = ()


def open_sheet(path: Path, ids: Sequence[str]) -> Sheet:
    """Read the head of a file. Raises UnreadableSheet when no column has one of the names in `ids`."""
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        sheet = Sheet(path, "xlsx", "", _clean(next(iter(_workbook(path)), ())), 1, 2)
    elif suffix in (".jsonl", ".ndjson", ".json"):
        sheet = Sheet(path, "json", "utf-8", _fields(path), 0, 1)
    else:
        encoding = _encoding(path)
        with path.open("rb") as file:
            end, lines = _whole_rows(file, 0, 1, path)
            file.seek(0)
            head = file.read(end).decode(encoding)
        first = next(csv.reader(io.StringIO(head, newline="")), [])
        sheet = Sheet(path, "csv", encoding, _clean(first), end, lines + 1)
    if not set(sheet.header) & set(ids):
        raise UnreadableSheet(f"{path.name}: the first line must name the columns, and one of them must be id")
    return sheet


def blocks(sheet: Sheet, start: int = 0, line: int = 0, size: int = SIZE) -> Iterator[Block]:
    """The blocks of a table in order, from the beginning or from the end of an earlier block."""
    start, line = (start, line) if start else (sheet.start, sheet.line)
    if sheet.kind == "xlsx":
        table = _workbook(sheet.path)
        for first in range(start, len(table), _SHEET_LINES):
            rows = table[first : first + _SHEET_LINES]
            yield Block(first, first + len(rows), first + 1, len(rows), rows)
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


def size_of(sheet: Sheet) -> int:
    """The size of a table in the unit of its blocks: bytes, or lines of a workbook."""
    return max(len(_workbook(sheet.path)) if sheet.kind == "xlsx" else sheet.path.stat().st_size, 1)


def columns(sheet: Sheet, block: Block) -> list[Sequence[str]]:
    """The cells of a block, column by column in header order, without empty rows."""
    rows = [row for _, row in _lines(sheet, block)]
    width = len(sheet.names)
    if any(len(row) != width for row in rows):
        rows = [(*row[:width], *[""] * (width - len(row))) for row in rows]
    return list(zip(*rows, strict=True)) if rows else [()] * width


def numbered(sheet: Sheet, block: Block) -> Iterator[tuple[int, Sequence[str]]]:
    """The lines of a block with their numbers in the file, for messages."""
    yield from _lines(sheet, block)


def _lines(sheet: Sheet, block: Block) -> Iterator[tuple[int, Sequence[str]]]:
    if sheet.kind == "xlsx":
        for place, row in enumerate(block.rows):
            yield block.line + place, [as_cell(cell) for cell in row]
        return
    with sheet.path.open("rb") as file:
        file.seek(block.start)
        raw = file.read(block.end - block.start)
    try:
        text = raw.decode(sheet.encoding)
    except UnicodeDecodeError as problem:
        raise UnreadableSheet(f"{sheet.path.name}, after line {block.line}: {problem}") from problem
    if sheet.kind == "json":
        yield from _objects(sheet, block, text)
        return
    reader = csv.reader(io.StringIO(text, newline=""))
    for row in reader:
        if row:
            yield block.line + reader.line_num - 1, row


def _objects(sheet: Sheet, block: Block, text: str) -> Iterator[tuple[int, Sequence[str]]]:
    for place, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=block.line):
        if not line or line.isspace():
            continue
        try:
            fields = json.loads(line)
        except ValueError as problem:
            raise UnreadableSheet(f"{sheet.path.name}, line {place}: {problem}") from problem
        if not isinstance(fields, dict):
            raise UnreadableSheet(f"{sheet.path.name}, line {place}: every line must be an object")
        yield place, [as_cell(fields.get(name)) for name in sheet.names]


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


@lru_cache(maxsize=2)
def _workbook(path: Path) -> Sequence[Sequence[object]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except CalamineError as problem:
        raise UnreadableSheet(f"{path.name}: {problem}") from problem


def _object(path: Path, place: int, line: str) -> object:
    try:
        return json.loads(line) if line.strip() else {}
    except ValueError as problem:
        raise UnreadableSheet(f"{path.name}, line {place}: {problem}") from problem


def _fields(path: Path) -> tuple[str, ...]:
    names: dict[str, None] = {}
    with path.open(encoding="utf-8-sig") as file:
        for place, line in enumerate(file):
            if place == _LOOK_AHEAD:
                break
            record = _object(path, place + 1, line)
            names.update(dict.fromkeys(record if isinstance(record, dict) else ()))
    return tuple(names)


def _whole_rows(file: BinaryIO, start: int, size: int, path: Path) -> tuple[int, int]:
    """The end of the row that reaches `size` bytes, and the number of line breaks before it.

    Quotes and commas are never part of a multi-byte character in UTF-8 and GB18030, so the decoding does not matter.
    """
    end, lines = start, 0
    file.seek(start)

    def physical() -> Iterator[str]:
        nonlocal end, lines
        for raw in file:
            end, lines = end + len(raw), lines + 1
            yield raw.decode("latin-1")

    try:
        for _ in csv.reader(physical()):
            if end - start >= size:
                break
    except csv.Error as problem:
        raise UnreadableSheet(f"{path.name}: {problem}") from problem
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

"""Runs in the child process only: turns a hostile file into plain rows, written as JSON."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from centre.sheets.inbox import Refused, answer, kind_of, too_large
from centre.sheets.limits import Limits

Line = tuple[int, list[Any]]


def main() -> None:
    """Answer the question on standard input."""
    answer(_read)


def _read(question: dict[str, Any], data: bytes, limits: Limits) -> bytes:
    kind, sheets = rows_of(data, question["filename"], limits)
    return json.dumps({"kind": kind, "sheets": sheets}, default=_dated, ensure_ascii=False).encode("utf-8", "replace")


def rows_of(data: bytes, filename: str, limits: Limits) -> tuple[str, list[dict[str, Any]]]:
    """Kind of file, and per sheet its name, whether it is hidden, and the rows that are not empty. Raises Refused."""
    kind = kind_of(data, filename, limits)
    if kind == "csv":
        sheets = [{"name": "CSV", "hidden": False, "rows": list(_filled(_csv_rows(data, limits), limits))}]
    else:
        sheets = _workbook_sheets(data, limits)
    if not any(sheet["rows"] for sheet in sheets):
        raise Refused("sheet-empty")
    return kind, sheets


def _workbook_sheets(data: bytes, limits: Limits) -> list[dict[str, Any]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    sheets: list[dict[str, Any]] = []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if len(book.sheets_metadata) > limits.sheets:
            too_large(limits)
        for at, about in enumerate(book.sheets_metadata):
            if about.typ is not SheetTypeEnum.WorkSheet:
                continue
            hidden = about.visible is not SheetVisibleEnum.Visible
            sheets.append(
                {"name": about.name, "hidden": hidden, "rows": _sheet_rows(book.get_sheet_by_index(at), limits)}
            )
    except PasswordError as error:
        raise Refused("sheet-password") from error
    except CalamineError as error:
        raise Refused("sheet-password" if "password" in str(error).lower() else "sheet-broken") from error
    return sheets


def _sheet_rows(sheet: Any, limits: Limits) -> list[Line]:
    if sheet.start is None:
        return []
    top, left = sheet.start
    if sheet.height > limits.rows or left + sheet.width > limits.columns or sheet.height * sheet.width > limits.cells:
        too_large(limits)
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=True)
    for (first, column), (last, right) in (sheet.merged_cell_ranges or [])[:20_000]:
        if column == right and first >= top and 0 <= column - left < sheet.width:
            for at in range(first - top + 1, min(last - top + 1, len(rows))):
                rows[at][column - left] = rows[first - top][column - left]
    margin = [""] * left
    return list(_filled(((top + at + 1, margin + row) for at, row in enumerate(rows)), limits))


def _filled(rows: Iterable[tuple[int, Sequence[Any]]], limits: Limits) -> Iterator[Line]:
    """The rows that hold anything, as plain values without the empty cells at their end."""
    cells = 0
    for number, row in rows:
        values = [_plain(value) for value in row]
        while values and values[-1] is None:
            values.pop()
        if values:
            cells += len(values)
            if cells > limits.cells or len(values) > limits.columns:
                too_large(limits)
            yield number, values


def _plain(value: Any) -> Any:
    if type(value) is str:
        return value.strip() or None
    if type(value) is float:
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, int) and abs(value) >= 10**15:
        return float(value)
    return str(value) if isinstance(value, (time, timedelta)) else value


def _dated(value: date | datetime) -> dict[str, str]:
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return {"d": value.isoformat()}


def _csv_rows(data: bytes, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(data)
    if "\0" in text:
        raise Refused("sheet-kind")
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(20_000)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, row in enumerate(lines, 1):
            if number > limits.rows or len(row) > limits.columns:
                too_large(limits)
            yield number, [_unwrapped(cell) for cell in row]
    except csv.Error as error:
        raise Refused("sheet-broken") from error


def _decoded(data: bytes) -> str:
    """By byte-order mark, else strict UTF-8, else GB18030: detectors guess wrong on short Chinese files."""
    marked = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else None
    for encoding in [marked] if marked else ["utf-8-sig", "gb18030"]:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("sheet-encoding")


def _unwrapped(cell: str) -> str:
    """`="0123"` is how other systems keep a spreadsheet from eating noughts."""
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') else cell

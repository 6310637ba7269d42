"""Runs in the child process only: turns a hostile file into plain rows, written as JSON."""

import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.parsers.expat import ExpatError

from centre.sheets.inbox import Refused, answer, kind_of, too_large
from centre.sheets.limits import Limits
from centre.sheets.marks import Marks, Unread
from centre.sheets.plain_text import csv_rows, json_rows

Line = tuple[int, list[Any]]

_ERROR = re.compile(
    r"#(?:N/A|DIV/0!|[A-Z][A-Z_]{1,12}[!?]|GETTING_DATA|名称\?|(?:值|数值|引用|参照)!)|#{3,}|(?:Err|错误|錯誤):[0-9]{3}"
)
"""What spreadsheet programs write for an error, also into a CSV, and for a number wider than its column."""


def main() -> None:
    """Answer the question on standard input."""
    answer(_read)


def _read(question: dict[str, Any], data: bytes, limits: Limits) -> bytes:
    kind, sheets = rows_of(data, question["filename"], limits, question.get("headings", ()))
    return json.dumps({"kind": kind, "sheets": sheets}, default=_tagged, ensure_ascii=False).encode("utf-8", "replace")


def rows_of(
    data: bytes, filename: str, limits: Limits, headings: Sequence[str] = ()
) -> tuple[str, list[dict[str, Any]]]:
    """Kind of file, and per sheet its name, whether it is hidden, the rows that are not empty, and their marks.

    `headings` are titles that the header may have; with them the delimiter of a CSV is certain. Raises Refused.
    """
    kind = kind_of(data, filename, limits)
    if kind == "csv":
        sheets = [_sheet("CSV", list(_filled(csv_rows(data, limits, headings), limits)))]
    elif kind == "json":
        sheets = [_sheet("JSON", list(_filled(json_rows(data, limits), limits)))]
    else:
        sheets = _workbook_sheets(data, kind, limits)
    if not any(sheet["rows"] for sheet in sheets):
        raise Refused("sheet-empty")
    return kind, sheets


def _sheet(name: str, rows: list[Line], hidden: bool = False, marks: Marks | None = None) -> dict[str, Any]:
    marks = marks or Marks()
    return {
        "name": name,
        "hidden": hidden,
        "rows": rows,
        "hidden_rows": sorted(row + 1 for row in marks.hidden_rows),
        "hidden_columns": sorted(marks.hidden_columns),
        "merged": [],
    }


def _workbook_sheets(data: bytes, kind: str, limits: Limits) -> list[dict[str, Any]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    sheets: list[dict[str, Any]] = []
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        if len(book.sheets_metadata) > limits.sheets:
            too_large(limits)
        marks = _marks(data, kind, limits)
        for at, about in enumerate(book.sheets_metadata):
            if about.typ is not SheetTypeEnum.WorkSheet:
                continue
            hidden = about.visible is not SheetVisibleEnum.Visible
            sheet = _sheet(about.name, [], hidden, marks.get(about.name))
            page = book.get_sheet_by_index(at)
            sheet["rows"], sheet["merged"] = _sheet_rows(page, limits, marks.get(about.name) or Marks())
            sheets.append(sheet)
    except PasswordError as error:
        raise Refused("sheet-password") from error
    except CalamineError as error:
        raise Refused("sheet-password" if "password" in str(error).lower() else "sheet-broken") from error
    return sheets


def _marks(data: bytes, kind: str, limits: Limits) -> Mapping[str, Marks]:
    """The marks of every sheet by its name."""
    if kind == "xlsx":
        from centre.sheets.xlsx_marks import marks
    elif kind == "ods":
        from centre.sheets.ods_marks import marks
    else:
        from centre.sheets.xls_marks import marks
    try:
        return marks(data, limits.columns)
    except (KeyError, ValueError, ExpatError) as error:
        raise Refused("sheet-broken") from error


def _sheet_rows(sheet: Any, limits: Limits, marks: Marks) -> tuple[list[Line], list[tuple[int, int]]]:
    """The filled rows, and the cells (row number, column) that hold the value of a merged one above."""
    top, left = sheet.start or (0, 0)
    width = sheet.width if sheet.start is not None else 0
    height = sheet.height if sheet.start is not None else 0
    if height > limits.rows or left + width > limits.columns or height * width > limits.cells:
        too_large(limits)
    rows: list[list[Any]] = sheet.to_python(skip_empty_area=True) if sheet.start is not None else []
    merged = []
    for (first, column), (last, right) in (sheet.merged_cell_ranges or [])[:20_000]:
        if column == right and first >= top and 0 <= column - left < width:
            for at in range(first - top + 1, min(last - top + 1, len(rows))):
                rows[at][column - left] = rows[first - top][column - left]
                merged.append((top + at + 1, column))
    margin = [""] * left
    numbered = {top + at + 1: margin + row for at, row in enumerate(rows)}
    for (row, column), unread in marks.unread.items():
        if column >= limits.columns or row >= limits.rows:
            continue
        cells = numbered.setdefault(row + 1, [])
        cells += [""] * (column + 1 - len(cells))
        if cells[column] in ("", None) or unread.kind == "error":
            cells[column] = unread
    return list(_filled(sorted(numbered.items()), limits)), merged


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
        return Unread("error", value) if _ERROR.fullmatch(value.strip()) else value.strip() or None
    if type(value) is float:
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, int) and abs(value) >= 10**15:
        return float(value)
    return str(value) if isinstance(value, (time, timedelta)) else value


def _tagged(value: date | datetime | Unread) -> dict[str, Any]:
    if isinstance(value, Unread):
        return {"u": [value.kind, value.text]}
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return {"d": value.isoformat()}

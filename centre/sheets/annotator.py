"""Runs in the child process only: gives a person's own file back with its errors marked."""

import io
import sys
import warnings
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from centre.sheets.cells import sheet_name
from centre.sheets.inbox import Refused, answer, kind_of
from centre.sheets.limits import Limits
from centre.sheets.marks import Unread
from centre.sheets.parser import rows_of

TITLE = "错误说明"
BEFORE = "原来："
_RED, _YELLOW = "FFC7CE", "FFF2B3"
_KEPT_CELLS = 200_000
"""Above this the file's own formats are given up, because loading them would take more memory than allowed."""

CellFaults = list[tuple[int | None, str]]
Faults = dict[str, dict[int, CellFaults]]
Corrected = dict[str, dict[int, dict[int, tuple[str, str]]]]
"""By sheet, row and column (from 0): the text before and after."""


def main() -> None:
    """Answer the question on standard input."""
    answer(_annotate)


def _annotate(question: dict[str, Any], data: bytes, limits: Limits) -> bytes:
    faults: Faults = defaultdict(lambda: defaultdict(list))
    for sheet, row, column, message in question["faults"]:
        faults[sheet][row].append((column, message))
    kind = kind_of(data, question["filename"], limits)
    _, sheets = rows_of(data, question["filename"], limits)
    corrected = _corrected(sheets, question.get("corrections", ()))
    cells = sum(len(values) for sheet in sheets for _, values in sheet["rows"])
    if kind == "xlsx" and cells <= _KEPT_CELLS:
        return _in_place(data, sheets, faults, question["headers"], corrected)
    return _rebuilt(sheets, faults, question["headers"], corrected)


def _corrected(sheets: list[dict[str, Any]], corrections: Iterable[tuple[str, int, int, str]]) -> Corrected:
    """The cells that are to be changed: those whose text is not yet what it was corrected to."""
    cells = {(sheet["name"], number): values for sheet in sheets for number, values in sheet["rows"]}
    corrected: Corrected = defaultdict(lambda: defaultdict(dict))
    for sheet, row, column, text in corrections:
        values = cells.get((sheet, row), [])
        before = _text(values[column]) if column < len(values) else ""
        if before != text:
            corrected[sheet][row][column] = (before, text)
    return corrected


def _text(value: Any) -> str:
    if isinstance(value, Unread):
        return value.text
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _in_place(
    data: bytes, sheets: list[dict[str, Any]], faults: Faults, headers: dict[str, int], corrected: Corrected
) -> bytes:
    sys.modules["numpy"] = None  # type: ignore[assignment]  # openpyxl would load it, too large for this process
    from openpyxl import load_workbook
    from openpyxl.cell import MergedCell
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    warnings.simplefilter("ignore")
    try:
        book = load_workbook(io.BytesIO(data), keep_links=False)
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, SyntaxError) as error:
        raise Refused("sheet-broken") from error
    red, bold = PatternFill("solid", start_color=_RED), Font(bold=True, color="B00020")
    yellow = PatternFill("solid", start_color=_YELLOW)
    for source in sheets:
        name = source["name"]
        if name not in book.sheetnames or (name not in faults and name not in corrected):
            continue
        sheet, last = book[name], _width(source) + 1
        for row, cells in corrected[name].items():
            for column, (before, text) in cells.items():
                cell = sheet.cell(row, column + 1)
                if not isinstance(cell, MergedCell):
                    cell.value, cell.number_format, cell.fill = text or None, "@", yellow
                    cell.comment = Comment(f"{BEFORE}{before}", TITLE)
        if name not in faults:
            continue
        sheet.cell(headers.get(name, 1), last, TITLE).font = bold
        for row, cell_faults in faults[name].items():
            explanation = sheet.cell(row, last, _joined(cell_faults))
            explanation.fill = red
            for column, message in _by_column(cell_faults).items():
                cell = sheet.cell(row, column + 1)
                cell.fill = red
                if not isinstance(cell, MergedCell):
                    cell.comment = Comment(message, TITLE)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def _width(sheet: dict[str, Any]) -> int:
    return max((len(values) for _, values in sheet["rows"]), default=0)


def _joined(cell_faults: CellFaults) -> str:
    return "；".join(message for _, message in cell_faults)


def _by_column(cell_faults: CellFaults) -> dict[int, str]:
    columns: dict[int, str] = {}
    for column, message in cell_faults:
        if column is not None:
            columns[column] = f"{columns[column]}；{message}" if column in columns else message
    return columns


def _rebuilt(sheets: list[dict[str, Any]], faults: Faults, headers: dict[str, int], corrected: Corrected) -> bytes:
    """The values alone, as text where they were text, written row by row."""
    from xlsxwriter import Workbook

    packed = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with Workbook(packed, options) as book:
        red, text = book.add_format({"bg_color": "#" + _RED}), book.add_format({"num_format": "@"})
        _apply(sheets, corrected)
        for source in sheets:
            sheet = book.add_worksheet(sheet_name(source["name"]))
            wrong = faults.get(source["name"], {})
            last = _width(source)
            sheet.write_string(headers.get(source["name"], 1) - 1, last, TITLE)
            for number, values in source["rows"]:
                _write_row(sheet, number - 1, values, wrong.get(number, []), (red, text))
                if number in wrong:
                    sheet.write_string(number - 1, last, _joined(wrong[number]), red)
    return packed.getvalue()


def _apply(sheets: list[dict[str, Any]], corrected: Corrected) -> None:
    for source in sheets:
        for number, values in source["rows"]:
            for column, (_, text) in corrected[source["name"]][number].items():
                values += [None] * (column + 1 - len(values))
                values[column] = text or None


def _write_row(sheet: Any, row: int, values: list[Any], cell_faults: CellFaults, formats: tuple[Any, Any]) -> None:
    red, text = formats
    marked = _by_column(cell_faults)
    for column in range(max([len(values), *(place + 1 for place in marked)])):
        value = values[column] if column < len(values) else None
        style = red if column in marked else text if isinstance(value, str) else None
        if isinstance(value, Unread):
            sheet.write_string(row, column, value.text, style)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, style)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, style)
        else:
            sheet.write(row, column, value, style)  # a number, a truth or a blank
        if column in marked:
            sheet.write_comment(row, column, marked[column])

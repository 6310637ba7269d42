"""Reads a spreadsheet that somebody sent, in a limited child process, into plain rows."""

import json
from datetime import date, datetime

from centre.sheets import child
from centre.sheets.cells import Cell, Row, Sheet, SheetTooHeavy, Workbook
from centre.sheets.limits import Limits

LIMITS = Limits()


def read_sheets(data: bytes, filename: str, limits: Limits = LIMITS) -> Workbook:
    """Every sheet of an .xlsx, .xls, .ods or .csv file. Raises SheetRefused, or Unavailable when all places are taken.

    The file's content decides what it is. CSV is read as Unicode or GB18030. Empty rows are left out, row numbers are
    those that the spreadsheet program shows.
    """
    answer = child.ask("parser", {"filename": filename[-200:]}, data, limits)
    try:
        answer_parts = json.loads(answer, object_hook=_dated)
    except ValueError:
        raise SheetTooHeavy from None
    sheets = [
        Sheet(sheet["name"], sheet["hidden"], [Row(number, cells) for number, cells in sheet["rows"]])
        for sheet in answer_parts["sheets"]
    ]
    return Workbook(filename, answer_parts["kind"], sheets)


def _dated(value: dict[str, object]) -> object:
    """The hook of every JSON object: a tagged date, or the object itself."""
    tagged = value.get("d")
    if not isinstance(tagged, str):
        return value
    return date.fromisoformat(tagged) if len(tagged) == 10 else datetime.fromisoformat(tagged)


def text_of(cell: Cell) -> str:
    """What a person sees in the cell: 3 for 3.0, 2026-03-02 for a date, nothing for an empty one."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return repr(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)

"""Reads an uploaded table into plain rows, in a child process with limits."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from centre.sheets import child
from centre.sheets.cells import Cell, Row, Sheet, SheetTooHeavy, Workbook
from centre.sheets.limits import Limits
from centre.sheets.marks import Unread
from centre.sheets.plain_text import heading_key
from centre.text import traditional

LIMITS = Limits()

Aliases = Mapping[str, Sequence[str]]


def read_sheets(data: bytes, filename: str, limits: Limits = LIMITS, *, aliases: Aliases | None = None) -> Workbook:
    """Every sheet of an .xlsx, .xls, .ods, .csv or .jsonl file. Raises SheetRefused, or Unavailable when all places
    are taken.

    The file's content decides what it is. CSV is read as Unicode, GB18030 or Big5; its delimiter is the one under which
    the titles of `aliases` stand. Empty rows are left out, row numbers are those that the spreadsheet program shows.
    """
    names = (name for field, titles in (aliases or {}).items() for name in (field, *titles))
    question: dict[str, object] = {"filename": filename[-200:], "headings": _spellings(tuple(names))}
    answer = child.ask("parser", question, data, limits)
    try:
        answer_parts = json.loads(answer, object_hook=_untagged)
    except ValueError:
        raise SheetTooHeavy from None
    return Workbook(filename, answer_parts["kind"], [_sheet(sheet) for sheet in answer_parts["sheets"]])


def _sheet(sheet: Mapping[str, Any]) -> Sheet:
    return Sheet(
        sheet["name"],
        sheet["hidden"],
        [Row(number, cells) for number, cells in sheet["rows"]],
        frozenset(sheet["hidden_rows"]),
        frozenset(sheet["hidden_columns"]),
        frozenset((row, column) for row, column in sheet["merged"]),
    )


@lru_cache(maxsize=8)
def _spellings(names: Iterable[str]) -> list[str]:
    """The titles as the child compares them, in both scripts."""
    return sorted({heading_key(way) for name in names for way in (name, traditional(name))} - {""})


def _untagged(value: dict[str, Any]) -> object:
    """The hook of every JSON object: a tagged date, a tagged unread cell, or the object itself."""
    if "u" in value and len(value) == 1:
        return Unread(*value["u"])
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
    if isinstance(cell, Unread):
        return cell.text
    if isinstance(cell, float):
        return repr(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)

"""From a file to the rows of a list of openings: spreadsheets and JSON; whatever is left out is named. Pure."""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from centre.errors import Problem
from centre.sheets.cells import Cell, HeaderHidden, HeaderMissing, LineBroken, Row, Sheet, SheetRefused, Workbook
from centre.sheets.entries import (
    Rules,
    SheetEntry,
    entries,
    header_of,
    left_out,
    remarks_of_book,
    remarks_of_header,
    without_header,
)
from centre.sheets.header import Header
from centre.sheets.marks import Unread
from centre.sheets.reading import read_sheets, text_of
from centre.sheets.writing import as_written
from centre.translation import N_
from employers.openings.columns import COLUMNS, DAYS, NEEDED, NEVER_DITTO

__all__ = ["LineBroken"]

MOST_ROWS = 50_000
RULES = Rules(COLUMNS, NEEDED, own=NEVER_DITTO, days=DAYS)
_BLOCKS = frozenset({"p", "br", "li", "div", "tr", "ul", "ol", "h1", "h2", "h3", "h4"})
_UNITS = {"month": "/月", "day": "/天", "hour": "/小时", "piece": "/件", "year": "/年"}


class ListTooLong(SheetRefused):
    """More openings than one import takes."""

    code = "list-too-long"
    message = N_("一次最多导入 {most} 个岗位，请分成几个文件")


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list: its number as the file's program shows it, its cells by the names of the columns, its sheet.

    `headings` are the titles of the columns; `notes` name what of the row is not taken over, `problems` the cells that
    hold no value.
    """

    number: int
    cells: Mapping[str, str]
    sheet: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[Problem] = ()
    problems: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class OpeningList:
    """The rows of a file, and everything in it that no row takes over: columns, sheets, total lines.

    `headers` are those of the sheets that were read.
    """

    lines: list[ListRow] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    headers: dict[str, Header] = field(default_factory=dict)


def read_list(data: bytes, filename: str) -> OpeningList:
    """Read a list: a spreadsheet, CSV or JSON (an array, or an object a line). Raises SheetRefused."""
    return read_book(read_sheets(data, filename, aliases=COLUMNS))


def read_book(book: Workbook, headers: Mapping[str, Header] | None = None) -> OpeningList:
    """The rows of a file that is parsed already; `headers` are those of its sheets where somebody has said what the
    columns are. Raises SheetRefused."""
    openings = OpeningList(remarks=remarks_of_book(book))
    refusal: SheetRefused = HeaderMissing(expected="、".join(COLUMNS[name][0] for name in NEEDED))
    for sheet in book.data_sheets:
        try:
            header = (headers or {}).get(sheet.name) or header_of(sheet, RULES)
        except HeaderHidden as hidden:
            refusal = hidden
            openings.remarks.append(Problem("", hidden.code, hidden.message, hidden.params))
            continue
        except HeaderMissing:
            openings.remarks.append(without_header(sheet))
            continue
        openings.headers[sheet.name] = header
        openings.remarks.extend(remarks_of_header(sheet, header))
        for line in _lines(sheet, header, openings.remarks):
            openings.lines.append(line)
            if len(openings.lines) > MOST_ROWS:
                raise ListTooLong(most=MOST_ROWS)
    if not openings.lines:
        raise refusal
    return openings


def _lines(sheet: Sheet, header: Header, remarks: list[Problem]) -> Iterator[ListRow]:
    headings = {name: header.titles.get(column, "") for name, column in header.columns.items()}
    is_json = sheet.name == "JSON"
    for entry in entries(sheet, header, RULES):
        if entry.is_left_out:
            remarks.append(left_out(sheet, entry))
            continue
        notes = [_without_title(entry.row, column) for column in _untitled(entry.row, header)]
        texts, problems = _texts(entry, is_json=is_json)
        yield ListRow(entry.row.number, texts, "" if is_json else sheet.name, headings, notes, problems)


def _texts(entry: SheetEntry, *, is_json: bool) -> tuple[dict[str, str], list[Problem]]:
    """The cells as texts; pay that JSON writes as an object is read, so that it is no problem."""
    texts, problems = {}, list(entry.problems)
    for name, cell in entry.cells.items():
        if isinstance(cell, Unread) and cell.kind == "nested" and name in ("wage", "base_pay"):
            texts[name] = _pay_text(cell.text)
            problems = [problem for problem in problems if problem.field != name or not texts[name]]
        elif isinstance(cell, Unread):
            texts[name] = "" if cell.kind == "nested" else cell.text
        elif is_json:
            texts[name] = without_markup(text_of(cell)).strip()
        else:
            texts[name] = as_written(text_of(cell))
    return texts, problems


def _untitled(row: Row, header: Header) -> list[Cell]:
    known = header.titles.keys() | header.hidden.keys()
    return [cell for column, cell in enumerate(row.cells) if cell is not None and column not in known]


def _without_title(row: Row, cell: Cell) -> Problem:
    message = N_("第 {row} 行的“{text}”上面没有列名，没有读")
    return Problem("", "cell-untitled", message, {"row": row.number, "text": text_of(cell)[:40]})


def _pay_text(text: str) -> str:
    """Pay as {min, max, unit}; nothing where it holds anything else."""
    try:
        value: Mapping[str, Any] = json.loads(text)
    except ValueError:
        return ""
    if not isinstance(value, dict) or not value.keys() <= {"min", "max", "unit"}:
        return ""
    figures = [value.get(name) for name in ("min", "max") if value.get(name) is not None]
    unit = value.get("unit") or ""
    if not figures or any(isinstance(figure, bool) or not isinstance(figure, int | float | str) for figure in figures):
        return ""
    if value.get("min") is None:
        return f"最高{figures[0]}{_UNITS.get(unit, unit)}"
    return "-".join(map(str, figures)) + str(_UNITS.get(unit, unit))


class _Plain(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.hidden += tag in ("script", "style")
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style") and self.hidden > 0
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.parts.append(data)


def without_markup(text: str) -> str:
    """Text without HTML tags and entities; other text is returned unchanged."""
    if "&" not in text and "<" not in text:
        return text
    if not re.search(r"</?[a-zA-Z]|<!", text):
        return html.unescape(text).replace("\xa0", " ")
    parser = _Plain()
    parser.feed(text)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.parts).replace("\xa0", " ").split("\n"))
    return "\n".join(line for line in lines if line)


def with_markup(text: str) -> str:
    """Escape a text so that `without_markup` restores it."""
    return html.escape(text, quote=False) if "&" in text or "<" in text else text

"""Writes spreadsheets: templates to fill in, exports without formulas, and a person's own file with its errors."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from centre.sheets import child
from centre.sheets.cells import CHOICES_SHEET, GUIDE_SHEET, Cell, sheet_name
from centre.sheets.limits import Limits
from centre.sheets.marks import Unread

_LIMITS = Limits(processor=40, patience=60)
_STARTERS = frozenset("=+-@\t\r\n＝＋－＠|")
_WORKSHEET_ROWS = 1_048_575


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a template or an export. Numbers that people carry are `text`, or they would lose digits.

    An `is_open` list of choices is offered, and other text may be written, such as several of them.
    """

    title: str
    kind: str = "text"
    note: str = ""
    required: bool = False
    choices: Sequence[str] = field(default=())
    width: int = 14
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet of a workbook for paper: lines above the table, the table, lines below it.

    Columns of the kind `money` or `share` show two decimals.
    """

    title: str
    above: Sequence[str]
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    below: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class CellFault:
    """One thing wrong in a person's own file: which sheet and row, which column (from 0), and words for the reader."""

    sheet: str
    row: int
    column: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What a cell of a person's own file says after it was corrected on screen; the column is counted from 0."""

    sheet: str
    row: int
    column: int
    text: str


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a dangerous first character gets an apostrophe before it.

    Text that already begins so gets another one, so that `as_written` gives every text back.
    """
    return "'" + text if text.lstrip("'")[:1] in _STARTERS else text


def as_written(text: str) -> str:
    """The text before `safe`: without the apostrophe that keeps it from being a formula."""
    return text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in _STARTERS else text


def template(
    title: str,
    columns: Sequence[Column],
    *,
    notes: Sequence[str] = (),
    samples: Sequence[Sequence[str]] = (),
    rows: int = 1_000,
) -> bytes:
    """An .xlsx to fill in: header and drop-downs on the first sheet, notes and sample rows on one of their own."""
    packed = io.BytesIO()
    with _writer(packed) as book:
        sheet = book.add_worksheet(sheet_name(title))
        _head(book, sheet, columns)
        for at, column in enumerate(columns):
            if column.note:
                sheet.write_comment(0, at, column.note, {"x_scale": 2})
            if column.choices:
                source = _choices(book, at, column.choices)
                is_closed = isinstance(source, list) and not column.is_open  # what a long list lacks may be written
                asked = "stop" if is_closed else "information"
                sheet.data_validation(1, at, rows, at, {"validate": "list", "source": source, "error_type": asked})
        guide = book.add_worksheet(GUIDE_SHEET)
        _head(book, guide, columns)
        plain = book.add_format({"num_format": "@"})
        for at, sample in enumerate(samples, 1):
            for place, text in enumerate(sample):
                guide.write_string(at, place, safe(text), plain)
        for at, note in enumerate(notes, len(samples) + 2):
            guide.write_string(at, 0, safe(note))
        sheet.activate()
    return packed.getvalue()


def export(title: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], *, mark: str = "") -> bytes:
    """An .xlsx of rows: text always as text, numbers and dates as such.

    A `mark` says whose copy it is: in the first and the last row, on each printed sheet and in the file's properties.
    """
    packed = io.BytesIO()
    with _writer(packed, constant_memory=True) as book:
        sheet = book.add_worksheet(sheet_name(title))
        if mark:
            book.set_properties({"comments": mark})
            sheet.set_header("&L" + mark[:200].replace("&", "&&"))
            sheet.set_footer("&L" + mark[:200].replace("&", "&&"))
            sheet.write_string(0, 0, safe(mark))
        at = head = 1 if mark else 0
        _head(book, sheet, columns, head)
        formats = {
            "text": book.add_format({"num_format": "@"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "money": book.add_format({"num_format": "0.00"}),
        }
        for at, row in enumerate(rows, head + 1):
            for place, value in enumerate(row):
                _put(sheet, at, place, value, formats)
        if mark:
            sheet.write_string(at + 1, 0, safe(mark))
    return packed.getvalue()


def workbook(pages: Sequence[Page]) -> bytes:
    """An .xlsx of several tables, one on each sheet, set up to print on one A4 page each."""
    packed = io.BytesIO()
    with _writer(packed) as book:
        text, two = book.add_format({"num_format": "@"}), book.add_format({"num_format": "#,##0.00"})
        whole, title = book.add_format({"num_format": "#,##0"}), book.add_format({"bold": True, "font_size": 14})
        for number, page in enumerate(pages, 1):
            sheet = book.add_worksheet(sheet_name(f"{number} {page.title}"))
            sheet.set_paper(9)
            sheet.set_landscape()
            sheet.fit_to_pages(1, 1)
            for at, line in enumerate(page.above):
                sheet.write_string(at, 0, safe(line), title if at == 0 else text)
            head = len(page.above)
            _head(book, sheet, page.columns, head)
            for at, row in enumerate(page.rows, head + 1):
                for place, (column, value) in enumerate(zip(page.columns, row, strict=True)):
                    if isinstance(value, int | float):
                        sheet.write_number(at, place, value, two if column.kind in ("money", "share") else whole)
                    elif value is not None:
                        sheet.write_string(at, place, safe(str(value)), text)
            for at, line in enumerate(page.below, head + len(page.rows) + 2):
                sheet.write_string(at, 0, safe(line), text)
    return packed.getvalue()


def export_csv(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The same rows as CSV in UTF-8 with a byte-order mark, which spreadsheet programs need to read Chinese."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([safe(column.title) for column in columns])
    for row in rows:
        writer.writerow([safe(value) if isinstance(value, str) else value for value in row])
    return text.getvalue().encode("utf-8-sig")


def annotated_copy(
    data: bytes,
    filename: str,
    faults: Sequence[CellFault],
    header_rows: Mapping[str, int],
    corrections: Sequence[Correction] = (),
) -> bytes:
    """The person's own file as .xlsx: faulty cells red with a comment, and a last column 错误说明. Raises SheetRefused.

    Cells that `corrections` change are yellow, with the old text as a comment. `header_rows` gives the row under which
    each sheet's explanations start. Made in the child process, because it
    opens the file again; .xls, .ods, .csv and very large files come back with their values only.
    """
    question: dict[str, Any] = {
        "filename": filename[-200:],
        "headers": dict(header_rows),
        "faults": [[fault.sheet, fault.row, fault.column, safe(fault.message)] for fault in faults],
        "corrections": [[cell.sheet, cell.row, cell.column, safe(cell.text)] for cell in corrections],
    }
    return child.ask("annotator", question, data, _LIMITS)


def _writer(packed: io.BytesIO, *, constant_memory: bool = False) -> Any:
    from xlsxwriter import Workbook

    return Workbook(
        packed,
        {
            "in_memory": not constant_memory,
            "constant_memory": constant_memory,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": "yyyy-mm-dd",
        },
    )


def _head(book: Any, sheet: Any, columns: Sequence[Column], row: int = 0) -> None:
    bold = {"bold": True, "bg_color": "#E8EEF4", "border": 1, "text_wrap": True}
    plain, needed = book.add_format(bold), book.add_format({**bold, "font_color": "#B00020"})
    text = book.add_format({"num_format": "@"})
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, text if column.kind == "text" else None)
        sheet.write_string(
            row, at, safe(column.title) + ("*" if column.required else ""), needed if column.required else plain
        )
    sheet.freeze_panes(row + 1, 0)


def _choices(book: Any, at: int, choices: Sequence[str]) -> Any:
    """A list in the cell itself, or the name of one on a hidden sheet beyond the 255 characters that fit there."""
    if len(",".join(choices)) <= 255 and not any("," in choice for choice in choices):
        return list(choices)
    name = f"{CHOICES_SHEET}{at + 1}"
    sheet = book.add_worksheet(name)
    sheet.write_column(0, 0, choices)
    sheet.hide()
    book.define_name(name, f"='{name}'!$A$1:$A${len(choices)}")
    return f"={name}"


def _put(sheet: Any, row: int, column: int, value: Cell, formats: Mapping[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, str):
        sheet.write_string(row, column, safe(value), formats["text"])
    elif isinstance(value, Unread):
        sheet.write_string(row, column, safe(value.text), formats["text"])
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, date | datetime):
        sheet.write_datetime(row, column, value, formats["date"])
    elif abs(value) >= 10**15:
        sheet.write_string(row, column, str(value), formats["text"])
    else:
        sheet.write_number(row, column, value)

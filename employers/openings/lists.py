"""From a file to the rows of a list of openings: spreadsheets and JSON; whatever is left out is named. Pure."""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from centre.errors import Problem
from centre.sheets.cells import Cell, HeaderMissing, Row, Sheet, SheetRefused, UnknownEncoding
from centre.sheets.ditto import is_ditto
from centre.sheets.header import Header, body, find_header
from centre.sheets.reading import read_sheets, text_of
from centre.sheets.writing import as_written
from centre.text import normalise
from centre.translation import N_
from employers.openings.columns import COLUMNS, NEEDED, NEVER_DITTO

MOST_ROWS = 50_000
_TOTALS = frozenset({"合计", "小计", "总计", "共计", "total"})
_BLOCKS = frozenset({"p", "br", "li", "div", "tr", "ul", "ol", "h1", "h2", "h3", "h4"})
_UNITS = {"month": "/月", "day": "/天", "hour": "/小时", "piece": "/件", "year": "/年"}


class ListTooLong(SheetRefused):
    """More openings than one import takes."""

    code = "list-too-long"
    message = N_("一次最多导入 {most} 个岗位，请分成几个文件")


class LineBroken(SheetRefused):
    """A line that is not a JSON object."""

    code = "line-broken"
    message = N_("第 {row} 行不是正确的 JSON 对象，整个文件没有导入")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a list: its number as the file's program shows it, its cells by the names of the columns, its sheet.

    `headings` are the titles of the columns; `notes` name what of the row is not taken over.
    """

    number: int
    cells: Mapping[str, str]
    sheet: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[Problem] = ()


@dataclass(frozen=True, slots=True)
class OpeningList:
    """The rows of a file, and everything in it that no row takes over: columns, sheets, total lines."""

    lines: list[Line] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)


def read_list(data: bytes, filename: str) -> OpeningList:
    """Read a list: JSON (an array, or an object a line) by its ending, everything else a spreadsheet.

    Raises SheetRefused.
    """
    openings = OpeningList()
    is_json = filename.lower().endswith((".jsonl", ".ndjson", ".json"))
    for line in _json_lines(data, openings.remarks) if is_json else _sheet_lines(data, filename, openings.remarks):
        openings.lines.append(line)
        if len(openings.lines) > MOST_ROWS:
            raise ListTooLong(most=MOST_ROWS)
    if not openings.lines:
        raise _header_missing()
    return openings


def _header_missing() -> HeaderMissing:
    return HeaderMissing(expected="、".join(COLUMNS[name][0] for name in NEEDED))


def _sheet_lines(data: bytes, filename: str, remarks: list[Problem]) -> Iterator[Line]:
    book = read_sheets(data, filename)
    remarks += [
        Problem("", "sheet-hidden", N_("隐藏的工作表“{sheet}”没有读"), {"sheet": sheet.name})
        for sheet in book.sheets
        if sheet.rows and sheet.hidden
    ]
    for sheet in book.data_sheets:
        try:
            header = find_header(sheet.rows, COLUMNS, required=NEEDED)
        except HeaderMissing:
            message = N_("工作表“{sheet}”里没有找到表头，没有读")
            remarks.append(Problem("", "sheet-without-header", message, {"sheet": sheet.name}))
            continue
        for title in header.unknown.values():
            message = N_("不认识“{column}”这一列，没有读（工作表“{sheet}”）")
            remarks.append(Problem("", "column-unknown", message, {"column": title, "sheet": sheet.name}))
        yield from _rows_of(sheet, header, remarks)


def _rows_of(sheet: Sheet, header: Header, remarks: list[Problem]) -> Iterator[Line]:
    wanted = {row.number for row in body(sheet.rows, header)}
    headings = {name: header.titles.get(column, "") for name, column in header.columns.items()}
    above: dict[str, str] = {}
    for row in sheet.rows:
        if row.number <= header.last_row:
            continue
        cells = {name: as_written(text_of(cell)) for name, cell in header.read(row).items()}
        if row.number not in wanted or _is_total(cells) or not any(cells.values()):
            remarks.append(_left_out(sheet, row))
            continue
        notes = [_without_title(row, column) for column in _untitled(row, header)]
        cells = {
            name: above.get(name, "") if is_ditto(cell) and name not in NEVER_DITTO else cell
            for name, cell in cells.items()
        }
        above = cells
        yield Line(row.number, cells, sheet.name, headings, notes)


def _is_total(cells: Mapping[str, str]) -> bool:
    return normalise(cells.get("title", "")).replace(" ", "").rstrip(":") in _TOTALS


def _left_out(sheet: Sheet, row: Row) -> Problem:
    text = " ".join(text_of(cell) for cell in row.cells if cell is not None)[:60]
    message = N_("第 {row} 行“{text}”不像岗位，没有读（工作表“{sheet}”）")
    return Problem("", "row-left-out", message, {"row": row.number, "text": text, "sheet": sheet.name})


def _untitled(row: Row, header: Header) -> list[Cell]:
    return [cell for column, cell in enumerate(row.cells) if cell is not None and column not in header.titles]


def _without_title(row: Row, cell: Cell) -> Problem:
    message = N_("第 {row} 行的“{text}”上面没有列名，没有读")
    return Problem("", "cell-untitled", message, {"row": row.number, "text": text_of(cell)[:40]})


def _json_lines(data: bytes, remarks: list[Problem]) -> Iterator[Line]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnknownEncoding from None
    known: dict[str, str] = {}
    for number, record in _array(text) if text.lstrip().startswith("[") else _objects(text):
        for name in record.keys() - known.keys():
            known[name] = _column_of(name)
            if not known[name]:
                message = N_("不认识“{column}”这一项，没有读")
                remarks.append(Problem("", "column-unknown", message, {"column": name[:40]}))
        notes: list[Problem] = []
        cells: dict[str, str] = {}
        for name, value in record.items():
            if known[name] and not cells.get(known[name]):
                cells[known[name]] = _text(known[name], value, notes)
        yield Line(number, cells, notes=notes)


def _objects(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, row in enumerate(text.split("\n"), start=1):
        if row.strip():
            yield number, _object(row, number)


def _object(row: str, number: int) -> dict[str, Any]:
    try:
        record = json.loads(row)
    except (ValueError, RecursionError):
        raise LineBroken(row=number) from None
    if not isinstance(record, dict):
        raise LineBroken(row=number)
    return record


def _array(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        records = json.loads(text)
    except (ValueError, RecursionError):
        raise LineBroken(row=1) from None
    for number, record in enumerate(records, start=1):
        if not isinstance(record, dict):
            raise LineBroken(row=number)
        yield number, record


def _column_of(name: str) -> str:
    level = normalise(name).replace(" ", "")
    return next((column for column, names in COLUMNS.items() if level in (column, *map(normalise, names))), "")


def _text(column: str, value: Any, notes: list[Problem]) -> str:
    """The cell that a value of JSON would be; a value that is none is named."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return without_markup(value).strip()
    if isinstance(value, int | float):
        return text_of(int(value) if isinstance(value, float) and value.is_integer() else value)
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        texts = [without_markup(str(part)).strip() for part in value]
        return (" " if column == "area" else ";").join(text for text in texts if text)
    if column in ("wage", "base_pay") and isinstance(value, dict) and (pay := _pay_text(value)):
        return pay
    message = N_("“{column}”的内容“{text}”读不懂，没有读")
    shown = json.dumps(value, ensure_ascii=False, default=str)[:60]
    notes.append(Problem(column, "value-nested", message, {"column": column, "text": shown}))
    return ""


def _pay_text(value: Mapping[str, Any]) -> str:
    """Pay as {min, max, unit}; nothing where it holds anything else."""
    if not value.keys() <= {"min", "max", "unit"}:
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

"""The rows under a header as every import reads them: 同上 filled in, and each unreliable cell named.

A cell with an error value, a formula without its result or a broken character is refused by its own name; it is never
an empty one. Pure.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from centre.errors import Problem
from centre.sheets.cells import Cell, HeaderMissing, Row, Sheet, Workbook
from centre.sheets.ditto import is_ditto
from centre.sheets.header import Header, body, find_header, other_header
from centre.sheets.marks import Unread
from centre.sheets.plain_text import DAMAGED
from centre.sheets.reading import Aliases, text_of
from centre.translation import N_

DIGITS_LOST = 10**15

_UNREAD = {
    "error": ("cell-error", N_("这一格是表格的错误值“{text}”，不是内容；请改正后再上传")),
    "formula": ("cell-formula", N_("这一格是公式“{text}”，文件里没有它的结果；请在 Excel 或 WPS 里打开、保存后再上传")),
    "damaged": ("cell-damaged", N_("这一格有坏掉的字（显示为 {text}）；请在原表里改正，另存后再上传")),
    "nested": ("value-nested", N_("这一项的内容“{text}”读不懂，请改成一个值")),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The columns of an import: their titles, and which are required, dates, or never repeated from above (no 同上)."""

    aliases: Aliases
    required: Sequence[str]
    own: Collection[str] = ()
    days: Collection[str] = ()
    numbers_checked: Collection[str] = ()
    """Fields whose own grammar names lost digits better."""


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """One row under the header: its cells by field, what is wrong with them as cells, or why it is no entry at all."""

    row: Row
    cells: Mapping[str, Cell]
    problems: Sequence[Problem] = field(default=())
    is_left_out: bool = False

    @property
    def text(self) -> str:
        """What the row says, for a message about it."""
        return " ".join(text_of(cell) for cell in self.row.cells if cell is not None)[:60]


def header_of(sheet: Sheet, rules: Rules) -> Header:
    """The header of a sheet; that of JSON is its names. Raises HeaderMissing or HeaderHidden."""
    rows = sheet.rows[:1] if sheet.name == "JSON" and sheet.rows and sheet.rows[0].number == 0 else sheet.rows
    return find_header(rows, rules.aliases, required=rules.required, hidden=sheet.hidden_columns)


def entries(sheet: Sheet, header: Header, rules: Rules) -> Iterator[SheetEntry]:
    """Every row under the header in its order. A second header with other columns counts from its row on."""
    wanted = {row.number for row in body(sheet.rows, header)}
    above: dict[str, Cell] = {}
    lost = ""
    for row in sheet.rows:
        if row.number <= header.last_row:
            continue
        if other_header(row, header, rules.aliases):
            try:
                header, lost = find_header([row], rules.aliases, required=rules.required), ""
            except HeaderMissing:
                lost = " ".join(text_of(cell) for cell in row.cells if cell is not None)[:60]
            wanted, above = {below.number for below in body(sheet.rows, header)}, {}
            yield SheetEntry(row, {}, is_left_out=True)
            continue
        cells = header.read(row)
        if row.number not in wanted or not any(cell is not None for cell in cells.values()):
            yield SheetEntry(row, cells, is_left_out=True)
            continue
        problems = [] if not lost else [_header_changed(lost)]
        if dittos := [name for name, cell in cells.items() if is_ditto(cell)]:
            problems += _ditto_problems(dittos, cells, above, rules)
            cells = {**cells, **{name: above.get(name) for name in dittos if name not in rules.own}}
        above = cells
        problems += _doubts(sheet, row, header, above, rules)
        yield SheetEntry(row, above, problems)


def remarks_of_book(book: Workbook) -> list[Problem]:
    """The hidden sheets of a file, which are not read."""
    message = N_("隐藏的工作表“{sheet}”没有读；里面有要导入的，请取消隐藏后再上传")
    return [
        Problem("", "sheet-hidden", message, {"sheet": sheet.name})
        for sheet in book.sheets
        if sheet.rows and sheet.hidden and not sheet.is_choices
    ]


def remarks_of_header(sheet: Sheet, header: Header) -> list[Problem]:
    """The columns of a sheet that no field reads: unknown ones, and hidden ones."""
    unknown, hidden = (
        N_("不认识“{column}”这一列，没有读（工作表“{sheet}”）"),
        N_("“{column}”这一列在表格里是隐藏的，没有读（工作表“{sheet}”）；要读请取消隐藏后再上传"),
    )
    remarks = [
        Problem("", "column-unknown", unknown, {"column": title[:60], "sheet": sheet.name})
        for title in header.unknown.values()
    ]
    return remarks + [
        Problem("", "column-hidden", hidden, {"column": title, "sheet": sheet.name}) for title in header.hidden.values()
    ]


def without_header(sheet: Sheet) -> Problem:
    """The remark about a sheet that is no table of the wanted kind."""
    return Problem("", "sheet-without-header", N_("工作表“{sheet}”里没有找到表头，没有读"), {"sheet": sheet.name})


def left_out(sheet: Sheet, entry: SheetEntry) -> Problem:
    """The remark about a row that is no entry: a total, a signature, a repeated header."""
    message = N_("第 {row} 行“{text}”不是要导入的内容，没有读（工作表“{sheet}”）")
    return Problem("", "row-left-out", message, {"row": entry.row.number, "text": entry.text, "sheet": sheet.name})


def cell_problem(name: str, cell: Cell, *, is_day: bool = False, is_checked: bool = False) -> Problem | None:
    """Why a cell is unreliable, whatever its field means; None if it is not."""
    if isinstance(cell, str) and DAMAGED in cell:
        cell = Unread("damaged", cell)
    if isinstance(cell, Unread):
        code, message = _UNREAD[cell.kind]
        return Problem(name, code, message, {"text": cell.text[:40]})
    if isinstance(cell, date) and not is_day:
        message = N_("表格程序把这一格改成了日期 {day}；请把这一列设为文本格式，重新填写")
        return Problem(name, "cell-became-date", message, {"day": text_of(cell)[:10]})
    if isinstance(cell, float) and abs(cell) >= DIGITS_LOST and not is_checked:
        message = N_("号码被电子表格改成了 {text}，末几位已丢失；请把这一列设为文本格式，重新填写")
        return Problem(name, "digits-lost", message, {"text": text_of(cell)})
    return None


def _doubts(sheet: Sheet, row: Row, header: Header, cells: Mapping[str, Cell], rules: Rules) -> list[Problem]:
    problems = []
    if row.number in sheet.hidden_rows:
        message = N_("这一行在表格里是隐藏的：要导入，请取消隐藏后再上传；不要，请删掉这一行")
        problems.append(Problem("", "row-hidden", message))
    for name, cell in cells.items():
        is_checked = name in rules.numbers_checked
        if problem := cell_problem(name, cell, is_day=name in rules.days, is_checked=is_checked):
            problems.append(problem)
        elif name in rules.own and (row.number, header.columns[name]) in sheet.merged:
            message = N_("这一格和上面的格合并了，每一行要有自己的内容；请拆开合并、分别填写")
            problems.append(Problem(name, "cell-merged", message))
    return problems


def _ditto_problems(
    dittos: Sequence[str], cells: Mapping[str, Cell], above: Mapping[str, Cell], rules: Rules
) -> list[Problem]:
    problems = []
    for name in dittos:
        if name in rules.own:
            problems.append(Problem(name, "ditto", N_("这一格不能写“同上”，请填写本行的")))
        elif above.get(name) is None:
            message = N_("这一格写“{text}”，上面一行却没有内容，请直接填写")
            problems.append(Problem(name, "ditto-of-nothing", message, {"text": text_of(cells[name])}))
    return problems


def _header_changed(titles: str) -> Problem:
    message = N_("这一行上面换了一个表头“{titles}”，少了必需的列，读不准；请分成两个工作表")
    return Problem("", "header-changed", message, {"titles": titles})

"""What a spreadsheet says, and the refusals of files that say nothing safe."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, TypeAlias

from centre.errors import Refusal
from centre.sheets.marks import Unread
from centre.translation import N_

Cell: TypeAlias = str | int | float | bool | date | datetime | Unread | None
"""Text (stripped, never empty), number, truth, date, something that could not be read, or nothing. A number of 10^15 or
more is always a float."""

GUIDE_SHEET = "填写说明"
"""The sheet of our templates with the explanations; it is never imported."""


CHOICES_SHEET = "选项"
"""What the names of the hidden sheets begin with that hold the choices of our templates."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty, by the number that the spreadsheet program shows."""

    number: int
    cells: Sequence[Cell]

    def cell(self, column: int) -> Cell:
        """The cell of a column counted from 0; nothing beyond the last one."""
        return self.cells[column] if 0 <= column < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; cells merged downwards carry their value in every row.

    `hidden_rows` are row numbers, `hidden_columns` are counted from 0; `merged` are the cells (row number,
    column) whose value stands in a cell above them.
    """

    name: str
    hidden: bool
    rows: Sequence[Row]
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: frozenset[tuple[int, int]] = frozenset()

    @property
    def is_choices(self) -> bool:
        """Whether the sheet only holds the choices of a drop-down of our own templates."""
        return self.hidden and self.name.startswith(CHOICES_SHEET)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A file that was read; `kind` is xlsx, xls, ods, csv or json."""

    filename: str
    kind: str
    sheets: Sequence[Sheet]

    @property
    def data_sheets(self) -> Iterator[Sheet]:
        """The sheets that a person meant to send: visible, not empty, not the explanations of our template."""
        return (sheet for sheet in self.sheets if sheet.rows and not sheet.hidden and sheet.name != GUIDE_SHEET)


class SheetRefused(Refusal, ValueError):
    """A file that cannot be read as a spreadsheet; the subclass names the reason."""

    code: ClassVar[str] = "sheet"
    status = 422
    message: ClassVar[str] = N_("无法读取这个表格")


class NotASpreadsheet(SheetRefused):
    """Another kind of file, whatever its name says."""

    code = "sheet-kind"
    message = N_("这不是表格文件，请上传 .xlsx、.xls、.ods 或 .csv")


class WebPageInDisguise(SheetRefused):
    """A web page or XML that another system saved under the name .xls."""

    code = "sheet-webpage"
    message = N_("这个文件其实是网页，请在 Excel 或 WPS 里打开后另存为 .xlsx 再上传")


class PasswordProtected(SheetRefused):
    """The file is encrypted."""

    code = "sheet-password"
    message = N_("表格设有密码，请取消密码后再上传")


class HasMacros(SheetRefused):
    """The file carries macros."""

    code = "sheet-macro"
    message = N_("表格里有宏，请另存为不带宏的 .xlsx 后再上传")


class SheetBroken(SheetRefused):
    """The file is damaged."""

    code = "sheet-broken"
    message = N_("文件已损坏，无法打开，请用 Excel 或 WPS 重新保存后再上传")


class LineBroken(SheetRefused):
    """A line of JSON Lines that is no object."""

    code = "line-broken"
    message = N_("第 {row} 行不是正确的 JSON 对象，整个文件没有导入")


class UnknownEncoding(SheetRefused):
    """A CSV that is neither Unicode nor GB18030 nor Big5."""

    code = "sheet-encoding"
    message = N_("无法识别文字编码，请把 CSV 保存为 UTF-8 或 GB18030")


class SheetEmpty(SheetRefused):
    """Not one cell is filled in."""

    code = "sheet-empty"
    message = N_("表格里没有内容")


class TooManyCells(SheetRefused):
    """More rows, columns or cells than a roster can have, or one cell far away from all others."""

    code = "sheet-large"
    message = N_("表格太大：最多 {rows} 行、{columns} 列。如果看起来没有这么多，请删掉远处的空行、空列再上传")


class SheetTooHeavy(SheetRefused):
    """Unpacked, the file is far larger than it looks, or reading it took too much memory or time."""

    code = "sheet-heavy"
    message = N_("表格展开后过大或结构异常，已停止读取，请把内容复制到新表格后再上传")


class HeaderMissing(SheetRefused):
    """No row looks like the header."""

    code = "sheet-header"
    message = N_("没有找到表头行，表头应包含：{expected}")


class HeaderHidden(SheetRefused):
    """A required column is hidden in the spreadsheet."""

    code = "sheet-header-hidden"
    message = N_("“{expected}”这一列在表格里是隐藏的；请取消隐藏，核对后再上传")


REFUSALS = {
    refusal.code: refusal
    for refusal in (
        NotASpreadsheet, WebPageInDisguise, PasswordProtected, HasMacros, SheetBroken, UnknownEncoding, SheetEmpty,
        TooManyCells, SheetTooHeavy, LineBroken,
    )
}  # fmt: skip
"""The refusals that the child process can report, by code."""


_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


def sheet_name(title: str) -> str:
    """A title as the name of a sheet: Excel takes 31 characters, none of []:*?/\\ and no apostrophe at an end.

    >>> sheet_name("Founders' practice: shops / stalls")
    "Founders' practice  shops   sta"
    """
    return _NOT_IN_NAMES.sub(" ", title)[:31].strip(" '") or "Sheet1"

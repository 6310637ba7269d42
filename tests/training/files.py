"""Roster files as schools send them, valid and faulty."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from typing import Any

import xlsxwriter

from tests.training.world import identity

HEADER = ["序号", "姓名", "身份证号", "性别", "文化程度", "人员类别", "联系电话", "培训工种", "备注"]

Line = list[Any]


def line(serial: int, **changes: Any) -> Line:
    """A valid row; `changes` replaces cells by column title."""
    number = identity(serial)
    sex = "男" if int(number[16]) % 2 else "女"
    row: Line = [
        serial,
        f"学员{'甲乙丙丁戊己庚辛壬癸'[serial % 10]}{'子丑寅卯辰巳午未申酉戌亥'[serial // 10]}",
        number,
        sex,
    ]
    row += ["初中", "登记失业人员", f"139{serial:08d}", "服装缝纫", ""]
    for title, value in changes.items():
        row[HEADER.index(title)] = value
    return row


def good(count: int, first: int = 1) -> list[Line]:
    """`count` valid rows."""
    return [line(serial) for serial in range(first, first + count)]


def titled(rows: Sequence[Line]) -> list[Line]:
    """The rows under a title, a stamp line and the header, as on paper."""
    above: list[Line] = [
        ["2026年第1期服装缝纫培训班学员花名册"],
        ["培训学校（盖章）：咸阳扶贫技校", "", "", "时间：2026年3月"],
    ]
    return [*above, HEADER, *rows]


def xlsx(lines: Sequence[Line], *, sheet: str = "Sheet1", more: dict[str, Sequence[Line]] | None = None) -> bytes:
    """An .xlsx: text as text, numbers as numbers, a leading = as a formula."""
    packed = io.BytesIO()
    book = xlsxwriter.Workbook(packed, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, content in {sheet: lines, **(more or {})}.items():
        page = book.add_worksheet(name)
        for at, row in enumerate(content):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(at, place, value)
                elif value is not None and value != "":
                    page.write(at, place, value)
    book.close()
    return packed.getvalue()


def text(lines: Sequence[Line], encoding: str = "gb18030") -> bytes:
    """A .csv as Chinese spreadsheet programs write it."""
    packed = io.StringIO(newline="")
    csv.writer(packed).writerows(lines)
    return packed.getvalue().encode(encoding)

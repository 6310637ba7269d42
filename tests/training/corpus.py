"""Faulty rosters, written as .xlsx, .xls and CSV in three encodings: every fault of 8.5 and its expected result."""

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import xlsxwriter
import xlwt

from tests.training import files
from tests.training.files import HEADER, Line, good, line, titled
from tests.training.world import identity

Sheets = dict[str, Sequence[Line]]
EVERYWHERE = ("xlsx", "xls", "gb18030", "utf-8", "utf-8-sig")
BOOKS = ("xlsx", "xls")


@dataclass(frozen=True)
class Nasty:
    """One roster: its sheets, its expected new, wrong and ignored rows, and its file formats."""

    sheets: Sheets
    creates: int
    errors: int = 0
    ignored: int = 0
    kinds: Sequence[str] = EVERYWHERE
    merged: Sequence[tuple[int, int, int, int]] = ()
    hidden: Sequence[str] = field(default=())


def roster(lines: Sequence[Line], creates: int, errors: int = 0, ignored: int = 0, **more: Any) -> Nasty:
    """A roster of one sheet."""
    return Nasty({"Sheet1": lines}, creates, errors, ignored, **more)


def but(last: Line) -> list[Line]:
    """Five good rows and a bad one, under title and header."""
    return titled([*good(5), last])


def small_x() -> str:
    """A number that ends in a lower-case x."""
    return next(number for number in map(identity, range(1, 99)) if number.endswith("X")).lower()


def with_column(title: str, values: Sequence[Any]) -> list[Line]:
    """Good rows with one more column."""
    rows = [[*row, value] for row, value in zip(good(len(values)), values, strict=True)]
    return [[*HEADER, title], *rows]


def two_rows() -> list[Line]:
    """A header of two rows: telephone and category under one title."""
    above = ["序号", "姓名", "身份证号", "性别", "文化程度", "联系方式和类别", "", "培训工种", "备注"]
    below = ["", "", "", "", "", "人员类别", "联系电话", "", ""]
    return [["花名册"], above, below, *good(6)]


FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
WIDE = identity(6).translate(FULL_WIDTH)
DAYS = ["1985.6.15", "1985年6月15日", "19850615", 31213, date(1985, 6, 15), "1985/6/15"]
OLD_SCRIPT = ["序號", "姓名", "身份證號碼", "性別", "文化程度", "人員類別", "聯(lián)系電(diàn)話", "培訓工種", "備註"]
FOOT: list[Line] = [["合计", "", "6人"], ["填表人：王老师", "", "审核人：李老师", "", "日期：2026.3.1"]]

CORPUS: dict[str, Nasty] = {
    "nothing wrong": roster(titled(good(6)), 6),
    "number typed as a number": roster(but(line(6, 身份证号=6.10499198506150e17)), 5, 1),
    "number in powers of ten": roster(but(line(6, 身份证号="6.10499E+17")), 5, 1),
    "number that lost its last figures": roster(but(line(6, 身份证号="610499198506150000")), 5, 1),
    "apostrophes round the number": roster(but(line(6, 身份证号=f"'{identity(6)}'")), 6),
    "a small x": roster(but(line(6, 身份证号=small_x(), 性别="")), 6),
    "full-width figures": roster(but(line(6, 身份证号=WIDE)), 6),
    "spaces in the number": roster(but(line(6, 身份证号=f" {identity(6)[:6]}\u00a0{identity(6)[6:]}\u3000")), 6),
    "an old number of fifteen figures": roster(but(line(6, 姓名="王秀兰", 身份证号="610499750308002", 性别="女")), 6),
    "a wrong check digit": roster(but(line(6, 身份证号="610499197503080021", 性别="")), 5, 1),
    "a day that does not exist in the number": roster(but(line(6, 身份证号="610499197502300022", 性别="")), 5, 1),
    "too young": roster(but(line(6, 身份证号=identity(1, "20110101"), 性别="")), 5, 1),
    "two people in one cell": roster(but(line(6, 姓名="王秀兰、李桂芳")), 5, 1),
    "two numbers in one cell": roster(but(line(6, 身份证号=f"{identity(6)} {identity(7)}", 性别="")), 5, 1),
    "as above for what is shared": roster(but(line(6, 文化程度="同上", 人员类别="〃")), 6),
    "as above for a number": roster(but(line(6, 身份证号="同上", 性别="")), 5, 1),
    "sex against the number": roster(but(line(6, 性别="男" if int(identity(6)[16]) % 2 == 0 else "女")), 5, 1),
    "a word outside the list": roster(but(line(6, 人员类别="好人")), 5, 1),
    "no telephone": roster(but(line(6, 联系电话="")), 5, 1),
    "a telephone that is none": roster(but(line(6, 联系电话="12345")), 5, 1),
    "three faults in one row": roster(but(line(6, 姓名="张3", 身份证号="123", 联系电话="9")), 5, 1),
    "the same person twice": roster(titled([*good(5), line(3)]), 5, 1),
    "the same person under the old number": roster(
        titled([line(1, 姓名="王秀兰", 身份证号="610499197503080022", 性别="女"),
                line(2, 姓名="王秀兰", 身份证号="610499750308002", 性别="女")]), 1, 1,
    ),
    "rare characters and dots in names": roster(
        titled([line(1, 姓名="𠀀明"), line(2, 姓名="古丽•阿依"), line(3, 姓名="王　芳")]), 3
    ),
    "titles in traditional script with glosses": roster([OLD_SCRIPT, *good(6)], 6),
    "a header of two rows": roster(two_rows(), 6),
    "a title above and signatures below": roster([*titled(good(6)), *FOOT], 6, 0, 2),
    "blank lines and the header once more": roster([*titled(good(3)), [], HEADER, *good(3, 4), [], *FOOT], 6, 0, 3),
    "days in six spellings": roster(with_column("出生日期", DAYS), 6),
    "a day against the number": roster(with_column("出生日期", ["1985.6.15", "1984.6.15"]), 1, 1),
    "a column nobody knows": roster(with_column("宿舍", ["东", "西"]), 2),
    "another course": roster(but(line(6, 培训工种="焊接")), 6),
    "merged cells": roster(
        titled([line(1), line(2, 文化程度=""), line(3, 文化程度="")]), 3, kinds=BOOKS,
        merged=[(0, 0, 0, 8), (3, 4, 5, 4)],
    ),
    "a formula without a calculated value": roster(
        [HEADER, *good(2), line(3, 联系电话='=CONCATENATE("139","00000003")')], 2, 1, kinds=("xlsx",)
    ),
    "several sheets": Nasty(
        {"一班": titled(good(3)), "二班": titled([line(3), *good(2, 4)]), "说明": [["请填写完整"]]}, 5, 1, kinds=BOOKS
    ),
    "a hidden sheet of last year": Nasty(
        {"今年": titled(good(3)), "去年": titled(good(9))}, 3, kinds=BOOKS, hidden=["去年"]
    ),
}  # fmt: skip


def written(nasty: Nasty, kind: str) -> tuple[bytes, str]:
    """The roster as a file in one format, and its name."""
    if kind not in BOOKS:
        (lines,) = nasty.sheets.values()
        return files.text(lines, kind), "花名册.csv"
    writer: Callable[[Nasty], bytes] = {"xlsx": _xlsx, "xls": _xls}[kind]
    return writer(nasty), f"花名册.{kind}"


def every() -> Iterator[tuple[str, str]]:
    """Every fault in one of its formats, all formats in turn; workbooks in both."""
    for turn, (name, nasty) in enumerate(CORPUS.items()):
        if nasty.kinds is BOOKS:
            yield from ((name, kind) for kind in BOOKS)
        else:
            yield name, nasty.kinds[turn % len(nasty.kinds)]


def _xlsx(nasty: Nasty) -> bytes:
    packed = io.BytesIO()
    with xlsxwriter.Workbook(packed, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for name, lines in nasty.sheets.items():
            page = book.add_worksheet(name)
            for at, row in enumerate(lines):
                for place, value in enumerate(row):
                    if isinstance(value, date):
                        page.write_datetime(at, place, value)
                    elif value is not None and value != "":
                        page.write(at, place, value)
            for first, left, last, right in nasty.merged:
                page.merge_range(first, left, last, right, lines[first][left])
            if name in nasty.hidden:
                page.hide()
    return packed.getvalue()


def _xls(nasty: Nasty) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for name, lines in nasty.sheets.items():
        page = book.add_sheet(name)
        within = {
            (row, column)
            for first, left, last, right in nasty.merged
            for row in range(first, last + 1)
            for column in range(left, right + 1)
        }
        for at, row in enumerate(lines):
            for place, value in enumerate(row):
                if value is None or value == "" or (at, place) in within:
                    continue
                page.write(at, place, value, *([day] if isinstance(value, date) else []))
        for first, left, last, right in nasty.merged:
            page.write_merge(first, last, left, right, lines[first][left])
        if name in nasty.hidden:
            page.visibility = 1
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()

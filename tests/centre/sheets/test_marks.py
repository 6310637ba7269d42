"""Cells that hold no value, hidden rows and columns, totals, second headers: named, never read as something else."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
import xlwt

from centre.sheets import entries as reader
from centre.sheets import header as headers
from centre.sheets.cells import HeaderHidden, Row, Sheet, Workbook
from centre.sheets.ditto import is_ditto
from centre.sheets.entries import Rules, entries, header_of, remarks_of_book, remarks_of_header
from centre.sheets.header import is_total
from centre.sheets.marks import Unread
from centre.sheets.plain_text import _delimiter, decoded
from centre.sheets.reading import read_sheets
from tests.planted import planted

ALIASES = {"id": ["编号"], "title": ["岗位名称"], "heads": ["人数"], "wage": ["月薪", "工资"], "last": ["截止日期"]}
RULES = Rules(ALIASES, ["title"], own={"id", "heads"}, days={"last"})
HEADER = ["编号", "岗位名称", "人数", "月薪"]


def opened(data: bytes, name: str = "a.xlsx") -> Workbook:
    return read_sheets(data, name, aliases=ALIASES)


def only(data: bytes, name: str = "a.xlsx") -> Sheet:
    return next(iter(opened(data, name).data_sheets))


def workbook(rows: Sequence[Sequence[Any]], change: Any = None) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    if change:
        change(book, book.active)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def faults(sheet: Sheet) -> dict[int, list[tuple[str, str]]]:
    header = header_of(sheet, RULES)
    rows = [entry for entry in entries(sheet, header, RULES) if not entry.is_left_out]
    return {
        entry.row.number: [(fault.field, fault.code) for fault in entry.problems] for entry in rows if entry.problems
    }


def test_error_values_and_formulas_without_a_result_are_refused_by_cell() -> None:
    rows: list[list[Any]] = [HEADER, [1, "保安", "=1+1", "#N/A"], [2, "保洁", 3, "=B9"]]
    data = workbook(rows, lambda _, sheet: setattr(sheet["D2"], "data_type", "e"))
    expected = {2: [("heads", "cell-formula"), ("wage", "cell-error")], 3: [("wage", "cell-formula")]}
    assert faults(only(data)) == expected
    with planted(reader, cell_problem=lambda *_, **__: None):
        assert faults(only(data)) == {}


def test_an_empty_result_of_a_formula_is_an_empty_cell_and_a_result_is_a_value() -> None:
    data = workbook([HEADER, [1, "保安", "=1+1", '=""']])
    source = zipfile.ZipFile(io.BytesIO(data))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            part = part.replace(b'<c r="C2"><f>1+1</f><v />', b'<c r="C2"><f>1+1</f><v>2</v>')
            target.writestr(name, part.replace(b'<c r="D2"><f>""</f>', b'<c r="D2" t="str"><f>""</f>'))
    assert only(packed.getvalue()).rows[1].cells == [1, "保安", 2]


def test_errors_and_hidden_rows_of_an_old_workbook_are_seen_too() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("一")
    rows: list[list[Any]] = [HEADER, [1, "保安", 2, "x"], [2, "保洁", 2, 3000]]
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(at, column, value)
    sheet.row(1).set_cell_error(4, 0x2A)
    sheet.row(2).hidden = True
    sheet.write(0, 4, "截止日期")
    packed = io.BytesIO()
    book.save(packed)
    read = only(packed.getvalue(), "a.xls")
    assert read.rows[1].cells[4] == Unread("error", "#N/A")
    assert faults(read) == {2: [("last", "cell-error")], 3: [("", "row-hidden")]}


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "#VALUE!", "########", "Err:502"])
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_error_values_in_text_are_none_either(text: str, kind: str) -> None:
    data = f"岗位名称,人数\n保安,{text}" if kind == "csv" else f'{{"岗位名称": "保安", "人数": "{text}"}}'
    assert list(faults(only(data.encode(), f"a.{kind}")).values()) == [[("heads", "cell-error")]]


def test_hidden_rows_columns_and_sheets_are_named_and_not_read() -> None:
    rows: list[list[Any]] = [[*HEADER, "工资"], [1, "保安", 2, 9999, 3000], [2, "保洁", 2, 9999, 3100]]

    def hide(book: Any, sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["D"].hidden = True
        other = book.create_sheet("旧表")
        other.append(HEADER)
        other.sheet_state = "hidden"

    book = opened(workbook(rows, hide))
    sheet = next(iter(book.data_sheets))
    header = header_of(sheet, RULES)
    assert header.columns["wage"] == 4
    assert faults(sheet) == {3: [("", "row-hidden")]}
    assert [remark.code for remark in remarks_of_book(book) + remarks_of_header(sheet, header)] == [
        "sheet-hidden", "column-hidden",
    ]  # fmt: skip


def test_a_required_column_that_is_hidden_is_queried() -> None:
    data = workbook([HEADER, [1, "保安", 2, 3]], lambda _, sheet: setattr(sheet.column_dimensions["B"], "hidden", True))
    with pytest.raises(HeaderHidden) as caught:
        header_of(only(data), RULES)
    assert caught.value.params == {"expected": "岗位名称"}


def test_a_number_merged_over_several_rows_belongs_to_none_of_them() -> None:
    data = workbook([HEADER, [1, "保安", 9, "a"], [2, "保洁", None, "b"]], lambda _, sheet: sheet.merge_cells("C2:C3"))
    assert faults(only(data)) == {3: [("heads", "cell-merged")]}


def test_digits_lost_and_texts_turned_into_days_are_queried() -> None:
    from datetime import date

    data = workbook([[*HEADER, "截止日期"], [6.10499198503e17, "保安", date(2026, 3, 5), 1, date(2026, 12, 31)]])
    assert faults(only(data)) == {2: [("id", "digits-lost"), ("heads", "cell-became-date")]}


def test_a_second_header_in_another_order_counts_from_its_row_on() -> None:
    rows: list[list[Any]] = [
        HEADER,
        [1, "保安", 2, 3000],
        ["岗位名称", "月薪", "人数"],
        ["保洁", 2800, 5],
        ["编号", "人数"],
        [9, 4],
    ]
    sheet = only(workbook(rows))
    read = [entry for entry in entries(sheet, header_of(sheet, RULES), RULES) if not entry.is_left_out]
    assert [(entry.cells.get("title"), entry.cells.get("heads")) for entry in read[:2]] == [("保安", 2), ("保洁", 5)]
    assert [fault.code for fault in read[2].problems] == ["header-changed"]
    with planted(reader, other_header=lambda *_: False):
        wrong = [entry for entry in entries(sheet, header_of(sheet, RULES), RULES) if not entry.is_left_out]
        assert ("保洁", 5) not in [(entry.cells.get("title"), entry.cells.get("heads")) for entry in wrong]


def test_a_header_may_take_three_rows() -> None:
    rows: list[list[Any]] = [
        ["岗位信息", None, None, "待遇"],
        ["编号", "岗位名称", "人数", None],
        [None, None, None, "月薪"],
        [1, "保安", 2, 3],
    ]
    header = header_of(only(workbook(rows)), RULES)
    assert (dict(header.columns), header.last_row) == ({"id": 0, "title": 1, "heads": 2, "wage": 3}, 3)


@pytest.mark.parametrize(
    "cells",
    [
        ["合计"],
        [None, "合 计：", 45],
        ["9", "总计（人）", 4],
        ["共计45人"],
        ["小计", None, 8],
        ["Total", 3],
        ["平均值"],
    ],
)
def test_rows_that_add_others_up_are_totals(cells: list[Any]) -> None:
    assert is_total(Row(9, cells))
    with planted(headers, _TOTAL=headers._FOOTER):
        assert not is_total(Row(9, ["Total", 3]))


@pytest.mark.parametrize("cells", [["1", "统计员", 3], ["2", "会计", 1], ["3", "总机接线员"], ["4", "合计算机公司"]])
def test_jobs_are_no_totals(cells: list[Any]) -> None:
    assert not is_total(Row(9, cells))


@pytest.mark.parametrize("text", ["同上", "〃", "″", '"', "同 上", "同上。", "如上", "同上行", "与上相同", "↑"])
def test_signs_for_the_cell_above(text: str) -> None:
    assert is_ditto(text)
    assert not is_ditto("同上海公司")


def test_above_the_first_row_there_is_nothing_to_repeat_and_own_cells_repeat_nothing() -> None:
    data = "编号,岗位名称,人数,月薪\n1,保安,2,同上\n2,保洁,〃,3000\n".encode()
    assert faults(only(data, "a.csv")) == {2: [("wage", "ditto-of-nothing")], 3: [("heads", "ditto")]}


TABLE = "2026年岗位表，第2期\n编号{d}岗位名称{d}人数{d}月薪\n1{d}保安、保洁;门卫{d}2{d}3000\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_the_delimiter_is_the_one_under_which_the_header_stands(delimiter: str, encoding: str) -> None:
    cell = "保安、保洁;门卫" if delimiter != ";" else '"保安、保洁;门卫"'
    data = TABLE.replace("保安、保洁;门卫", cell).format(d=delimiter).encode(encoding)
    sheet = only(data, "a.txt")
    assert [(row.number, row.cell(1)) for row in sheet.rows[1:]] == [(2, "岗位名称"), (3, "保安、保洁;门卫")]


def test_a_title_with_more_commas_than_the_header_has_signs_does_not_decide() -> None:
    text = "甲,乙,丙,丁,戊,己,庚,2026\n岗位名称;人数\n保安;2\n"
    assert _delimiter(text, ["岗位名称", "人数"]) == ";"
    assert only(text.encode(), "a.csv").rows[1].cells == ["岗位名称", "人数"]


@pytest.mark.parametrize("sign", [";", "\t", "|", ","])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_a_sep_line_says_the_delimiter_and_is_no_row(sign: str, end: str) -> None:
    data = f"sep={sign}{end}岗位名称{sign}人数{end}保安{sign}2{end}".encode("utf-8-sig")
    assert [(row.number, row.cells) for row in only(data, "a.csv").rows] == [
        (1, ["岗位名称", "人数"]),
        (2, ["保安", "2"]),
    ]


def test_big5_is_told_from_gb18030_by_its_characters() -> None:
    text = "編號,崗位名稱,人數\n1,門市服務員,三人\n2,倉庫管理員,兩人\n3,電子裝配工,十人\n"
    assert decoded(text.encode("big5hkscs"), []) == text
    assert decoded(text.encode("gb18030"), ["編號", "人數"]) == text
    plain = "编号,岗位名称\n1,门市服务员\n2,仓库管理员\n"
    assert decoded(plain.encode("gb18030"), []) == plain
    assert only(text.encode("big5hkscs"), "a.csv").rows[1].cells == ["1", "門市服務員", "三人"]


def test_a_broken_character_spoils_its_own_cell_only() -> None:
    data = "岗位名称,人数,月薪\n保安,2,3000元起步以上\n".encode()[:-3] + b"\n"
    assert faults(only(data, "a.csv")) == {2: [("wage", "cell-damaged")]}


def test_nested_values_of_json_are_named_and_lines_keep_their_numbers() -> None:
    sheet = only(
        '{"岗位名称": "保安", "人数": {"min": 1}}\n\n{"岗位名称": ["甲", "乙"], "编号": 610499198503082227}\n'.encode(),
        "a.jsonl",
    )
    assert faults(sheet) == {1: [("heads", "value-nested")]}
    assert [(row.number, row.cells) for row in sheet.rows[2:]] == [(3, ["甲;乙", None, "610499198503082227"])]

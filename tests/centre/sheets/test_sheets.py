import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from xlsxwriter import Workbook as Writer

from centre.sheets import writing
from centre.sheets.cells import Cell, HeaderMissing, Row, Sheet, SheetTooHeavy
from centre.sheets.header import body, find_header
from centre.sheets.limits import Limits
from centre.sheets.reading import read_sheets, text_of
from centre.sheets.writing import CellFault, Column

ALIASES = {
    "name": ["姓名"],
    "id_number": ["身份证号", "身份证号码", "公民身份号码", "证件号码"],
    "phone": ["联系电话", "手机"],
    "major": ["培训工种", "专业"],
    "starts_on": ["培训起止时间开始", "开始时间"],
    "ends_on": ["培训起止时间结束", "结束时间"],
}
ROSTER: list[list[Cell]] = [
    ["市足疗培训学校2026年第一期培训班学员花名册"],
    ["学校：市足疗培训学校", None, None, "专业：保健按摩"],
    ["序号", "姓　名", "身份证号码（18位）", "聯係電話", "专业", "培训起止时间"],
    [None, None, None, None, None, "开始", "结束"],
    [1, "王秀兰", "610499197503080022", "13891012345", "保健按摩师", date(2026, 3, 2), date(2026, 3, 27)],
    [2, "李桂芳", 6.10499196801120e17, 13991012345, None, date(2026, 3, 2)],
    ["序号", "姓名", "身份证号码（18位）", "联系电话"],
    [3, "赵敏", "610499198605200069", "13891012346"],
    [4],
    ["小计", "3人"],
    ["填表人：张三", None, "审核人：李四", None, "日期：2026年3月1日"],
]


def sheet_bytes(
    rows: Sequence[Sequence[Any]], merged: Sequence[tuple[int, int, int, int]] = (), name: str = "一班"
) -> bytes:
    packed = io.BytesIO()
    with Writer(packed, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(at, column, value)
        for first, left, last, right in merged:
            sheet.merge_range(first, left, last, right, rows[first][left])
    return packed.getvalue()


def rows(*lines: Sequence[Cell]) -> list[Row]:
    return [Row(number, line) for number, line in enumerate(lines, 1) if any(cell is not None for cell in line)]


def only(data: bytes, filename: str) -> Sheet:
    sheets = list(read_sheets(data, filename).data_sheets)
    assert len(sheets) == 1
    return sheets[0]


def test_cells_keep_their_type_and_rows_their_number() -> None:
    sheet = only(
        sheet_bytes([[], ["a ", 1.0, 2.5, True, date(2026, 3, 2), None], [], [None, 6.10499197503080e17]]), "a.xlsx"
    )
    assert sheet.rows == [Row(2, ["a", 1, 2.5, True, date(2026, 3, 2)]), Row(4, [None, 6.10499197503080e17])]
    assert isinstance(sheet.rows[1].cells[1], float)
    assert [text_of(cell) for cell in sheet.rows[0].cells] == ["a", "1", "2.5", "是", "2026-03-02"]


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("gb18030", b""), ("utf-16-le", b"\xff\xfe")]
)
def test_csv_is_read_in_the_encodings_that_spreadsheets_write(encoding: str, mark: bytes) -> None:
    text = '姓名,身份证号,备注\r\n\r\n𠮷芳,"=""0611""","一\n二"\r\n'
    sheet = only(mark + text.encode(encoding), "花名册.CSV")
    assert sheet.rows[0] == Row(1, ["姓名", "身份证号", "备注"])
    assert sheet.rows[1].cells == ["𠮷芳", "0611", "一\n二"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", ["花名册.xls", "花名册.XLSX"])
def test_text_that_a_program_calls_a_workbook_is_read_as_text(name: str, encoding: str) -> None:
    assert only("姓名\t电话\n王芳\t13891012345\n".encode(encoding), name).rows[1].cells == ["王芳", "13891012345"]


def test_tabs_and_semicolons_separate_too() -> None:
    assert only("姓名\t电话\n".encode(), "a.txt").rows[0].cells == ["姓名", "电话"]
    assert only("姓名;电话\n".encode(), "a.csv").rows[0].cells == ["姓名", "电话"]


def test_cells_merged_downwards_carry_their_value_in_every_row() -> None:
    sheet = only(sheet_bytes([["班级", "姓名"], ["一班", "王芳"], [None, "李红"]], merged=[(1, 0, 2, 0)]), "a.xlsx")
    assert [row.cell(0) for row in sheet.rows] == ["班级", "一班", "一班"]


def test_hidden_sheets_and_the_explanations_are_no_data() -> None:
    columns = [Column("姓名", required=True), Column("学历", choices=[f"选项{number}" * 9 for number in range(20)])]
    packed = writing.template("学员花名册", columns, notes=["身份证号请用文本"], samples=[["王芳", "高中"]])
    assert [sheet.name for sheet in read_sheets(packed, "t.xlsx").data_sheets] == ["学员花名册"]
    assert len(read_sheets(packed, "t.xlsx").sheets) == 3


def test_a_messy_roster_gives_its_people_and_nothing_else() -> None:
    sheet = only(sheet_bytes(ROSTER, merged=[(0, 0, 0, 6), (2, 0, 3, 0), (2, 1, 3, 1), (2, 5, 2, 6)]), "a.xlsx")
    header = find_header(sheet.rows, ALIASES, required=["name", "id_number", "phone"])
    assert (header.first_row, header.last_row) == (3, 4)
    assert dict(header.columns) == {"name": 1, "id_number": 2, "phone": 3, "major": 4, "starts_on": 5, "ends_on": 6}
    people = list(body(sheet.rows, header))
    assert [row.number for row in people] == [5, 6, 8]
    assert header.read(people[0])["ends_on"] == date(2026, 3, 27)
    assert header.unknown == {0: "序号"}


def test_the_header_is_one_row_where_one_row_will_do() -> None:
    header = find_header(rows(["学员花名册"], ["姓名*", "手机"], ["王芳", "139"]), ALIASES)
    assert (header.first_row, header.last_row) == (2, 2)
    assert dict(header.columns) == {"name": 0, "phone": 1}


def test_the_first_of_two_columns_of_one_name_counts() -> None:
    assert find_header(rows(["姓名", "手机", "手机"]), ALIASES).columns["phone"] == 1


def test_a_sheet_without_a_header_is_refused_with_what_was_expected() -> None:
    with pytest.raises(HeaderMissing) as caught:
        find_header(rows(["王芳", "139"]), ALIASES, required=["name", "phone"])
    assert caught.value.params == {"expected": "姓名、联系电话"}
    with pytest.raises(HeaderMissing):
        find_header([], ALIASES)
    with pytest.raises(HeaderMissing):
        find_header(rows(["姓名", "专业"]), ALIASES, required=["phone"])


def test_a_person_is_not_taken_for_a_footer() -> None:
    lines = rows(["姓名", "身份证号", "手机", "专业"], ["审核云", "610499197503080022", "139", "缝纫"])
    assert len(list(body(lines, find_header(lines, ALIASES)))) == 1


@pytest.mark.parametrize("start", list("=+-@\t\r＝＋－＠"))
def test_text_in_exports_is_never_a_formula(start: str) -> None:
    columns = [Column("姓名"), Column("月薪", "money")]
    packed = writing.export("人员", columns, [[f"{start}1+1", 4500], [None, 6e17], [date(2026, 3, 2), True]])
    cell = load_workbook(io.BytesIO(packed))["人员"]["A2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")
    lines = list(
        csv.reader(io.StringIO(writing.export_csv(columns, [[f"{start}1", -5]]).decode("utf-8-sig"), newline=""))
    )
    assert lines[1] == [f"'{start}1", "-5"]


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=20), min_size=1)
)
def test_what_is_exported_is_read_back(texts: list[str]) -> None:
    packed = writing.export("往返", [Column("文字")], [[text] for text in texts])
    assert [row.cell(0) for row in only(packed, "a.xlsx").rows[1:]] == texts


def test_the_template_keeps_numbers_as_text_and_offers_choices() -> None:
    columns = [Column("身份证号", required=True, note="18 位"), Column("学历", choices=["高中", "初中"])]
    sheet = load_workbook(io.BytesIO(writing.template("学员", columns)))["学员"]
    assert sheet["A1"].value == "身份证号*"
    assert sheet["A1"].comment.text == "18 位"
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet.data_validations.dataValidation[0].formula1 == '"高中,初中"'


def test_the_uploaded_file_is_returned_with_its_errors() -> None:
    faults = [
        CellFault("一班", 6, 2, "号码已损坏"),
        CellFault("一班", 6, None, "重复"),
        CellFault("一班", 8, 3, "手机号不对"),
    ]
    packed = writing.annotated_copy(sheet_bytes(ROSTER), "a.xlsx", faults, {"一班": 3})
    sheet = load_workbook(io.BytesIO(packed))["一班"]
    assert sheet["H3"].value == "错误说明"
    assert [sheet["H6"].value, sheet["H8"].value, sheet["H5"].value] == ["号码已损坏；重复", "手机号不对", None]
    assert sheet["C6"].comment.text == "号码已损坏"
    assert sheet["C6"].fill.start_color.rgb.endswith("FFC7CE")
    assert sheet["A1"].value == ROSTER[0][0]


def test_a_csv_file_is_returned_as_a_spreadsheet_with_its_errors() -> None:
    data = "姓名,身份证号\n王芳,=1+1\n".encode("gb18030")
    sheet = load_workbook(
        io.BytesIO(writing.annotated_copy(data, "a.csv", [CellFault("CSV", 2, 1, "位数不对")], {"CSV": 1}))
    )["CSV"]
    assert [sheet["C1"].value, sheet["C2"].value] == ["错误说明", "位数不对"]
    assert (sheet["B2"].data_type, sheet["B2"].value) == ("s", "=1+1")
    assert sheet["B2"].comment.text == "位数不对"


def test_a_reading_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(SheetTooHeavy):
        read_sheets(b"a,b\n", "a.csv", Limits(patience=0))


def test_an_open_document_is_read() -> None:
    packed = io.BytesIO()
    spaces = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" ' + " ".join(
        f'xmlns:{space}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"' for space in ("table", "text")
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        '<table:table table:name="一班"><table:table-row>'
        '<table:table-cell office:value-type="string"><text:p>姓名</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="3"><text:p>3</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048575">'
        '<table:table-cell table:number-columns-repeated="16384"/>'
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    book = read_sheets(packed.getvalue(), "a.ods")
    assert (book.kind, book.sheets[0].name, book.sheets[0].rows) == ("ods", "一班", [Row(1, ["姓名", 3])])


@pytest.mark.parametrize(
    "title", ["'shops'", "Founders' practice shops in town'", "a/b:c*d?[e]\\f", "", "'", "长" * 40, "x" * 30 + "'y"]
)
def test_any_title_names_a_sheet(title: str) -> None:
    packed = writing.export(title, [Column("a")], [("1",)])
    assert len(read_sheets(packed, "any.xlsx").sheets[0].rows) == 2

"""Every fault of DOMAIN 8.5, in the files that schools really send: refused by name, never guessed."""

from datetime import date
from typing import Any

import pytest

from centre.sheets.cells import Row, Sheet, Workbook
from centre.sheets.reading import read_sheets
from tests.training import files
from tests.training.world import W1, identity
from training.rosters.parsing import ClassFacts, read_roster
from training.rosters.rules import RosterReading, RosterVerdict
from training.rosters.trainee import Faulty, parse_date, parse_name, parse_span

FACTS = ClassFacts("服装缝纫", 5, date(2026, 3, 2), date(2026, 3, 27), 16, date(2026, 3, 1))


def readings(content: bytes, name: str = "名单.xlsx") -> list[RosterReading]:
    return read_roster(read_sheets(content, name), FACTS).readings


def read_line(**changes: Any) -> RosterReading:
    """The reading of one row with changed cells."""
    (reading,) = read_roster(
        Workbook("a.xlsx", "xlsx", [Sheet("S", False, [Row(1, files.HEADER), Row(2, files.line(1, **changes))])]), FACTS
    ).readings
    return reading


def codes(reading: RosterReading) -> list[str]:
    return [problem.code for problem in reading.problems]


@pytest.mark.rule("identity-check-digit", "import")
@pytest.mark.rule("identity-damaged", "import")
@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (6.10499197503080022e17, "number-damaged"),
        (610499197503080000, "number-damaged"),
        ("6.10499E+17", "number-damaged"),
        ("610499197503080021", "identity-check-digit"),
        ("610499197502300022", "identity-date"),
        ("610499209903080022", "identity-age"),
        ("61049919750308", "identity-form"),
        (f"{W1} {identity(2)}", "two-people"),
        (f"{W1}、{identity(2)}", "two-people"),
        ("同上", "ditto"),
        (None, "missing"),
    ],
)
def test_a_number_that_cannot_be_trusted_is_refused(cell: Any, code: str) -> None:
    """IM-03."""
    reading = read_line(身份证号=cell, 性别=None)
    assert codes(reading) == [code]
    assert reading.trainee is None


@pytest.mark.rule("identity-form", "import")
@pytest.mark.parametrize(
    "cell", [W1, f"'{W1}", f"{W1}'", "６１０４９９１９７５０３０８００２２", f" {W1[:6]} {W1[6:]} ", "610499750308002"]
)
def test_an_oddly_written_number_is_read(cell: str) -> None:
    reading = read_line(身份证号=cell, 性别="女")
    assert codes(reading) == []
    assert reading.trainee is not None
    assert reading.trainee.number == W1


def test_a_lower_case_x_equals_the_capital() -> None:
    number = next(candidate for candidate in map(identity, range(1, 99)) if candidate.endswith("X"))
    reading = read_line(身份证号=number.lower(), 性别=None)
    assert reading.trainee is not None
    assert reading.trainee.number == number


@pytest.mark.rule("identity-sex", "import")
@pytest.mark.rule("telephone-form", "import")
@pytest.mark.rule("working-age", "import")
@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"姓名": "王秀兰、李桂芳"}, "name", "two-people"),
        ({"姓名": "王秀兰 李桂芳"}, "name", "two-people"),
        ({"姓名": "王"}, "name", "name-form"),
        ({"姓名": "张3"}, "name", "name-form"),
        ({"姓名": None}, "name", "missing"),
        ({"性别": "女"}, "sex", "sex-mismatch"),
        ({"性别": "不详"}, "sex", "not-in-list"),
        ({"文化程度": "很高"}, "education", "not-in-list"),
        ({"人员类别": "好人"}, "category", "not-in-list"),
        ({"联系电话": "1234567"}, "phone", "phone-form"),
        ({"联系电话": None}, "phone", "missing"),
        ({"联系电话": "同上"}, "phone", "ditto"),
    ],
)
def test_a_fault_is_reported_at_its_cell(changes: dict[str, Any], field: str, code: str) -> None:
    assert [(problem.field, problem.code) for problem in read_line(**changes).problems] == [(field, code)]


def test_every_fault_of_a_row_is_reported_at_once() -> None:
    assert codes(read_line(姓名="张3", 身份证号="123", 联系电话="9")) == ["name-form", "identity-form", "phone-form"]


@pytest.mark.rule("person-name", "import")
@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("王　芳", "王芳"),
        ("王 芳", "王芳"),
        ("古丽•阿依", "古丽·阿依"),
        ("业(yè)文", "业文"),
        ("𠀀明", "𠀀明"),
        ("John Smith", "John Smith"),
    ],
)
def test_names_are_normalised(written: str, name: str) -> None:
    assert parse_name(written) == name


def test_a_date_is_read_in_every_spelling() -> None:
    spellings: list[Any] = [
        "1975.3.8",
        "1975年3月8日",
        "19750308",
        19750308,
        "27461",
        27461,
        27461.0,
        "1975-03-08",
        "1975/3/8",
    ]
    assert {parse_date(written) for written in [*spellings, "１９７５．３．８", date(1975, 3, 8)]} == {date(1975, 3, 8)}


def test_a_day_that_does_not_exist_or_could_be_two_is_refused() -> None:
    for written in ("1975.2.30", "75.3.8", "8/3/1975", "三月八日"):
        with pytest.raises(Faulty):
            parse_date(written)


@pytest.mark.parametrize("written", ["2026.3.2-3.27", "2026年3月2日至3月27日", "2026-3-2~2026-3-27", "2026.3.2—27"])
def test_first_and_last_day_in_one_cell(written: str) -> None:
    assert parse_span(written) == (date(2026, 3, 2), date(2026, 3, 27))


def test_as_above_stands_for_a_shared_value_and_never_for_a_personal_one() -> None:
    second = files.line(2, 文化程度="同上", 人员类别="〃", 培训工种="同上")
    rows = readings(files.xlsx([files.HEADER, files.line(1, 文化程度="大专"), second, files.line(3, 身份证号="同上")]))
    assert [reading.verdict for reading in rows] == [RosterVerdict.CREATE, RosterVerdict.CREATE, RosterVerdict.ERROR]
    assert rows[1].trainee is not None
    assert (rows[1].trainee.education, rows[1].trainee.category) == ("college", "registered_unemployed")


def test_traditional_headers_with_glosses_are_understood() -> None:
    """IM-04."""
    header = ["序號", "姓名", "身份證號碼", "性別", "文化程度", "人員類別", "聯(lián)系電(diàn)話", "培訓工種", "備註"]
    rows = readings(files.xlsx([header, *files.good(2)]))
    assert [reading.verdict for reading in rows] == [RosterVerdict.CREATE] * 2
    assert rows[0].trainee is not None
    assert rows[0].trainee.phone == "13900000001"


def test_a_row_for_another_major_gets_a_warning() -> None:
    reading = read_line(培训工种="焊接")
    assert [warning.code for warning in reading.warnings if warning.field == "major"] == ["major-differs"]
    assert reading.verdict is RosterVerdict.CREATE


def test_signature_lines_blank_lines_and_repeated_headers_are_not_trainees() -> None:
    lines = [
        *files.titled(files.good(2)),
        [],
        files.HEADER,
        files.line(3),
        [4, "", "", "", "", "", "", "", ""],
        ["合计", "", "3人"],
        ["填表人：王老师", "", "审核人：李老师", "", "日期：2026.3.1"],
    ]
    rows = readings(files.xlsx(lines))
    assert [
        (reading.row_no, reading.verdict.value) for reading in rows if reading.verdict is not RosterVerdict.IGNORED
    ] == [
        (4, "create"),
        (5, "create"),
        (8, "create"),
    ]


def test_several_sheets_are_read_and_a_person_on_two_of_them_is_reported() -> None:
    rows = readings(
        files.xlsx(files.titled(files.good(2)), more={"二班": files.titled([files.line(2), files.line(3)])})
    )
    assert [(reading.sheet, reading.row_no, reading.verdict.value) for reading in rows] == [
        ("Sheet1", 4, "create"),
        ("Sheet1", 5, "create"),
        ("二班", 4, "error"),
        ("二班", 5, "create"),
    ]
    assert rows[2].problems[0].params == {"sheet": "Sheet1", "row": 5}


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_text_file_in_any_encoding_says_the_same(encoding: str) -> None:
    lines = files.titled([*files.good(3), files.line(4, 姓名="𠀀明")])
    rows = readings(files.text(lines, encoding), "名单.csv")
    assert [reading.verdict for reading in rows] == [RosterVerdict.CREATE] * 4
    assert rows[3].cells["name"] == "𠀀明"


def test_a_formula_without_a_cached_value_is_an_empty_cell() -> None:
    reading = readings(files.xlsx([files.HEADER, files.line(1, 联系电话='=CONCATENATE("139","00000001")')]))[0]
    assert codes(reading) in (["missing"], ["phone-form"])


@pytest.mark.rule("telephone-shared", "import")
def test_one_telephone_for_four_trainees_gets_a_warning() -> None:
    rows = readings(files.xlsx([files.HEADER, *(files.line(serial, 联系电话="13900000001") for serial in range(1, 5))]))
    assert [reading.verdict for reading in rows] == [RosterVerdict.CREATE] * 4
    assert all("phone-shared" in [warning.code for warning in reading.warnings] for reading in rows)

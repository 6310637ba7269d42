"""Import of openings: everyday wording is understood, rows are atomic, repeated imports change nothing."""

import json
from collections.abc import Sequence
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.errors import Forbidden, Invalid
from centre.people import Education
from centre.sheets.cells import HeaderMissing, SheetRefused
from employers.companies.actions import register_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerDraft, EmployerState
from employers.openings.imports import ImportReport, ImportVerdict, import_openings
from employers.openings.lists import MOST_ROWS, LineBroken, ListRow, ListTooLong, read_list
from employers.openings.models import Opening
from employers.openings.rules import OpeningState, WageUnit
from tests.employers.world import OFFICER, boss

ROWS = [
    {"did": "o1", "text": "纺纱厂挡车工", "desc": "缴五险，长白班。", "wage": "3500-5000", "area": "广东省 - 东莞市",
     "edu": "高中", "num": "10人", "date": "2025-05-26", "lang": "zh"},
    {"did": "o2", "text": "梳毛工", "desc": "工资月结，包吃住。", "wage": "计件", "area": "咸阳市 - 武功县",
     "edu": "初中", "num": "20人", "date": "2025-07-11", "lang": "zh"},
    {"did": "o3", "text": "缝纫工", "desc": "限女性", "wage": "4000-6000", "area": "咸阳市 - 渭城区", "edu": "不限",
     "num": "5人", "date": "2025-07-11", "lang": "zh"},
    {"did": "o4", "text": "普工", "desc": "两班倒", "wage": "4000-6000", "area": "火星市", "edu": "不限", "num": "5人",
     "date": "2025-07-11", "lang": "zh"},
    {"did": "o5", "text": "", "desc": "两班倒", "wage": "4000-6000", "area": "咸阳市", "edu": "不限", "num": "5人",
     "date": "2025-07-11", "lang": "zh"},
]  # fmt: skip
JSONL = "\n".join(json.dumps(row, ensure_ascii=False) for row in ROWS).encode()


def read_lines(data: bytes, filename: str) -> list[ListRow]:
    return read_list(data, filename).lines


def taken(session: Session, lines: Sequence[ListRow]) -> ImportReport:
    return import_openings(session, OFFICER, lines, source_name="合作中心", publish=True)


@pytest.mark.rule("opening-six-elements", "import")
@pytest.mark.rule("opening-screened", "import")
def test_each_row_gets_a_verdict_and_refused_rows_leave_no_trace(session: Session) -> None:
    report = taken(session, read_lines(JSONL, "corpus.jsonl"))
    assert [row.verdict.value for row in report.rows] == ["open", "kept", "kept", "refused", "refused"]
    assert [problem.code for problem in report.rows[1].problems] == ["element-missing"]
    assert [problem.code for problem in report.rows[2].problems] == ["ad-sex-limit", "ad-sex-limit"]
    assert [problem.field for row in report.rows[3:] for problem in row.problems] == ["area", "title"]
    assert len(session.scalars(select(Opening.id)).all()) == 3
    shown = session.scalars(select(Opening).where(Opening.external_id == "o1")).one()
    assert (shown.state, shown.region_code, shown.headcount) == (OpeningState.OPEN, "441900", 10)
    assert (shown.wage_min_fen, shown.wage_max_fen, shown.min_education) == (350_000, 500_000, Education.SENIOR)
    assert shown.posted_at is not None
    assert shown.posted_at.isoformat() == "2025-05-25T16:00:00+00:00"
    assert shown.source_name == "合作中心"


def test_the_same_list_twice_changes_nothing(session: Session) -> None:
    lines = read_lines(JSONL, "corpus.jsonl")
    taken(session, lines)
    before = [(opening.id, opening.version) for opening in session.scalars(select(Opening).order_by(Opening.id))]
    report = taken(session, lines)
    assert [row.verdict.value for row in report.rows] == ["unchanged"] * 3 + ["refused"] * 2
    assert [
        (opening.id, opening.version) for opening in session.scalars(select(Opening).order_by(Opening.id))
    ] == before


def test_a_draft_that_was_corrected_in_the_list_is_published(session: Session) -> None:
    taken(session, read_lines(JSONL, "corpus.jsonl"))
    corrected = JSONL.replace("限女性".encode(), "会用电动平车".encode())
    report = taken(session, read_lines(corrected, "corpus.jsonl"))
    assert [row.verdict.value for row in report.rows[:3]] == ["unchanged", "unchanged", "open"]


def test_rows_of_an_untrusted_source_stay_drafts(session: Session) -> None:
    report = import_openings(session, OFFICER, read_lines(JSONL, "x.jsonl"), source_name="合作中心")
    assert [row.verdict.value for row in report.rows[:3]] == ["kept"] * 3
    assert session.scalars(select(Employer.state)).all() == [EmployerState.REGISTERED]


def test_drafts_of_an_earlier_import_are_published_once_the_source_is_trusted(session: Session) -> None:
    lines = read_lines(JSONL, "x.jsonl")
    import_openings(session, OFFICER, lines, source_name="合作中心")
    report = taken(session, lines)
    assert [row.verdict.value for row in report.rows] == ["open", "unchanged", "unchanged", "refused", "refused"]
    assert [problem.code for problem in report.rows[1].problems] == ["element-missing"]
    assert session.scalars(select(Employer.state)).all() == [EmployerState.ACTIVE]


@pytest.mark.rule("opening-active-employer", "import")
def test_a_trusted_import_does_not_verify_employers_from_other_sources(session: Session) -> None:
    register_employer(session, OFFICER, EmployerDraft(name="合作中心", region_code="610404"))
    report = taken(session, read_lines(JSONL, "x.jsonl"))
    assert report.counts[ImportVerdict.OPEN] == 0
    assert session.scalars(select(Employer.state)).all() == [EmployerState.REGISTERED]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_list_with_a_title_row_and_employers_is_read(session: Session, encoding: str) -> None:
    text = (
        "参会企业岗位汇总表,,,,,\n"
        "单位名称,招聘岗位,招聘人数,薪资,工作地点,学历要求,工作内容,招聘条件\n"
        "三原食品,包装工,50,3000-4200,三原县,不限,包装糕点,需持健康证\n"
        "礼泉果业,采摘工,200,130-160/天,咸阳市礼泉县,,采摘苹果,能吃苦\n"
    )
    lines = read_lines(text.encode(encoding), "岗位.csv")
    assert [line.number for line in lines] == [3, 4]
    assert taken(session, lines).counts[ImportVerdict.OPEN] == 2
    picking = session.scalars(select(Opening).where(Opening.title == "采摘工")).one()
    assert (picking.wage_unit, picking.wage_min_fen, picking.headcount) == (WageUnit.DAY, 13_000, 200)
    assert set(session.scalars(select(Employer.name))) == {"三原食品", "礼泉果业"}
    assert taken(session, lines).counts[ImportVerdict.UNCHANGED] == 2


def test_a_workbook_is_read(session: Session) -> None:
    import xlsxwriter

    file = BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("岗位")
        sheet.write_row(0, 0, ["编号", "岗位名称", "人数", "工资", "地区", "工作内容"])
        sheet.write_row(1, 0, [1, "焊工", 15, "5000-7500", "610481", "焊接机架"])
    report = taken(session, read_lines(file.getvalue(), "岗位.xlsx"))
    assert report.counts[ImportVerdict.OPEN] == 1


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (b"not json", "x.jsonl"),
        (b"[1, 2]", "x.jsonl"),
        (b"\xff\xfe\x00", "x.jsonl"),
        (b"", "x.jsonl"),
        ("姓名,电话\n王芳,1\n".encode(), "x.csv"),
        (b"\x00\x01\x02", "x.xlsx"),
        (b"[" * 100_000, "x.jsonl"),
    ],
)
def test_a_file_without_openings_is_refused(data: bytes, filename: str) -> None:
    with pytest.raises(SheetRefused):
        read_lines(data, filename)


def test_malformed_lines_and_missing_headings_are_named() -> None:
    with pytest.raises(LineBroken) as broken:
        read_lines(b'{"text": "a"}\n\n{"text": ', "x.jsonl")
    assert broken.value.params == {"row": 3}
    with pytest.raises(HeaderMissing) as missing:
        read_lines("姓名,电话\n王芳,1\n".encode(), "x.csv")
    assert missing.value.params == {"expected": "岗位、地区"}


@pytest.mark.lengthy
def test_a_list_that_is_too_long_is_refused_rather_than_truncated() -> None:
    with pytest.raises(ListTooLong):
        read_lines(b'{"text": "a", "area": "b"}\n' * (MOST_ROWS + 1), "x.jsonl")


def test_only_officers_import_and_the_source_must_be_named(session: Session) -> None:
    lines = read_lines(JSONL, "x.jsonl")
    with pytest.raises(Forbidden):
        import_openings(session, boss(), lines, source_name="某网")
    with pytest.raises(Invalid):
        import_openings(session, OFFICER, lines, source_name=" ")


def test_progress_is_reported_for_every_row(session: Session) -> None:
    progress: list[tuple[int, int]] = []
    lines = read_lines(JSONL, "x.jsonl")
    import_openings(
        session, OFFICER, lines, source_name="合作中心", progress=lambda done, all_: progress.append((done, all_))
    )
    assert progress == [(number, 5) for number in range(1, 6)]

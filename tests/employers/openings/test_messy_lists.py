"""Lists as offices send them: the right value on show, or a question with the cell's own words."""

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.people import Education
from employers.companies.models import Employer
from employers.openings import feeds
from employers.openings.feeds import external_key, offer_of, pay_under
from employers.openings.imports import ImportReport, ImportVerdict, import_openings
from employers.openings.lists import read_list, with_markup, without_markup
from employers.openings.models import Opening
from employers.openings.rules import OpeningState, WageUnit
from tests.employers.world import OFFICER
from tests.planted import planted

DATA = Path(__file__).parent / "data"
TODAY = date(2026, 11, 28)
NOON = datetime(2026, 11, 28, 12, tzinfo=clock.SHANGHAI)


def taken(session: Session, name: str, data: bytes | None = None, *, publish: bool = True) -> ImportReport:
    openings = read_list((DATA / name).read_bytes() if data is None else data, name)
    with clock.frozen(NOON):
        return import_openings(
            session, OFFICER, openings.lines, source_name="合作中心", publish=publish, remarks=openings.remarks
        )


def opening_of(session: Session, external_id: str) -> Opening:
    return session.scalars(select(Opening).where(Opening.external_id == external_id)).one()


def codes(report: ImportReport) -> dict[int, list[str]]:
    return {row.row: [problem.code for problem in row.problems] for row in report.rows if row.problems}


def test_closing_days_are_read_or_queried_with_the_true_reason(session: Session) -> None:
    report = taken(session, "dates.csv")
    last = {
        opening.external_id: opening.valid_until for opening in session.scalars(select(Opening)) if opening.valid_until
    }
    year_end = date(2026, 12, 31)
    assert {name: last[name] for name in ("D1", "D2", "D3", "D6", "D8", "D9", "D10")} == dict.fromkeys(
        ("D1", "D2", "D3", "D6", "D8", "D9", "D10"), year_end
    )
    assert opening_of(session, "D3").valid_from == date(2026, 11, 1)
    assert last["D7"] == date(2026, 12, 28)
    assert codes(report) == {5: ["date-day-missing"], 6: ["headcount-unreadable"]}
    notes = {row.row: [note.code for note in row.notes] for row in report.rows}
    assert notes[8] == ["validity-open"]
    assert "2026年12月" in report.rows[3].problems[0].params["text"]


def test_a_closing_day_that_has_passed_is_named_as_such(session: Session) -> None:
    report = taken(session, "a.csv")
    assert [row.verdict.value for row in report.rows] == ["refused", "open", "open"]
    assert codes(report) == {2: ["ended"]}


def test_rows_after_a_line_break_in_a_cell_keep_the_numbers_that_the_spreadsheet_shows(session: Session) -> None:
    report = taken(session, "nl.csv")
    assert codes(report) == {3: ["headcount-unreadable"]}
    assert opening_of(session, "X4").content == "值守\n倒班"


def test_headcounts_schooling_and_spans_of_a_messy_list_have_the_right_values(session: Session) -> None:
    report = taken(session, "heads.csv")
    people = {opening.external_id: opening.headcount for opening in session.scalars(select(Opening))}
    assert people == {"H1": 5, "H2": 20, "H4": 10, "H5": 1, "H6": 2, "H7": 2, "H8": 2, "H9": 2}
    assert codes(report) == {4: ["headcount-unreadable"]}
    first = opening_of(session, "H1")
    assert (first.min_education, first.valid_from, first.valid_until) == (
        Education.COLLEGE, date(2026, 12, 1), date(2027, 2, 28),
    )  # fmt: skip
    assert first.posted_at is not None
    assert clock.local(first.posted_at).date() == date(2026, 11, 1)
    assert opening_of(session, "H2").min_education is Education.SENIOR
    assert opening_of(session, "H4").min_education is Education.JUNIOR
    assert opening_of(session, "H5").min_education is None
    pay = {name: opening_of(session, name) for name in ("H6", "H7", "H8", "H9")}
    assert {name: (opening.wage_min_fen, opening.wage_max_fen) for name, opening in pay.items()} == {
        "H6": (800_000, 1_200_000), "H7": (500_000, 666_666), "H8": (450_000, None), "H9": (450_000, None),
    }  # fmt: skip
    assert [remark.code for remark in report.remarks] == ["row-left-out"]
    assert report.remarks[0].params["row"] == 11


def test_pay_of_a_messy_list_has_the_right_values_and_is_shown_beside_what_was_written(session: Session) -> None:
    report = taken(session, "list.csv")
    pay = {
        opening.external_id: (opening.wage_unit, opening.wage_min_fen, opening.wage_max_fen)
        for opening in session.scalars(select(Opening))
    }
    month = WageUnit.MONTH
    assert pay == {
        "W1": (month, 800_000, 1_200_000), "W3": (month, 450_000, None), "W6": (month, 400_000, 600_000),
        "W8": (WageUnit.HOUR, 2_500, 3_000), "W9": (month, None, None), "W11": (WageUnit.PIECE, 35, None),
        "W12": (month, 350_000, 500_000), "W16": (month, 350_000, 500_000),
    }  # fmt: skip
    shown = next(reading for reading in report.rows[0].readings if reading.field == "wage")
    assert (shown.written, shown.message.format(**shown.params)) == ("8000-1.2万", "8,000-12,000 元/月")


def test_two_sheets_with_two_wordings_are_read_and_what_is_left_out_is_named(session: Session) -> None:
    report = taken(session, "county.xlsx", publish=False)
    rows = [(row.sheet, row.row, row.title) for row in report.rows]
    assert rows == [("秦都", 3, "缝纫工"), ("秦都", 4, "裁剪工"), ("渭城", 3, "装配工"), ("渭城", 4, "质检员")]
    cutter = session.scalars(select(Opening).where(Opening.title == "裁剪工")).one()
    assert (cutter.region_code, cutter.headcount, cutter.wage_min_fen) == ("610402", 2, 400_000)
    assert session.get_one(Employer, cutter.employer_id).name == "岗桥示例制衣公司"
    left_out = [remark.params.get("column") or remark.params["text"] for remark in report.remarks]
    assert left_out == ["序号", "联系电话", "合计 8", "序号"]


def test_ids_that_differ_behind_their_eightieth_character_are_three_openings(session: Session) -> None:
    assert taken(session, "longids.csv").counts[ImportVerdict.OPEN] == 3
    assert taken(session, "longids.csv").counts[ImportVerdict.UNCHANGED] == 3
    assert external_key("x" * 80) == "x" * 80
    assert len(external_key("x" * 81)) == 80
    with planted(feeds, external_key=lambda text: text[:80]):
        cut = taken(session, "longids.csv")
    assert [row.problems[0].code for row in cut.rows[1:]] == ["id-repeated"] * 2


def test_markup_is_unwrapped_and_nested_values_are_read_or_named(session: Session) -> None:
    assert taken(session, "feed.jsonl").counts[ImportVerdict.OPEN] == 2
    assert opening_of(session, "F1").content == "负责出入库登记 & 盘点\n两班倒"
    courier = opening_of(session, "F2")
    assert (courier.title, courier.headcount, courier.region_code) == ("快递员&分拣员", 2, "610402")
    assert (courier.wage_min_fen, courier.wage_max_fen, courier.valid_until) == (400_000, 500_000, date(2027, 1, 31))
    nested = b'{"id": "N", "title": "\xe4\xbf\x9d\xe5\xae\x89", "area": "610402", "content": {"a": [1]}, "boss": "x"}'
    openings = read_list(nested, "n.jsonl")
    assert [remark.params["column"] for remark in openings.remarks] == ["boss"]
    assert [(problem.field, problem.code) for problem in openings.lines[0].problems] == [("content", "value-nested")]
    assert [line.cells["title"] for line in read_list((DATA / "feed.json").read_bytes(), "feed.json").lines] == ["保安"]


@pytest.mark.parametrize("text", ["a & b", "<b>", "&amp;", "1 < 2", "a&nbsp;b", "x\n<p>y", "保安"])
def test_text_with_signs_of_markup_survives_being_written_and_read(text: str) -> None:
    assert without_markup(with_markup(text)) == text


@pytest.mark.parametrize(
    ("heading", "cell", "unit", "least"),
    [
        ("月薪（元）", "3500-5000", "month", 350_000),
        ("薪资（千元）", "4-5", "month", 400_000),
        ("工资（元/小时）", "18.5", "hour", 1_850),
        ("日薪", "150-200", "day", 15_000),
        ("年薪（万元）", "6-12", "month", 500_000),
        ("月薪（元）", "150/天", "day", 15_000),
    ],
)
def test_the_unit_of_a_heading_counts_for_bare_figures(heading: str, cell: str, unit: str, least: int) -> None:
    pay = pay_under(heading, cell)
    assert (pay.unit.value, pay.least_fen) == (unit, least)


def row(**cells: str) -> dict[str, str]:
    return {"id": "1", "title": "保安", "area": "秦都区", "content": "值守", "wage": "3200-3800", **cells}


@pytest.mark.parametrize(
    ("cells", "field", "code"),
    [
        ({"wage": "一万多"}, "wage", "pay-unreadable"),
        ({"wage": "3200-3800", "base_pay": "20元/小时"}, "base_pay", "base-pay-unit"),
        ({"wage": "底薪2200 综合4000-5000", "base_pay": "2300"}, "base_pay", "base-pay-twice"),
        ({"headcount": "3-5人"}, "headcount", "headcount-unreadable"),
        ({"area": "鼓楼区"}, "area", "place-ambiguous"),
        ({"area": "火星市"}, "area", "place-unknown"),
        ({"education": "看情况"}, "education", "schooling-unreadable"),
        ({"valid_until": "12月底"}, "valid_until", "date"),
        ({"night_shift": "有时"}, "night_shift", "answer-unreadable"),
        ({"employment_type": "临时"}, "employment_type", "word-unknown"),
        ({"valid_from": "2026-11-01", "valid_until": "2026-12-01至2027-01-31"}, "valid_from", "first-day-twice"),
    ],
)
def test_a_cell_that_cannot_be_read_is_refused_by_its_own_name(cells: dict[str, str], field: str, code: str) -> None:
    problems = offer_of(row(**cells), today=TODAY).problems
    assert [(problem.field, problem.code) for problem in problems] == [(field, code)]


def csv(*lines: str) -> bytes:
    return "\n".join(("id,title,employer,headcount,wage,base_pay,area,content", *lines)).encode()


FIRST = "P1,保安,甲公司,2,3200-3800,2300,秦都区,小区值守"


def test_what_is_published_is_updated_through_the_same_checks(session: Session) -> None:
    taken(session, "p.csv", csv(FIRST))
    report = taken(session, "p.csv", csv(FIRST.replace("3200-3800", "3500-4200")))
    assert report.counts[ImportVerdict.UPDATED] == 1
    opening = opening_of(session, "P1")
    assert (opening.state, opening.wage_min_fen) == (OpeningState.OPEN, 350_000)
    unlawful = taken(session, "p.csv", csv(FIRST.replace("小区值守", "限女性")))
    assert unlawful.rows[0].verdict is ImportVerdict.KEPT
    assert unlawful.rows[0].problems
    assert opening.state is OpeningState.DRAFT


def test_without_confirmation_a_changed_row_leaves_the_published_opening(session: Session) -> None:
    taken(session, "p.csv", csv(FIRST))
    report = taken(session, "p.csv", csv(FIRST.replace("3200-3800", "3500-4200")), publish=False)
    assert codes(report) == {2: ["known-not-rewritable"]}
    assert opening_of(session, "P1").wage_min_fen == 320_000


@pytest.mark.parametrize("column", ["headcount", "wage", "base_pay", "area", "content"])
def test_unchanged_is_said_only_when_every_field_is_the_same(session: Session, column: str) -> None:
    changes = {"headcount": (",2,", ",3,"), "wage": ("3800", "3900"), "base_pay": ("2300", "2400"),
               "area": ("秦都区", "渭城区"), "content": ("小区值守", "大门值守")}  # fmt: skip
    taken(session, "p.csv", csv(FIRST))
    assert taken(session, "p.csv", csv(FIRST)).counts[ImportVerdict.UNCHANGED] == 1
    assert taken(session, "p.csv", csv(FIRST.replace(*changes[column]))).counts[ImportVerdict.UPDATED] == 1


def test_a_column_that_the_list_lacks_empties_no_field(session: Session) -> None:
    taken(session, "p.csv", csv(FIRST))
    opening_of(session, "P1").occupation_code = "4-07-05-01"
    opening_of(session, "P1").shift = "三班倒"
    session.flush()
    assert taken(session, "p.csv", csv(FIRST)).counts[ImportVerdict.UNCHANGED] == 1
    taken(session, "p.csv", csv(FIRST.replace("3800", "3900")))
    assert (opening_of(session, "P1").occupation_code, opening_of(session, "P1").shift) == ("4-07-05-01", "三班倒")


@pytest.mark.parametrize(
    ("change", "code"), [(("甲公司", "乙公司"), "known-other-employer"), (("保安", "厨师"), "known-other-trade")]
)
def test_a_known_id_with_another_employer_or_job_is_queried(
    session: Session, change: tuple[str, str], code: str
) -> None:
    taken(session, "p.csv", csv(FIRST))
    assert codes(taken(session, "p.csv", csv(FIRST.replace(*change)))) == {2: [code]}
    assert opening_of(session, "P1").title == "保安"


def test_an_id_that_comes_twice_in_one_list_is_named_with_its_first_row(session: Session) -> None:
    report = taken(session, "p.csv", csv(FIRST, FIRST.replace("3800", "3900")))
    assert codes(report) == {3: ["id-repeated"]}
    assert report.rows[1].problems[0].params["row"] == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("3200-3800", "3200万"), "pay-implausible"), (("3200-3800,2300", "18000元/小时,"), "pay-implausible"),
        ((",2,", ",9000,"), "headcount-implausible"),
    ],
)  # fmt: skip
def test_implausible_values_stay_unpublished(session: Session, change: tuple[str, str], code: str) -> None:
    report = taken(session, "p.csv", csv(FIRST.replace(*change)))
    assert code in codes(report)[2]
    assert report.counts[ImportVerdict.OPEN] == 0

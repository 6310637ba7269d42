"""The training desk: attendance, results, claims, payments, providers and reports."""

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from centre import clock
from centre.database import open_session
from centre.funds.models import Fund
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from tests.training import world
from tests.training.browser import Browser, open_browser
from tests.training.course import assessed, begin, call_sample, enrol_all, lesson_ids, people
from tests.web.pages.schools import APRIL, DESK, browser
from training.claims.models import Claim
from training.claims.rules import ClaimState
from web.app import build


def test_a_registrar_reports_a_lesson_from_its_register(city: world.City) -> None:
    class_id = world.add_class(city)
    here, _ = enrol_all(city, class_id, people(city, 2))
    begin(city, class_id)
    lesson_id, ends_at = lesson_ids(class_id)[0]
    school = browser(city, "registrar")
    assert "还没有上" in school.get(f"{DESK}/lessons/{lesson_id}").text
    with clock.frozen(ends_at):
        school = open_browser(build(), city, "neighbour")
        assert school.get(f"{DESK}/lessons/{lesson_id}").status_code == 404
        officer = browser(city, "officer")
        assert "今天谁来了" in officer.get(f"{DESK}/lessons/{lesson_id}").text
        done = officer.send_form(f"{DESK}/lessons/{lesson_id}/report", present=[str(here)])
        assert done.status_code == 303
        assert "已上报" in officer.get(f"{DESK}/classes/{class_id}").text


@pytest.mark.rule("claim-four-hands", "page")
def test_money_goes_from_the_claim_to_the_fund_by_three_people(city: world.City) -> None:
    class_id, places = assessed(city, people(city, 3))
    with clock.frozen(APRIL):
        manager = browser(city, "manager")
        fund: dict[str, Any] = {"name": "就业补助资金", "code": "JYBZ", "purpose": "subsidy"}
        assert manager.send_form(f"{DESK}/funds", **fund).status_code == 303
        assert manager.send_form(f"{DESK}/funds", **fund).status_code == 409
        assert manager.send_form(f"{DESK}/funds/1/grants", amount_fen="10000").status_code == 303
        officer = browser(city, "officer")
        entered = officer.send_form(f"{DESK}/classes/{class_id}/claim", programme="per_day")
        assert entered.status_code == 303
        assert "由别的同事审核" in officer.get(f"{DESK}/claims/1").text
        assert officer.send_form(f"{DESK}/claims/1/review").status_code == 403
        second = browser(city, "second")
        assert second.send_form(f"{DESK}/claims/1/review").status_code == 409
        assert second.send_form(f"{DESK}/classes/{class_id}/sample").status_code == 303
        call_sample(city, class_id)
        for step in ("review", "notice"):
            assert second.send_form(f"{DESK}/claims/1/{step}").status_code == 303
    with clock.frozen(APRIL + timedelta(days=20)):
        second, manager = browser_again(city, "second"), browser_again(city, "manager")
        assert second.send_form(f"{DESK}/claims/1/release").status_code == 303
        assert second.send_form(f"{DESK}/claims/1/pay", fund_id="1", voucher="V-1").status_code == 403
        page = manager.get(f"{DESK}/claims/1").text
        assert "拨付 4,500 元" in page
        assert manager.send_form(f"{DESK}/claims/1/pay", fund_id="1", voucher="V-1").status_code == 303
        assert manager.send_form(f"{DESK}/claims/1/claw-back", reason="替学").status_code == 303
        assert manager.send_form(f"{DESK}/claims/1/repay", voucher="B-1").status_code == 303
        assert "-4,500 元" in manager.get(f"{DESK}/funds/1").text
    with open_session(world.SYSTEM.scope) as session:
        assert session.get_one(Claim, 1).state is ClaimState.ARCHIVED
        assert session.get_one(Fund, 1).balance_fen == 1_000_000
    assert len(places) == 3


def browser_again(city: world.City, key: str) -> Browser:
    """The same person on a later day: the first session is over by then."""
    city.actors[f"{key}-later"] = city.actors[key]
    return browser(city, f"{key}-later")


def test_a_school_sees_its_claim_but_not_the_integrity_flags(city: world.City) -> None:
    class_id, _ = assessed(city, people(city, 2))
    with clock.frozen(APRIL):
        school = browser(city, "registrar")
        assert school.send_form(f"{DESK}/classes/{class_id}/claim", programme="per_day").status_code == 303
        assert "予以补贴" in school.get(f"{DESK}/claims/1").text
        assert school.get(f"{DESK}/flags").status_code == 403
        assert "电话抽查" not in school.get(f"{DESK}/classes/{class_id}").text
        assert browser(city, "neighbour").get(f"{DESK}/claims/1").status_code == 404


def test_an_officer_enters_results_and_sees_what_is_missing(city: world.City) -> None:
    class_id, places = assessed(city, people(city, 1))
    with clock.frozen(APRIL):
        officer = browser(city, "officer")
        wrong = officer.send_form(f"{DESK}/classes/{class_id}/results", enrolment_id=str(places[0]), theory="120")
        assert wrong.status_code == 422
        assert officer.get(f"{DESK}/classes/{class_id}").text.count("GQ26") == 2
        assert officer.get(DESK).status_code == 200
        assert officer.get(f"{DESK}/flags").status_code == 200


def test_the_forecast_lists_every_major_with_its_interval(city: world.City) -> None:
    with open_session(world.SYSTEM.scope, write=True) as session:
        boss = Employer(name="缝纫厂", region_code="610402", state=EmployerState.ACTIVE, centre_id=city.centre_id)
        session.add(boss)
        session.flush()
        session.add(
            Opening(
                employer_id=boss.id, title="缝纫工", occupation_code="6-05-01-03", headcount=12, content="缝纫",
                region_code="610402", state=OpeningState.OPEN, valid_until=date(2026, 6, 30),
            )
        )  # fmt: skip
    page = browser(city, "officer").get(f"{DESK}/forecast").text
    assert "建议先开：服装缝纫" in page
    assert page.count("至 12 人") == 1
    assert page.count("没有空缺岗位") == 2
    assert "没法检验" in page


@pytest.mark.rule("one-place-at-a-time", "page")
def test_a_lesson_is_moved_only_to_a_possible_time_and_by_its_own_centre(city: world.City) -> None:
    class_id = world.add_class(city)
    enrol_all(city, class_id, people(city, 1))
    begin(city, class_id)
    lesson_id, _ = lesson_ids(class_id)[3]
    officer = browser(city, "officer")
    there = f"{DESK}/lessons/{lesson_id}/move"
    moved = officer.send_form(there, day="2026-03-21", begins="09:00", ends="11:30", room="实训楼")
    assert moved.status_code == 303
    page = officer.get(f"{DESK}/lessons/{lesson_id}").text
    assert "实训楼" in page
    assert "2026年3月21日" in page.replace("\u2009", "").replace(" ", "")
    assert officer.send_form(there, day="2026-03-21", begins="11:00", ends="09:00").status_code == 422
    assert officer.send_form(there, day="2026-02-30", begins="09:00", ends="11:00").status_code == 422
    assert (
        browser(city, "neighbour").send_form(there, day="2026-03-21", begins="09:00", ends="10:00").status_code == 404
    )


def test_schools_agreements_and_prices_are_managed_in_the_browser(city: world.City) -> None:
    officer, home = browser(city, "officer"), f"{DESK}/schools"
    answer = officer.send_form(home, name="新学校", code="P9", region_code="610402", capacity="80")
    assert answer.status_code == 303
    there = answer.headers["location"]
    assert officer.send_form(home, name="新学校", code="P9", region_code="610402").status_code == 409
    assert officer.send_form(f"{there}/agreements", from_on="2026-01-01", to_on="2025-01-01").status_code == 422
    assert officer.send_form(f"{there}/agreements", from_on="2026-01-01", to_on="2026-12-31").status_code == 303
    course: dict[str, Any] = {
        "name": "焊接",
        "occupation_code": "6-18-02-04",
        "kind": "skill",
        "hours": "200",
        "tuition_fen": "1800",
    }
    assert officer.send_form(f"{there}/majors", **course, school_waiver_fen="1900").status_code == 422
    assert officer.send_form(f"{there}/majors", **course, school_waiver_fen="500").status_code == 303
    page = officer.get(there).text
    assert "1,300 元" in page
    major_id = page.split("/schools/majors/")[1].split("/")[0]
    price: dict[str, Any] = {"tuition_fen": "1800", "school_waiver_fen": "500", "government_fen": "300"}
    assert officer.send_form(f"{home}/majors/{major_id}/price", **price).status_code == 303
    assert "1,000 元" in officer.get(there).text
    assert officer.send_form(f"{there}/moves/suspend").status_code == 422
    assert officer.send_form(f"{there}/moves/suspend", reason="检查").status_code == 303
    assert "暂停开班" in officer.get(home).text
    assert browser(city, "registrar").get(home).status_code == 403


def test_the_training_report_is_filtered_by_date_and_exported(city: world.City) -> None:
    assessed(city, people(city, 3))
    officer = browser(city, "officer")
    page = officer.get(f"{DESK}/report?by=school").text
    assert "3,600 元" in page
    assert "职工本人 3 人" in page
    assert "这段时间没有开班" in officer.get(f"{DESK}/report?since=2027-01-01").text
    assert officer.get(f"{DESK}/report?since=tomorrow").status_code == 422
    sheet = load_workbook(BytesIO(officer.get(f"{DESK}/report.xlsx?by=class").content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:3] == ["学校", "专业", "班号"]
    assert [row[0] for row in rows[1:]] == ["咸阳扶贫技校", "合计"]
    assert rows[2][rows[0].index("学费")] == 3_600

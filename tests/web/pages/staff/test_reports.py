"""The manager's page, the ten reports on screen, paper and as a workbook, and the monthly close."""

import io
import re

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from centre import clock
from centre.calendar import add_months
from centre.closing import MonthClosed, last_day
from centre.database import open_session
from centre.desk.petitions import Petition
from centre.ledger import ServiceCategory, record_service
from centre.network import Centre
from centre.permissions import Actor, Role
from matching.reports.rules import ReportKey
from tests.web.desks import Hall, words
from web.demo import five_years
from web.pages.account.sign_in import desk

SYSTEM = Actor.system()
FIVE_YEARS = "since=2002-09-01&until=2007-08-31"


def test_a_manager_lands_on_the_exceptions_and_the_centres(hall: Hall) -> None:
    city = hall.enter("city")
    shown = words(city.get("/manager"))
    assert "今天要处理的" in shown
    assert "三原县援助中心(演示)" in shown
    county = words(hall.enter("county").get("/manager"))
    assert "秦都区援助中心(演示)" in county
    assert "三原县援助中心(演示)" not in county
    hall.enter("clerk").get("/manager", 403)


def test_overdue_petitions_and_cases_are_exceptions_of_their_centre(hall: Hall) -> None:
    def told(login: str) -> str:
        return words(hall.enter(login).get("/manager"))

    late = "1 件来访来信来电过了答复期限"
    assert late in told("city")
    assert late not in told("county")
    with open_session(SYSTEM.scope, write=True) as session:
        session.execute(update(Petition).values(due_on=clock.today()))
    assert "过了答复期限" not in told("city")
    assert "帮扶业务超期" in told("city")


@pytest.mark.parametrize("role", sorted(Role))
def test_every_role_lands_on_its_own_work(hall: Hall, role: Role) -> None:
    own = {
        Role.CITY_MANAGER: "/manager",
        Role.COUNTY_MANAGER: "/manager",
        Role.TRAINING_OFFICER: "/training-desk",
        Role.EXPORT_OFFICER: "/export",
        Role.ESCORT: "/roll",
    }
    where = desk(Actor(account_id=1, roles=frozenset({role})))
    assert where == own.get(role, where)
    assert where != "/account"


@pytest.mark.parametrize("key", list(ReportKey))
def test_each_report_says_the_same_on_screen_on_paper_and_as_a_workbook(hall: Hall, key: ReportKey) -> None:
    city = hall.enter("city")
    months = f"since={add_months(clock.today().replace(day=1), -24)}&until={clock.today()}"
    screen, paper = city.get(f"/reports/{key.value}?{months}"), city.get(f"/reports/{key.value}/paper?{months}")
    answer = city.client.get(f"/reports/{key.value}/table.xlsx?{months}")
    book = load_workbook(io.BytesIO(answer.content))
    numbers = {
        f"{cell.value:,.2f}"
        if isinstance(cell.value, float) or cell.number_format.endswith(".00")
        else f"{cell.value:,}"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int | float)
    }
    assert numbers
    for number in numbers:
        plain = number.removesuffix(".00")
        assert number in screen or plain in screen, number
        assert number in paper or plain in paper, number
    assert "负责人" in paper


def test_the_article_is_counted_again_on_screen(hall: Hall) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        five_years.fill(session)
    shown = words(hall.enter("auditor").get(f"/reports/r9?{FIVE_YEARS}"))
    for figure in ("49,154", "9,400", "44.96", "5,350,000", "9,852"):
        assert figure in shown, figure
    county = words(hall.enter("county").get(f"/reports/r9?{FIVE_YEARS}"))
    assert "3,514" in county
    assert "49,154" not in county


def test_a_closed_month_never_changes(hall: Hall) -> None:
    city, month = hall.enter("city"), add_months(clock.today().replace(day=1), -1)
    page = f"/reports/r9?since={month}&until={last_day(month)}"
    assert "已经月结" not in words(city.get(page))
    assert city.send("/reports/close", month=str(month)) == "/reports#months"
    before = _figures(city.get(page))
    with open_session(SYSTEM.scope, write=True) as session:
        centre = session.query(Centre).order_by(Centre.code).first()
        assert centre is not None
        record_service(session, SYSTEM, centre_id=centre.id, category=ServiceCategory.LEGAL)
        with pytest.raises(MonthClosed):
            record_service(
                session, SYSTEM, centre_id=centre.id, category=ServiceCategory.LEGAL,
                occurred_at=clock.now().replace(day=1, month=month.month, year=month.year),
            )  # fmt: skip
    assert "已经月结" in words(city.get(page))
    assert _figures(city.get(page)) == before
    assert "不能再改" in words(city.send("/reports/close", 409, month=str(month)))


def test_a_month_is_closed_after_its_end_and_by_its_own_centre(hall: Hall) -> None:
    county, month = hall.enter("county"), add_months(clock.today().replace(day=1), -1)
    assert "还没有结束" in words(county.send("/reports/close", 409, month=str(clock.today())))
    county.send("/reports/close", month=str(month))
    waiting = words(hall.enter("city").get("/reports"))
    assert "秦都区援助中心(演示)" not in waiting.split(f"{month:%Y-%m}")[1].split("月结")[0]
    county.get("/reports/r9?centre_id=1", 404)


def _figures(text: str) -> list[str]:
    return re.findall(r'<td role="cell"[^>]*>.*?</td>', text)

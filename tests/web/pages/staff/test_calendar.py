"""The calendar of a year: entered from its notice, previewed, agreed by a second person, and followed by deadlines."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from centre import calendar, clock, policy, working_days
from centre.errors import Invalid
from tests.planted import planted
from tests.web.desks import Desk, Hall, opened, words

NOON = datetime(2026, 11, 23, 4, 0, 10, tzinfo=UTC)
HERE = "/administration/calendar"
NOTICE = {
    "off": "2027-01-01 至 2027-01-03\n2027年2月5日至2027年2月11日\n2027-10-01~2027-10-07",
    "work": "2027-01-30\n2027-02-20",
    "source": "国办发明电〔2026〕9号（虚构）",
}
MADE_UP = date(2027, 1, 30)


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with clock.frozen(NOON), opened() as town:
        yield town


def proposed(admin: Desk, **changes: str) -> str:
    """Write the year, look at the changed days, submit it to a second person; returns the preview."""
    preview = admin.send(f"{HERE}/2027/new", 200, **(NOTICE | changes))
    seen = re.findall(r'name="seen" value="([0-9a-f]+)"', preview)[0]
    admin.send(f"{HERE}/2027/new", **(NOTICE | changes), seen=seen)
    return preview


def agreed(hall: Hall) -> None:
    manager = hall.enter("city")
    number = re.findall(r"/rules/changes/([0-9]+)/agree", manager.get(f"{HERE}/2027"))[0]
    manager.send(f"/administration/rules/changes/{number}/agree")


def test_a_year_is_previewed_agreed_by_a_second_person_and_followed_by_deadlines(hall: Hall) -> None:
    admin = hall.enter("admin")
    assert not calendar.is_working_day(MADE_UP)
    preview = words(proposed(admin))
    assert re.search(r"2027.0?1.30.*?放假.*?上班", preview)
    assert not calendar.is_working_day(MADE_UP), "one person's word changes nothing"
    own = admin.get(f"{HERE}/2027")
    assert "国办发明电〔2026〕9号" in own
    assert "/agree" not in own
    agreed(hall)
    assert calendar.is_working_day(MADE_UP)
    assert calendar.add_working_days(date(2027, 1, 29), 1) == MADE_UP
    assert calendar.is_public_holiday(date(2027, 2, 11))
    assert calendar.working_days_between(date(2027, 2, 1), date(2027, 2, 15)) == 5
    assert "已录入" in admin.get(HERE)
    assert "2027-02-05 至 2027-02-11" in admin.get(f"{HERE}/2027")


def test_the_pages_of_the_calendar_read_in_both_languages(hall: Hall) -> None:
    admin = hall.enter("admin")
    proposed(admin)
    for path in (HERE, f"{HERE}/2026", f"{HERE}/2027", f"{HERE}/2027/new", "/administration/rules"):
        assert admin.get(path)
        assert "Days off" in admin.get(f"{path}?lang=en") or "days off" in admin.get(f"{path}?lang=en")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [({"off": "1 October"}, "不是日子"), ({"off": "2027-02-30"}, "不是日子"), ({"off": "2026-10-01"}, "都在这一年里"),
     ({"work": "2027-10-02"}, "又放假又上班"), ({"work": "2027-03-02"}, "星期六和星期日"),
     ({"off": "2027-10-07 至 2027-10-01"}, "不能早于第一天"), ({"source": "x"}, "")],
)  # fmt: skip
def test_a_year_that_cannot_be_is_refused_with_the_reason(hall: Hall, changes: dict[str, str], fault: str) -> None:
    assert fault in hall.enter("admin").send(f"{HERE}/2027/new", 422, **(NOTICE | changes))


def test_the_general_page_of_rules_keeps_the_same_conditions(hall: Hall) -> None:
    rule = {"key": policy.CALENDAR, "from_on": "2027-01-01", "to_on": "2027-06-30", "source": "虚构的通知"}
    page = hall.enter("admin").send(
        "/administration/rules/new", 422, **rule, value='{"off": ["2027-01-01"], "work": []}'
    )
    assert "按整年" in page
    page = hall.enter("admin").send("/administration/rules/new", 422, **rule, value='{"off": "soon"}')
    assert "两组日期" in page


def test_who_may_not_enter_law_may_not_enter_a_year(hall: Hall) -> None:
    hall.enter("city").send(f"{HERE}/2027/new", 403, **NOTICE)
    assert hall.enter("clerk").client.get(HERE).status_code == 403


def test_days_are_written_as_they_are_read() -> None:
    days = working_days.read_days("off", "2027-10-03\n2027-10-01 到 2027-10-02\n\n2027/12/31")
    assert working_days.written_days(days) == "2027-10-01 至 2027-10-03\n2027-12-31"
    with pytest.raises(Invalid):
        working_days.read_days("off", "２０２７-10-01")


def test_the_shipped_year_is_that_of_the_library(database: str) -> None:
    plan = working_days.plan_in_force(2026)
    assert working_days.changed_days(2026, plan) == []
    assert calendar.library_plan(2026).work == {
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)
    }  # fmt: skip


def test_the_shipped_example_says_the_same_as_the_library(hall: Hall) -> None:
    shipped = policy.year_plans()[2026]
    library = calendar.library_plan(2026)
    year = [date.fromordinal(number) for number in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    assert [day for day in year if shipped.is_working_day(day) != library.is_working_day(day)] == []


def test_a_planted_calendar_that_forgets_what_was_entered_is_caught(hall: Hall) -> None:
    proposed(hall.enter("admin"))
    agreed(hall)
    with planted(calendar, _plans=dict):
        assert not calendar.is_working_day(MADE_UP)
    assert calendar.is_working_day(MADE_UP)

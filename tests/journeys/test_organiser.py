"""An organiser schedules a fair; a second one in the same hall and hour is refused with alternatives."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from centre import clock
from tests.journeys.conftest import OpenPage


def plan(page: Page, *, name: str, day: str, starts: str, ends: str) -> None:
    page.goto("/organiser/fairs/new")
    page.fill("[name=name]", name)
    page.fill("[name=day]", day)
    page.fill("[name=starts]", starts)
    page.fill("[name=ends]", ends)
    page.select_option("[name=venue_id]", label=hall(page))
    page.fill("[name=booth_count]", "20")
    page.fill("[name=expected_visitors]", "300")
    page.get_by_role("button", name="安排", exact=True).click()


def hall(page: Page) -> str:
    labels = [text.strip() for text in page.locator("[name=venue_id] option").all_inner_texts()]
    return next(label for label in labels if "人力资源市场" in label)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_second_fair_at_the_same_hall_and_hour_is_refused(open_page: OpenPage, scripts: bool) -> None:
    later = clock.today() + timedelta(days=60)
    monday = later + timedelta(days=7 - later.weekday())  # Fridays are taken by the weekly fair
    day = (monday + timedelta(days=0 if scripts else 1)).isoformat()
    page = open_page("/organiser", width=360, scripts=scripts, login="organiser")
    plan(page, name=f"春季专场{scripts}", day=day, starts="09:00", ends="12:00")
    page.wait_for_url(re.compile("/organiser/fairs/[0-9]+"))
    expect(page.locator("h1")).to_contain_text("春季专场")
    plan(page, name="撞车专场", day=day, starts="11:00", ends="14:00")
    expect(page.get_by_role("alert")).to_contain_text("春季专场")
    assert page.input_value("[name=name]") == "撞车专场", "what was typed is kept"
    plan(page, name="下午专场", day=day, starts="12:00", ends="14:00")
    page.wait_for_url(re.compile("/organiser/fairs/[0-9]+"))
    expect(page.locator("h1")).to_contain_text("下午专场")


def test_the_public_calendar_page_and_feed_show_announced_fairs(open_page: OpenPage) -> None:
    page = open_page("/fairs?month=2026-12", width=360)
    expect(page.get_by_role("link", name="就业援助进社区").first).to_be_visible()
    page.get_by_role("link", name="就业援助进社区").first.click()
    expect(page.locator("main")).to_contain_text("秦都区文化广场")
    feed = page.request.get("/fairs.ics")
    assert feed.headers["content-type"].startswith("text/calendar")
    lines = feed.text().replace("\r\n ", "").splitlines()
    assert "SUMMARY:就业援助进社区" in lines
    assert any(line.startswith("DTSTART;TZID=Asia/Shanghai:20261212T090000") for line in lines)

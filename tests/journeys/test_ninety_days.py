"""An employer's whole week and a worker's ninety days, played in a browser on a server whose clock moves."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from centre import clock
from centre.accounts import Account
from centre.database import open_session
from centre.outbox import Message
from centre.permissions import Actor
from employers.companies.models import Employer
from employers.openings.models import Opening
from matching.introductions.jobs import chase_employers, silence_letters
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState
from matching.promises.queries import kept_standings
from tests.journeys.moved import AHEAD
from tests.journeys.screens import sign_in, too_wide
from tests.ordeal.servers import serving
from tests.web.desks import opened
from web.demo.town import PASSWORD

SYSTEM = Actor.system().scope
USCC, OWN_PASSWORD = "91350100M000100Y43", "zhao-zhao-2026"
TITLE = "缝纫工（校服）"
SHOTS = os.environ.get("JOURNEY_SHOTS", "")
"""A folder for screenshots, for inspection by eye."""


@dataclass
class Story:
    """The server, its moving clock, and the people in their browsers."""

    browser: Browser
    url: str
    ahead: Path
    shots: int = 0

    def day(self, days: int) -> None:
        """Move the clock of the server to so many days after the start."""
        self.ahead.write_text(str(days), "utf-8")

    def run(self, days: int) -> None:
        """Run the due jobs on that day."""
        self.day(days)
        with clock.frozen(clock.now() + timedelta(days=days)), open_session(SYSTEM, write=True) as session:
            chase_employers(session)
            silence_letters(session)

    def enter(self, path: str, login: str = "", password: str = PASSWORD, *, width: int = 1280) -> Page:
        """A page as somebody sees it on a screen of that width."""
        context = self.browser.new_context(
            base_url=self.url, viewport={"width": width, "height": 800}, locale="zh-CN", has_touch=width < 500
        )
        context.set_default_timeout(60_000)
        page = context.new_page()
        if login:
            sign_in(page, login, password)
        page.goto(path)
        return page

    def look(self, page: Page, name: str) -> None:
        """No page is wider than its screen; where a folder is given, both languages are kept as pictures."""
        assert too_wide(page) == [], f"{name} is wider than the screen"
        if not SHOTS:
            return
        self.shots += 1
        page.screenshot(path=f"{SHOTS}/{self.shots:02}-{name}-zh.png", full_page=True)
        other = page.context.new_page()  # what is typed on the first page stays
        other.goto("/display?lang=en&back=/")
        other.goto(page.url)
        other.screenshot(path=f"{SHOTS}/{self.shots:02}-{name}-en.png", full_page=True)
        other.goto("/display?lang=zh-Hans&back=/")
        other.close()


@pytest.fixture
def story(database: str, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """The demo town on a server whose day can be moved."""
    ahead = tmp_path / "ahead"
    ahead.write_text("0", "utf-8")
    monkeypatch.setenv(AHEAD, str(ahead))
    with opened(), serving("tests.journeys.moved:app", demo="1") as server:
        yield Story(browser, server.url, ahead)


def employer_id() -> int:
    """The new employer's number."""
    with open_session(SYSTEM) as session:
        return session.scalars(select(Employer.id).where(Employer.uscc == USCC)).one()


def registered(story: Story) -> None:
    """The employer registers itself, and a clerk verifies it."""
    page = story.enter("/employer/register")
    written = {"name": "渭城校服厂", "uscc": USCC, "contact_name": "赵", "contact_phone": "13812345678"}
    for name, value in (written | {"password": OWN_PASSWORD, "address": "文汇路 3 号"}).items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=region_code]", "610404")
    page.check("[name=truthful]")
    story.look(page, "register")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("main")).to_contain_text(USCC.lower())
    officer = story.enter(f"/counter/verify/employers/{employer_id()}", "officer")
    for step in ("submit", "verify"):
        if officer.locator(f"[name=event][value={step}]").count():
            officer.check(f"[name=event][value={step}]")
            officer.fill("[name=reason]", "看了执照原件，打通了联系电话")
            officer.get_by_role("button", name="办理").click()
            officer.wait_for_load_state()
            officer.goto(f"/counter/verify/employers/{employer_id()}")


def posted(story: Story) -> int:
    """An opening in five steps, left once and resumed; unlawful words are warned of while they are typed."""
    page = story.enter("/employer", USCC.lower(), OWN_PASSWORD)
    page.get_by_role("link", name="发布岗位").click()
    page.fill("[name=title]", TITLE)
    page.fill("[name=headcount]", "3")
    page.fill("[name=content]", "平车缝校服，上领上袖")
    page.get_by_role("button", name="下一步").click()
    page.fill("[name=conditions]", "会用电动平车，限女性")
    expect(page.locator("#warnings")).to_contain_text("这些话不能写")
    story.look(page, "who")
    page.fill("[name=conditions]", "会用电动平车，独眼龙优先")
    expect(page.locator("#warnings")).to_contain_text("这些话可能违法")
    page.get_by_role("button", name="先存着").click()
    page.goto("/employer")
    story.look(page, "desk-with-draft")
    page.locator("#unfinished a").click()
    expect(page.locator("[name=wage_min_fen]")).to_be_visible()
    page.fill("[name=wage_min_fen]", "3600")
    page.fill("[name=wage_max_fen]", "4800")
    page.fill("[name=base_pay_fen]", "2500")
    page.get_by_role("button", name="下一步").click()
    page.fill("[name=shift]", "长白班")
    page.select_option("[name=night_shift]", "false")
    page.get_by_role("button", name="下一步").click()
    story.look(page, "contract")
    page.get_by_role("button", name="存好").click()
    expect(page.locator("#preview")).to_contain_text("3,600–4,800")
    story.look(page, "preview")
    page.get_by_role("button", name="提交给中心核实").click()
    expect(page.locator("main")).to_contain_text("已提交")
    number = int(page.url.rstrip("/").rsplit("/", 1)[1])
    officer = story.enter(f"/counter/verify/openings/{number}", "officer")
    story.look(officer, "verify-opening")
    officer.check("[name=event][value=confirm]")
    officer.check("[name=wording][value=lawful]")
    officer.get_by_role("button", name="办理").click()
    officer.wait_for_load_state()
    page.reload()
    page.get_by_role("button", name="公开", exact=True).click()
    expect(page.locator(".chips")).to_contain_text("招聘中")
    return number


def letter(story: Story, opening: int) -> tuple[int, Page]:
    """The worker asks on her telephone, and the counter writes the letter."""
    worker = story.enter(f"/openings/{opening}", "wang", width=360)
    expect(worker.locator("#why")).to_be_visible()
    story.look(worker, "opening")
    worker.get_by_role("button", name="请中心推荐我去").click()
    worker.wait_for_url("**/me/introductions/*")
    number = int(worker.url.rsplit("/", 1)[1])
    clerk = story.enter(f"/counter/introductions/{number}", "clerk2")
    clerk.get_by_role("button", name="开推荐信").first.click()
    expect(clerk.locator("main")).to_contain_text("已开推荐信")
    worker.reload()
    story.look(worker, "letter")
    return number, worker


def links(number: int) -> list[str]:
    """The links of the reminders that the employer got about a letter."""
    with open_session(SYSTEM) as session:
        account = session.scalars(select(Account.id).where(Account.login == USCC.lower())).one()
        due = select(Message).where(Message.account_id == account, Message.dedupe_key.startswith(f"chase:{number}:"))
        return [message.link for message in session.scalars(due.order_by(Message.id))]


def test_an_employers_week_and_a_workers_ninety_days(story: Story) -> None:
    registered(story)
    opening = posted(story)
    number, worker = letter(story, opening)
    boss = story.enter("/employer", USCC.lower(), OWN_PASSWORD)
    expect(boss.locator("#due")).to_contain_text("1 位来应聘的人等您答复")
    boss.goto("/employer/applicants")
    story.look(boss, "applicants")
    boss.get_by_role("link", name="看信、约面试、没录用的点原因").click()
    boss.fill("[name=on]", (clock.today() + timedelta(days=2)).isoformat())
    boss.fill("[name=at]", "09:30")
    boss.get_by_role("button", name="告诉本人").click()
    worker.reload()
    worker.get_by_role("button", name="这个时间行，我去").click()
    story.look(worker, "interview")
    story.run(3)
    story.run(7)
    story.run(7)
    assert len(links(number)) == 2, "on day 3 and on day 7, once each"
    with open_session(SYSTEM) as session:
        assert session.get_one(Introduction, number).state is not IntroductionState.HIRED, "silence is no hire"
    phone = story.enter(links(number)[-1], width=360)
    story.look(phone, "answer-by-link")
    phone.get_by_role("button", name="录用了").click()
    expect(phone.locator("main")).to_contain_text("已经收到您的答复")
    worker = story.enter(f"/me/introductions/{number}", "wang", width=360)
    expect(worker.locator("ol.story")).to_contain_text("录用单位 · ")
    with open_session(SYSTEM) as session:
        before = kept_standings(session).health(employer_id())
    called(story, 7 + 7)
    called(story, 7 + 30)
    worse_payslip(story, number, opening)
    with open_session(SYSTEM) as session:
        assert kept_standings(session).health(employer_id()) < before, "a broken promise counts"
    called(story, 7 + 90)
    worker = story.enter(f"/me/introductions/{number}", "wang", width=360)
    story.look(worker, "ninety-days")


def called(story: Story, day: int) -> None:
    """The clerk finds the call that is due on the desk and records that she still works there."""
    story.day(day)
    clerk = story.enter("/counter", "clerk2")
    calls = clerk.locator("form[action^='/counter/follow-ups/']").filter(has_text=f"第 {day - 7} 天回访")
    expect(calls).to_have_count(1)
    expect(calls).to_contain_text(TITLE)
    if day == 7 + 7:
        story.look(clerk, "calls")
    calls.locator("button").first.click()
    clerk.wait_for_url("**saved=call**")


def worse_payslip(story: Story, number: int, opening: int) -> None:
    """The first payslip is worse than the advertisement: she says so, the centre confirms, the next one is warned."""
    worker = story.enter(f"/me/introductions/{number}/terms/payslip", "wang", width=360)
    story.look(worker, "payslip")
    worker.fill("[name=pay_min_fen]", "2900")
    worker.locator("main form button").last.click()
    worker.wait_for_url("**#promise")
    expect(worker.locator("#promise")).to_contain_text("变差了")
    story.look(worker, "worse")
    clerk = story.enter(f"/counter/introductions/{number}", "clerk2")
    story.look(clerk, "confirm-worse")
    clerk.get_by_role("button", name="看过原件，确实变差了").click()
    clerk.wait_for_load_state()
    stranger = story.enter(f"/openings/{opening}", width=360)
    expect(stranger.locator("main")).to_contain_text("来了以后条件变差了")
    story.look(stranger, "warned")
    with open_session(SYSTEM) as session:
        assert session.get_one(Opening, opening).employer_id == employer_id()


def test_a_page_that_is_too_wide_stops_the_story(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_context(viewport={"width": 360, "height": 700}).new_page()
    page.set_content("<p style='width:500px'>x</p>")
    with pytest.raises(AssertionError, match="preview is wider"):
        Story(browser, "", tmp_path).look(page, "preview")

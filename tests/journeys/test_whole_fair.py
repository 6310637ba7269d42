"""One fair from its first idea to the report: organiser, exhibitors, visitors, two gates without a network, manager."""

import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from centre import clock
from centre.accounts import SignIn
from centre.database import open_session
from centre.permissions import Actor
from centre.privacy import token_digest
from employers.fairs.models import Booth, Fair
from employers.fairs.rules import FairState
from matching.fairs.contacts.models import BoothContact
from matching.fairs.interviews.drafts import GuestDraft
from matching.fairs.interviews.jobs import plan_asked, solve_longest_waiting
from matching.fairs.interviews.wishing import ask_for_interviews
from matching.fairs.visitors.models import Visitor
from matching.fairs.visitors.queries import day_truth
from matching.fairs.visitors.rules import TicketDraft, TicketSource
from matching.fairs.visitors.tickets import register_visitor, spoken
from tests.employers.world import add_employer, published
from tests.journeys.story import Story, story
from tests.ordeal.lengths import LONG

__all__ = ["story"]

SYSTEM = Actor.system().scope
EMPLOYERS, PLACES = 42, 1_800
VISITORS = 1_200 if LONG else 120
WISHING = VISITORS // 4
FIRST = 1_001
"""The number of the first exhibitor."""
QUARTER = timedelta(minutes=15)
NAME = "春风行动大型招聘会"


@dataclass
class Day:
    """The fair that is played, and who has which place at it."""

    story: Story
    opens: datetime
    fair_id: int = 0
    codes: list[str] = field(default_factory=list)
    """The call numbers of the tickets, in the order of registration."""
    booths: dict[int, int] = field(default_factory=dict)
    """The booth of each exhibitor."""

    @property
    def desk(self) -> str:
        """The organiser's page of the fair."""
        return f"/organiser/fairs/{self.fair_id}"

    def organiser(self, path: str = "") -> Page:
        """A page of the organiser's desk."""
        return self.story.enter(self.desk + path, "organiser")

    def hour(self, hours: float) -> None:
        """Move the clock to so many hours after the opening."""
        self.story.at(self.opens + timedelta(hours=hours))


@pytest.fixture
def day(story: Story) -> Day:
    """A Saturday morning, far enough away for every filing."""
    soon = clock.today() + timedelta(days=40)
    saturday = soon + timedelta(days=(5 - soon.weekday()) % 7)
    return Day(story, datetime.combine(saturday, time(9), clock.SHANGHAI))


def exhibitors() -> None:
    """Employers with accounts and 1,800 places in all."""
    with open_session(SYSTEM, write=True) as session:
        for place in range(EMPLOYERS):
            number = FIRST + place
            add_employer(session, number)
            headcount = PLACES // EMPLOYERS + (1 if place < PLACES % EMPLOYERS else 0)
            content, until = f"第{place + 1}车间：看管细纱机，接头、落纱", clock.today() + timedelta(days=120)
            published(session, number, headcount=headcount, content=content, valid_until=until)


def exhibitor(day: Day, number: int, path: str, *, width: int) -> Page:
    """A page of an exhibitor, who has just signed in."""
    token = f"exhibitor-{number}-{path}"
    with day.story.moment() as now, open_session(SYSTEM, write=True) as session:
        soon = now + timedelta(hours=8)
        mark = token_digest(token)
        entry = SignIn(account_id=number, token_digest=mark, csrf_token=f"x{number}", expires_at=soon, ends_at=soon)
        session.add(entry)
    page = day.story.screen(width, token=token).new_page()
    page.goto(path)
    return page


def step(page: Page, name: str, **fields: str) -> None:
    """Press a button of the fair's next steps."""
    for key, value in fields.items():
        page.fill(f"main [name={key}]", value)
    page.locator("#steps").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()
    assert page.locator("[role=alert]").count() == 0, page.locator("[role=alert]").inner_text()


def plan(day: Day) -> None:
    """The organiser plans a fair of 45 booths, files it, and announces it."""
    page = day.story.enter("/organiser/fairs/new", "organiser")
    written = {"name": NAME, "day": f"{day.opens:%Y-%m-%d}", "starts": "09:00", "ends": "12:00"}
    plans = {"organisation_plan": "组字1号", "emergency_plan": "应字1号", "security_plan": "安字1号"}
    for name, value in (written | plans | {"booth_count": "45", "expected_visitors": "1200"}).items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=theme]", "spring_action")
    page.select_option("[name=venue_id]", "2")
    day.story.look(page, "plan")
    page.get_by_role("button", name="安排", exact=True).click()
    page.wait_for_url(re.compile("/organiser/fairs/[0-9]+"))
    day.fair_id = int(
        re.findall("[0-9]+", page.url)[-1] if "?" not in page.url else re.findall("fairs/([0-9]+)", page.url)[0]
    )
    step(page, "方案齐备，提交")
    step(page, "已备案", filing_no="备案1号")
    step(page, "可以发布", permit_no="公安许可1号")
    step(page, "公布")
    step(page, "开放展位申请")
    day.story.look(page, "announced")
    page.goto(f"{day.desk}/visitors")
    page.fill("[name=places]", "1500")
    page.fill("[name=gates]", "东门\n西门")
    page.get_by_role("button", name="保存").click()
    page.wait_for_load_state()
    page.goto(f"{day.desk}/simulation")
    page.get_by_role("button", name="预演").click()
    expect(page.locator("#waiting")).to_contain_text("多开一个门")
    day.story.look(page, "simulation")


def apply_all(day: Day) -> None:
    """Each exhibitor asks for a booth on its own screen; the organiser lets all in and gives them numbers."""
    for number in range(FIRST, FIRST + EMPLOYERS):
        page = exhibitor(day, number, f"/employer/fairs/{day.fair_id}/booth", width=1280)
        page.fill("[name=contact_name]", "王")
        page.check("[name=opening_ids]")
        if number == FIRST:
            day.story.look(page, "booth-form")
        page.get_by_role("button", name="申请展位", exact=True).click()
        page.wait_for_url("**/employer/booths**")
        page.context.close()
    page = day.organiser()
    waiting = page.locator("#booths").get_by_role("button", name="通过", exact=True)
    for left in range(EMPLOYERS, 0, -1):
        expect(waiting).to_have_count(left)
        waiting.first.click()
        page.wait_for_load_state()
    page.get_by_role("button", name="给已通过的单位排号").click()
    expect(page.locator("#booths")).to_contain_text("42")
    day.story.look(page, "booths")
    for path in ("/plan", "/invitations", "/pay", "/posters", "/mailing", "/badges"):
        page.goto(day.desk + path)
        day.story.look(page, path.strip("/"))
    with open_session(SYSTEM) as session:
        rows = select(Booth.employer_id, Booth.id).where(Booth.fair_id == day.fair_id)
        day.booths = dict(session.execute(rows).all())
    assert len(day.booths) == EMPLOYERS


def register(day: Day) -> None:
    """A visitor registers on a telephone without an account and wishes for interviews; so do the others."""
    phone = day.story.enter(f"/fairs/{day.fair_id}", width=360)
    day.story.look(phone, "fair")
    phone.get_by_role("link", name="报名入场").first.click()
    phone.fill("[name=name]", "王秀兰")
    day.story.look(phone, "register")
    phone.get_by_role("button", name="要一张入场券").click()
    phone.wait_for_url("**/tickets/*")
    code = phone.url.rsplit("/", 1)[1]
    day.story.look(phone, "ticket")
    phone.goto(f"/tickets/{code}/wishes")
    for box in phone.locator("[name=booth_ids]").all()[:3]:
        box.check()
    day.story.look(phone, "wishes")
    phone.get_by_role("button", name="记下").click()
    expect(phone.locator("main")).to_contain_text("记下了")
    day.codes = [code]
    booths = sorted(day.booths.values())
    with day.story.moment(), open_session(SYSTEM, write=True) as session:
        for number in range(1, VISITORS):
            draft, source = TicketDraft(name=f"求职者{number}"), TicketSource.ONLINE
            visitor = register_visitor(session, fair_id=day.fair_id, draft=draft, source=source)
            day.codes.append(spoken(visitor.code))
            if number < WISHING:
                wished = tuple(booths[(number * step) % len(booths)] for step in (1, 3, 5))
                ask_for_interviews(session, code=visitor.code, draft=GuestDraft(booth_ids=tuple(dict.fromkeys(wished))))


def timetable(day: Day) -> None:
    """The organiser plans and releases the interviews; the ticket shows them."""
    page = day.organiser("/interviews")
    page.get_by_role("button", name="排一次").click()
    page.wait_for_load_state()
    with day.story.moment(), open_session(SYSTEM, write=True) as session:
        plan_asked(session, solve_longest_waiting(session))
    page.reload()
    day.story.look(page, "interviews")
    page.get_by_role("button", name="公布排期").click()
    expect(page.locator("main")).to_contain_text("已公布")
    phone = day.story.enter(f"/tickets/{day.codes[0]}", width=360)
    expect(phone.locator("#interviews li").first).to_be_visible()
    day.story.look(phone, "ticket-with-interviews")


@dataclass
class Gate:
    """One gate's telephone, which scans without a network."""

    context: BrowserContext
    page: Page

    def scan(self, code: str) -> None:
        """Scan a ticket as a keyboard scanner does."""
        before = int(self.page.locator("[data-waiting]").inner_text())
        self.page.fill("[name=code]", code)
        self.page.press("[name=code]", "Enter")
        expect(self.page.locator("[data-waiting]")).to_have_text(str(before + 1))

    def connect(self) -> None:
        """Bring the network back and wait until everything is sent."""
        self.context.set_offline(False)
        self.page.evaluate("dispatchEvent(new Event('online'))")
        expect(self.page.locator("[data-waiting]")).to_have_text("0", timeout=120_000)


def gate(day: Day, name: str) -> Gate:
    """A gate's page, opened with a network once and cut off then."""
    page = day.story.enter(f"/gate/fairs/{day.fair_id}", "organiser", width=360)
    page.context.clock.install(time=day.opens - timedelta(minutes=10))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(page.locator("[data-gate]")).to_have_attribute("data-state", "online")
    page.select_option("[name=gate]", name)
    page.context.set_offline(True)
    return Gate(page.context, page)


def morning(day: Day) -> None:
    """Two gates scan all tickets without a network, one ticket at both; a page is closed and opened again meanwhile."""
    gates = [gate(day, "东门"), gate(day, "西门")]
    for number, code in enumerate(day.codes):
        there = gates[number % 2]
        there.scan(code)
        there.context.clock.fast_forward(2 * int(timedelta(hours=2.5) / timedelta(milliseconds=len(day.codes))))
    gates[1].scan(day.codes[0])
    expect(gates[1].page.locator("[data-said]")).to_have_text("请进")
    day.story.look(gates[0].page, "gate-offline", cut_off=True)
    gates[0].page.close()
    again = gates[0].context.new_page()
    again.goto(f"/gate/fairs/{day.fair_id}")
    expect(again.locator("[data-waiting]")).to_have_text(str(len(day.codes) - len(day.codes) // 2))
    gates[0].page = again
    for each in gates:
        each.connect()
        each.context.close()


def talks(day: Day) -> None:
    """Exhibitors sign in, see who comes, and record talks by two taps; somebody complains."""
    page = day.organiser()
    waiting = page.locator("#booths").get_by_role("button", name="签到", exact=True)
    for left in range(EMPLOYERS, 1, -1):
        expect(waiting).to_have_count(left)
        waiting.first.click()
        page.wait_for_load_state()
    for place, (number, booth_id) in enumerate(sorted(day.booths.items())[:10]):
        booth = exhibitor(day, number, f"/employer/booths/{booth_id}/talks", width=360)
        for turn, outcome in enumerate(("当场录用", "达成意向", "谈过了", "不合适")):
            booth.fill("[name=code]", day.codes[place * 4 + turn])
            booth.get_by_role("button", name=outcome, exact=True).click()
        expect(booth.locator("#talks tbody tr")).to_have_count(4)
        if place == 0:
            day.story.look(booth, "talks")
        booth.context.close()
    phone = day.story.enter(f"/fairs/{day.fair_id}/complain", width=360)
    phone.check("[name=kind][value=fee]")
    phone.fill("[name=text]", "展位上说要先交二百块押金")
    day.story.look(phone, "complain")
    phone.locator("main form button").last.click()
    expect(phone.locator("main")).to_contain_text("收到")
    wall = day.story.enter(f"/fairs/{day.fair_id}/wall")
    day.story.look(wall, "wall")
    today = day.organiser("/today")
    day.story.look(today, "today")
    today.fill("[name=answer]", "已叫停，押金退了")
    today.get_by_role("button", name="处理好了").click()
    expect(today.locator("#complaints")).to_contain_text("已叫停")


def report(day: Day) -> None:
    """The end stands behind a confirmation; the report is filled in beforehand and made by one click."""
    page = day.organiser()
    page.get_by_text("结束这场招聘会").click()
    page.check("[name=sure]")
    page.locator("#steps").get_by_role("button", name="结束", exact=True).click()
    page.wait_for_load_state()
    day.story.look(page, "report")
    expect(page.locator("[name=visitors]")).to_have_value(str(VISITORS))
    expect(page.locator("[name=employers]")).to_have_value(str(EMPLOYERS - 1))
    expect(page.locator("[name=hired]")).to_have_value("10")
    page.locator("#steps").get_by_role("button", name="上报数字").click()
    expect(page.locator("#figures")).to_contain_text(str(VISITORS))
    page.goto("/organiser/comparison")
    expect(page.locator("main")).to_contain_text(NAME)
    day.story.look(page, "comparison")
    manager = day.story.enter(f"/fairs/{day.fair_id}", "city")
    day.story.look(manager, "after")
    manager.goto("/reports")
    day.story.look(manager, "manager")


def test_one_fair_from_its_first_idea_to_the_report(day: Day) -> None:
    exhibitors()
    plan(day)
    day.story.day(5)
    apply_all(day)
    day.story.day(20)
    register(day)
    timetable(day)
    day.hour(-0.2)
    morning_page = day.organiser()
    step(morning_page, "开始")
    morning(day)
    day.hour(2.6)
    with day.story.moment(), open_session(SYSTEM) as session:
        truth = day_truth(session, day.fair_id)
    assert truth.entered == VISITORS, "nobody is lost and nobody counted twice"
    assert sum(len(stay.repeats) for stay in truth.stays.values()) == 1
    quarters = {int((stay.first_in.at - day.opens) / QUARTER) for stay in truth.stays.values() if stay.first_in}
    assert len(quarters) >= 9, "they came all morning, whatever the hour of the upload"
    talks(day)
    day.hour(3.1)
    report(day)
    with open_session(SYSTEM) as session:
        fair = session.get_one(Fair, day.fair_id)
        assert fair.state is FairState.REPORTED
        assert fair.figures["visitors"] == VISITORS
        assert fair.figures["positions"] == PLACES
        assert len(session.scalars(select(BoothContact).where(BoothContact.fair_id == fair.id)).all()) == 40
        assert len(session.scalars(select(Visitor).where(Visitor.fair_id == fair.id)).all()) == VISITORS

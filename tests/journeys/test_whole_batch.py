"""A batch of 58 on its way to 昆山 in browsers: network cut while people board, two who differ, a signature on a phone.

The figures are those of the first batch in the demo town: 58 listed, 55 boarded, 54 arrived, 53 signed.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from playwright.sync_api import BrowserContext, Page, expect

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from matching.export.models import ExportBatch
from matching.export.rules import BatchState
from matching.export.stay.queries import funnel
from tests.journeys.screens import sign_in
from tests.journeys.story import Story, story
from web.demo.town import PASSWORD

__all__ = ["story"]

SYSTEM = Actor.system().scope
BATCH = 2
ABSENT = 3
"""How many people do not come."""


@dataclass
class Caller:
    """Somebody with a telephone who calls the roll."""

    story: Story
    login: str
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        """Sign in, open the roll by its links, and let the telephone keep it."""
        self.context = self.story.screen(360)
        self.page = self.context.new_page()
        sign_in(self.page, self.login, PASSWORD)
        self.page.goto("/roll")
        self.story.look(self.page, f"{self.login}-batches")
        self.page.locator(f"a[href='/roll/{BATCH}']").first.click()
        self.story.look(self.page, f"{self.login}-roll")
        self.page.get_by_role("link", name="手机断网点名").click()
        self.page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        self.page.reload()
        self.expect_state("online")
        self.story.look(self.page, f"{self.login}-call")

    def expect_state(self, state: str) -> None:
        """Whether the telephone is connected, as the page says it."""
        expect(self.page.locator("[data-call]")).to_have_attribute("data-state", state)

    def cut_off(self) -> None:
        """Cut the network, and open the roll from what the telephone keeps, as the installed page does."""
        self.context.set_offline(True)
        self.page.close()
        self.page = self.context.new_page()
        self.page.goto("/roll")
        self.page.locator(f"a[href='/roll/{BATCH}/call']").click()
        self.expect_state("offline")

    def people(self) -> list[str]:
        """The names on the telephone, in the order of the roll."""
        expect(self.page.locator(".called li").first).to_be_visible()
        return self.page.locator(".called [data-name]").all_inner_texts()

    def say(self, place: int, word: str) -> None:
        """Say a word of the person at a place of the list, by one tap; two people may have one name."""
        button = self.page.locator(".called li").nth(place).locator(f"button[value={word}]")
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")

    def expect_waiting(self, number: int) -> None:
        """How many words wait for a network."""
        expect(self.page.locator("[data-waiting]")).to_have_text(str(number))

    def let_time_pass(self, minutes: int) -> None:
        """Let the telephone's clock run on without a network: the page says for how long the oldest word has waited."""
        self.page.clock.install()
        self.page.clock.fast_forward(minutes * 60_000)
        self.page.evaluate("dispatchEvent(new Event('online'))")  # it tries to send, in vain
        expect(self.page.locator("[data-held]")).to_have_text(re.compile("1[0-9]"))

    def reconnect(self) -> None:
        """Give the network back, and wait until everything is sent."""
        self.context.set_offline(False)
        self.page.evaluate("dispatchEvent(new Event('online'))")
        self.expect_waiting(0)
        self.expect_state("online")


def departs_at(story: Story) -> None:
    """Move the clock to half an hour before the batch leaves."""
    with open_session(SYSTEM) as session:
        departure = session.get_one(ExportBatch, BATCH).depart_at
    story.at(departure - timedelta(minutes=30))


def boarding(escort: Caller, leader: Caller) -> str:
    """The network is cut; both call the roll and differ about one person, whose name is returned."""
    people = escort.people()
    group = leader.people()
    assert (len(people), len(group)) == (58, 15)
    assert set(group) <= set(people), "a group leader sees the own group only"
    expect(escort.page.locator("[data-closed]")).to_be_hidden()
    escort.cut_off()
    leader.cut_off()
    assert (escort.people(), leader.people()) == (people, group), "the telephones keep their lists"
    disputed = next(name for name in group if people.count(name) == 1)
    missing = [place for place, name in enumerate(people) if name not in group][:ABSENT]
    for place in range(len(people)):
        escort.say(place, "absent" if place in missing else "boarded")
    escort.expect_waiting(58)
    expect(escort.page.locator("[data-aboard]")).to_have_text("55")
    leader.say(group.index(disputed), "absent")
    for caller in (escort, leader):
        caller.story.look(caller.page, f"{caller.login}-offline", cut_off=True)
    escort.cut_off()  # the page is closed and opened again: nothing is lost
    escort.expect_waiting(58)
    escort.let_time_pass(12)
    escort.reconnect()
    leader.reconnect()
    return disputed


def settle(escort: Caller, officer: Page, disputed: str) -> None:
    """Both words are shown to everybody, the batch cannot leave, and the officer decides."""
    escort.page.goto(f"/roll/{BATCH}")
    escort.page.get_by_role("button", name="人齐了，出发").click()
    expect(escort.page.locator("main")).to_contain_text("中心裁定后才能出发")
    escort.story.look(escort.page, "differing-words")
    officer.goto(f"/export/batches/{BATCH}")
    escort.story.look(officer, "officer-conflict")
    said = officer.locator("main .notice li")
    for name, word in (("带队老何", "上车"), ("王秀兰", "没来")):
        expect(said).to_contain_text(re.compile(f"{name}[^：]*：{word}"))
    officer.locator("main .notice a", has_text=disputed).click()
    escort.story.look(officer, "officer-decides")
    officer.select_option("form[action$='/decide'] [name=word]", "boarded")
    officer.fill("form[action$='/decide'] [name=reason]", "打过电话，人在 2 号车上")
    officer.locator("form[action$='/decide'] button").click()
    expect(officer.locator("main")).not_to_contain_text("互相矛盾")


def on_the_way(escort: Caller, employer: Page) -> None:
    """55 leave, one leaves on the way where there is no network, and 54 arrive."""
    escort.page.goto(f"/roll/{BATCH}")
    escort.page.get_by_role("button", name="人齐了，出发").click()
    expect(escort.page.get_by_role("button", name="已经到达")).to_be_visible()
    employer.goto(f"/employer/arrivals/{BATCH}")
    expect(employer.locator("tbody tr")).to_have_count(55)
    expect(employer.locator("main")).to_contain_text("带队老何(演示) 13800000006")
    escort.story.look(employer, "employer-expects")
    escort.page.goto(f"/roll/{BATCH}/call")
    expect(escort.page.locator("[data-all]")).to_have_text("55")
    escort.cut_off()
    escort.say(0, "left")
    escort.expect_waiting(1)
    escort.story.look(escort.page, "left-on-the-way", cut_off=True)
    escort.reconnect()
    escort.page.goto(f"/roll/{BATCH}")
    escort.page.get_by_role("button", name="已经到达").click()
    expect(escort.page.locator(".chips").first).to_contain_text("已到达")


def handed_over(story: Story, employer: Page, officer: Page) -> None:
    """The employer signs on a phone; the officer enters the contracts of all but one."""
    employer.goto(f"/employer/arrivals/{BATCH}")
    employer.fill("[name=signer]", "老陈")
    employer.check("[name=agrees]")
    story.look(employer, "employer-signs")
    employer.get_by_role("button", name="签收").click()
    expect(employer.locator("main")).to_contain_text("老陈 已签收 54 人")
    story.look(employer, "employer-signed")
    officer.goto(f"/export/batches/{BATCH}")
    officer.locator("#contracts [name=member_ids]").first.uncheck()
    officer.fill("#contracts [name=wage_fen]", "6000")
    story.look(officer, "contracts")
    officer.get_by_role("button", name="核对并登记签约").click()
    expect(officer.locator("#contracts [name=member_ids]")).to_have_count(1)
    story.look(officer, "officer-after")
    officer.goto("/export/report")
    story.look(officer, "report")


def forgotten(leader: Caller) -> None:
    """Two months later the list is no longer on a telephone, though it never had a network since (EX-05)."""
    leader.cut_off()
    leader.people()
    leader.page.close()
    leader.context.clock.install(time=clock.now() + timedelta(days=60))
    leader.page = leader.context.new_page()
    leader.page.goto(f"/roll/{BATCH}/call")
    leader.expect_state("no_roll")
    expect(leader.page.locator(".called li")).to_have_count(0)


def test_a_batch_of_58_travels_with_the_network_cut_while_it_boards(story: Story) -> None:
    departs_at(story)
    officer = story.enter("/export", "export")
    story.look(officer, "officer")
    for name in ("manifest", "sheet", "seats", "paper-roll"):
        paper = officer.request.get(f"/export/batches/{BATCH}/{name}", params={"as": "pdf"})
        assert paper.headers["content-type"] == "application/pdf"
        story.keep(paper.body(), f"{name}.pdf")
    employer = story.enter("/employer/arrivals", "employer3", width=360)
    escort, leader = Caller(story, "escort"), Caller(story, "wang")
    disputed = boarding(escort, leader)
    settle(escort, officer, disputed)
    on_the_way(escort, employer)
    handed_over(story, employer, officer)
    escort.page.goto(f"/roll/{BATCH}/call")
    expect(escort.page.locator("[data-closed]")).to_be_visible()
    forgotten(leader)
    with open_session(SYSTEM) as session, story.moment():
        batch = session.get_one(ExportBatch, BATCH)
        assert (batch.state, batch.signed_people) == (BatchState.HANDED_OVER, 54)
        stays = funnel(session, batch_id=BATCH)
    assert (stays.listed, stays.boarded, stays.arrived, stays.signed) == (58, 55, 54, 53)

"""Two gates in real browsers, both offline: one ticket at both, a page closed in between, one truth (FA-12)."""

from datetime import timedelta

from playwright.sync_api import Browser, BrowserContext, Page, expect

from centre import clock
from centre.accounts import Account, SignIn
from centre.database import open_session
from centre.permissions import Role
from centre.privacy import token_digest
from employers.fairs.actions import advance_fair
from matching.fairs.visitors.actions import set_up_door
from matching.fairs.visitors.queries import day_truth
from matching.fairs.visitors.rules import DoorDraft, TicketDraft, TicketSource
from matching.fairs.visitors.tickets import register_visitor
from tests.employers.world import ORGANISER, SYSTEM, add_hall, booth_fair, found_city
from tests.ordeal.servers import serving

TOKEN = "gate-token"


def build() -> tuple[int, str, str]:
    """A fair that is on now, and two tickets."""
    now = clock.now()
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)
        session.add(Account(id=901, login="gate", name="门岗", password_hash="-", roles=[Role.ORGANISER], centre_id=1))
        session.flush()
        ends = now + timedelta(hours=2)
        session.add(
            SignIn(account_id=901, token_digest=token_digest(TOKEN), csrf_token="x", expires_at=ends, ends_at=ends)
        )
        hall = add_hall(session)
        fair = booth_fair(session, hall, starts_at=now - timedelta(minutes=5), ends_at=now + timedelta(hours=2))
        codes = [
            register_visitor(session, fair_id=fair.id, draft=TicketDraft(), source=TicketSource.ONLINE).code
            for _ in range(2)
        ]
        advance_fair(session, ORGANISER, fair_id=fair.id, event="start")
        return fair.id, codes[0], codes[1]


def opened(context: BrowserContext, address: str) -> Page:
    """The gate page, with its roll, under the care of its worker."""
    page = context.new_page()
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    expect(page.locator("[data-gate]")).to_have_attribute("data-state", "online")
    return page


def scan(page: Page, code: str) -> str:
    """Scan a ticket as a keyboard scanner does; gives what the gate says."""
    before = page.locator("[data-waiting]").inner_text()
    page.fill("[name=code]", code)
    page.press("[name=code]", "Enter")
    expect(page.locator("[data-waiting]")).not_to_have_text(before)
    return page.locator("[data-said]").inner_text()


def test_two_gates_without_a_network_end_in_one_truth(database: str, browser: Browser) -> None:
    fair_id, first, second = build()
    with serving() as server:
        address = f"{server.url}/gate/fairs/{fair_id}"
        contexts = [browser.new_context(locale="zh-CN") for _ in range(2)]
        for context in contexts:
            context.add_cookies([{"name": "sid", "value": TOKEN, "url": server.url}])
        gates = [opened(context, address) for context in contexts]
        for context in contexts:
            context.set_offline(True)
        assert [scan(gate, first) for gate in gates] == ["请进", "请进"]
        gates[1].close()
        gates[1] = contexts[1].new_page()
        gates[1].goto(address)
        expect(gates[1].locator("[data-waiting]")).to_have_text("1")
        assert scan(gates[1], first) == "已经进场"
        assert scan(gates[1], second) == "请进"
        for context, gate in zip(contexts, gates, strict=True):
            context.set_offline(False)
            gate.evaluate("dispatchEvent(new Event('online'))")
            expect(gate.locator("[data-waiting]")).to_have_text("0")
        contexts[1].set_offline(True)  # what was sent is not forgotten: the same ticket is still inside
        gates[1].reload()
        assert scan(gates[1], second) == "已经进场"
        contexts[1].set_offline(False)
        gates[1].evaluate("dispatchEvent(new Event('online'))")
        expect(gates[1].locator("[data-waiting]")).to_have_text("0")
        for context in contexts:
            context.close()
    with open_session(SYSTEM.scope) as session:
        day = day_truth(session, fair_id)
    assert (day.entered, day.inside) == (2, 2)
    assert sum(len(stay.repeats) for stay in day.stays.values()) == 3


def walk_in(page: Page, heads: int) -> str:
    """Count people without a ticket; gives what the gate says."""
    page.fill("[name=heads]", str(heads))
    page.press("[data-walk-in] [name=heads]", "Enter")
    expect(page.locator("[data-walk-in] [name=heads]")).to_have_value("1")
    return page.locator("[data-said]").inner_text()


def test_people_without_a_ticket_meet_the_rules_of_the_door_without_a_network(database: str, browser: Browser) -> None:
    fair_id, ticket, _ = build()
    with open_session(SYSTEM.scope, write=True) as session:
        set_up_door(session, ORGANISER, fair_id=fair_id, draft=DoorDraft(inside_limit=3))
    with serving() as server:
        context = browser.new_context(locale="zh-CN")
        context.add_cookies([{"name": "sid", "value": TOKEN, "url": server.url}])
        gate = opened(context, f"{server.url}/gate/fairs/{fair_id}")
        context.set_offline(True)
        walk_in(gate, 2)
        expect(gate.locator("[data-said]")).to_have_text("记下了 · 2")
        walk_in(gate, 2)
        expect(gate.locator("[data-said]")).to_have_text("场内人数已满")
        gate.fill("[data-again-form] [name=reason]", "一家人")
        gate.click("[data-again-form] button")
        expect(gate.locator("[data-said]")).to_have_text("记下了 · 破例放行")
        assert scan(gate, ticket) == "场内人数已满"
        context.set_offline(False)
        gate.evaluate("dispatchEvent(new Event('online'))")
        expect(gate.locator("[data-waiting]")).to_have_text("0")
        context.close()
    with open_session(SYSTEM.scope) as session:
        day = day_truth(session, fair_id)
    assert (day.entered, day.inside, day.turned_away, len(day.forced)) == (4, 4, 3, 1)

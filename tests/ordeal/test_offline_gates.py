"""Two gates and a booth in real browsers, all offline: pages closed in between, one truth (FA-12)."""

from datetime import timedelta

from playwright.sync_api import Browser, BrowserContext, Page, expect

from centre import clock
from centre.accounts import Account, SignIn
from centre.database import open_session
from centre.permissions import Role
from centre.privacy import token_digest
from centre.scopes import ScopedSession
from employers.fairs.actions import advance_fair
from employers.fairs.booth_rules import BoothDraft
from employers.fairs.booths import apply_for_booth, approve_booth, assign_booth
from matching.fairs.contacts.queries import contacts_at
from matching.fairs.visitors.actions import set_up_door
from matching.fairs.visitors.queries import day_truth
from matching.fairs.visitors.rules import DoorDraft, TicketDraft, TicketSource
from matching.fairs.visitors.tickets import register_visitor
from tests.employers.world import ORGANISER, SYSTEM, add_employer, add_hall, booth_fair, boss, found_city
from tests.ordeal.servers import serving

TOKEN, BOSS = "gate-token", "boss-token"


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
    """Scan a ticket as a keyboard scanner does; returns what the gate says."""
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
    """Count people without a ticket; returns what the gate says."""
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


CAMERA = """(code) => {
  // A machine without a camera: a canvas gives the stream, and the browser's reader of codes is replaced by one that
  // sees the ticket in every picture.
  const canvas = document.createElement("canvas");
  setInterval(() => canvas.getContext("2d").fillRect(0, 0, Math.random() * 100, 10), 100);  // only a change is a frame
  navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5);
  window.BarcodeDetector = class { async detect(picture) { return picture.srcObject ? [{ rawValue: code }] : []; } };
}"""


def test_the_camera_scans_a_ticket_once_while_it_is_held_there(database: str, browser: Browser) -> None:
    fair_id, ticket, _ = build()
    with serving() as server:
        context = browser.new_context(locale="zh-CN")
        context.add_cookies([{"name": "sid", "value": TOKEN, "url": server.url}])
        context.add_init_script(f"({CAMERA})('https://jobs.example/tickets/{ticket}')")
        gate = opened(context, f"{server.url}/gate/fairs/{fair_id}")
        context.set_offline(True)
        gate.locator("[data-camera]").click()
        expect(gate.locator("[data-picture]")).to_be_visible()
        expect(gate.locator("[data-said]")).to_have_text("请进")
        gate.wait_for_timeout(1_500)  # seven more looks at the same ticket
        expect(gate.locator("[data-waiting]")).to_have_text("1")
        gate.locator("[data-camera]").click()
        expect(gate.locator("[data-picture]")).to_be_hidden()
        context.set_offline(False)
        gate.evaluate("dispatchEvent(new Event('online'))")
        expect(gate.locator("[data-waiting]")).to_have_text("0")
        context.close()
    with open_session(SYSTEM.scope) as session:
        day = day_truth(session, fair_id)
    assert (day.entered, sum(len(stay.repeats) for stay in day.stays.values())) == (1, 0)


def stand(session: ScopedSession, fair_id: int) -> int:
    """A numbered booth at the fair, and a signed-in account of its employer."""
    add_employer(session)
    booth = apply_for_booth(session, boss(), fair_id=fair_id, draft=BoothDraft(contact_name="王"))
    approve_booth(session, ORGANISER, booth_id=booth.id)
    assign_booth(session, ORGANISER, booth_id=booth.id)
    ends = clock.now() + timedelta(hours=2)
    session.add(SignIn(account_id=1, token_digest=token_digest(BOSS), csrf_token="x", expires_at=ends, ends_at=ends))
    return booth.id


def record(page: Page, code: str, outcome: str) -> None:
    """Record a talk by two taps, and wait until it is safe on the device."""
    waiting = int(page.locator("[data-waiting]").inner_text())
    page.fill("[name=code]", code)
    page.get_by_role("button", name=outcome).click()
    expect(page.locator("[data-waiting]")).to_have_text(str(waiting + 1))


def test_talks_at_a_booth_without_a_network_arrive_once(database: str, browser: Browser) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)
        now = clock.now()
        hall = add_hall(session)
        fair_id = booth_fair(session, hall, starts_at=now + timedelta(minutes=5), ends_at=now + timedelta(hours=2)).id
        booth_id = stand(session, fair_id)
        ticket = register_visitor(session, fair_id=fair_id, draft=TicketDraft(), source=TicketSource.ONLINE).code
    with clock.frozen(clock.now() + timedelta(minutes=6)), open_session(SYSTEM.scope, write=True) as session:
        advance_fair(session, ORGANISER, fair_id=fair_id, event="start")
    with serving() as server:
        context, address = browser.new_context(locale="zh-CN"), f"{server.url}/employer/booths/{booth_id}/talks"
        context.add_cookies([{"name": "sid", "value": BOSS, "url": server.url}])
        page = context.new_page()
        page.goto(address)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.reload()
        expect(page.locator("[data-booth]")).to_have_attribute("data-state", "online")
        context.set_offline(True)
        record(page, ticket, "谈过了")
        record(page, "", "达成意向")
        page.reload()  # the worker gives the page, the queue is still there
        expect(page.locator("[data-waiting]")).to_have_text("2")
        record(page, ticket, "当场录用")
        record(page, "ZZZZ-ZZZZ", "不合适")
        context.set_offline(False)
        page.evaluate("dispatchEvent(new Event('online'))")
        expect(page.locator("[data-waiting]")).to_have_text("0")
        expect(page.locator("[data-unknown-count]")).to_have_text("1")
        expect(page.locator("#talks tbody tr")).to_have_count(3)
        context.close()
    with open_session(SYSTEM.scope) as session:
        assert sorted(talk.outcome.value for talk in contacts_at(session, booth_id)) == ["intention", "none", "offer"]

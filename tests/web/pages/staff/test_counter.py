"""The counter: search, registration, introductions, letters, results and follow-up calls."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update

from centre import clock
from centre.database import engine, open_session
from centre.ledger import Channel, ServiceEvent
from centre.numbers import identity_check
from centre.people import Person
from centre.permissions import Actor
from employers.openings.models import Opening
from matching.duties.rules import STALL_LABELS
from matching.profiles.models import Registration
from tests.web.desks import Desk, Hall, number, words

SYSTEM = Actor.system().scope
MASSAGE = "足疗师"


def find(clerk: Desk, typed: str) -> str:
    return clerk.send("/counter/find", words=typed)


def test_a_clerk_finds_introduces_prints_and_records_the_result(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    address = find(clerk, "610499198304150088")
    screen = clerk.get(address)
    assert MASSAGE in screen
    assert "610499198304150088" not in screen
    assert "610***********0088" in screen
    letter = clerk.send(f"{address}/introduce", opening_id=number(Opening, title=MASSAGE), agreed="true")
    paper = words(clerk.get(letter))
    assert re.search(r"XY01-[0-9]{8}-0001-[0-9A-Z]", paper)
    assert "兹推荐 马丽 到贵单位应聘" in paper
    clerk.send(f"{letter}/result", result="hired", source="employer")
    assert "已录用" in clerk.get(letter)
    assert "上岗记录" in clerk.get(address)


def test_a_second_letter_to_the_same_opening_is_refused_on_the_page(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    address, opening = find(clerk, "610499198304150088"), number(Opening, title=MASSAGE)
    clerk.send(f"{address}/introduce", opening_id=opening, agreed="true")
    again = clerk.send(f"{address}/introduce", 409, opening_id=opening, agreed="true")
    assert "已经推荐过这个岗位，正在等结果" in again


@pytest.mark.rule("identity-check-digit", "page")
@pytest.mark.rule("identity-once", "page")
@pytest.mark.rule("registration-begins", "page")
def test_a_newcomer_is_registered_once_and_invalid_numbers_are_reported(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    typed: dict[str, str] = {
        "id_number": "610499199001010013",
        "name": "张三丰",
        "phone": "13911112222",
        "live_region": "610402",
    }
    answer = clerk.send("/counter/register", 422, **typed, consent="true")
    assert "身份证号校验不通过" in answer
    digits = typed["id_number"][:17]
    sound: dict[str, Any] = typed | {"id_number": digits + identity_check(digits)}
    first = clerk.send("/counter/register", **sound, consent="true")
    assert clerk.send("/counter/register", **sound, consent="true") == first
    clerk.send("/counter/register", 422, **(sound | {"name": "别人"}), consent="true")


def test_a_hotline_call_is_one_line_of_the_ledger(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    clerk.send("/counter/visit", category="petition", channel="hotline", topic="拖欠工资")
    with open_session(SYSTEM) as session:
        line = session.scalars(select(ServiceEvent).where(ServiceEvent.topic == "拖欠工资")).one()
        assert (line.person_id, line.channel) == (None, Channel.HOTLINE)


def test_strangers_and_clerks_of_other_counties_find_nobody(hall: Hall) -> None:
    theirs = number(Person, name="王秀兰")
    for login, status in (("clerk", 404), ("employer", 403), ("wang", 403), ("school", 403)):
        assert hall.enter(login).client.get(f"/counter/people/{theirs}").status_code == status


def queries_of(desk: Desk, path: str) -> int:
    """How many statements a page costs, once everything is warm.

    The least of three reads: whatever the clock adds, such as a look for changed openings each quarter of a second,
    is not the page's own.
    """
    desk.get(path)
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    counts = []
    event.listen(engine(), "before_cursor_execute", note)
    try:
        for _ in range(3):
            seen.clear()
            desk.get(path)
            counts.append(len(seen))
    finally:
        event.remove(engine(), "before_cursor_execute", note)
    return min(counts)


def test_pages_issue_a_fixed_number_of_statements(hall: Hall) -> None:
    visitor, worker, clerk = hall.enter(), hall.enter("wang"), hall.enter("clerk")
    address = find(clerk, "610499198304150088")
    assert queries_of(visitor, "/openings?q=缝纫") <= 3
    assert queries_of(visitor, f"/openings/{number(Opening, title=MASSAGE)}") <= 4
    assert queries_of(worker, "/me/matches") <= 21  # four for the plan of the night and those who leave together
    assert queries_of(clerk, address) <= 30


@pytest.mark.parametrize("lang", ["zh-Hans", "en"])
def test_every_page_renders_in_both_languages(hall: Hall, lang: str) -> None:
    for login, paths in {
        "": (
            "/",
            "/openings",
            "/openings?q=%00%ef%bf%be&page=999999&region=x",
            "/register",
            "/about",
            "/about/privacy",
        ),
        "wang": ("/me", "/me/profile", "/me/profile/trades?find=焊", "/me/profile/years", "/me/matches"),
        "clerk": ("/counter", "/counter/register"),
    }.items():
        desk = hall.enter(login)
        for path in paths:
            page = desk.get(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            assert f'lang="{lang}"' in page
            assert "</html>" in page


def test_a_clerk_enrols_somebody_and_finds_openings_for_them(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    address = find(clerk, "610499198304150088")
    offered = clerk.get(f"{address}/classes")
    chosen = re.search(r'name="class_id" value="([0-9]+)"', offered)
    assert chosen is not None
    assert clerk.send(f"{address}/enrol", class_id=chosen[1]).endswith("#enrolments")
    assert "培训记录" in clerk.get(address)
    clerk.send(f"{address}/enrol", 409, class_id=chosen[1])
    openings = clerk.get(f"{address}/openings?q={MASSAGE}")
    assert f"推荐去：{MASSAGE}" in openings
    theirs = number(Person, name="王秀兰")
    for part in ("openings", "classes"):
        assert clerk.client.get(f"/counter/people/{theirs}/{part}").status_code == 404


def test_a_visit_entered_by_mistake_is_taken_back_once(hall: Hall) -> None:
    clerk, stranger = hall.enter("clerk"), hall.enter("clerk2")
    saved = clerk.send("/counter/visit", category="petition", channel="counter", topic="其他")
    entry = saved.rpartition("=")[2]
    stranger.send(f"/counter/visits/{entry}/take-back", 404)
    assert clerk.send(f"/counter/visits/{entry}/take-back") == "/counter?saved=taken-back"
    assert "已经作废过" in clerk.send(f"/counter/visits/{entry}/take-back", 409)
    with open_session(SYSTEM) as session:
        reversal = session.scalars(select(ServiceEvent).where(ServiceEvent.reverses_id == int(entry))).one()
        assert reversal.person_id is None


def test_a_second_form_takes_over_what_the_first_one_said_of_the_household(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    person = find(clerk, "610499198304150088").rpartition("/")[2]
    clerk.send(
        f"/desk/hardship/new?person={person}", system="union", ground="deep", household="4", income_fen="480.50"
    )  # fmt: skip
    second = clerk.get(f"/desk/hardship/new?person={person}")
    assert re.search(r'name="household"[^>]*value="4"', second)
    assert re.search(r'name="income_fen"[^>]*value="480.5"', second)


def test_unpaid_wages_are_complained_of_from_the_person_s_own_screen(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    address = find(clerk, "610499198304150088")
    person = address.rpartition("/")[2]
    case = clerk.send(f"/desk/arrears/new?person={person}", employer_name="某某建筑队", claimed_fen="8600")
    assert "马丽" in clerk.get(case)
    assert case in clerk.get(address)


def test_the_demo_town_has_a_case_of_everything_that_is_due(hall: Hall) -> None:
    due = words(hall.enter("city").get("/counter/due"))
    assert [label for label in STALL_LABELS.values() if label not in due] == []
    assert "杨国栋" in due
    assert "孙红梅" in due


def test_what_waits_too_long_and_which_services_are_due_are_one_tap_from_the_counter(hall: Hall) -> None:
    clerk, later = hall.enter("clerk"), clock.now() + timedelta(days=80)
    address = find(clerk, "610499198304150088")
    clerk.send(f"{address}/introduce", opening_id=number(Opening, title=MASSAGE))
    with open_session(SYSTEM, write=True) as session:
        session.execute(update(Registration).values(submitted_at=clock.now()))
    assert 'href="/counter/due"' in clerk.get("/counter")
    with clock.frozen(later):
        due = words(hall.enter("clerk").get("/counter/due"))
    assert "等本人答复去不去" in due
    assert "推荐岗位，还差" in due
    hall.enter("ma").get("/counter/due", 403)

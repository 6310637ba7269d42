"""The verification desk, an employer that registers itself, and what the public reads of other people's telephones."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from centre import clock, privacy
from centre.accounts import Account
from centre.database import open_session
from centre.ledger import ServiceEvent
from centre.outbox import Message
from centre.permissions import Role
from centre.states import Transition
from employers.companies.actions import judge_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.openings.actions import create_opening, submit_opening
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from tests.employers.browser import Browser, Opener, opener
from tests.employers.world import SYSTEM, boss, draft, published, write_city
from web.app import build

DESK = "/counter/verify"
CODE = "91350100M000100Y43"
FORM = {
    "name": "渭城第三纺织厂",
    "uscc": CODE,
    "nature": "private",
    "region_code": "610404",
    "contact_name": "张经理",
    "contact_phone": "13800001111",
    "password": "a-long-password",
    "truthful": "true",
}


@pytest.fixture
def enter(database: str) -> Opener:
    """Opens browsers of the small city; needs the empty database."""
    return opener()


def submitted(number: int = 1, **changes: object) -> int:
    """An opening that waits for the officer."""
    with open_session(SYSTEM.scope, write=True) as session:
        opening = create_opening(session, boss(number), draft(**changes))
        submit_opening(session, boss(number), opening_id=opening.id)
        return opening.id


def opening_state(opening_id: int) -> OpeningState:
    with open_session(SYSTEM.scope) as session:
        return session.get_one(Opening, opening_id).state


def step(browser: Browser, path: str, event: str, **fields: object) -> int:
    """Choose one step on a page of the desk; gives the status."""
    seen = re.search(r'name="seen" value="([0-9]+)"', browser.get(path).text)
    return browser.send_form(path, **({"event": event, "seen": seen[1] if seen else "1"} | fields)).status_code


def messages(account_id: int) -> list[Message]:
    with open_session(SYSTEM.scope) as session:
        return list(session.scalars(select(Message).where(Message.account_id == account_id).order_by(Message.id)))


def test_the_queue_shows_the_opening_that_has_waited_longest_first(enter: Opener) -> None:
    first = submitted(title="先来的细纱工")
    second = submitted(2, title="后来的普工")
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Opening, second).updated_at = clock.now() + timedelta(minutes=5)
    page = enter("officer").get(DESK).text
    assert page.index(f"{DESK}/openings/{first}") < page.index(f"{DESK}/openings/{second}")
    assert "第1纺织厂" in page


def test_the_desk_is_linked_from_the_counter_for_those_who_verify(enter: Opener) -> None:
    assert f'href="{DESK}"' in enter("officer").get("/counter").text


@pytest.mark.parametrize("who", ["organiser", "employer1", ""])
def test_nobody_else_reaches_the_desk(enter: Opener, who: str) -> None:
    browser = enter(who)
    opening_id = submitted()
    for path in (DESK, f"{DESK}/openings/{opening_id}", f"{DESK}/employers/1"):
        assert browser.get(path).status_code == (403 if who else 303)
    answer = browser.send_form(f"{DESK}/openings/{opening_id}", event="confirm", seen="1")
    assert answer.status_code in (401, 403)
    assert opening_state(opening_id) is OpeningState.TO_VERIFY


def test_a_clerk_sees_no_link_to_the_desk(enter: Opener) -> None:
    browser = enter("officer")
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Account, 900).roles = [Role.CLERK]
    assert DESK not in browser.get("/counter").text
    assert browser.get(DESK).status_code == 403


def test_an_officer_verifies_and_publishes_an_opening(enter: Opener) -> None:
    officer, path = enter("officer"), f"{DESK}/openings/{submitted()}"
    opening_id = int(path.rsplit("/", 1)[1])
    assert step(officer, path, "confirm", reason="打电话问了王经理") == 303
    assert step(officer, path, "publish") == 303
    assert opening_state(opening_id) is OpeningState.OPEN
    assert enter().get(f"/openings/{opening_id}").status_code == 200
    assert [(message.kind, message.body) for message in messages(1)] == [("opening-verified", "打电话问了王经理")]
    assert "打电话问了王经理" in officer.get(path).text


def test_an_opening_goes_back_to_its_employer_only_with_a_reason(enter: Opener) -> None:
    officer, opening_id = enter("officer"), submitted()
    path = f"{DESK}/openings/{opening_id}"
    assert step(officer, path, "return") == 422
    assert opening_state(opening_id) is OpeningState.TO_VERIFY
    assert step(officer, path, "return", reason="工资和电话里说的不一样") == 303
    assert opening_state(opening_id) is OpeningState.DRAFT
    assert "工资和电话里说的不一样" in enter("employer1").get("/employer").text


def test_an_opening_on_show_is_paused_resumed_and_closed(enter: Opener) -> None:
    officer = enter("officer")
    with open_session(SYSTEM.scope, write=True) as session:
        opening_id = published(session).id
    path = f"{DESK}/openings/{opening_id}"
    for event, state in (("pause", OpeningState.PAUSED), ("resume", OpeningState.OPEN), ("close", OpeningState.CLOSED)):
        assert step(officer, path, event, reason="核查") == 303
        assert opening_state(opening_id) is state


def test_a_version_that_the_officer_did_not_read_is_not_verified(enter: Opener) -> None:
    officer, opening_id = enter("officer"), submitted()
    with open_session(SYSTEM.scope, write=True) as session:
        opening = session.get_one(Opening, opening_id)
        read = opening.version
        opening.wage_max_fen = 900_000
    answer = officer.send_form(f"{DESK}/openings/{opening_id}", event="confirm", seen=str(read))
    assert answer.status_code == 409
    assert opening_state(opening_id) is OpeningState.TO_VERIFY
    assert "刚被别人改过" in answer.text


def test_a_refused_publication_says_why_and_can_be_tried_again(enter: Opener) -> None:
    officer, opening_id = enter("officer"), submitted()
    path = f"{DESK}/openings/{opening_id}"
    assert step(officer, path, "confirm") == 303
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Opening, opening_id).conditions = "限男"
    refused = officer.send_form(path, event="publish", seen=str(version_of(Opening, opening_id)))
    assert refused.status_code == 422
    assert "限男" in refused.text
    shown = re.search(r'name="seen" value="([0-9]+)"', refused.text)
    assert shown
    assert int(shown[1]) == version_of(Opening, opening_id)


def version_of(model: type[Opening] | type[Employer], record_id: int) -> int:
    with open_session(SYSTEM.scope) as session:
        return session.get_one(model, record_id).version


def test_the_page_shows_the_six_elements_and_the_findings(enter: Opener) -> None:
    page = enter("officer").get(f"{DESK}/openings/{submitted(conditions='18-45岁，形象好')}").text
    for element in ("用人单位基本情况", "招聘人数", "招聘条件", "工作内容", "工作地点", "基本工资", "有效期"):
        assert element in page
    assert "形象好" in page
    assert "依据：" in page


def test_an_employer_registers_itself_and_is_verified_at_the_desk(enter: Opener) -> None:
    answer = enter().post("/employer/register", data=FORM)
    assert answer.status_code == 200
    assert CODE.lower() in answer.text
    with open_session(SYSTEM.scope) as session:
        employer = session.scalars(select(Employer).where(Employer.uscc == CODE)).one()
        account = session.scalars(select(Account).where(Account.employer_id == employer.id)).one()
        assert (employer.state, employer.centre_id, employer.source) == (EmployerState.CHECKING, 1, "web")
        assert account.roles == [Role.EMPLOYER]
        assert account.expires_on == clock.today() + timedelta(days=365)
    boss_browser = enter()
    signed_in = boss_browser.post("/sign-in", data={"login": CODE, "password": FORM["password"]})
    assert signed_in.status_code == 303
    assert "单位还没有通过核验" in boss_browser.get("/employer").text
    officer = enter("officer")
    assert "渭城第三纺织厂" in officer.get(DESK).text
    path = f"{DESK}/employers/{employer.id}"
    assert "13800001111" in officer.get(path).text
    assert step(officer, path, "verify", reason="看过执照") == 303
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Employer, employer.id).state is EmployerState.ACTIVE
    assert [message.kind for message in messages(account.id)] == ["employer-judged"]


@pytest.mark.parametrize(
    ("field", "value", "explanation"),
    [
        ("uscc", "91350100M000100Y44", "校验不通过"),
        ("uscc", "", "请填写这一项"),
        ("contact_phone", "12345", "电话应为"),
        ("contact_phone", "", "请填写这一项"),
        ("name", "", "请填写这一项"),
        ("password", "short", "太短了，至少 8 个字"),
        ("password", "12345678", "太常见"),
        ("truthful", "", "请填写这一项"),
        ("truthful", "false", "请确认填写的内容真实"),
        ("region_code", "999999", "没有这个地区代码"),
        ("contact_name", "王" * 61, "太长了"),
    ],
)
def test_an_invalid_registration_leaves_nothing_behind(enter: Opener, field: str, value: str, explanation: str) -> None:
    answer = enter().post("/employer/register", data=FORM | {field: value})
    assert answer.status_code == 422
    assert explanation in answer.text
    with open_session(SYSTEM.scope) as session:
        assert session.scalar(select(func.count(Employer.id))) == 2
        assert session.scalar(select(func.count(Account.id)).where(Account.login == CODE.lower())) == 0


def test_an_employer_that_is_known_is_not_registered_twice(enter: Opener) -> None:
    assert enter().post("/employer/register", data=FORM).status_code == 200
    again = enter().post("/employer/register", data=FORM | {"password": "another-password"})
    assert again.status_code == 409
    assert "不用重复登记" in again.text
    with open_session(SYSTEM.scope) as session:
        assert session.scalar(select(func.count(Employer.id)).where(Employer.uscc == CODE)) == 1


def test_warnings_and_suspensions_need_a_reason_and_suspensions_freeze_openings(enter: Opener) -> None:
    officer, path = enter("officer"), f"{DESK}/employers/1"
    with open_session(SYSTEM.scope, write=True) as session:
        opening_id = published(session).id
    assert step(officer, path, "warn") == 422
    assert step(officer, path, "warn", reason="求职者投诉拖欠工资") == 303
    assert step(officer, path, "suspend", reason="拒不改正") == 303
    assert opening_state(opening_id) is OpeningState.FROZEN
    assert step(officer, path, "remedy", reason="已补发", seen=version_of(Employer, 1)) == 403
    assert step(enter("manager"), path, "remedy", reason="已补发") == 303
    assert opening_state(opening_id) is OpeningState.OPEN
    page = officer.get(path).text
    assert page.index("拒不改正") < page.index("求职者投诉拖欠工资", page.index("办理经过"))


def test_every_step_at_the_desk_is_logged_with_its_actor(enter: Opener) -> None:
    officer, opening_id = enter("officer"), submitted()
    assert step(officer, f"{DESK}/openings/{opening_id}", "confirm", reason="上门看过") == 303
    with open_session(SYSTEM.scope) as session:
        last = session.scalars(select(Transition).order_by(Transition.id.desc()).limit(1)).one()
    assert (last.machine, last.event, last.reason, last.account_id) == ("opening", "confirm", "上门看过", 900)


def test_employers_are_found_by_part_of_their_name(enter: Opener) -> None:
    officer = enter("officer")
    assert f"{DESK}/employers/2" in officer.get(f"{DESK}?q=第2").text
    assert "没有查到这个单位" in officer.get(f"{DESK}?q=电子").text
    assert officer.get(f"{DESK}?q={'长' * 300}").status_code == 200
    assert officer.get(f"{DESK}?q=%00").status_code == 200


@pytest.mark.parametrize("path", ["openings/999", "employers/999"])
def test_missing_records_are_404(enter: Opener, path: str) -> None:
    officer = enter("officer")
    assert officer.get(f"{DESK}/{path}").status_code == 404
    assert officer.send_form(f"{DESK}/{path}", event="close", seen="1").status_code in (404, 422)


def test_the_desk_is_translated_into_english(enter: Opener) -> None:
    opening_id = submitted(conditions="形象好")
    officer = enter("officer", language="en")
    for path in (DESK, f"{DESK}/openings/{opening_id}", f"{DESK}/employers/1", "/employer/register"):
        text = re.sub(r"(?s)<nav class=\"view\".*?</nav>", "", officer.get(path).text)
        for known in ("细纱挡车工", "第1纺织厂", "王", "看管细纱机，接头、落纱、做清洁", "形象好", "李"):
            text = text.replace(known, "")
        assert 'lang="en"' in text
    assert "The six required elements" in officer.get(f"{DESK}/openings/{opening_id}").text


TEXTS: dict[str, Any] = {
    "title": "细纱工，找王姐13812345678",
    "content": "看车，电话 +86 138-1234-5678",
    "address": "纺织路 138 1234 5678",
}


def test_telephones_in_an_opening_are_masked_for_the_public_only(enter: Opener) -> None:
    visitor, boss_browser = enter(), enter("employer1")
    with open_session(SYSTEM.scope, write=True) as session:
        opening_id = published(session, **TEXTS).id
    for shown in (
        visitor.get(f"/openings/{opening_id}").text,
        visitor.get("/openings").text,
        visitor.get(f"/api/v1/openings/{opening_id}").text,
        visitor.get("/api/v1/openings").text,
        enter("employer2").get(f"/api/v1/openings/{opening_id}").text,
    ):
        assert "138****5678" in shown
        assert not re.search(r"138[ -]?1234[ -]?5678", shown)
    own = boss_browser.get(f"/api/v1/openings/{opening_id}").json()
    assert {name: own[name] for name in TEXTS} == TEXTS
    assert enter("officer").get(f"/api/v1/openings/{opening_id}").json()["title"] == TEXTS["title"]


def test_decisions_on_an_employer_notify_its_accounts_and_are_not_counted_as_services(enter: Opener) -> None:
    enter()
    with open_session(SYSTEM.scope, write=True) as session:
        judge_employer(session, SYSTEM, employer_id=1, event="warn", reason="投诉属实")
    assert [(message.title, message.body) for message in messages(1)] == [
        ("中心把您单位的状态改为：重点关注", "投诉属实")
    ]
    with open_session(SYSTEM.scope) as session:
        assert session.scalar(select(func.count(ServiceEvent.id))) == 0


def test_the_licence_expiry_is_entered_as_a_date(enter: Opener) -> None:
    assert enter().post("/employer/register", data=FORM | {"licence_expires_on": "明年"}).status_code == 422
    assert enter().post("/employer/register", data=FORM | {"licence_expires_on": "2030-01-31"}).status_code == 200
    with open_session(SYSTEM.scope) as session:
        employer = session.scalars(select(Employer).where(Employer.uscc == CODE)).one()
    assert employer.licence_expires_on == date(2030, 1, 31)


def test_an_employer_registers_itself_on_both_databases(any_database: str) -> None:
    privacy.forget_keys()
    write_city()
    visitor = Browser(build(), headers={"origin": "http://testserver"}, follow_redirects=False)
    assert visitor.post("/employer/register", data=FORM).status_code == 200
    with open_session(SYSTEM.scope) as session:
        employer = session.scalars(select(Employer).where(Employer.uscc == CODE)).one()
        assert employer.state is EmployerState.CHECKING

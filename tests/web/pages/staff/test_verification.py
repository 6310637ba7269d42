"""The verification desk for openings and employers."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from centre import clock
from centre.accounts import Account
from centre.database import open_session
from centre.ledger import ServiceEvent
from centre.network import Centre, CentreLevel
from centre.permissions import Role
from centre.states import Transition
from employers.cases.association import AssociationMember, MembershipState, Permit, PermitType
from employers.companies.actions import judge_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.openings.actions import create_opening, submit_opening
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from tests.employers.browser import Opener
from tests.employers.world import SYSTEM, boss, draft, published
from tests.web.pages.companies import DESK, messages, step


def submitted(number: int = 1, **changes: object) -> int:
    """An opening that waits for the officer."""
    with open_session(SYSTEM.scope, write=True) as session:
        opening = create_opening(session, boss(number), draft(**changes))
        submit_opening(session, boss(number), opening_id=opening.id)
        return opening.id


def opening_state(opening_id: int) -> OpeningState:
    with open_session(SYSTEM.scope) as session:
        return session.get_one(Opening, opening_id).state


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


def test_a_published_opening_is_paused_resumed_and_closed(enter: Opener) -> None:
    officer = enter("officer")
    with open_session(SYSTEM.scope, write=True) as session:
        opening_id = published(session).id
    path = f"{DESK}/openings/{opening_id}"
    for event, state in (("pause", OpeningState.PAUSED), ("resume", OpeningState.OPEN), ("close", OpeningState.CLOSED)):
        assert step(officer, path, event, reason="核查") == 303
        assert opening_state(opening_id) is state


@pytest.mark.rule("opening-verified", "page")
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


@pytest.mark.rule("employer-watch", "page")
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


def test_decisions_on_an_employer_notify_its_accounts_and_are_not_counted_as_services(enter: Opener) -> None:
    enter()
    with open_session(SYSTEM.scope, write=True) as session:
        judge_employer(session, SYSTEM, employer_id=1, event="warn", reason="投诉属实")
    assert [(message.title, message.body) for message in messages(1)] == [
        ("中心把您单位的状态改为：重点关注", "投诉属实")
    ]
    with open_session(SYSTEM.scope) as session:
        assert session.scalar(select(func.count(ServiceEvent.id))) == 0


@pytest.mark.rule("city-acts-for-counties", "page")
def test_the_city_officer_acts_on_everything_that_the_queue_shows(enter: Opener) -> None:
    officer = enter("officer")
    opening_id = submitted()
    with open_session(SYSTEM.scope, write=True) as session:
        county = Centre(code="XY01", name="渭城区中心", level=CentreLevel.COUNTY, region_code="610404")
        session.add(county)
        session.flush()
        session.get_one(Employer, 1).centre_id = session.get_one(Opening, opening_id).centre_id = county.id
        session.get_one(Employer, 2).centre_id, session.get_one(Employer, 2).state = county.id, EmployerState.CHECKING
    queue = officer.get(DESK).text
    assert f"{DESK}/openings/{opening_id}" in queue
    assert f"{DESK}/employers/2" in queue
    assert step(officer, f"{DESK}/openings/{opening_id}", "confirm") == 303
    assert step(officer, f"{DESK}/employers/2", "verify") == 303


def test_membership_in_good_standing_is_shown_where_one_verifies(enter: Opener) -> None:
    officer, opening_id = enter("officer"), submitted()
    pages = (f"{DESK}/openings/{opening_id}", f"{DESK}/employers/1")
    assert not any("会籍有效" in officer.get(page).text for page in pages)
    with open_session(SYSTEM.scope, write=True) as session:
        member = AssociationMember(
            association="纺织协会",
            shop_id=1,
            shop="第1纺织厂",
            state=MembershipState.ACTIVE,
            centre_id=1,
            opened_by=900,
        )
        session.add(member)
        session.flush()
        tomorrow = clock.today() + timedelta(days=1)
        permit = Permit(case_id=member.id, type=PermitType.HYGIENE, number="1", expires_on=tomorrow, centre_id=1)
        session.add(permit)
    assert all("会籍有效" in officer.get(page).text for page in pages)

"""Self-registration of employers."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from centre import clock, privacy
from centre.accounts import Account
from centre.database import open_session
from centre.permissions import Role
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from tests.employers.browser import Browser, Opener
from tests.employers.world import SYSTEM, write_city
from tests.web.pages.companies import DESK, messages, step
from web.app import build

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


@pytest.mark.rule("employer-verified", "page")
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


@pytest.mark.rule("employer-code", "page")
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


@pytest.mark.rule("employer-household", "page")
def test_a_household_registers_without_a_code_and_is_verified(enter: Opener) -> None:
    home = FORM | {"name": "王家", "nature": "household", "uscc": "", "address": "文汇路 1 号", "contact_name": "王芳"}
    answer = enter().post("/employer/register", data=home)
    assert answer.status_code == 200
    with open_session(SYSTEM.scope) as session:
        employer = session.scalars(select(Employer).where(Employer.name == "王家")).one()
    assert f"home-{employer.id}" in answer.text
    signed_in = enter().post("/sign-in", data={"login": f"home-{employer.id}", "password": FORM["password"]})
    assert signed_in.status_code == 303
    assert step(enter("officer"), f"{DESK}/employers/{employer.id}", "verify") == 303


@pytest.mark.rule("employer-household", "page")
def test_a_household_without_an_address_and_an_organisation_without_a_code_are_refused(enter: Opener) -> None:
    home = FORM | {"nature": "household", "uscc": ""}
    assert enter().post("/employer/register", data=home).status_code == 422
    assert enter().post("/employer/register", data=FORM | {"uscc": ""}).status_code == 422

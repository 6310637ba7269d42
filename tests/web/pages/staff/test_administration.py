"""The administrator's pages: accounts by a link, centres, rules with a second person, due work; and no people."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version

import pytest
from sqlalchemy import delete, select
from typer.testing import CliRunner

from centre import clock, policy_changes, privacy, schema
from centre.accounts import Account
from centre.accounts.actions import create_account
from centre.accounts.factors import confirm, prepare
from centre.accounts.queries import prepared_secret
from centre.accounts.rules import totp
from centre.checkup.operation import rules
from centre.database import open_session
from centre.people import Person
from centre.permissions import GRANTS, Actor, Permission, Role
from centre.policy import PolicyRule, policy, rule_gaps, shipped_examples
from tests.planted import planted
from tests.web.desks import Desk, Hall, opened, words
from web.commands.entry import app
from web.demo.town import PASSWORD

SYSTEM = Actor.system()
NOON = datetime(2026, 11, 23, 4, 0, 10, tzinfo=UTC)
START = "/administration"
OWN = "麦子熟了回家乡吧"


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with clock.frozen(NOON), opened() as town:
        with open_session(SYSTEM.scope, write=True) as session:
            create_account(
                session, SYSTEM, login="second", name="second", password=PASSWORD, roles={Role.ADMINISTRATOR}
            )
        yield town


def number_of(login: str) -> int:
    with open_session(SYSTEM.scope) as session:
        return session.scalars(select(Account.id).where(Account.login == login)).one()


def version_on(page: str) -> str:
    field = re.search(r'name="_version" value="([0-9a-f]+)"', page)
    assert field
    return field[1]


def test_the_administrator_starts_at_what_there_is_to_administer_in_both_languages(hall: Hall) -> None:
    admin = hall.enter("admin")
    answer = hall.enter().client.post("/sign-in", data={"login": "admin", "password": PASSWORD})
    assert answer.headers["location"] == START
    page = admin.get(START)
    for path in re.findall(rf'href="({START}/[a-z]+)"', page):
        admin.get(path)
        assert admin.get(f"{path}?lang=en")
    assert len(set(re.findall(rf'href="({START}/[a-z]+)"', page))) >= 5


# --- accounts ---------------------------------------------------------------------------------------------------------


def invited(admin: Desk, **fields: object) -> str:
    """Make an account; returns the path of its link."""
    form = {"login": "newclerk", "name": "新来的", "roles": "clerk", "centre_id": "2"} | fields
    page = admin.send(f"{START}/accounts/new", 200, **form)
    return str(re.findall(r"/invitation/[\w-]+", page)[0])


def test_somebody_invited_chooses_a_password_by_a_link_that_is_good_once(hall: Hall) -> None:
    admin, newcomer = hall.enter("admin"), hall.enter()
    link = invited(admin)
    assert "newclerk" in newcomer.get(link)
    assert newcomer.client.post(link, data={"password": OWN, "repeated": "other"}).status_code == 422
    assert newcomer.client.post(link, data={"password": "12345678", "repeated": "12345678"}).status_code == 422
    assert newcomer.client.post(link, data={"password": OWN, "repeated": OWN}).status_code == 303
    assert newcomer.client.post("/sign-in", data={"login": "newclerk", "password": OWN}).status_code == 303
    assert hall.enter().client.get(link).status_code == 409
    late = invited(admin, login="late")
    with clock.frozen(NOON + timedelta(days=8)):
        assert hall.enter().client.get(late).status_code == 409


def test_roles_that_do_not_go_together_are_refused(hall: Hall) -> None:
    admin = hall.enter("admin")
    for roles, fault in (
        (["administrator", "clerk"], "不能同时办理群众的业务"),
        (["jobseeker"], "求职者自己登记"),
        (["registrar"], "学校的代码或名称"),
        (["clerk", "employer"], "不能同时是工作人员"),
    ):
        page = admin.send(f"{START}/accounts/new", 422, login="x-new", name="某人", roles=roles)
        assert fault in page
    assert "请选这个账号属于哪个中心" in admin.send(
        f"{START}/accounts/new", 422, login="x-new", name="某人", roles="clerk"
    )


def test_a_changed_an_ended_and_a_reopened_account_lose_their_sessions(hall: Hall) -> None:
    admin, clerk = hall.enter("admin"), hall.enter("clerk")
    here = f"{START}/accounts/{number_of('clerk')}"
    version = version_on(admin.get(here))
    form = {"name": "窗口", "roles": ["clerk", "placement_officer"], "centre_id": "2", "_version": version}
    admin.send(here, **form)
    assert clerk.client.get("/counter").status_code == 303
    assert admin.send(here, 412, **(form | {"name": "前台"}))
    again = hall.enter("clerk")
    admin.send(f"{here}/switch/off")
    assert again.client.get("/counter").status_code == 303
    assert again.client.post("/sign-in", data={"login": "clerk", "password": PASSWORD}).status_code == 422
    admin.send(f"{here}/switch/on")
    assert hall.enter("clerk").client.get("/counter").status_code == 200


def test_nobody_changes_or_ends_the_account_they_work_with(hall: Hall) -> None:
    admin = hall.enter("admin")
    here = f"{START}/accounts/{number_of('admin')}"
    assert admin.send(f"{here}/switch/off", 409)
    assert admin.send(f"{here}/link", 409)


def test_an_authenticator_is_reset_by_two_persons(hall: Hall) -> None:
    admin, second = hall.enter("admin"), hall.enter("second")
    with open_session(SYSTEM.scope, write=True) as session:
        account = session.get_one(Account, number_of("clerk"))
        prepare(session, account)
        secret = prepared_secret(session, account.id)
        confirm(session, account, code=totp(secret, int(clock.now().timestamp()) // 30))
    here = f"{START}/accounts/{number_of('clerk')}"
    assert "申请重置" in admin.get(here)
    admin.send(f"{here}/reset", 422, reason="x")
    admin.send(f"{here}/reset", reason="手机丢了，备用码也没了")
    number = re.findall(rf"{START}/resets/([0-9]+)/agree", second.get(f"{START}/resets"))[0]
    assert not re.findall(rf"{START}/resets/([0-9]+)/agree", admin.get(f"{START}/resets"))
    admin.send(f"{START}/resets/{number}/agree", 409)
    second.send(f"{START}/resets/{number}/agree")
    assert hall.enter("clerk").client.get("/counter").status_code == 200


# --- people are none of the administrator's business ------------------------------------------------------------------

PARTS = ("accounts", "resets", "centres", "rules", "calendar", "jobs", "system")
READING = (Permission.LIST_PEOPLE, Permission.REVEAL, Permission.EXPORT_LISTS, Permission.READ_LEDGER)


def test_who_enters_law_reads_no_people() -> None:
    assert all(not GRANTS[Permission.ENTER_RULES][1] & GRANTS[reading][1] for reading in READING)


def names_shown(hall: Hall) -> list[str]:
    """Names of people on any page of the administrator."""
    admin = hall.enter("admin")
    with open_session(SYSTEM.scope) as session:
        names = list(session.scalars(select(Person.name)))
    pages = [START, "/outbox"] + [f"{START}/{part}" for part in PARTS]
    text = " ".join(words(admin.get(path)) for path in pages)
    return [name for name in names if name in text]


def test_no_page_of_the_administrator_shows_anybody(hall: Hall) -> None:
    assert names_shown(hall) == []
    admin = hall.enter("admin")
    for path in ("/counter", "/exports", "/organiser"):
        assert admin.client.get(path).status_code == 403
    jobseeker = number_of("wang")
    assert admin.client.get(f"{START}/accounts/{jobseeker}").status_code == 404


def test_a_planted_list_of_all_accounts_is_caught(hall: Hall) -> None:
    from centre.accounts import administration

    def everybody(session: object, actor: Actor, **_: object) -> list[Account]:
        with open_session(SYSTEM.scope) as own:
            return list(own.scalars(select(Account)))

    with planted(administration, accounts_kept=everybody):
        assert names_shown(hall)


# --- centres ----------------------------------------------------------------------------------------------------------


def test_a_centre_is_added_and_changed_and_never_twice(hall: Hall) -> None:
    admin = hall.enter("admin")
    form = {"code": "XY77", "name": "彬州市中心", "region_code": "610482", "phone": "029-1"}
    page = admin.get(f"{START}/centres")
    if "彬州" in page:
        form |= {"region_code": "610404"}
        assert admin.send(f"{START}/centres/new", 409, **form)
    else:
        admin.send(f"{START}/centres/new", **form)
        assert admin.send(f"{START}/centres/new", 409, **form)
    assert "不在本市" in admin.send(f"{START}/centres/new", 422, **(form | {"region_code": "110101"}))
    here = re.findall(rf"{START}/centres/[0-9]+", page)[1]
    shown = admin.get(here)
    fields = dict(re.findall(r'name="(code|name|region_code)" type="text" value="([^"]*)"', shown))
    change = fields | {"hours": "8:30-17:00", "_version": version_on(shown)}
    admin.send(here, **change)
    assert "8:30-17:00" in admin.get(here)
    assert admin.send(here, 412, **(change | {"hours": "9:00-12:00"}))


# --- rules ------------------------------------------------------------------------------------------------------------

RULE = {
    "key": "minimum-wage-month-fen", "value": "230000", "region_code": "610000", "from_on": "2027-01-01",
    "source": "陕人社发〔2026〕99号（虚构）",
}  # fmt: skip


def wage(day: str) -> int:
    with open_session(SYSTEM.scope) as session:
        return int(policy(session, RULE["key"], on=datetime.fromisoformat(day).date(), region="610404"))


def written(admin: Desk, **changes: str) -> str:
    """Write a rule, look at what it changes, and submit it to a second person; returns the preview."""
    preview = admin.send(f"{START}/rules/new", 200, **(RULE | changes))
    seen = re.findall(r'name="seen" value="([0-9a-f]+)"', preview)[0]
    admin.send(f"{START}/rules/new", **(RULE | changes), seen=seen)
    return preview


def test_a_rule_is_previewed_agreed_by_a_second_person_and_holds_from_its_day(hall: Hall) -> None:
    admin, manager = hall.enter("admin"), hall.enter("city")
    preview = words(written(admin))
    assert re.search(r"2026.12.31.*?218000.*?218000", preview)
    assert re.search(r"2027.0?1.0?1.*?218000.*?230000", preview)
    assert wage("2027-01-01") == 218_000
    number = re.findall(r"/rules/changes/([0-9]+)/agree", manager.get(f"{START}/rules"))[0]
    assert "不能自己批自己写的" in admin.send(f"{START}/rules/changes/{number}/agree", 409)
    manager.send(f"{START}/rules/new", 403, **RULE)
    manager.send(f"{START}/rules/changes/{number}/agree")
    assert (wage("2026-12-31"), wage("2027-01-01")) == (218_000, 230_000)
    with open_session(SYSTEM.scope) as session:
        assert [rule.source for rule in session.scalars(select(PolicyRule).where(~PolicyRule.is_example))] == [
            RULE["source"]
        ]


def test_a_rule_that_was_changed_after_its_preview_is_shown_again(hall: Hall) -> None:
    admin = hall.enter("admin")
    preview = admin.send(f"{START}/rules/new", 200, **RULE)
    seen = re.findall(r'name="seen" value="([0-9a-f]+)"', preview)[0]
    assert "会改变什么" in admin.send(f"{START}/rules/new", 200, **(RULE | {"value": "990000"}), seen=seen)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [({"key": "nothing"}, "没有这条规则"), ({"value": "many"}, "值写法不对"), ({"value": '"x"'}, "写法一样"),
     ({"region_code": "999999"}, "地区代码"), ({"to_on": "2026-01-01"}, "不能早于第一天"), ({"source": "x"}, "")],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused_with_the_reason(hall: Hall, changes: dict[str, str], fault: str) -> None:
    assert fault in hall.enter("admin").send(f"{START}/rules/new", 422, **(RULE | changes))


def test_a_rule_as_long_as_the_longest_that_is_shipped_is_previewed_too(hall: Hall) -> None:
    with open_session(SYSTEM.scope) as session:
        rules = session.scalars(select(PolicyRule).where(PolicyRule.region_code == "")).all()
    longest = max(rules, key=lambda rule: len(json.dumps(rule.value, ensure_ascii=False)))
    value = json.dumps(longest.value, ensure_ascii=False)
    changes = {"key": longest.key, "region_code": "", "value": value}
    assert len(value) > 200
    assert "会改变什么" in hall.enter("admin").send(f"{START}/rules/new", 200, **(RULE | changes))


def test_an_installation_that_left_the_examples_enters_every_rule_by_its_name(hall: Hall) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.execute(delete(PolicyRule))
    with open_session(SYSTEM.scope) as session:
        gaps = rule_gaps(session, on=clock.today(), region="")
        assert rules(session).seen.startswith(f"{len(gaps.missing)} rules are missing")
    assert len(gaps.missing) > 60
    assert gaps.examples == ()
    admin, manager = hall.enter("admin"), hall.enter("city")
    page = admin.get(f"{START}/rules")
    assert all(f"/administration/rules/new?key={key}" in page for key in gaps.missing)
    assert "最低" in admin.get(f"{START}/rules/new?key={RULE['key']}")
    change = RULE | {"region_code": ""}
    written(admin, **change)
    number = re.findall(r"/rules/changes/([0-9]+)/agree", manager.get(f"{START}/rules"))[0]
    manager.send(f"{START}/rules/changes/{number}/agree")
    with open_session(SYSTEM.scope) as session:
        left = rule_gaps(session, on=date(2027, 1, 1), region="")
    assert set(gaps.missing) - set(left.missing) == {RULE["key"]}


def test_every_rule_that_is_shipped_may_be_entered_as_it_is(hall: Hall) -> None:
    del hall
    examples = shipped_examples()
    with open_session(SYSTEM.scope) as session:
        for rule in examples:
            value = json.dumps(rule.value, ensure_ascii=False)
            draft = policy_changes.RuleDraft(
                key=rule.key, value=value, from_on=rule.from_on, to_on=rule.to_on, source="虚构的文件"
            )
            assert policy_changes.checked_value(session, draft) == rule.value
    assert len(examples) > 80


def test_examples_count_until_an_official_rule_has_taken_their_place(hall: Hall) -> None:
    del hall
    with open_session(SYSTEM.scope, write=True) as session:
        before = rule_gaps(session, on=clock.today(), region="")
        assert "adult-age" in before.examples
        session.add(PolicyRule(key="adult-age", value=18, from_on=date(2026, 1, 1), source="民法典", is_example=False))
        session.flush()
        after = rule_gaps(session, on=clock.today(), region="")
    assert set(before.examples) - set(after.examples) == {"adult-age"}
    assert after.missing == before.missing == ()


def test_a_planted_rule_of_one_person_is_caught(hall: Hall) -> None:
    def alone(session: object, actor: Actor, *, draft: policy_changes.RuleDraft) -> None:
        session.add(policy_changes._rule(draft, 230_000))  # type: ignore[attr-defined]

    with planted(policy_changes, propose_rule=alone):
        written(hall.enter("admin"))
    assert wage("2027-01-01") != 218_000


# --- due work ---------------------------------------------------------------------------------------------------------


def test_a_job_that_never_ran_is_told(hall: Hall) -> None:
    page = words(hall.enter("admin").get(f"{START}/jobs"))
    assert "expire-registrations" in page
    assert "没有按时运行" in page


# --- keys and versions ------------------------------------------------------------------------------------------------


def test_keys_are_shown_by_their_check_values_with_their_escrow_and_never_themselves(hall: Hall) -> None:
    admin = hall.enter("admin")
    page = words(admin.get(f"{START}/system"))
    assert "还没有托管" in page
    for mark in privacy.ring_marks():
        assert mark[:8] in page
        assert mark not in page
    assert not any(key in page for key in privacy.ring_text().split())
    with clock.frozen(NOON + timedelta(hours=1)):
        assert CliRunner().invoke(app, ["keys", "split"]).exit_code == 0
    page = words(admin.get(f"{START}/system"))
    assert "还没有托管" not in page
    assert "2026" in page


def test_versions_of_service_schema_database_and_libraries_are_shown(hall: Hall) -> None:
    page = words(hall.enter("admin").get(f"{START}/system?lang=en"))
    for shown in (version("gangqiao"), schema.newest(), "sqlite 3.", "fastapi", version("sqlalchemy")):
        assert shown in page
    assert hall.enter("city").client.get(f"{START}/system").status_code == 403

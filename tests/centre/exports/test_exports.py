"""SE-03: exported lists need a reason, are watermarked and logged; long ones need another manager's approval."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from centre import clock, policy, privacy
from centre.accounts.models import Account
from centre.accounts.rules import NotFresh
from centre.audit import AuditEntry
from centre.database import open_session
from centre.errors import Forbidden, NotFound
from centre.exports import actions
from centre.exports.models import Export
from centre.exports.rules import ExportClosed, ExportDraft, ExportState, ListGrew, NoSuchList, OwnExport
from centre.network import Centre, CentreLevel
from centre.outbox import Message
from centre.people import new_person
from centre.permissions import Actor, Role
from centre.policy import PolicyRule
from tests.planted import planted

SYSTEM = Actor.system()
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
NUMBER, PHONE = "610499197503080022", "13800000001"
ALONE, PEOPLE = 5, 4
CLERK = Actor(account_id=1, name="窗口小李", roles=frozenset({Role.CLERK}), centre_id=1)
BOTH = Actor(account_id=2, name="主任", roles=frozenset({Role.CLERK, Role.COUNTY_MANAGER}), centre_id=1)
CITY = Actor(account_id=3, name="市主任", roles=frozenset({Role.CITY_MANAGER}), centre_id=1)
ELSEWHERE = Actor(account_id=4, name="外县主任", roles=frozenset({Role.COUNTY_MANAGER}), centre_id=2)


@pytest.fixture(autouse=True)
def office(any_database: str) -> Iterator[None]:
    """Two centres, the first with four people; more than five a day need approval."""
    privacy.forget_keys()
    with clock.frozen(NOW):
        with open_session(SYSTEM.scope, write=True) as session:
            policy.load_examples(session)
            session.execute(update(PolicyRule).where(PolicyRule.key == "export-approval-people").values(value=ALONE))
            for number in (1, 2):
                session.add(
                    Centre(code=f"C{number}", name="中心", level=CentreLevel.COUNTY, region_code=f"61040{number}")
                )
            session.flush()
            for actor in (CLERK, BOTH, CITY, ELSEWHERE):
                roles = sorted(actor.roles)
                session.add(
                    Account(
                        login=actor.name, name=actor.name, password_hash="-", roles=roles, centre_id=actor.centre_id
                    )
                )
                session.flush()
        add_people(PEOPLE)
        yield


def add_people(count: int, centre_id: int = 1) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        for number in range(count):
            person = new_person(centre_id=centre_id, name=f"=甲{number}")
            person.set_phone(PHONE)
            session.add(person)


def ask(actor: Actor = CLERK) -> Export:
    with open_session(actor.scope, write=True) as session:
        return actions.ask_for_list(session, actor, draft=ExportDraft(kind="people", reason="给街道核对"))


def decide(actor: Actor, export_id: int, *, agreed: bool = True) -> ExportState:
    with open_session(actor.scope, write=True) as session:
        return actions.decide_export(session, actor, export_id=export_id, agreed=agreed).state


def fetch(export_id: int, actor: Actor = CLERK, ago: int = 1) -> bytes:
    with open_session(actor.scope, write=True) as session:
        proved = clock.now() - timedelta(minutes=ago)
        return actions.fetch_list(session, actor, export_id=export_id, proved_at=proved, locale="zh")[1]


def test_a_short_list_is_watermarked_masked_and_logged() -> None:
    request = ask()
    assert (request.state, request.people) == (ExportState.READY, PEOPLE)
    book = openpyxl.load_workbook(io.BytesIO(fetch(request.id)))
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    for mark in (rows[0][0], rows[-1][0], book.properties.description, book.worksheets[0].oddHeader.left.text):
        assert "窗口小李" in mark
        assert "给街道核对" in mark
    assert [row[0] for row in rows[2:-1]] == [f"'=甲{number}" for number in range(PEOPLE)]
    assert {row[2] for row in rows[2:-1]} == {"138****0001"}
    with open_session(SYSTEM.scope) as session:
        noted = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [(entry.action, entry.account_id) for entry in noted] == [("export.ask", 1), ("export.fetch", 1)]
        assert noted[1].detail == {"kind": "people", "people": PEOPLE}
        assert session.get_one(Export, request.id).fetched == 1


def test_a_long_list_needs_approval_by_another_manager_who_is_notified() -> None:
    add_people(2)
    request = ask()
    assert request.state is ExportState.WAITING
    with pytest.raises(ExportClosed):
        fetch(request.id)
    with open_session(SYSTEM.scope) as session:
        assert [message.account_id for message in session.scalars(select(Message).order_by(Message.id))] == [2, 3]
    with pytest.raises(NotFound):
        decide(ELSEWHERE, request.id)
    with pytest.raises(Forbidden):
        decide(CLERK, request.id)
    assert decide(BOTH, request.id) is ExportState.READY
    assert fetch(request.id).startswith(b"PK")


def test_a_big_list_cannot_be_split_into_small_ones() -> None:
    assert [ask().state, ask().state] == [ExportState.READY, ExportState.WAITING]
    with clock.frozen(NOW + timedelta(days=1)):
        assert ask().state is ExportState.READY


def test_nobody_approves_their_own_request_and_the_database_enforces_it() -> None:
    add_people(2)
    request = ask(BOTH)
    with pytest.raises(OwnExport):
        decide(BOTH, request.id)
    with pytest.raises(IntegrityError), open_session(SYSTEM.scope, write=True) as session:
        session.execute(update(Export).values(decided_by=BOTH.account_id))
    assert decide(CITY, request.id, agreed=False) is ExportState.REFUSED
    with pytest.raises(ExportClosed):
        fetch(request.id, BOTH)


def test_only_the_requester_downloads_after_fresh_authentication_and_before_expiry() -> None:
    request = ask()
    with pytest.raises(ExportClosed):
        fetch(request.id, BOTH)
    with pytest.raises(NotFound):
        fetch(request.id, ELSEWHERE)
    with pytest.raises(NotFresh):
        fetch(request.id, ago=6)
    with clock.frozen(NOW + timedelta(hours=49)), pytest.raises(ExportClosed):
        fetch(request.id)


def test_a_list_that_outgrew_the_limit_needs_a_new_request() -> None:
    request = ask()
    add_people(2)
    with pytest.raises(ListGrew):
        fetch(request.id)


def test_a_list_is_limited_to_the_readers_scope_and_closed_to_partners() -> None:
    add_people(3, centre_id=2)
    assert ask().people == PEOPLE
    assert ask(ELSEWHERE).people == 3
    school = Actor(account_id=1, roles=frozenset({Role.REGISTRAR}), provider_id=1)
    with pytest.raises(NoSuchList):
        ask(school)
    boss = Actor(account_id=1, roles=frozenset({Role.EMPLOYER}), employer_id=1)
    with pytest.raises(Forbidden):
        ask(boss)


def test_a_planted_list_without_its_limit_is_caught() -> None:
    add_people(2)
    with planted(actions, policy=lambda *_, **__: 10**6):
        assert ask().state is ExportState.READY  # what the tests above would fail on

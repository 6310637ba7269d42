"""Employers: registered once, checked, watched and frozen (EM-02, EM-06, DOMAIN 6.3)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.database import open_session
from centre.errors import Forbidden, Invalid, NotFound
from centre.outbox import Message
from centre.permissions import Actor
from centre.states import IllegalMove, Transition
from employers.companies.actions import judge_employer, register_employer, submit_employer, update_employer
from employers.companies.jobs import watch_licences
from employers.companies.models import Employer
from employers.companies.queries import employer
from employers.companies.rules import EMPLOYER, EmployerDraft, EmployerKnown, EmployerState, Risk
from employers.openings.rules import OpeningState
from tests.employers.world import MANAGER, OFFICER, SYSTEM, add_employer, boss, found_city, published

CODE = "91610499MA6DEM0013"


@pytest.mark.rule("employer-code", "action")
def test_an_employer_code_is_validated_and_normalised() -> None:
    assert EmployerDraft(name="三原食品", uscc=CODE.lower(), region_code="610422").uscc == CODE
    assert EmployerDraft(name="三原食品", uscc="91350100M000100Y43", region_code="610422").uscc == "91350100M000100Y43"
    with pytest.raises(ValidationError):
        EmployerDraft(name="三原食品", uscc=CODE[:-1] + "4", region_code="610422")


@pytest.mark.rule("employer-verified", "action")
def test_a_registered_employer_is_submitted_and_verified(session: Session) -> None:
    draft = EmployerDraft(
        name="三原食品", uscc=CODE, region_code="610422", contact_name="赵", contact_phone="138 1234 5678"
    )
    employer = register_employer(session, OFFICER, draft)
    assert (employer.contact_phone, employer.state) == ("13812345678", EmployerState.REGISTERED)
    submit_employer(session, OFFICER, employer_id=employer.id)
    assert judge_employer(session, OFFICER, employer_id=employer.id, event="verify").state is EmployerState.ACTIVE
    with pytest.raises(EmployerKnown):
        register_employer(session, OFFICER, draft)


@pytest.mark.rule("employer-verified", "action")
def test_an_employer_without_code_or_contact_cannot_be_submitted(session: Session) -> None:
    employer = register_employer(session, OFFICER, EmployerDraft(name="三原食品", region_code="610422"))
    with pytest.raises(Invalid) as refused:
        submit_employer(session, OFFICER, employer_id=employer.id)
    assert [problem.field for problem in refused.value.problems] == ["uscc", "contact_name", "contact_phone"]


def test_an_unknown_region_is_refused(session: Session) -> None:
    with pytest.raises(Invalid):
        register_employer(session, OFFICER, EmployerDraft(name="某厂", region_code="999999"))


def test_an_employer_changes_only_itself(session: Session) -> None:
    add_employer(session, 1)
    add_employer(session, 2)
    draft = EmployerDraft(name="第1纺织厂", region_code="610404", address="纺织路 2 号")
    assert update_employer(session, boss(1), employer_id=1, draft=draft).address == "纺织路 2 号"
    with pytest.raises(NotFound):
        update_employer(session, boss(1), employer_id=2, draft=draft)
    with pytest.raises(Invalid):
        update_employer(session, boss(1), employer_id=1, draft=draft.model_copy(update={"name": "别的厂"}))


@pytest.mark.parametrize("state", list(EmployerState))
def test_events_outside_the_machine_are_refused(state: EmployerState) -> None:
    allowed = {
        EmployerState.REGISTERED: {"submit"},
        EmployerState.CHECKING: {"verify", "reject"},
        EmployerState.ACTIVE: {"warn", "licence_expired"},
        EmployerState.WATCH: {"clear", "suspend", "licence_expired"},
        EmployerState.SUSPENDED: {"remedy", "blacklist"},
        EmployerState.BLACKLISTED: set[str](),
        EmployerState.REJECTED: {"submit"},
    }[state]
    for event in {move.event for move in EMPLOYER.moves}:
        if event in allowed:
            assert EMPLOYER.find(state, event).source is state
        else:
            with pytest.raises(IllegalMove):
                EMPLOYER.find(state, event)


@pytest.mark.rule("employer-suspended", "action")
def test_suspension_freezes_openings_and_only_a_manager_lifts_it(session: Session) -> None:
    add_employer(session)
    shown = published(session)
    judge_employer(session, OFFICER, employer_id=1, event="warn", reason="拖欠工资")
    assert shown.state.value == "open"
    with pytest.raises(Invalid):
        judge_employer(session, OFFICER, employer_id=1, event="suspend")
    judge_employer(session, OFFICER, employer_id=1, event="suspend", reason="拒不整改")
    assert shown.state.value == "frozen"
    with pytest.raises(Forbidden):
        judge_employer(session, OFFICER, employer_id=1, event="remedy", reason="已付清")
    employer = judge_employer(session, MANAGER, employer_id=1, event="remedy", reason="已付清")
    assert (employer.risk, shown.state) == (Risk.WATCH, OpeningState.OPEN)


def test_openings_log_by_whom_and_why_they_were_frozen(session: Session) -> None:
    add_employer(session)
    shown = published(session)
    judge_employer(session, OFFICER, employer_id=1, event="warn", reason="拖欠工资")
    judge_employer(session, OFFICER, employer_id=1, event="suspend", reason="拒不整改")
    judge_employer(session, MANAGER, employer_id=1, event="remedy")
    traces = session.scalars(
        select(Transition)
        .where(Transition.machine == "opening", Transition.record_id == shown.id)
        .order_by(Transition.id)
    ).all()
    assert [(trace.event, trace.reason, trace.account_id) for trace in traces[-2:]] == [
        ("freeze", "拒不整改", OFFICER.account_id),
        ("clear", "remedy", MANAGER.account_id),
    ]


@pytest.mark.rule("employer-suspended", "list")
def test_the_public_sees_trusted_employers_only(any_database: str) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)
        add_employer(session, 1)
        add_employer(session, 2, state=EmployerState.CHECKING)
    with open_session(Actor.public().scope) as session:
        assert [employer.id for employer in session.scalars(select(Employer).order_by(Employer.id))] == [1]
    with open_session(boss(2).scope) as session:
        assert employer(session, 2).id == 2


@pytest.mark.rule("employer-licence", "job")
def test_an_expiring_licence_brings_three_warnings_and_then_frozen_openings(session: Session) -> None:
    add_employer(session)
    last = date(2026, 6, 30)
    employer(session, 1).licence_expires_on = last
    with clock.frozen(datetime(2026, 6, 20, 2, tzinfo=UTC)):
        shown = published(session)
    for before in (31, 30, 8, 7, 1, 0):
        noon = datetime(2026, 6, 30, 4, tzinfo=UTC) - timedelta(days=before)
        with clock.frozen(noon):
            watch_licences(session)
            watch_licences(session)
    session.flush()
    assert len(session.scalars(select(Message.id).where(Message.kind == "licence")).all()) == 3
    assert employer(session, 1).state is EmployerState.ACTIVE
    with clock.frozen(datetime(2026, 7, 1, 1, tzinfo=UTC)):
        watch_licences(session)
    assert (employer(session, 1).state, shown.state) == (EmployerState.CHECKING, OpeningState.FROZEN)

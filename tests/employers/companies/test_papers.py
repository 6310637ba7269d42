"""Papers of employers: who enters them, and what follows from a licence that has ended (EM-06, EM-10)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.errors import Invalid
from centre.outbox import Message
from employers.companies.actions import judge_employer, update_employer
from employers.companies.jobs import watch_licences
from employers.companies.models import Employer
from employers.companies.rules import EmployerDraft, EmployerState, LicenceEnded
from tests.employers.world import OFFICER, SYSTEM, add_employer, boss, published

PAPERS = {
    "licence_expires_on": date(2030, 1, 1),
    "service_licence": "R-1",
    "dispatch_licence": "P-1",
    "nature": "state",
}


def draft(**changes: object) -> EmployerDraft:
    return EmployerDraft.model_validate({"name": "第1纺织厂", "region_code": "610404", "contact_name": "王"} | changes)


@pytest.mark.parametrize("field", list(PAPERS))
def test_a_verified_employer_gives_itself_no_paper(session: Session, field: str) -> None:
    add_employer(session)
    with pytest.raises(Invalid):
        update_employer(session, boss(), employer_id=1, draft=draft(**{field: PAPERS[field]}))
    if field != "nature":
        changed = update_employer(session, OFFICER, employer_id=1, draft=draft(**{field: PAPERS[field]}))
        assert getattr(changed, field) == PAPERS[field]


def test_an_employer_that_is_checked_writes_its_papers_itself_and_may_give_a_licence_up(session: Session) -> None:
    add_employer(session, state=EmployerState.CHECKING)
    assert update_employer(session, boss(), employer_id=1, draft=draft(service_licence="R-1")).service_licence == "R-1"
    judge_employer(session, OFFICER, employer_id=1, event="verify")
    assert update_employer(session, boss(), employer_id=1, draft=draft()).service_licence == ""


def ended(session: Session, state: EmployerState) -> Employer:
    """An employer whose licence ended yesterday, after the night's job."""
    add_employer(session)
    company = session.get_one(Employer, 1)
    published(session)
    if state is EmployerState.WATCH:
        judge_employer(session, OFFICER, employer_id=1, event="warn", reason="投诉")
    company.licence_expires_on = clock.today() - timedelta(days=1)
    session.flush()
    watch_licences(session)
    session.refresh(company)
    return company


@pytest.mark.rule("employer-licence", "action")
@pytest.mark.parametrize("state", [EmployerState.ACTIVE, EmployerState.WATCH])
def test_nobody_is_verified_on_an_ended_licence_and_a_new_one_clears_no_watch(
    session: Session, state: EmployerState
) -> None:
    company = ended(session, state)
    assert company.state is EmployerState.CHECKING
    with pytest.raises(LicenceEnded):
        judge_employer(session, OFFICER, employer_id=1, event="verify")
    update_employer(session, OFFICER, employer_id=1, draft=draft(licence_expires_on=date(2040, 1, 1)))
    assert judge_employer(session, OFFICER, employer_id=1, event="verify").state is state
    watch_licences(session)
    assert company.state is state


@pytest.mark.rule("employer-licence", "job")
def test_a_watched_employer_is_warned_of_the_end_of_its_licence_too(session: Session) -> None:
    add_employer(session, state=EmployerState.WATCH)
    session.get_one(Employer, 1).licence_expires_on = clock.today() + timedelta(days=7)
    session.flush()
    watch_licences(session)
    assert session.scalars(select(Message.account_id)).all() == [1]


@pytest.mark.rule("employer-licence", "action")
def test_the_openings_return_when_the_new_licence_is_verified(session: Session) -> None:
    add_employer(session)
    shown = published(session)
    session.get_one(Employer, 1).licence_expires_on = clock.today() - timedelta(days=1)
    session.flush()
    watch_licences(session)
    assert shown.state.value == "frozen"
    update_employer(session, SYSTEM, employer_id=1, draft=draft(licence_expires_on=date(2040, 1, 1)))
    judge_employer(session, OFFICER, employer_id=1, event="verify")
    assert shown.state.value == "open"

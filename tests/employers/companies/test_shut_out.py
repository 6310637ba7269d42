"""A suspension ends an employer's sessions and tokens at once and lets nothing new begin."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.tokens import check_organisation
from centre import clock
from centre.accounts import Account, ApiToken
from centre.accounts.models import SignIn
from centre.accounts.queries import bearer, visitor
from centre.accounts.rules import TokenDraft
from centre.accounts.tokens import create_token
from centre.outbox import Message
from centre.permissions import Permission, Role
from centre.privacy import token_digest
from employers.companies import actions
from employers.companies.actions import judge_employer, submit_employer, update_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerDraft, EmployerNotActive, EmployerState
from employers.openings.actions import create_opening, submit_opening
from tests.employers.world import MANAGER, add_employer, boss, draft
from tests.planted import planted

TOKEN = TokenDraft(
    name="招聘系统",
    role=Role.EMPLOYER,
    organisation_id=1,
    permissions=[Permission.POST_OPENING],
    expires_on=date(2026, 9, 1),
)


def enter(session: Session) -> str:
    """A session of the employer's account; returns its token."""
    now = clock.now()
    session.add(
        SignIn(
            account_id=1, token_digest=token_digest("cookie"), csrf_token="-", stage="full", door="password",
            seen_at=now, expires_at=now + timedelta(hours=8), ends_at=now + timedelta(hours=8), proved_at=now,
        )
    )  # fmt: skip
    session.flush()
    return "cookie"


def token(session: Session) -> str:
    """An API token of the employer."""
    own = TOKEN.model_copy(update={"expires_on": clock.today() + timedelta(days=30)})
    return create_token(session, MANAGER, draft=own)[0]


def judge(session: Session, *events: str) -> None:
    for event in events:
        judge_employer(session, MANAGER, employer_id=1, event=event, reason="收取押金")


@pytest.mark.rule("employer-suspended", "api")
def test_a_suspension_ends_sessions_and_tokens_and_tells_the_employer_once(session: Session) -> None:
    add_employer(session)
    cookie, key = enter(session), token(session)
    assert visitor(session, cookie) is not None
    assert bearer(session, key) is not None
    judge(session, "warn", "suspend")
    session.expire_all()
    assert (visitor(session, cookie), bearer(session, key)) == (None, None)
    titles = session.scalars(select(Message.title).where(Message.account_id == 1)).all()
    assert titles.count("中心把您单位的状态改为：暂停服务") == 1
    assert session.get_one(Account, 1).usable, "the account may sign in again to read why"


def test_sessions_that_outlive_a_suspension_are_caught(session: Session) -> None:
    add_employer(session)
    cookie = enter(session)
    with planted(actions, close_accounts=lambda *_args, **_options: 0):
        judge(session, "warn", "suspend")
    assert visitor(session, cookie) is not None


@pytest.mark.rule("employer-blacklisted", "page")
def test_nobody_signs_in_for_a_blacklisted_employer(session: Session) -> None:
    add_employer(session)
    judge(session, "warn", "suspend", "blacklist")
    session.expire_all()
    assert not session.get_one(Account, 1).usable
    assert session.scalar(select(func.count()).select_from(ApiToken).where(ApiToken.revoked_at.is_(None))) == 0


def test_a_suspended_employer_begins_nothing_new_and_gets_no_new_token(session: Session) -> None:
    add_employer(session)
    kept = create_opening(session, boss(), draft())
    judge(session, "warn", "suspend")
    with pytest.raises(EmployerNotActive):
        create_opening(session, boss(), draft())
    with pytest.raises(EmployerNotActive):
        submit_opening(session, boss(), opening_id=kept.id)
    with pytest.raises(EmployerNotActive):
        check_organisation(session, TOKEN.role, TOKEN.organisation_id)


def test_a_rejected_employer_brings_its_papers_again(session: Session) -> None:
    add_employer(session, state=EmployerState.CHECKING)
    judge(session, "reject")
    papers = EmployerDraft(
        name="第一纺织厂有限公司", uscc="91610499MA6DEM0013", region_code="610404", contact_name="王",
        contact_phone="13812345678",
    )  # fmt: skip
    update_employer(session, boss(), employer_id=1, draft=papers)
    assert submit_employer(session, boss(), employer_id=1).state is EmployerState.CHECKING
    assert session.get_one(Employer, 1).name == "第一纺织厂有限公司"

"""What two persons decide about an account: one asks with a reason, another agrees (双人办理)."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Select,
    String,
    delete,
    false,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import audit, clock, events
from centre.accounts.models import Account, RecoveryCode, SecondFactor, SignInCard
from centre.accounts.notices import tell_owner
from centre.accounts.rules import AccountClosed
from centre.accounts.sessions import end_all
from centre.errors import Conflict, NotFound
from centre.messages import send
from centre.messages.office import APPROVAL_DECIDED, OWN_FACTOR_RESET
from centre.people import Person
from centre.permissions import GRANTS, Actor, Permission, Role, Scope, require
from centre.scopes import seeing_everything
from centre.tables import Instant, Record, coded
from centre.translation import N_

WAITS = timedelta(days=14)
CLOSED_LOGIN = "closed-"


class ApprovalKind(StrEnum):
    """The kind of request (办理事项)."""

    CLOSE_FALSE = "close_false"
    RESET_FACTOR = "reset_factor"


class ApprovalState(StrEnum):
    """Where the request stands (办理状态)."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


KIND_LABELS = {
    ApprovalKind.CLOSE_FALSE: N_("关闭冒用的账号"),
    ApprovalKind.RESET_FACTOR: N_("重置动态口令"),
}

STATE_LABELS = {
    ApprovalState.WAITING: N_("等另一位同意"),
    ApprovalState.DONE: N_("已办理"),
    ApprovalState.REFUSED: N_("没有同意"),
}


class AccountApproval(Record):
    """A request about an account that a second person decides (双人办理申请).

    Written for others by its nature: a clerk asks about the account of whoever misuses a name.
    """

    written_for_others = True

    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="second"),
        CheckConstraint("state = 'waiting' OR decided_by IS NOT NULL", name="decided"),
    )

    kind: Mapped[ApprovalKind] = mapped_column(coded(ApprovalKind))
    state: Mapped[ApprovalState] = mapped_column(coded(ApprovalState), default=ApprovalState.WAITING)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    asked_by: Mapped[int | None]
    decided_by: Mapped[int | None]
    ends_at: Mapped[datetime] = mapped_column(Instant)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Who asked, and the staff of the centre; administrators read what concerns them through their query."""
        if scope.all_centres:
            return true()
        rules: list[ColumnElement[bool]] = [false()]
        if scope.staff and scope.centre_id:
            rules.append(cls.centre_id == scope.centre_id)
        if scope.account_id:
            rules.append(cls.asked_by == scope.account_id)
        return or_(*rules)


class SamePerson(Conflict):
    """Who asked for something may not be the one who agrees."""

    code = "same-person"
    message = N_("要由另一位工作人员同意，不能自己批自己")


class AlreadyAsked(Conflict):
    """The same is already waiting for a second person."""

    code = "already-asked"
    message = N_("已经有人申请过，正在等另一位同意")


class NobodyElse(Conflict):
    """No other account may agree to a reset."""

    code = "nobody-else"
    message = N_("没有另一位能同意的人；急用时加 --alone，会记入操作记录")


def resetters(session: Session, *, but: Account) -> list[Account]:
    """The accounts that may agree to the reset of an authenticator other than their own."""
    roles = GRANTS[Permission.APPROVE_RESETS][1]
    with seeing_everything(session):
        others = session.scalars(select(Account).where(Account.id != but.id).order_by(Account.id))
        return [account for account in others if account.usable and roles & {Role(role) for role in account.roles}]


def false_accounts_asked(session: Session) -> list[tuple[AccountApproval, Account]]:
    """False accounts of the reader's centre whose closing awaits a second person."""
    waiting = _waiting(ApprovalKind.CLOSE_FALSE)
    rows = session.scalars(waiting).all()
    with seeing_everything(session):
        return [(row, session.get_one(Account, row.account_id)) for row in rows]


def resets_asked(session: Session, actor: Actor) -> list[tuple[AccountApproval, Account]]:
    """Second factors whose reset waits for a second person."""
    require(actor, Permission.APPROVE_RESETS)
    with seeing_everything(session):
        rows = session.scalars(_waiting(ApprovalKind.RESET_FACTOR)).all()
        return [(row, session.get_one(Account, row.account_id)) for row in rows]


def _waiting(kind: ApprovalKind) -> Select[AccountApproval]:
    return (
        select(AccountApproval)
        .where(
            AccountApproval.kind == kind,
            AccountApproval.state == ApprovalState.WAITING,
            AccountApproval.ends_at > clock.now(),
        )
        .order_by(AccountApproval.id)
    )


def ask_closing(session: Session, actor: Actor, *, person: Person, centre_id: int, reason: str) -> AccountApproval:
    """Ask to close the account by which a stranger stands for a person; the caller has made sure of the person.

    `centre_id` is the centre whose manager decides. Raises NotFound and AlreadyAsked.
    """
    require(actor, Permission.REGISTER_PERSON)
    account = account_of(session, person.id)
    if account is None:
        raise NotFound
    return _ask(session, actor, ApprovalKind.CLOSE_FALSE, account, centre_id, reason)


def account_of(session: Session, person_id: int) -> Account | None:
    """The account linked to a person's record; for the counter, which checks whose it is."""
    with seeing_everything(session):
        return session.scalar(
            select(Account)
            .where(Account.person_id == person_id, Account.disabled.is_(False))
            .order_by(Account.id)
            .limit(1)
        )


def ask_factor_reset(session: Session, actor: Actor, *, account_id: int, reason: str) -> AccountApproval:
    """Ask to take a lost authenticator away. Raises NotFound and AlreadyAsked."""
    require(actor, Permission.MANAGE_ACCOUNTS)
    with seeing_everything(session):
        account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    return _ask(session, actor, ApprovalKind.RESET_FACTOR, account, account.centre_id, reason)


def _ask(
    session: Session, actor: Actor, kind: ApprovalKind, account: Account, centre_id: int | None, reason: str
) -> AccountApproval:
    with seeing_everything(session):
        if session.scalar(_waiting(kind).where(AccountApproval.account_id == account.id)) is not None:
            raise AlreadyAsked
        request = AccountApproval(
            kind=kind,
            account_id=account.id,
            centre_id=centre_id,
            reason=reason,
            asked_by=actor.account_id,
            ends_at=clock.now() + WAITS,
        )
        session.add(request)
        session.flush()
    audit.note(session, actor, action=f"account.{kind.replace('_', '-')}-ask", subject=f"account:{account.id}")
    return request


def decide_closing(session: Session, actor: Actor, *, approval_id: int, agreed: bool) -> None:
    """Close a false account, or let it be. Raises NotFound and SamePerson.

    Nothing that opened it opens anything afterwards, and its telephone is free for its owner. Whoever keeps something
    for the account hears of AccountClosed.
    """
    require(actor, Permission.CLOSE_FALSE_ACCOUNTS)
    request = session.scalar(_waiting(ApprovalKind.CLOSE_FALSE).where(AccountApproval.id == approval_id))
    _decide(session, actor, request, agreed=agreed, carry_out=_close)


def decide_factor_reset(session: Session, actor: Actor, *, approval_id: int, agreed: bool) -> None:
    """Take a lost authenticator away, or leave it; the next sign-in asks for a new one. Raises NotFound, SamePerson."""
    require(actor, Permission.APPROVE_RESETS)
    with seeing_everything(session):
        request = session.scalar(_waiting(ApprovalKind.RESET_FACTOR).where(AccountApproval.id == approval_id))
    _decide(session, actor, request, agreed=agreed, carry_out=forget_factor)


def _decide(
    session: Session,
    actor: Actor,
    request: AccountApproval | None,
    *,
    agreed: bool,
    carry_out: Callable[[Session, Account], None],
) -> None:
    if request is None:
        raise NotFound
    if actor.account_id is None or request.asked_by == actor.account_id:
        raise SamePerson
    with seeing_everything(session):
        account = session.get_one(Account, request.account_id)
        if account.id == actor.account_id:
            raise SamePerson
        request.state = ApprovalState.DONE if agreed else ApprovalState.REFUSED
        request.decided_by = actor.account_id
        session.flush()
        if agreed:
            carry_out(session, account)
            session.flush()
    _tell(session, request)
    verdict = "done" if agreed else "refused"
    action = f"account.{request.kind.replace('_', '-')}-{verdict}"
    audit.note(session, actor, action=action, subject=f"account:{account.id}", detail={"asked_by": request.asked_by})


def _tell(session: Session, request: AccountApproval) -> None:
    if request.asked_by is not None:
        send(
            session,
            APPROVAL_DECIDED.of(business=KIND_LABELS[request.kind], state=STATE_LABELS[request.state]),
            to_account_id=request.asked_by,
            dedupe_key=f"approval:{request.id}",
        )


def _close(session: Session, account: Account) -> None:
    person_id = account.person_id
    account.login = f"{CLOSED_LOGIN}{secrets.token_hex(8)}"
    account.password_hash, account.disabled, account.person_id = "", True, None
    account.email_sealed, account.email_proved_at, account.by_email = None, None, False
    end_all(session, account.id)
    session.execute(
        update(SignInCard)
        .where(SignInCard.account_id == account.id, SignInCard.revoked_at.is_(None))
        .values(revoked_at=clock.now(), version=SignInCard.version + 1)
        .execution_options(synchronize_session=False)
    )
    if person_id is not None:
        session.get_one(Person, person_id).set_phone("")
        session.flush()
        events.publish(session, AccountClosed(account.id, person_id))


def forget_factor(session: Session, account: Account) -> None:
    """Delete an authenticator with its recovery codes, end the sessions, and notify the owner."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    session.execute(delete(SecondFactor).where(SecondFactor.account_id == account.id))
    end_all(session, account.id)
    tell_owner(session, account, OWN_FACTOR_RESET.of())

"""Queries for funds."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from centre.errors import NotFound
from centre.funds.models import Fund, FundMovement
from centre.funds.rules import FundPurpose, MovementKind


def funds(purpose: FundPurpose | None = None) -> Select[Fund]:
    """Funds by code, of one purpose or of all."""
    query = select(Fund).order_by(Fund.code)
    return query if purpose is None else query.where(Fund.purpose == purpose)


def fund(session: Session, fund_id: int) -> Fund:
    """One fund. Raises NotFound, also for another centre's."""
    account = session.scalar(select(Fund).where(Fund.id == fund_id))
    if account is None:
        raise NotFound
    return account


def movements(fund_id: int) -> Select[FundMovement]:
    """The movements of a fund, the newest first."""
    return select(FundMovement).where(FundMovement.fund_id == fund_id).order_by(FundMovement.id.desc())


def outstanding(session: Session, subjects: Sequence[str]) -> dict[str, FundMovement]:
    """The spending on each subject that no movement has reversed."""
    back = select(FundMovement.reverses_id).where(FundMovement.reverses_id.is_not(None))
    spendings = session.scalars(
        select(FundMovement)
        .where(
            FundMovement.subject.in_(subjects),
            FundMovement.amount_fen < 0,
            FundMovement.id.not_in(back),
        )
        .order_by(FundMovement.id)
    )
    return {spending.subject: spending for spending in spendings}


SPENDING = (MovementKind.CHARGE, MovementKind.RELEASE, MovementKind.PAYMENT, MovementKind.REPAYMENT)
"""What a fund spends, with what undoes it."""


def spent_of_donations(session: Session, fund_id: int) -> dict[str, int]:
    """How much of each donation in a fund has been spent, in fen by the subject of its movement.

    Money is spent first in, first out, grants and donations alike, as in inventory accounting: clerks do not record
    whose yuan a payment is.
    """
    of_fund = FundMovement.fund_id == fund_id
    spent = -int(
        session.scalar(select(func.sum(FundMovement.amount_fen)).where(of_fund, FundMovement.kind.in_(SPENDING))) or 0
    )
    returned = select(FundMovement.subject).where(of_fund, FundMovement.kind == MovementKind.RETURN)
    came_in = session.execute(
        select(FundMovement.kind, FundMovement.subject, FundMovement.amount_fen)
        .where(of_fund, FundMovement.kind.in_((MovementKind.GRANT, MovementKind.DONATION)))
        .where(FundMovement.subject.not_in(returned))
        .order_by(FundMovement.id)
    )
    shares = {}
    for kind, subject, amount_fen in came_in:
        share = min(max(spent, 0), amount_fen)
        spent -= share
        if kind is MovementKind.DONATION:
            shares[subject] = share
    return shares


def sum_of_movements(session: Session, fund_id: int) -> int:
    """The expected balance of a fund, in fen."""
    return int(session.scalar(select(func.sum(FundMovement.amount_fen)).where(FundMovement.fund_id == fund_id)) or 0)

"""Queries for funds."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from centre.errors import NotFound
from centre.funds.models import Fund, FundMovement
from centre.funds.rules import FundPurpose


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


def sum_of_movements(session: Session, fund_id: int) -> int:
    """The expected balance of a fund, in fen."""
    return int(session.scalar(select(func.sum(FundMovement.amount_fen)).where(FundMovement.fund_id == fund_id)) or 0)

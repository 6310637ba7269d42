"""The only two ways in which a fund's balance changes; both are called by actions that have asked already."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from centre.database import seeing_everything
from training.funds.models import Fund, FundMovement
from training.funds.queries import fund
from training.funds.rules import FundPurpose, FundPurposeDiffers, FundShort, MovementKind


def spend(
    session: Session,
    *,
    fund_id: int,
    purpose: FundPurpose,
    kind: MovementKind,
    amount_fen: int,
    subject: str,
    account_id: int | None,
    voucher: str = "",
) -> FundMovement:
    """Take money out of a fund for its purpose, by a guarded counter. Raises FundShort or FundPurposeDiffers."""
    if amount_fen <= 0:
        raise ValueError("money that goes out is more than nothing")
    with seeing_everything(session):
        found = fund(session, fund_id)
        if found.purpose is not purpose:
            raise FundPurposeDiffers(fund=found.name)
        session.flush()
        taken = session.execute(
            update(Fund)
            .where(Fund.id == fund_id, Fund.purpose == purpose, Fund.balance_fen >= amount_fen)
            .values(balance_fen=Fund.balance_fen - amount_fen, version=Fund.version + 1)
            .execution_options(synchronize_session="fetch")
        )
        if not getattr(taken, "rowcount", 0):
            raise FundShort(fund=found.name)
        return _write(
            session,
            FundMovement(
                fund_id=fund_id, centre_id=found.centre_id, kind=kind, amount_fen=-amount_fen, subject=subject,
                voucher=voucher, account_id=account_id,
            ),
        )  # fmt: skip


def bring_in(
    session: Session,
    *,
    fund_id: int,
    kind: MovementKind,
    amount_fen: int,
    subject: str = "",
    account_id: int | None,
    reverses: FundMovement | None = None,
    voucher: str = "",
) -> FundMovement:
    """Put money into a fund; `reverses` names the spending that it undoes, which can be undone once."""
    if amount_fen <= 0:
        raise ValueError("money that comes in is more than nothing")
    with seeing_everything(session):
        session.flush()
        session.execute(
            update(Fund)
            .where(Fund.id == fund_id)
            .values(balance_fen=Fund.balance_fen + amount_fen, version=Fund.version + 1)
            .execution_options(synchronize_session="fetch")
        )
        return _write(
            session,
            FundMovement(
                fund_id=fund_id, centre_id=fund(session, fund_id).centre_id, kind=kind, amount_fen=amount_fen,
                subject=subject, reverses_id=reverses.id if reverses else None, voucher=voucher,
                account_id=account_id,
            ),
        )  # fmt: skip


def _write(session: Session, made: FundMovement) -> FundMovement:
    session.add(made)
    session.flush()
    return made

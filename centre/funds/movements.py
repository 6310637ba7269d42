"""The only two ways in which a fund's balance changes; called by actions that have checked permissions."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from centre.funds.models import Fund, FundMovement
from centre.funds.queries import fund
from centre.funds.rules import FundPurpose, FundPurposeDiffers, FundShort, MovementKind
from centre.scopes import seeing_everything


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
    """Spend money of a fund for its purpose. Raises FundShort or FundPurposeDiffers."""
    charges = [(subject, amount_fen)]
    [movement] = spend_each(
        session, fund_id=fund_id, purpose=purpose, kind=kind, charges=charges, account_id=account_id, voucher=voucher
    )
    return movement


def spend_each(
    session: Session,
    *,
    fund_id: int,
    purpose: FundPurpose,
    kind: MovementKind,
    charges: Sequence[tuple[str, int]],
    account_id: int | None,
    voucher: str = "",
) -> Sequence[FundMovement]:
    """Spend money for many subjects in one step, all or none; each pair of subject and fen has its own movement.

    Returns the movements in the order of `charges`. Raises FundShort or FundPurposeDiffers.
    """
    if any(fen <= 0 for _, fen in charges):
        raise ValueError("money that goes out is more than nothing")
    with seeing_everything(session):
        centre_id = _spend_from(session, fund_id, purpose, sum(fen for _, fen in charges))
        movements = [
            FundMovement(
                fund_id=fund_id, centre_id=centre_id, kind=kind, amount_fen=-fen, subject=subject,
                voucher=voucher, account_id=account_id,
            )
            for subject, fen in charges
        ]  # fmt: skip
        session.add_all(movements)
        session.flush()
        return movements


def _spend_from(session: Session, fund_id: int, purpose: FundPurpose, amount_fen: int) -> int:
    """Lower the balance with a guarded update; returns the centre of the fund."""
    source = fund(session, fund_id)
    if source.purpose is not purpose:
        raise FundPurposeDiffers(fund=source.name)
    session.flush()
    taken = session.execute(
        update(Fund)
        .where(Fund.id == fund_id, Fund.purpose == purpose, Fund.balance_fen >= amount_fen)
        .values(balance_fen=Fund.balance_fen - amount_fen, version=Fund.version + 1)
        .execution_options(synchronize_session="fetch")
    )
    if not getattr(taken, "rowcount", 0):
        raise FundShort(fund=source.name)
    return source.centre_id


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
    """Pay money into a fund; `reverses` names the spending that it undoes, which can be undone once."""
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


def _write(session: Session, movement: FundMovement) -> FundMovement:
    session.add(movement)
    session.flush()
    return movement

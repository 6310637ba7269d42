"""Actions on funds: open one, pay money in."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit
from centre.errors import Invalid, Problem
from centre.funds import queries
from centre.funds.models import Fund, FundMovement
from centre.funds.movements import bring_in
from centre.funds.rules import FundDraft, FundKnown, GrantDraft, MovementKind
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.translation import N_


def open_fund(
    session: Session, actor: Actor, *, draft: FundDraft, centre_id: int | None = None, is_demo: bool = False
) -> Fund:
    """Open a fund of the user's own centre. Raises FundKnown, or Invalid for an account without a centre."""
    require(actor, Permission.MANAGE_FUNDS)
    owner = centre_id or actor.centre_id
    if owner is None:
        raise Invalid([Problem("centre_id", "missing", N_("请写明资金属于哪个中心"))])
    with seeing_everything(session):
        if session.scalar(select(Fund.id).where(Fund.code == draft.code)) is not None:
            raise FundKnown(field="code")
    fund = Fund(centre_id=owner, balance_fen=0, is_demo=is_demo, **draft.model_dump())
    session.add(fund)
    session.flush()
    audit.note(session, actor, action="fund.open", subject=f"fund:{fund.id}")
    return fund


def grant_money(session: Session, actor: Actor, *, fund_id: int, draft: GrantDraft) -> FundMovement:
    """Pay money into a fund (拨入), in fen. Raises NotFound."""
    require(actor, Permission.MANAGE_FUNDS)
    fund = queries.fund(session, fund_id)
    audit.note(session, actor, action="fund.grant", subject=f"fund:{fund.id}", detail={"fen": draft.amount_fen})
    return bring_in(
        session,
        fund_id=fund.id,
        kind=MovementKind.GRANT,
        amount_fen=draft.amount_fen,
        account_id=actor.account_id,
        voucher=draft.voucher,
    )

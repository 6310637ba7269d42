"""Actions on funds: open one, pay money in, choose the one that pays for a class."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit
from centre.batches import batches
from centre.errors import Invalid, Problem
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.translation import N_
from training.classes.queries import training_class
from training.enrolments.models import Enrolment
from training.funds import queries
from training.funds.models import ClassFunding, Fund, FundMovement
from training.funds.movements import bring_in, charge_places
from training.funds.rules import (
    ClassFunded,
    FundDraft,
    FundKnown,
    FundPurpose,
    FundPurposeDiffers,
    GrantDraft,
    MovementKind,
)
from training.providers.rules import require_responsible


def open_fund(
    session: Session, actor: Actor, *, draft: FundDraft, centre_id: int | None = None, is_demo: bool = False
) -> Fund:
    """Open a fund of one's own centre. Raises FundKnown, or Invalid for an account without a centre."""
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


def fund_class(session: Session, actor: Actor, *, class_id: int, fund_id: int) -> Fund:
    """Choose the fund that pays the centre's share of a class; learners already accepted are charged at once.

    Raises FundShort, FundPurposeDiffers, ClassFunded once another fund has paid, or NotFound.
    """
    require(actor, Permission.APPROVE_CLASS)
    training = training_class(session, class_id)
    require_responsible(actor, provider_id=training.provider_id, centre_id=training.centre_id)
    chosen = queries.fund(session, fund_id)
    if chosen.purpose is not FundPurpose.TUITION:
        raise FundPurposeDiffers(fund=chosen.name)
    known = session.scalar(select(ClassFunding).where(ClassFunding.class_id == class_id))
    with seeing_everything(session):
        places = list(
            session.scalars(select(Enrolment).where(Enrolment.class_id == class_id).order_by(Enrolment.id))
        )  # fmt: skip
        if known is not None and known.fund_id != fund_id:
            subjects = [[f"enrolment:{number}" for number in ids] for ids in batches([place.id for place in places])]
            if any(queries.outstanding(session, some) for some in subjects):
                raise ClassFunded(fund=queries.fund(session, known.fund_id).name)
            known.fund_id = fund_id
        elif known is None:
            session.add(
                ClassFunding(
                    class_id=class_id, centre_id=training.centre_id, fund_id=fund_id, account_id=actor.account_id
                )
            )  # fmt: skip
        session.flush()
        charge_places(session, places, chosen, account_id=actor.account_id)
    audit.note(session, actor, action="class.fund", subject=f"class:{class_id}", detail={"fund": fund_id})
    return chosen

"""Actions on travel subsidies: entered from proof of retention, approved and paid by two others (交通补贴)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.audit import note
from centre.errors import Invalid, Problem
from centre.funds.movements import spend
from centre.funds.rules import FundPurpose, MovementKind
from centre.messages import send
from centre.messages.journeys import TRAVEL_SUBSIDY_PAID
from centre.network import allow_staff, home
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from matching.export import queries
from matching.export.models import ExportMember, ExportProject
from matching.export.stay.models import TravelSubsidy
from matching.export.stay.queries import subsidy as subsidy_in_sight
from matching.export.stay.rules import (
    TRAVEL_SUBSIDY,
    NothingToEnter,
    SameHand,
    SubsidyPayment,
    SubsidyState,
    subsidy_fen,
)


def enter_subsidies(session: Session, actor: Actor, *, batch_id: int) -> list[TravelSubsidy]:
    """Enter the subsidies of those who stayed as long as the policy asks; each journey once. Raises NothingToEnter."""
    require(actor, Permission.RUN_EXPORT)
    batch = queries.own_batch(session, actor, batch_id)
    with seeing_everything(session):
        project = session.get_one(ExportProject, batch.project_id)
        terms = policy(session, "export-travel-subsidy", on=clock.today(), region=home())
        column = ExportMember.day_90_on if int(terms["after_days"]) > 30 else ExportMember.day_30_on
        known = select(TravelSubsidy.member_id).where(TravelSubsidy.batch_id == batch.id)
        stayed = queries.members(batch.id).where(column.is_not(None), ExportMember.id.not_in(known))
        same = project.destination_code[:2] == home()[:2]
        entered = [
            TravelSubsidy(
                member_id=row.id, batch_id=batch.id, person_id=row.person_id, centre_id=batch.centre_id,
                amount_fen=batch.travel_subsidy_fen or subsidy_fen(terms, same_province=same),
                entered_by=actor.account_id, is_demo=row.is_demo,
            )
            for row in session.scalars(stayed).all()
        ]  # fmt: skip
        if not entered:
            raise NothingToEnter(days=terms["after_days"])
        session.add_all(entered)
        session.flush()
    note(session, actor, action="export.subsidies", subject=f"export_batch:{batch.id}", detail={"people": len(entered)})
    return entered


def decide_subsidy(session: Session, actor: Actor, *, subsidy_id: int, event: str, reason: str = "") -> TravelSubsidy:
    """Approve or refuse a subsidy that another person entered. Events: approve, refuse. Raises SameHand or Invalid."""
    require(actor, Permission.PAY_TRAVEL)
    record = _handled(session, actor, subsidy_id)
    if event == "refuse" and not reason.strip():
        raise Invalid([Problem("reason", "missing", N_("请写明理由"))])
    if actor.account_id == record.entered_by:
        raise SameHand
    with seeing_everything(session):
        move(session, actor, record, TRAVEL_SUBSIDY, event, reason=reason)
        record.approved_by = actor.account_id if event == "approve" else None
        session.flush()
    note(session, actor, action=f"export.subsidy-{event}", subject=f"travel_subsidy:{record.id}")
    return record


def pay_subsidy(session: Session, actor: Actor, *, subsidy_id: int, draft: SubsidyPayment) -> TravelSubsidy:
    """Pay an approved subsidy from a fund, by a third person. Raises SameHand, FundShort or FundPurposeDiffers."""
    require(actor, Permission.PAY_TRAVEL)
    record = _handled(session, actor, subsidy_id)
    TRAVEL_SUBSIDY.find(record.state, "pay")
    if actor.account_id in (record.entered_by, record.approved_by):
        raise SameHand
    with seeing_everything(session):
        movement = spend(
            session, fund_id=draft.fund_id, purpose=FundPurpose.TRAVEL, kind=MovementKind.PAYMENT,
            amount_fen=record.amount_fen, subject=f"travel_subsidy:{record.id}", account_id=actor.account_id,
            voucher=draft.voucher,
        )  # fmt: skip
        record.movement_id, record.voucher = movement.id, draft.voucher
        record.paid_by, record.paid_at = actor.account_id, clock.now()
        move(session, actor, record, TRAVEL_SUBSIDY, "pay")
        session.flush()
        key = f"travel-subsidy:{record.id}"
        send(session, TRAVEL_SUBSIDY_PAID.of(), to_person_id=record.person_id, link="/me/journeys", dedupe_key=key)
    note(session, actor, action="export.subsidy-pay", subject=f"travel_subsidy:{record.id}")
    return record


def demand_back(session: Session, actor: Actor, *, member_id: int) -> TravelSubsidy | None:
    """Demand a paid subsidy back if the worker returned early, only if the policy says so (EX-06)."""
    require(actor, Permission.RUN_EXPORT)
    record = session.scalar(select(TravelSubsidy).where(TravelSubsidy.member_id == member_id))
    if record is None or record.state is not SubsidyState.PAID:
        return None
    if not policy(session, "export-travel-subsidy", on=clock.today(), region=home()).get("clawback"):
        return None
    move(session, Actor.system(), record, TRAVEL_SUBSIDY, "demand")
    session.flush()
    return record


def _handled(session: Session, actor: Actor, subsidy_id: int) -> TravelSubsidy:
    record = subsidy_in_sight(session, subsidy_id)
    allow_staff(session, record, record.centre_id, actor=actor)
    return record

"""Charge a fund when people are accepted into a class, and return the charge when they leave."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.batches import batches
from centre.events import subscribe
from centre.funds.movements import bring_in
from centre.funds.queries import outstanding
from centre.funds.rules import MovementKind
from centre.scopes import seeing_everything
from training.enrolments.models import Enrolment
from training.enrolments.queries import enrolment
from training.enrolments.rules import Enrolled, Left
from training.funds import queries
from training.funds.movements import charge_places


@subscribe(Enrolled)
def charge_accepted(session: Session, fact: Enrolled) -> None:
    """Charge the fund of the class for everybody; without enough money no one is accepted. Raises FundShort."""
    with seeing_everything(session):
        fund = queries.funding(session, fact.class_id)
        if fund is None:
            return
        places: list[Enrolment] = []
        for ids in batches([enrolment_id for enrolment_id, _ in fact.places]):
            places += session.scalars(select(Enrolment).where(Enrolment.id.in_(ids)).order_by(Enrolment.id))
        charge_places(session, places, fund, account_id=None)


@subscribe(Left)
def release_left(session: Session, fact: Left) -> None:
    """Return to the fund what was charged for everybody who left."""
    with seeing_everything(session):
        for ids in batches(list(fact.enrolment_ids)):
            spendings = outstanding(session, [f"enrolment:{enrolment_id}" for enrolment_id in ids])
            for enrolment_id in ids:
                spending = spendings.get(f"enrolment:{enrolment_id}")
                if spending is None:
                    continue
                bring_in(
                    session,
                    fund_id=spending.fund_id,
                    kind=MovementKind.RELEASE,
                    amount_fen=-spending.amount_fen,
                    subject=spending.subject,
                    account_id=None,
                    reverses=spending,
                )
                enrolment(session, enrolment_id).fund = ""
        session.flush()

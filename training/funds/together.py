"""What follows for funds when many people come or leave at once: one step of the balance, one movement for each."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from centre.database import seeing_everything
from centre.events import subscribe
from training.enrolments.models import Enrolment
from training.enrolments.queries import portions
from training.enrolments.rules import EnrolledTogether, Left, LeftTogether
from training.funds import queries
from training.funds.movements import spend_each
from training.funds.rules import FundPurpose, MovementKind
from training.funds.subscribers import owes, release_left


@subscribe(EnrolledTogether)
def charge_accepted_together(session: Session, fact: EnrolledTogether) -> None:
    """Charge the fund of the class for everybody; without enough money nobody is accepted. Raises FundShort."""
    with seeing_everything(session):
        fund = queries.funding(session, fact.class_id)
        if fund is None:
            return
        charges = []
        ids = [enrolment_id for enrolment_id, _ in fact.places]
        for some in portions(ids):
            places = session.scalars(select(Enrolment).where(Enrolment.id.in_(some)).order_by(Enrolment.id))
            charges += [(f"enrolment:{place.id}", place.centre_fen) for place in places if owes(place)]
        if not charges:
            return
        spend_each(
            session, fund_id=fund.id, purpose=FundPurpose.TUITION, kind=MovementKind.CHARGE, charges=charges,
            account_id=None,
        )  # fmt: skip
        for some in portions(ids):
            session.execute(
                update(Enrolment)
                .where(Enrolment.id.in_(some), Enrolment.centre_fen > 0)
                .values(fund=fund.code, version=Enrolment.version + 1)
                .execution_options(synchronize_session="fetch")
            )


@subscribe(LeftTogether)
def release_left_together(session: Session, fact: LeftTogether) -> None:
    """Return to the fund what was charged for everybody who left."""
    with seeing_everything(session):
        if queries.funding(session, fact.class_id) is not None:
            for enrolment_id in fact.enrolment_ids:
                release_left(session, Left(enrolment_id, fact.class_id))

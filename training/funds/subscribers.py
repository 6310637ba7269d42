"""What follows for funds when somebody is accepted into a class or leaves: the centre's part is charged or returns."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from centre.batches import batches
from centre.events import subscribe
from centre.scopes import seeing_everything
from training.enrolments.models import Enrolment
from training.enrolments.queries import enrolment
from training.enrolments.rules import Enrolled, EnrolledTogether, Left, LeftTogether
from training.funds import queries
from training.funds.movements import bring_in, charge_place, owes, spend_each
from training.funds.rules import FundPurpose, MovementKind


@subscribe(Enrolled)
def charge_accepted(session: Session, fact: Enrolled) -> None:
    """Charge the fund of the class; without enough money nobody is accepted. Raises FundShort."""
    with seeing_everything(session):
        fund = queries.funding(session, fact.class_id)
        place = enrolment(session, fact.enrolment_id)
        if fund is not None and owes(place):
            charge_place(session, place, fund, account_id=None)


@subscribe(Left)
def release_left(session: Session, fact: Left) -> None:
    """Return to the fund what was charged for somebody who left."""
    with seeing_everything(session):
        spent = queries.outstanding(session, f"enrolment:{fact.enrolment_id}")
        if spent is None:
            return
        bring_in(
            session,
            fund_id=spent.fund_id,
            kind=MovementKind.RELEASE,
            amount_fen=-spent.amount_fen,
            subject=spent.subject,
            account_id=None,
            reverses=spent,
        )
        enrolment(session, fact.enrolment_id).fund = ""
        session.flush()


@subscribe(EnrolledTogether)
def charge_accepted_together(session: Session, fact: EnrolledTogether) -> None:
    """Charge the fund of the class for everybody; without enough money nobody is accepted. Raises FundShort."""
    with seeing_everything(session):
        fund = queries.funding(session, fact.class_id)
        if fund is None:
            return
        charges = []
        ids = [enrolment_id for enrolment_id, _ in fact.places]
        for batch in batches(ids):
            places = session.scalars(select(Enrolment).where(Enrolment.id.in_(batch)).order_by(Enrolment.id))
            charges += [(f"enrolment:{place.id}", place.centre_fen) for place in places if owes(place)]
        if not charges:
            return
        spend_each(
            session, fund_id=fund.id, purpose=FundPurpose.TUITION, kind=MovementKind.CHARGE, charges=charges,
            account_id=None,
        )  # fmt: skip
        for batch in batches(ids):
            session.execute(
                update(Enrolment)
                .where(Enrolment.id.in_(batch), Enrolment.centre_fen > 0)
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

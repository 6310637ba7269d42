"""What follows for funds when somebody is accepted into a class or leaves: the centre's part is charged or returns."""

from sqlalchemy.orm import Session

from centre.database import seeing_everything
from centre.events import subscribe
from training.enrolments.models import Enrolment
from training.enrolments.queries import enrolment
from training.enrolments.rules import SEATLESS, Enrolled, EnrolmentState, Left
from training.funds import queries
from training.funds.models import Fund
from training.funds.movements import bring_in, spend
from training.funds.rules import FundPurpose, MovementKind

UNDECIDED = frozenset({EnrolmentState.APPLIED, EnrolmentState.OFFERED})


def owes(place: Enrolment) -> bool:
    """Whether the centre pays its part for a place: from acceptance on, until the person leaves."""
    return place.state not in SEATLESS | UNDECIDED and place.centre_fen > 0


def charge_place(session: Session, place: Enrolment, fund: Fund, *, account_id: int | None) -> None:
    """Charge the centre's part of one place, once. Raises FundShort."""
    subject = f"enrolment:{place.id}"
    if queries.outstanding(session, subject) is not None:
        return
    spend(
        session,
        fund_id=fund.id,
        purpose=FundPurpose.TUITION,
        kind=MovementKind.CHARGE,
        amount_fen=place.centre_fen,
        subject=subject,
        account_id=account_id,
    )
    place.fund = fund.code
    session.flush()


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

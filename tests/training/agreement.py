"""Invariants of price shares, seats, funds and claims, asserted by the model and on the demo."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre.funds.models import Fund, FundMovement
from training.claims.models import Claim, ClaimLine
from training.claims.rules import ClaimState
from training.classes.models import TrainingClass
from training.enrolments.models import Enrolment
from training.enrolments.rules import SEATLESS
from training.funds import movements
from training.funds.models import ClassFunding
from training.rosters.models import RosterUpload

PAID = (ClaimState.PAID, ClaimState.CLAWBACK, ClaimState.ARCHIVED)


def everything_agrees(session: Session) -> None:
    """Assert the invariants for every fund, enrolment, class and claim in the database."""
    by_subject = select(FundMovement.subject, func.sum(FundMovement.amount_fen)).group_by(FundMovement.subject)
    spent = {row[0]: int(row[1]) for row in session.execute(by_subject)}
    for fund in session.scalars(select(Fund).order_by(Fund.id)):
        total = session.scalar(select(func.sum(FundMovement.amount_fen)).where(FundMovement.fund_id == fund.id))
        assert fund.balance_fen == total
        assert fund.balance_fen >= 0
    funded = set(session.scalars(select(ClassFunding.class_id)))
    places = list(session.scalars(select(Enrolment).order_by(Enrolment.id)))
    for place in places:
        parts = place.waiver_fen + place.government_fen + place.centre_fen + place.learner_fen
        assert parts == place.tuition_fen
        owed = place.centre_fen if place.class_id in funded and movements.owes(place) else 0
        assert spent.get(f"enrolment:{place.id}", 0) == -owed
    held = select(RosterUpload.class_id, func.sum(RosterUpload.reserved)).group_by(RosterUpload.class_id)
    reserved = {row[0]: int(row[1]) for row in session.execute(held)}
    for training in session.scalars(select(TrainingClass).order_by(TrainingClass.id)):
        seated = [place for place in places if place.class_id == training.id and place.state not in SEATLESS]
        assert training.taken == len(seated) + reserved.get(training.id, 0) <= training.seats
    _claims_agree(session, spent)


def _claims_agree(session: Session, spent: dict[str, int]) -> None:
    held: set[tuple[int, str, int]] = set()
    for claim in session.scalars(select(Claim).order_by(Claim.id)):
        lines = list(session.scalars(select(ClaimLine).where(ClaimLine.claim_id == claim.id)))
        assert claim.amount_fen == sum(line.amount_fen for line in lines)
        assert claim.persons == sum(line.amount_fen > 0 for line in lines)
        paid = claim.amount_fen - claim.repaid_fen if claim.state in PAID else 0
        assert spent.get(f"claim:{claim.id}", 0) == -paid
        for line in lines:
            key = (line.person_id, line.occupation_code, line.level)
            assert not (line.counts and key in held)
            held |= {key} if line.counts else set()
            if claim.state is ClaimState.RETURNED:
                assert not line.counts

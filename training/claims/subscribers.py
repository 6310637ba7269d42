"""What follows for claims when the work with a school ends: those that were not paid go back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.permissions import Actor
from centre.scopes import seeing_everything
from training.claims.actions import return_claim
from training.claims.models import Claim
from training.claims.rules import UNPAID
from training.providers.rules import ProviderMoved


@subscribe(ProviderMoved)
def return_open_claims(session: Session, fact: ProviderMoved) -> None:
    """Send back the unpaid claims of a school that was given up; their people are free for other schools."""
    if fact.event != "end":
        return
    with seeing_everything(session):
        unpaid = select(Claim.id).where(Claim.provider_id == fact.provider_id, Claim.state.in_(UNPAID))
        for claim_id in session.scalars(unpaid.order_by(Claim.id)).all():
            return_claim(session, Actor.system(), claim_id=claim_id, reason=fact.reason)

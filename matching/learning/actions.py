"""Actions on learned weights: a person decides, and the reason is recorded."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit
from centre.errors import NotFound
from centre.permissions import Actor, Permission, require
from centre.states import move
from matching.learning.models import ModelCard
from matching.learning.queries import card_in_use
from matching.learning.rules import MODEL_CARD, WeightsNotBetter, WeightsVerdict


def adopt_weights(session: Session, actor: Actor, *, card_id: int) -> ModelCard:
    """Put the weights of a card into use; earlier cards retire. Raises WeightsNotBetter, NotFound."""
    require(actor, Permission.MANAGE_POLICY)
    card = _card(session, card_id)
    if card.verdict is not WeightsVerdict.BETTER:
        raise WeightsNotBetter
    MODEL_CARD.find(card.state, "adopt")
    before = card_in_use(session)
    if before is not None:
        move(session, actor, before, MODEL_CARD, "retire", reason=card.name)
        session.flush()
    move(session, actor, card, MODEL_CARD, "adopt")
    audit.note(session, actor, action="weights.adopt", subject=f"model_card:{card.id}", detail={"name": card.name})
    return card


def retire_weights(session: Session, actor: Actor, *, card_id: int) -> ModelCard:
    """Reject a card; if its weights were in use, the prior applies again. Raises IllegalMove, NotFound."""
    require(actor, Permission.MANAGE_POLICY)
    card = _card(session, card_id)
    move(session, actor, card, MODEL_CARD, "retire")
    audit.note(session, actor, action="weights.retire", subject=f"model_card:{card.id}", detail={"name": card.name})
    return card


def _card(session: Session, card_id: int) -> ModelCard:
    card = session.scalar(select(ModelCard).where(ModelCard.id == card_id))
    if card is None:
        raise NotFound
    return card

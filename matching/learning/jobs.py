"""Weights are learned once a week; no list changes until a person has decided."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.jobs import job
from matching.learning.models import ModelCard
from matching.learning.queries import Round, learned


@job("learn-weights", every=timedelta(days=7), reading=learned)
def learn_weights(session: Session, learned: Round | None) -> None:
    """Learn the fit weights from introductions with known results, and write the card for a manager's decision."""
    today = clock.today()
    name = f"learned-{today.isoformat()}"
    if learned is None or session.scalar(select(ModelCard.id).where(ModelCard.name == name)) is not None:
        return
    session.add(
        ModelCard(
            name=name,
            learned_on=today,
            verdict=learned.verdict,
            weights=dict(learned.trial.most),
            results=learned.trial.trained + learned.trial.held_back,
            figures=learned.figures,
        )
    )

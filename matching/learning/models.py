"""The stored form of learned weights: a card for each round."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from centre.tables import Record, coded
from matching.learning.rules import CardState, WeightsVerdict


class ModelCard(Record):
    """One round of learning: the weights, their training data and their evaluation (权重说明卡).

    Holds figures about results and groups, never about a person; anybody may read how people are ranked.
    """

    __table_args__ = (CheckConstraint("state <> 'in_use' OR verdict = 'better'", name="better"),)

    name: Mapped[str] = mapped_column(String(40), unique=True)
    learned_on: Mapped[date]
    verdict: Mapped[WeightsVerdict] = mapped_column(coded(WeightsVerdict, "verdict"))
    state: Mapped[CardState] = mapped_column(coded(CardState), default=CardState.PROPOSED)
    weights: Mapped[dict[str, int]] = mapped_column(JSON)
    results: Mapped[int]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_demo: Mapped[bool] = mapped_column(default=False)


_IN_USE = ModelCard.state == CardState.IN_USE
Index("uq_model_card_in_use", ModelCard.state, unique=True, sqlite_where=_IN_USE, postgresql_where=_IN_USE)

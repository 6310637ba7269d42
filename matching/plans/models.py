"""Tables of the plans of the nights: the plan with its data, each person's place in it, and officers' choices."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column

from centre.permissions import Scope
from centre.tables import Instant, OfCentre, Record, coded
from matching.plans.rules import NightPlanState


class NightPlan(Record):
    """The suggestions of one night for the whole city, with everything that is needed to plan it again (统筹方案).

    `problem` holds units by number, never by name; who they are stands in the rows of `PlannedPlace`, which leave with
    the person. `expected` counts thousandths of hires that last; `value` is what the plan was chosen by, in points
    less what is kept for later people. `code_digest` is that of the code that planned, `rules` are the weights and
    limits of the night.
    """

    __table_args__ = (
        CheckConstraint("state <> 'planned' OR digest <> ''", name="digest"),
        CheckConstraint("state <> 'failed' OR fault <> ''", name="fault"),
    )

    day: Mapped[date] = mapped_column(unique=True)
    state: Mapped[NightPlanState] = mapped_column(coded(NightPlanState))
    rules: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    code_digest: Mapped[str] = mapped_column(String(64), default="")
    problem: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    digest: Mapped[str] = mapped_column(String(64), default="")
    people: Mapped[int] = mapped_column(default=0)
    placed: Mapped[int] = mapped_column(default=0)
    openings: Mapped[int] = mapped_column(default=0)
    value: Mapped[int] = mapped_column(default=0)
    expected: Mapped[int] = mapped_column(default=0)
    bound: Mapped[float] = mapped_column(default=0.0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    fault: Mapped[str] = mapped_column(String(200), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff of the network: figures of the whole city without names."""
        return true() if scope.staff else false()

    @property
    def gap(self) -> float:
        """How far the plan may be from the best one at most, as a share of its linear bound."""
        return max(0.0, self.bound - self.value) / self.bound if self.bound > 0 else 0.0


class PlannedPlace(OfCentre, Record):
    """Where one person is suggested to go by the plan of a night, and why not elsewhere (统筹推荐岗位).

    Without an opening the plan had no place left. `others` is a list of {opening_id, code, others, points}.
    """

    __table_args__ = (
        UniqueConstraint("plan_id", "person_id"),
        Index("ix_planned_place_opening", "opening_id", "day"),
        Index("ix_planned_place_person", "person_id", "day"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("night_plan.id"))
    day: Mapped[date] = mapped_column(index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    unit: Mapped[int]
    opening_id: Mapped[int | None] = mapped_column(ForeignKey("opening.id"))
    chance: Mapped[int] = mapped_column(default=0)
    others: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class PlanPin(OfCentre, Record):
    """An officer's choice for a person, which every plan keeps until it ends; without an opening, none (人工指定)."""

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    opening_id: Mapped[int | None] = mapped_column(ForeignKey("opening.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int | None]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


_LIVING = PlanPin.ended_at.is_(None)
Index("uq_plan_pin_living", PlanPin.person_id, unique=True, sqlite_where=_LIVING, postgresql_where=_LIVING)

"""The plan of a night, an officer's change to it, and how often that happens (统筹推荐)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft, Line, RecordId
from centre.errors import Conflict
from centre.translation import N_

FRESH = timedelta(days=1)
"""A plan serves the day of its night and the next one, until that has its own."""
WINDOW = timedelta(days=30)
"""Overrides are counted over the last thirty days."""
PUBLISHED = 20
"""With fewer decisions than this the public reads no rate of overrides."""
ALTERNATIVES = 5
"""For so many openings that fit at least as well, the answer to "why not there?" is kept with the plan."""


class NightPlanState(StrEnum):
    """How the planning of a night ended (统筹状态)."""

    PLANNED = "planned"
    FAILED = "failed"


NIGHT_LABELS = {
    NightPlanState.PLANNED: N_("已统筹"),
    NightPlanState.FAILED: N_("没有成功，各人按自己的排名推荐"),
}


class PlanPinDraft(Draft):
    """An officer's own assignment of a person, which every later plan keeps: an opening, or none at all (人工指定)."""

    person_id: RecordId
    opening_id: RecordId | None = None
    reason: Annotated[Line, Field(min_length=2, max_length=200)]


class PinDoesNotFit(Conflict):
    """A person cannot be pinned to an opening whose hard conditions fail, or which is not open."""

    code = "pin-does-not-fit"
    message = N_("这个岗位没有在招，或者硬性条件不符合，不能指定")


@dataclass(frozen=True, slots=True)
class Overrides:
    """What became of the plan's suggestions at the counter in the last thirty days (采纳与改派)."""

    accepted: int
    overridden: int

    @property
    def decided(self) -> int:
        """How many times an officer recommended a person who had a planned place."""
        return self.accepted + self.overridden

    @property
    def rate(self) -> float:
        """The share of decisions that were not the plan's; 0 without any.

        >>> Overrides(accepted=3, overridden=1).rate
        0.25
        """
        return self.overridden / self.decided if self.decided else 0.0

    def is_blind(self, alarm: Mapping[str, float]) -> bool:
        """Whether almost everything was accepted, a sign of decisions without a check; only with enough decisions."""
        return self.decided >= alarm["least"] and 1 - self.rate > alarm["share"]

"""The problem of planning together: units of people, places with their limits, pinned choices (统筹推荐).

Worth counts in whole points: the chance of a hire in thousandths times the worth of one, so that every sum is exact and
a plan can be checked to the digit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """A place that a unit may be sent to: all hard conditions hold. `chance` is that of a hire, in thousandths.

    `kept` is what the same share of a hire is worth to people who will come later, in points.
    """

    place: int
    worth: int
    chance: int = 1000
    kept: int = 0


@dataclass(frozen=True, slots=True)
class PlanUnit:
    """People who are sent together or not at all: one person, or a pair as one unit of two seats (MA-09)."""

    id: int
    choices: tuple[PlanChoice, ...]
    people: int = 1
    county: str = ""
    hardship: bool = False


@dataclass(frozen=True, slots=True)
class PlanPlace:
    """A place that takes people: its headcount, and the most expected hires that advice may send there.

    `most_expected` counts thousandths of hires; None where advice is not limited beyond the headcount.
    """

    id: int
    headcount: int
    most_expected: int | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """Everything that a plan depends on; the same problem gives the same plan.

    `quotas` limit people of a county over all places. `pins` are an officer's choices, None for "nowhere". `before` is
    the plan of the last run: staying with it is worth `keep` points a unit. `tie` points go to units with a recognised
    hardship, fewer than a real difference is worth (MA-18).
    """

    units: tuple[PlanUnit, ...]
    places: tuple[PlanPlace, ...]
    quotas: Mapping[str, int] = field(default_factory=dict)
    pins: Mapping[int, int | None] = field(default_factory=dict)
    before: Mapping[int, int] = field(default_factory=dict)
    keep: int = 0
    tie: int = 0

    def worth(self, unit: PlanUnit, choice: PlanChoice) -> int:
        """What sending a unit there adds to the plan, in points."""
        stays = self.keep if self.before.get(unit.id) == choice.place else 0
        return (choice.worth - choice.kept) * unit.people + stays + (self.tie if unit.hardship else 0)

    def allowed(self, unit: PlanUnit) -> tuple[PlanChoice, ...]:
        """The choices that an officer's pin leaves open."""
        if unit.id not in self.pins:
            return unit.choices
        pinned = self.pins[unit.id]
        return tuple(choice for choice in unit.choices if choice.place == pinned)


class PlanInfeasible(ValueError):
    """No plan honours every pin; the pins concerned are named."""


class PlanWrong(ValueError):
    """A plan breaks a limit, or claims a value that it does not have."""


class PlanLate(TimeoutError):
    """The solver gave no plan in its time."""

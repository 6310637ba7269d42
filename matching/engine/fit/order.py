"""Stage three: the order of a list (排序规则). Policy breaks ties within one point and never changes a score.

Recognised hardship (workers) or a missing fair share (openings) lifts by one point in the order, so it wins against
anybody at most one point better and never against anybody further ahead (MA-18). Then the health of the employer,
then the earlier registration, then the id (MA-19).
"""

from dataclasses import dataclass
from datetime import date

from matching.engine.fit.profiles import Id, OpeningProfile, WorkerProfile, order_key

LIFT = 1


@dataclass(frozen=True, slots=True)
class Standing:
    """The policy facts about one side of a pair (排序依据)."""

    lifted: bool
    health: int
    registered_on: date
    id: Id

    def tie_key(self) -> tuple[bool, int, tuple[date, int, int, str]]:
        """Order among equals: lifted first, healthy employers first, then registration and id."""
        return (not self.lifted, -self.health, order_key(self.registered_on, self.id))


def standing(profile: WorkerProfile | OpeningProfile) -> Standing:
    """The standing of a worker (hardship) or of an opening (fair share and employer health)."""
    if isinstance(profile, WorkerProfile):
        return Standing(profile.hardship, 0, profile.registered_on, profile.id)
    return Standing(profile.underserved, profile.health, profile.registered_on, profile.id)


def list_key(points: int, place: Standing) -> tuple[int, bool, int, tuple[date, int, int, str]]:
    """The sort key of a list, smallest first: a total order, so that every run gives the same list."""
    return (-(points + (LIFT if place.lifted else 0)), *place.tie_key())

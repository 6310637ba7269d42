"""A person's prospects at an opening: the probability of a hire and its value, from results so far (录用前景)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matching.engine.assign.problem import PlanChoice
from matching.live.listing import Listed


@dataclass(frozen=True, slots=True)
class Prospects:
    """The openings of a night with the chance of a hire by points, and the share of hires that last by employer."""

    listed: Mapping[int, Listed]
    chances: Sequence[int]
    stays: Mapping[int, int]
    usual_stay: int

    def choices(self, offers: Sequence[Mapping[int, int]]) -> tuple[PlanChoice, ...]:
        """The openings that suit everybody of a unit and have a place for each; `offers` are the points of each."""
        common = set.intersection(*map(set, offers))
        choices = []
        for opening_id in sorted(number for number in common if self.listed[number].remaining >= len(offers)):
            chance = sum(self.chances[min(points[opening_id], 100)] for points in offers) // len(offers)
            stay = self.stays.get(self.listed[opening_id].employer_id, self.usual_stay)
            choices.append(PlanChoice(opening_id, max(1, chance * stay // 1000), chance))
        return tuple(choices)

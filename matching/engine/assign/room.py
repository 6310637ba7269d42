"""What a plan leaves of every limit, and the exchanges by which it still gets better. No solver has a part in it."""

from collections.abc import Mapping

from matching.engine.assign.problem import PlanChoice, PlanProblem, PlanUnit

Name = tuple[str, int, str]
"""A limit: its kind, its place and its county."""
Offer = tuple[int, PlanChoice, dict[Name, int]]
"""A choice with its worth in points and what it takes of each limit."""
ROUNDS = 4
"""Each round of exchanges is cheaper than the last; after a few nothing is left to be gained."""
TRIED = 4
"""How many people in a full place are considered for moving elsewhere, those first whom it costs least."""


def limits(problem: PlanProblem) -> dict[Name, int]:
    """Every limit of a problem by its name."""
    room: dict[Name, int] = {("county", 0, county): most for county, most in problem.quotas.items()}
    for spot in problem.places:
        room["place", spot.id, ""] = spot.headcount
        room |= {("place-county", spot.id, county): most for county, most in spot.quotas.items()}
        if spot.most_expected is not None:
            room["expected", spot.id, ""] = spot.most_expected
    return room


class PlanBoard:
    """A plan in the making: who is where, and what is left of every limit."""

    def __init__(self, problem: PlanProblem, sent: dict[int, int]) -> None:
        self.sent, self.room = sent, limits(problem)
        self.gained = 0
        spots = {spot.id for spot in problem.places}
        self.choices: dict[int, list[Offer]] = {}
        self.at: dict[int, set[int]] = {number: set() for number in spots}
        for unit in problem.units:
            offers = [
                (problem.worth(unit, choice), choice, self._needs(unit, choice))
                for choice in problem.allowed(unit)
                if choice.place in spots
            ]
            self.choices[unit.id] = sorted(offers, key=lambda offer: (-offer[0], offer[1].place))
            for _, choice, needs in offers:
                if sent.get(unit.id) == choice.place:
                    self._take(unit.id, choice.place, needs)

    def _needs(self, unit: PlanUnit, choice: PlanChoice) -> dict[Name, int]:
        wanted = {
            ("place", choice.place, ""): unit.people,
            ("expected", choice.place, ""): unit.people * choice.chance,
            ("place-county", choice.place, unit.county): unit.people,
            ("county", 0, unit.county): unit.people,
        }
        return {name: amount for name, amount in wanted.items() if name in self.room}

    def _take(self, number: int, place: int, needs: Mapping[Name, int]) -> None:
        for name, amount in needs.items():
            self.room[name] -= amount
        self.sent[number] = place
        self.at[place].add(number)

    def _leave(self, number: int) -> int:
        """Take a unit from where it is; returns what it was worth there."""
        here = self.sent.get(number)
        if here is None:
            return 0
        worth, _, needs = next(offer for offer in self.choices[number] if offer[1].place == here)
        for name, amount in needs.items():
            self.room[name] += amount
        del self.sent[number]
        self.at[here].discard(number)
        return worth

    def _best(self, number: int, *, but: int | None = None) -> Offer | None:
        """The choice worth most for which there is room, elsewhere than `but`."""
        for offer in self.choices[number]:
            if (
                offer[0] > 0
                and offer[1].place != but
                and all(self.room[name] >= amount for name, amount in offer[2].items())
            ):
                return offer
        return None

    def fill(self) -> None:
        """Assign the remaining people to places that still have room, the highest value first."""
        left = [
            (-worth, number, choice.place, needs)
            for number, offers in self.choices.items()
            if number not in self.sent
            for worth, choice, needs in offers
            if worth > 0
        ]
        for worth, number, place, needs in sorted(left, key=lambda line: line[:3]):
            if number not in self.sent and all(self.room[name] >= amount for name, amount in needs.items()):
                self._take(number, place, needs)
                self.gained -= worth

    def improve(self, pinned: Mapping[int, int | None]) -> None:
        """Move people where they are worth more, and let one make room for another, as long as the whole gains."""
        for _ in range(ROUNDS):
            before = self.gained
            costs = {number: self._cost(number) for number in self.sent if number not in pinned}
            for number, offers in self.choices.items():
                if number not in pinned:
                    self._better(number, offers, costs)
            self.fill()
            if self.gained == before:
                return

    def _cost(self, number: int) -> int:
        """What it costs to move a unit away to the best place with room, or to send it nowhere."""
        here = self.sent[number]
        worth = next(offer[0] for offer in self.choices[number] if offer[1].place == here)
        other = self._best(number, but=here)
        return worth - (other[0] if other else 0)

    def _better(self, number: int, offers: list[Offer], costs: dict[int, int]) -> None:
        here = self.sent.get(number)
        now = next((offer[0] for offer in offers if offer[1].place == here), 0)
        for worth, choice, needs in offers:
            if worth <= now:
                return
            others = sorted(
                (costs[other], other)
                for other in self.at[choice.place]
                if other != number and costs.get(other, worth) < worth - now
            )
            for other in (None, *(other for _, other in others[:TRIED])):
                if self._exchange(number, choice.place, needs, worth, other):
                    return

    def _exchange(self, number: int, place: int, needs: dict[Name, int], worth: int, other: int | None) -> bool:
        """Send a unit to a place that another one leaves, if the whole gains; otherwise all stays as it was."""
        former, others_former = self.sent.get(number), self.sent.get(other) if other is not None else None
        lost = self._leave(number) + (self._leave(other) if other is not None else 0)
        if all(self.room[name] >= amount for name, amount in needs.items()):
            self._take(number, place, needs)
            elsewhere = self._best(other) if other is not None else None
            gain = worth + (elsewhere[0] if elsewhere else 0) - lost
            if gain > 0:
                if other is not None and elsewhere:
                    self._take(other, elsewhere[1].place, elsewhere[2])
                self.gained += gain
                return True
            self._leave(number)
        for moved, back in ((number, former), (other, others_former)):
            if moved is not None and back is not None:
                self._take(moved, back, next(offer[2] for offer in self.choices[moved] if offer[1].place == back))
        return False

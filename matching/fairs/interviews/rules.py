"""What an interview timetable must keep, what it is worth, and why a pair is not in it. Pure, and without any solver.

A day is a row of equal slots, numbered from 0. A panel talks to one person in a slot. Whoever plans with something
cleverer than `greedy` lets `faults` look at the result before anybody is invited.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from math import comb, floor

from centre.translation import N_

FIRST, SECOND, MORE = 10_000, 400, 100
"""What a person's first, second and further interviews add to the worth of a plan, before the weight of the pair."""

KEPT, KEPT_PAIR = 1_000, 200
"""What a repair adds for an interview that stays where it was, and for one that only moves."""

RISK = 0.05
"""How often more people than slots may turn up at a panel that is booked beyond its reserve."""


@dataclass(frozen=True, slots=True, order=True)
class Interview:
    """One person at one panel in one slot (面谈安排)."""

    seeker: int
    panel: int
    slot: int


@dataclass(frozen=True, slots=True)
class Panel:
    """A table at which an employer interviews; breaks are slots that are missing from `slots` (面试台)."""

    id: int
    slots: frozenset[int]
    limit: int
    """The most bookings; the rest of the slots is for people who walk in."""


@dataclass(frozen=True)
class Wishes:
    """Everything that a timetable is made from (排期条件)."""

    panels: Mapping[int, Panel]
    seekers: Mapping[int, frozenset[int]]
    """The slots in which each person can come."""
    weights: Mapping[tuple[int, int], int]
    """The pairs of person and panel that make sense, with a weight from 0 to 100."""
    gap: int = 1
    """Free slots that a person needs between two interviews, for the walk."""
    most: int = 3
    """The most interviews of one person."""
    pinned: frozenset[Interview] = frozenset()
    before: Mapping[Interview, int] = field(default_factory=dict)
    """For a repair: extra worth of interviews of the former plan."""

    @cached_property
    def common(self) -> dict[tuple[int, int], tuple[int, ...]]:
        """The slots in which both sides of a pair have time."""
        return {
            (seeker, panel): tuple(sorted(self.seekers[seeker] & self.panels[panel].slots))
            for seeker, panel in self.weights
        }

    @cached_property
    def placeable(self) -> frozenset[int]:
        """The people who could have at least one interview at all."""
        return frozenset(seeker for (seeker, panel), slots in self.common.items() if slots and self.panels[panel].limit)

    def worth(self, interview: Interview) -> int:
        """The weight of a pair, and of keeping it where it was."""
        return self.weights.get((interview.seeker, interview.panel), 0) + self.before.get(interview, 0)


Plan = frozenset[Interview]


class TimetableFault(StrEnum):
    """What is wrong with a plan (排期错误)."""

    UNWANTED = "unwanted"
    PANEL_TIME = "panel_time"
    SEEKER_TIME = "seeker_time"
    PANEL_TWICE = "panel_twice"
    GAP = "gap"
    PAIR_TWICE = "pair_twice"
    PANEL_LIMIT = "panel_limit"
    TOO_MANY = "too_many"
    UNFAIR = "unfair"
    PIN_LOST = "pin_lost"


class NoInterviewReason(StrEnum):
    """Why a pair is not in a plan (没有排上的原因)."""

    NO_COMMON_TIME = "no_common_time"
    ENOUGH = "enough"
    OTHERS_FIRST = "others_first"
    PANEL_FULL = "panel_full"
    SEEKER_BUSY = "seeker_busy"
    PANEL_BUSY = "panel_busy"
    BOTH_BUSY = "both_busy"
    POSSIBLE = "possible"


WHY_NOT_LABELS = {
    NoInterviewReason.NO_COMMON_TIME: N_("双方没有都有空的时间"),
    NoInterviewReason.ENOUGH: N_("本人的面谈已经排满"),
    NoInterviewReason.OTHERS_FIRST: N_("还有人一个面谈都没有，先排别人"),
    NoInterviewReason.PANEL_FULL: N_("单位的面谈名额已满，其余留给现场来的人"),
    NoInterviewReason.SEEKER_BUSY: N_("都有空的时间里，本人在别处面谈或者正走过去"),
    NoInterviewReason.PANEL_BUSY: N_("都有空的时间里，单位在面谈别人"),
    NoInterviewReason.BOTH_BUSY: N_("都有空的时间里，总有一方有别的面谈"),
    NoInterviewReason.POSSIBLE: N_("可以排上"),
}


def booking_limit(slots: int, *, reserve: float, show_rate: float | None, risk: float = RISK) -> int:
    """The most bookings of a panel: all slots but the reserve, and more where people are known not to come.

    With a measured show rate the panel is booked further, into its reserve, as long as the probability that more people
    turn up than the slots outside the reserve stays at or below `risk`. Nobody is ever booked into an occupied slot.
    """
    plain = max(floor(slots * (1 - reserve) + 1e-9), 1 if slots else 0)
    if show_rate is None or show_rate >= 1:
        return plain
    limit = plain
    while limit < slots and _tail(limit + 1, plain, show_rate) <= risk:
        limit += 1
    return limit


def _tail(bookings: int, most: int, rate: float) -> float:
    """The probability that more than `most` of the booked people come."""
    return sum(comb(bookings, k) * rate**k * (1 - rate) ** (bookings - k) for k in range(most + 1, bookings + 1))


def value(wishes: Wishes, plan: Iterable[Interview]) -> int:
    """The worth of a plan: everybody's first interview counts most, then second ones, then how well pairs fit."""
    plan = list(plan)
    total = sum(wishes.worth(interview) for interview in plan)
    for count in Counter(interview.seeker for interview in plan).values():
        total += sum(bonus(number) for number in range(1, count + 1))
    return total


def bonus(number: int) -> int:
    """What the first, second, third interview of a person adds."""
    return FIRST if number == 1 else SECOND if number == 2 else MORE


def faults(wishes: Wishes, plan: Plan) -> list[tuple[TimetableFault, Interview]]:
    """Everything that is wrong with a plan; empty for one that may be released. Uses nothing of what made the plan."""
    wrong: list[tuple[TimetableFault, Interview]] = []
    by_seeker, by_panel = _grouped(plan)
    for interview in sorted(plan):
        pair = (interview.seeker, interview.panel)
        if pair not in wishes.weights and interview not in wishes.pinned:
            wrong.append((TimetableFault.UNWANTED, interview))
        panel = wishes.panels.get(interview.panel)
        if panel is None or interview.slot not in panel.slots:
            wrong.append((TimetableFault.PANEL_TIME, interview))
        if interview.slot not in wishes.seekers.get(interview.seeker, frozenset()):
            wrong.append((TimetableFault.SEEKER_TIME, interview))
    for meetings in by_panel.values():
        wrong += [(TimetableFault.PANEL_TWICE, later) for first, later in _pairs(meetings) if first.slot == later.slot]
        panel = wishes.panels.get(meetings[0].panel)
        pins = sum(interview in wishes.pinned for interview in meetings)
        if panel is not None and len(meetings) > max(panel.limit, pins):
            wrong.append((TimetableFault.PANEL_LIMIT, meetings[-1]))
    zero = wishes.placeable - by_seeker.keys()
    for meetings in by_seeker.values():
        wrong += [
            (TimetableFault.GAP, later) for first, later in _pairs(meetings) if later.slot - first.slot <= wishes.gap
        ]
        wrong += [
            (TimetableFault.PAIR_TWICE, later) for first, later in _combinations(meetings) if first.panel == later.panel
        ]
        pins = sum(interview in wishes.pinned for interview in meetings)
        if len(meetings) > max(wishes.most, pins):
            wrong.append((TimetableFault.TOO_MANY, meetings[-1]))
        if zero and len(meetings) > max(2, pins):
            wrong.append((TimetableFault.UNFAIR, meetings[-1]))
    wrong += [(TimetableFault.PIN_LOST, pin) for pin in sorted(wishes.pinned - plan)]
    return wrong


def why_not(wishes: Wishes, plan: Plan) -> dict[tuple[int, int], NoInterviewReason]:
    """For each pair that a plan leaves out, the rule that keeps it out as the plan stands."""
    by_seeker, by_panel = _grouped(plan)
    zero = wishes.placeable - by_seeker.keys()
    placed = {(interview.seeker, interview.panel) for interview in plan}
    reasons = {}
    for pair in sorted(wishes.weights.keys() - placed):
        seeker, panel = pair
        own, theirs = by_seeker.get(seeker, []), by_panel.get(panel, [])
        reasons[pair] = _why(wishes, pair, own, theirs, others_wait=bool(zero - {seeker}))
    return reasons


def _why(
    wishes: Wishes, pair: tuple[int, int], own: list[Interview], theirs: list[Interview], *, others_wait: bool
) -> NoInterviewReason:
    slots = wishes.common[pair]
    if not slots:
        return NoInterviewReason.NO_COMMON_TIME
    if len(own) >= wishes.most:
        return NoInterviewReason.ENOUGH
    if len(own) >= 2 and others_wait:
        return NoInterviewReason.OTHERS_FIRST
    if len(theirs) >= wishes.panels[pair[1]].limit:
        return NoInterviewReason.PANEL_FULL
    taken = {interview.slot for interview in theirs}
    seeker_free = [slot for slot in slots if all(abs(slot - other.slot) > wishes.gap for other in own)]
    panel_free = [slot for slot in slots if slot not in taken]
    if set(seeker_free) & set(panel_free):
        return NoInterviewReason.POSSIBLE
    if not seeker_free:
        return NoInterviewReason.SEEKER_BUSY
    return NoInterviewReason.PANEL_BUSY if not panel_free else NoInterviewReason.BOTH_BUSY


class TimetableBoard:
    """A plan under construction that keeps every rule at every step (排期板)."""

    def __init__(self, wishes: Wishes, plan: Iterable[Interview] = ()) -> None:
        self.wishes = wishes
        self.own: dict[int, dict[int, int]] = defaultdict(dict)
        self.theirs: dict[int, dict[int, int]] = defaultdict(dict)
        for interview in [*sorted(wishes.pinned), *sorted(plan)]:
            if interview in wishes.pinned or self.fits(interview):
                self.own[interview.seeker][interview.panel] = interview.slot
                self.theirs[interview.panel][interview.slot] = interview.seeker

    @property
    def plan(self) -> Plan:
        """The plan as it stands."""
        return frozenset(
            Interview(seeker, panel, slot) for seeker, meetings in self.own.items() for panel, slot in meetings.items()
        )

    def fits(self, interview: Interview, *, most: int | None = None) -> bool:
        """Whether an interview can be added without moving another."""
        seeker, panel, slot = interview.seeker, interview.panel, interview.slot
        own, theirs = self.own[seeker], self.theirs[panel]
        return (
            (seeker, panel) in self.wishes.weights
            and panel not in own
            and len(own) < (self.wishes.most if most is None else most)
            and slot not in theirs
            and len(theirs) < self.wishes.panels[panel].limit
            and slot in self.wishes.panels[panel].slots
            and slot in self.wishes.seekers[seeker]
            and all(abs(slot - other) > self.wishes.gap for other in own.values())
        )

    def add(self, interview: Interview) -> None:
        """Add an interview that fits."""
        self.own[interview.seeker][interview.panel] = interview.slot
        self.theirs[interview.panel][interview.slot] = interview.seeker

    def remove(self, interview: Interview) -> None:
        """Take an interview out."""
        del self.own[interview.seeker][interview.panel]
        del self.theirs[interview.panel][interview.slot]

    def place(self, pair: tuple[int, int], *, most: int | None = None) -> bool:
        """Put a pair into the slot that leaves the panel the fewest holes, or move one other interview for it."""
        seeker, panel = pair
        for slot in self._order(pair):
            if self.fits(Interview(seeker, panel, slot), most=most):
                self.add(Interview(seeker, panel, slot))
                return True
        return self._push(pair, most)

    def _order(self, pair: tuple[int, int]) -> list[int]:
        kept = self.wishes.before
        return sorted(self.wishes.common[pair], key=lambda slot: (-kept.get(Interview(*pair, slot), 0), slot))

    def _push(self, pair: tuple[int, int], most: int | None) -> bool:
        seeker, panel = pair
        for slot in self._order(pair):
            holder = self.theirs[panel].get(slot)
            if holder is None:
                continue
            held = Interview(holder, panel, slot)
            if held in self.wishes.pinned:
                continue
            self.remove(held)
            if self.fits(Interview(seeker, panel, slot), most=most):
                self.add(Interview(seeker, panel, slot))
                for other in self._order((holder, panel)) if (holder, panel) in self.wishes.common else ():
                    if self.fits(Interview(holder, panel, other)):
                        self.add(Interview(holder, panel, other))
                        return True
                self.remove(Interview(seeker, panel, slot))
            self.add(held)
        return False


def greedy(wishes: Wishes, plan: Iterable[Interview] = ()) -> Plan:
    """A good plan without a solver: rounds in which everybody gets one more, the hardest to place first."""
    board = TimetableBoard(wishes, plan)
    partners: dict[int, list[int]] = defaultdict(list)
    for seeker, panel in wishes.weights:
        partners[seeker].append(panel)
    freedom = {
        seeker: sum(len(wishes.common[seeker, panel]) for panel in panels) for seeker, panels in partners.items()
    }
    for round_number in range(1, wishes.most + 1):
        if round_number > 2 and wishes.placeable - {seeker for seeker, own in board.own.items() if own}:
            break
        for seeker in sorted(partners, key=lambda seeker: (freedom[seeker], seeker)):
            if len(board.own[seeker]) >= round_number:
                continue
            ranked = sorted(partners[seeker], key=lambda panel: (-wishes.weights[seeker, panel], panel))
            for panel in ranked:
                if panel not in board.own[seeker] and board.place((seeker, panel), most=round_number):
                    break
    return board.plan


def improved(wishes: Wishes, plan: Plan) -> Plan:
    """The plan with whatever still fits; a solver that stopped early leaves such holes."""
    board = TimetableBoard(wishes, plan)
    for most in range(1, wishes.most + 1):
        if most > 2 and wishes.placeable - {seeker for seeker, own in board.own.items() if own}:
            break
        for pair in sorted(wishes.weights, key=lambda pair: (-wishes.weights[pair], pair)):
            if pair[1] not in board.own[pair[0]] and len(board.own[pair[0]]) < most:
                board.place(pair, most=most)
    return board.plan


def repair_wishes(wishes: Wishes, former: Plan, *, now: int, begun: bool = True) -> Wishes:
    """The same wishes after a change, with the former plan worth keeping; interviews before slot `now` are pinned."""
    possible = {pair for pair, slots in wishes.common.items() if slots}
    kept: dict[Interview, int] = {}
    pinned = {interview for interview in former if begun and interview.slot < now}
    for interview in former - pinned:
        pair = (interview.seeker, interview.panel)
        if pair in possible:
            kept |= {Interview(*pair, slot): KEPT_PAIR for slot in wishes.common[pair]}
            if interview.slot in wishes.common[pair]:
                kept[interview] = KEPT
    later = {
        panel.id: Panel(panel.id, frozenset(slot for slot in panel.slots if slot >= now), panel.limit)
        for panel in wishes.panels.values()
    }
    for pin in pinned:
        panel = later.get(pin.panel) or Panel(pin.panel, frozenset(), 0)
        later[pin.panel] = Panel(panel.id, panel.slots | {pin.slot}, max(panel.limit, 1))
    seekers = dict(wishes.seekers)
    for pin in pinned:
        seekers[pin.seeker] = seekers.get(pin.seeker, frozenset()) | {pin.slot}
    return Wishes(later, seekers, wishes.weights, wishes.gap, wishes.most, wishes.pinned | pinned, kept)


def _grouped(plan: Plan) -> tuple[dict[int, list[Interview]], dict[int, list[Interview]]]:
    by_seeker: dict[int, list[Interview]] = defaultdict(list)
    by_panel: dict[int, list[Interview]] = defaultdict(list)
    for interview in sorted(plan, key=lambda interview: (interview.slot, interview)):
        by_seeker[interview.seeker].append(interview)
        by_panel[interview.panel].append(interview)
    return dict(by_seeker), dict(by_panel)


def _pairs(meetings: list[Interview]) -> Iterator[tuple[Interview, Interview]]:
    return pairwise(meetings)


def _combinations(meetings: list[Interview]) -> Iterator[tuple[Interview, Interview]]:
    return ((first, later) for place, first in enumerate(meetings) for later in meetings[place + 1 :])

"""Scans of several gates become one truth, whatever happens to the queues on their way."""

import os
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from operator import attrgetter
from typing import Any

import pytest

from centre.scans.rules import Act, Door, GateTruth, GateVerdict, RollEntry, Scan, ScanDraft, arrivals, judge, truth

NINE = datetime(2026, 3, 6, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Moment = Callable[[ScanDraft], datetime]
Merge = Callable[[Iterable[Scan]], GateTruth]
HISTORIES = 10_000 if os.environ.get("GANGQIAO_ORDEAL") == "long" else 300


def scan(counter: int, subject: str = "A", act: Act = Act.IN, *, device: str = "gate-one", minute: float = 0) -> Scan:
    return Scan(device, counter, subject, act, NINE + minute * MINUTE)


@dataclass
class Gate:
    """A gate whose clock is wrong and whose network comes and goes."""

    name: str
    skew: timedelta
    queue: list[ScanDraft] = field(default_factory=list)
    counter: int = 0

    def scans(self, subject: str, act: Act, now: datetime) -> None:
        """Put a scan into the queue, as the page does: the service's time at the last contact, and the time since."""
        self.counter += 1
        anchor = NINE - timedelta(hours=1)
        self.queue.append(
            ScanDraft(
                counter=self.counter,
                subject=subject,
                act=act,
                wall_at=now + self.skew,
                anchor_at=anchor,
                elapsed_ms=(now - anchor) // timedelta(milliseconds=1),
            )
        )


@dataclass
class Desk:
    """The service: a set of scans by device and counter, as the table keeps them."""

    rows: dict[tuple[str, int, str], Scan] = field(default_factory=dict)
    moment: Moment = attrgetter("at")

    def receives(self, gate: Gate, part: list[ScanDraft]) -> None:
        for draft in part:
            key = (gate.name, draft.counter, draft.digest)
            self.rows.setdefault(key, Scan(gate.name, draft.counter, draft.subject, draft.act, self.moment(draft)))


def played(seed: int) -> tuple[list[tuple[str, Act, datetime]], list[Gate]]:
    """A morning at two to four gates: what truly happened, in order, and the queues that recorded it."""
    dice = random.Random(seed)
    gates = [Gate(f"gate-{number}", timedelta(minutes=dice.randint(-600, 600))) for number in range(dice.randint(2, 4))]
    people = [f"P{number}" for number in range(dice.randint(1, 12))]
    story = []
    now = NINE
    for _ in range(dice.randint(1, 40)):
        now += timedelta(milliseconds=dice.randint(1, 90_000))
        who, act = dice.choice(people), dice.choice((Act.IN, Act.IN, Act.OUT))
        story.append((who, act, now))
        dice.choice(gates).scans(who, act, now)
    return story, gates


def expected(story: list[tuple[str, Act, datetime]]) -> dict[str, tuple[bool, int, int]]:
    """A plain account of the morning: inside, entries too many, exits too many."""
    accounts: dict[str, tuple[bool, int, int]] = {}
    for who, act, _ in story:
        inside, repeats, strays = accounts.get(who, (False, 0, 0))
        if act is Act.IN:
            accounts[who] = (True, repeats + inside, strays)
        else:
            accounts[who] = (False, repeats, strays + (not inside))
    return accounts


def sent(gates: list[Gate], seed: int, merge: Merge = truth, moment: Moment = attrgetter("at")) -> GateTruth:
    """The truth after the queues were cut, shuffled, sent twice, and one gate was killed and started again."""
    dice = random.Random(seed)
    desk = Desk(moment=moment)
    parts: list[tuple[Gate, list[ScanDraft]]] = []
    for gate in gates:
        queue = list(gate.queue)
        while queue:
            size = dice.randint(1, len(queue))
            parts.append((gate, queue[:size]))
            if dice.random() < 0.5:  # killed before the answer came: the same part leaves again with more
                continue
            queue = queue[size:]
    parts += dice.sample(parts, len(parts) // 2)
    dice.shuffle(parts)
    for gate, part in parts:
        shuffled = list(part)
        dice.shuffle(shuffled)
        desk.receives(gate, shuffled)
    rows = list(desk.rows.values())
    dice.shuffle(rows)
    return merge(rows)


def disagreements(seeds: range, *ways: Any) -> list[int]:
    """The seeds whose merged queues tell another story than what happened."""
    wrong = []
    for seed in seeds:
        story, gates = played(seed)
        merges = [sent(gates, seed * 7 + turn, *ways) for turn in range(2)]
        accounts = [
            {who: (stay.inside, len(stay.repeats), len(stay.strays)) for who, stay in merged.stays.items()}
            for merged in merges
        ]
        if accounts[0] != expected(story) or merges[0] != merges[1]:
            wrong.append(seed)
    return wrong


def test_queues_sent_twice_and_shuffled_end_in_what_happened() -> None:
    assert disagreements(range(HISTORIES)) == []


def in_order_of_arrival(rows: Iterable[Scan]) -> GateTruth:
    """The mistake: scans count in the order in which they arrive."""
    return truth(replace(row, at=NINE, device="", counter=number) for number, row in enumerate(rows))


def test_the_histories_catch_a_merge_that_trusts_the_order_of_arrival() -> None:
    assert disagreements(range(40), in_order_of_arrival)


def test_the_histories_catch_a_merge_that_trusts_the_clocks_of_devices() -> None:
    assert disagreements(range(40), truth, attrgetter("wall_at"))


def test_two_gates_scan_one_code_and_the_first_wins() -> None:
    first, second = scan(1, device="gate-two", minute=0), scan(1, device="gate-one", minute=1)
    for order in permutations([first, second, first]):
        merged = truth(order)
        assert (merged.entered, merged.inside) == (1, 1)
        assert merged.stays["A"].first_in == first
        assert merged.stays["A"].repeats == [second]


def test_the_same_instant_at_two_gates_has_one_winner() -> None:
    both = [scan(1, device="gate-two"), scan(1, device="gate-one")]
    assert truth(both) == truth(both[::-1])


def test_a_copied_device_loses_nothing_and_is_named() -> None:
    original, copy = replace(scan(1), digest="x"), replace(scan(1, "B"), digest="y")
    merged = truth([original, copy])
    assert merged.entered == 2
    assert merged.copied == {"gate-one"}


def test_people_without_a_name_are_counted_and_never_below_nobody() -> None:
    group = replace(scan(1, ""), heads=5)
    assert truth([group]).inside == 5
    assert truth([group, replace(scan(2, "", Act.OUT), heads=7)]).inside == 0
    assert truth([group, scan(3, "", Act.TURNED_AWAY)]).turned_away == 1


def test_arrivals_by_quarters_count_each_code_once() -> None:
    counted = arrivals([scan(1), scan(2, minute=20), scan(3, "B", minute=16), scan(4, "", minute=17)])
    assert counted == {NINE: 1, NINE + 15 * MINUTE: 2}


ANN = RollEntry("A", from_at=NINE, until_at=NINE + timedelta(hours=1))


@pytest.mark.parametrize(
    ("door", "entry", "minute", "inside", "is_inside", "verdict"),
    [
        (Door(), ANN, 0, 0, False, GateVerdict.ADMIT),
        (Door(), ANN, 0, 0, True, GateVerdict.REPEAT),
        (Door(), None, 0, 0, False, GateVerdict.UNKNOWN),
        (Door(), ANN, -1, 0, False, GateVerdict.EARLY),
        (Door(), ANN, 60, 0, False, GateVerdict.LATE),
        (Door(opens_at=NINE + 5 * MINUTE), ANN, 4, 0, False, GateVerdict.EARLY),
        (Door(closes_at=NINE + 5 * MINUTE), ANN, 5, 0, False, GateVerdict.LATE),
        (Door(capacity=3), ANN, 0, 3, False, GateVerdict.FULL),
        (Door(capacity=3), ANN, 0, 2, False, GateVerdict.ADMIT),
        (Door(), RollEntry("A", ban="闹事"), 0, 0, False, GateVerdict.BANNED),
        (Door(), RollEntry("A", ask="带证件了吗"), 0, 0, False, GateVerdict.ASK),
    ],
)
def test_the_door_decides(
    door: Door, entry: RollEntry | None, minute: float, inside: int, is_inside: bool, verdict: GateVerdict
) -> None:
    at = NINE + minute * MINUTE
    assert judge(door, entry, at=at, inside=inside, is_inside=is_inside) is verdict

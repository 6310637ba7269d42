"""The roll: 10,000 histories of three offline telephones, a spreadsheet and a paper list come to one truth."""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from centre.database import open_session
from matching.export import batches
from matching.export.models import ExportBatch
from matching.export.roll import actions, rules
from matching.export.roll.models import RollScan
from matching.export.roll.rules import (
    DecisionDraft,
    Roll,
    RollMark,
    RollNotOpen,
    RollScanDraft,
    RollUnsettled,
    RollWord,
    ScansDraft,
    reconcile,
)
from matching.export.rules import BatchState, MemberState
from tests.matching import world
from tests.matching.export.journey import SYSTEM, Journey, open_project, recruit, row_of, scoped
from tests.ordeal.lengths import length

HISTORIES = length(10_000, 100_000)
DEVICES = ("phone-a", "phone-b", "phone-c", "sheet-1", "paper-1")
BOARDED, ABSENT, LEFT, ARRIVED = RollWord
PEOPLE = range(1, 9)


def histories(seed: int) -> tuple[list[RollMark], list[list[RollMark]]]:
    """What each device said, and how it reached the service: killed, cut off, sent twice, late, in any order."""
    chance = random.Random(seed)
    said, arrivals = [], []
    for device in DEVICES:
        own = []
        for counter in range(1, chance.randrange(1, 10)):
            word = chance.choices((BOARDED, ABSENT, LEFT, ARRIVED), (6, 2, 1, 2))[0]
            own.append(RollMark(device, counter, chance.choice(PEOPLE), word))
        said += own
        sent = 0
        while sent < len(own):  # killed after some of a packet was taken in: it is sent again from before
            upto = chance.randrange(sent, len(own)) + 1
            arrivals.append(own[max(0, sent - chance.randrange(3)) : upto])
            if chance.random() < 0.3:
                arrivals.append(arrivals[-1])
            sent = upto
    chance.shuffle(arrivals)
    return said, arrivals


def expected_conflicts(said: Iterable[RollMark]) -> set[int]:
    """Members about whom the last words of two devices differ, worked out the slow way."""
    wrong = set()
    for member in PEOPLE:
        gate: dict[str, RollWord] = {}
        way: dict[str, RollWord] = {}
        for scan in said:
            if scan.member_id == member:
                (gate if scan.word in (BOARDED, ABSENT) else way)[scan.device] = scan.word
        absent = ABSENT in gate.values()
        if len(set(gate.values())) > 1 or len(set(way.values())) > 1 or (absent and way):
            wrong.add(member)
    return wrong


def faults(roll: Roll, said: list[RollMark]) -> list[str]:
    """What is wrong with a reconciled roll: lost scans, divergence from the plain order, conflicts not shown."""
    problems = []
    if Counter(scan for truth in roll.members.values() for scan in truth.scans) != Counter(said):
        problems.append("lost")
    if roll != reconcile(said):
        problems.append("divergent")
    if {truth.member_id for truth in roll.conflicts} != expected_conflicts(said):
        problems.append("conflicts")
    return problems


@pytest.mark.lengthy
def test_no_history_loses_a_scan_diverges_or_hides_a_conflict() -> None:
    for seed in range(HISTORIES):
        said, arrivals = histories(seed)
        received = [scan for packet in arrivals for scan in packet]
        assert faults(reconcile(received), said) == [], seed


def test_planted_last_upload_wins_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def last_wins(scans: Iterable[RollMark]) -> Roll:
        latest = {scan.member_id: scan for scan in scans}
        return Roll({number: rules.RollTruth(number, scan.word, (scan,)) for number, scan in latest.items()})

    caught = Counter[str]()
    for seed in range(50):
        said, arrivals = histories(seed)
        caught.update(faults(last_wins([scan for packet in arrivals for scan in packet]), said))
    assert set(caught) == {"lost", "divergent", "conflicts"}


def test_a_clock_that_is_wrong_by_a_year_changes_nothing() -> None:
    said, _ = histories(7)
    from centre import clock

    skewed = [replace(scan, at=clock.now()) for scan in said]
    assert {number: truth.word for number, truth in reconcile(skewed).members.items()} == {
        number: truth.word for number, truth in reconcile(said).members.items()
    }


def test_a_decision_settles_what_it_saw_and_a_later_word_opens_it_again() -> None:
    first = [RollMark("a1", 1, 7, BOARDED), RollMark("b1", 1, 7, ABSENT)]
    decision = RollMark("desk", 1, 7, ABSENT, settles=frozenset(scan.key for scan in first))
    assert reconcile([*first, decision]).conflicts == []
    assert reconcile([*first, decision]).members[7].word is ABSENT
    assert len(reconcile([*first, decision, RollMark("c1", 1, 7, BOARDED)]).conflicts) == 1


def test_one_number_used_for_two_things_is_shown() -> None:
    roll = reconcile([RollMark("a1", 1, 7, BOARDED), RollMark("a1", 1, 8, BOARDED)])
    assert [scan.member_id for scan in roll.reused] == [8]
    assert {truth.member_id for truth in roll.conflicts} == {7, 8}


def locked(town: world.Town, people: int = 3) -> Journey:
    """A locked batch."""
    journey = recruit(open_project(town), people=people)
    with scoped(journey.officer) as session:
        batches.lock_batch(session, journey.officer, batch_id=journey.batch_id)
    return journey


def say(journey: Journey, device: str, *words: tuple[int, int, RollWord]) -> Roll:
    """An escort's device sends (counter, member, word)."""
    draft = ScansDraft(
        device=device, scans=[RollScanDraft(counter=number, member_id=who, word=word) for number, who, word in words]
    )
    with scoped(journey.escort) as session:
        return actions.take_scans(session, journey.escort, batch_id=journey.batch_id, draft=draft)


def test_a_batch_leaves_with_those_seen_and_a_late_upload_brings_somebody_back(any_town: world.Town) -> None:
    journey = locked(any_town)
    first, second, third = journey.member_ids
    say(journey, "phone-a", (1, first, BOARDED), (2, second, BOARDED))
    say(journey, "phone-a", (1, first, BOARDED), (2, second, BOARDED))
    with scoped(journey.escort) as session:
        actions.depart_batch(session, journey.escort, batch_id=journey.batch_id)
    with open_session(SYSTEM.scope) as session:
        assert [row_of(session, who).state for who in journey.member_ids] == [
            MemberState.BOARDED, MemberState.BOARDED, MemberState.NO_SHOW,
        ]  # fmt: skip
        assert session.scalar(select(func.count(RollScan.id))) == 2
    say(journey, "phone-b", (1, third, BOARDED))
    with scoped(journey.escort) as session:
        actions.arrive_batch(session, journey.escort, batch_id=journey.batch_id)
    with open_session(SYSTEM.scope) as session:
        assert {row_of(session, who).state for who in journey.member_ids} == {MemberState.ARRIVED}


def test_a_batch_with_a_conflict_does_not_leave_until_somebody_decides(any_town: world.Town) -> None:
    journey = locked(any_town, people=1)
    (who,) = journey.member_ids
    say(journey, "phone-a", (1, who, BOARDED))
    say(journey, "phone-b", (1, who, ABSENT))
    with scoped(journey.escort) as session, pytest.raises(RollUnsettled):
        actions.depart_batch(session, journey.escort, batch_id=journey.batch_id)
    with scoped(journey.officer) as session:
        decided = DecisionDraft(word=ABSENT, reason="打电话核实，本人在家")
        actions.decide_roll(session, journey.officer, member_id=who, draft=decided)
    with scoped(journey.escort) as session:
        batch = actions.depart_batch(session, journey.escort, batch_id=journey.batch_id)
        assert batch.state is BatchState.TRAVELLING
    with open_session(SYSTEM.scope) as session:
        assert row_of(session, who).state is MemberState.NO_SHOW


def test_the_roll_is_called_between_lock_and_hand_over_only(town: world.Town) -> None:
    journey = recruit(open_project(town), people=1)
    with pytest.raises(RollNotOpen):
        say(journey, "phone-a", (1, journey.member_ids[0], BOARDED))
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(ExportBatch, journey.batch_id).state is BatchState.RECRUITING

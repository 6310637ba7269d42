"""R8 for the desk: no history of any kinds of cases breaks funds, sums, signatures, the log or the ledger."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from centre import clock
from centre.desk.cases import actions
from tests.centre.desk.histories import DeskHistory
from tests.centre.desk.world import build
from tests.matching.world import MONDAY
from tests.ordeal.lengths import length
from tests.ordeal.parents import play
from tests.planted import planted

HISTORIES, STEPS, CAUGHT_WITHIN = length(8, 2_000), 40, 200


@pytest.fixture
def desk(any_database: str) -> Iterator[None]:
    """A counter with a fund that pays for a few."""
    del any_database
    with clock.frozen(MONDAY):
        DeskHistory.counter = build(money_fen=100_000)
        yield


@pytest.fixture
def one_desk(database: str) -> Iterator[None]:
    """The same on SQLite alone, where planted faults are looked for."""
    del database
    with clock.frozen(MONDAY):
        DeskHistory.counter = build(money_fen=100_000)
        yield


@pytest.mark.usefixtures("desk")
def test_no_history_of_the_desk_leaves_its_books_at_odds() -> None:
    play(DeskHistory, HISTORIES, STEPS)
    assert HISTORIES


def nothing(*_args: Any, **_options: Any) -> None:
    return None


@pytest.mark.usefixtures("one_desk")
@pytest.mark.parametrize(
    ("place", "fault"),
    [
        (actions, {"_check_signatures": nothing}),
        (actions, {"_reverse": nothing}),
        (actions, {"_record": nothing}),
        (actions, {"move": lambda _session, _actor, case, machine, event, **_: _jump(case, machine, event)}),
    ],
    ids=["one person signs alone", "a mistake stays counted", "a service is not counted", "a move without a log"],
)
def test_a_planted_fault_at_the_desk_is_caught(place: Any, fault: dict[str, Any]) -> None:
    with planted(place, **fault), pytest.raises((AssertionError, IntegrityError)):
        play(DeskHistory, CAUGHT_WITHIN, STEPS)


def _jump(case: Any, machine: Any, event: str) -> None:
    case.state = machine.find(case.state, event).target

"""State machines: only listed moves are made, by whom they are for, and each leaves one line in the log."""

from enum import StrEnum

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.errors import Forbidden
from centre.permissions import Actor, Permission, Role
from centre.states import IllegalMove, Machine, Move, Transition, log_moves, move

SYSTEM = Actor.system()
CLERK = Actor(account_id=7, roles=frozenset({Role.CLERK}), centre_id=1)


class Light(StrEnum):
    """The states of a lamp."""

    OFF = "off"
    ON = "on"


LAMP = Machine(
    "lamp",
    [
        Move(Light.OFF, "switch", Light.ON),
        Move(Light.ON, "switch", Light.OFF, Permission.PAY_CLAIM),
        Move(Light.ON, "dim", Light.ON),
    ],
    {Light.OFF: "关", Light.ON: "开"},
)


class Lamp:
    """A record without a table."""

    id = 5
    state = Light.OFF


def log() -> list[tuple[object, ...]]:
    with open_session(SYSTEM.scope) as session:
        rows = session.scalars(select(Transition).order_by(Transition.id))
        return [
            (row.machine, row.record_id, row.source, row.event, row.target, row.account_id, row.reason) for row in rows
        ]


def test_events_are_those_of_the_state_that_the_actor_may_cause() -> None:
    assert LAMP.events(Light.OFF, CLERK) == ["switch"]
    assert LAMP.events(Light.ON, CLERK) == ["dim"]
    assert LAMP.events(Light.ON, SYSTEM) == ["switch", "dim"]


def test_a_move_that_is_not_listed_names_the_state() -> None:
    with pytest.raises(IllegalMove) as refused:
        LAMP.find(Light.OFF, "dim")
    assert (str(refused.value.params["state"]), refused.value.params["event"]) == ("关", "dim")
    assert LAMP.find(Light.OFF, "switch").target is Light.ON


def test_a_move_is_made_and_logged_once_with_its_reason_cut(database: str) -> None:
    lamp = Lamp()
    with open_session(SYSTEM.scope, write=True) as session:
        assert move(session, CLERK, lamp, LAMP, "switch", reason="天黑" * 300) is Light.ON
        assert lamp.state is Light.ON
    assert log() == [("lamp", 5, "off", "switch", "on", 7, ("天黑" * 300)[:500])]


def test_a_move_of_others_is_refused_and_changes_nothing(database: str) -> None:
    lamp = Lamp()
    lamp.state = Light.ON
    with open_session(SYSTEM.scope, write=True) as session, pytest.raises(Forbidden):
        move(session, CLERK, lamp, LAMP, "switch")
    assert (lamp.state, log()) == (Light.ON, [])


def test_moves_of_many_records_are_logged_like_single_ones(database: str) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        assert log_moves(session, CLERK, LAMP, Light.OFF, "switch", [1, 2], reason="天" * 501) is Light.ON
    reason = "天" * 500
    assert log() == [
        ("lamp", 1, "off", "switch", "on", 7, reason), ("lamp", 2, "off", "switch", "on", 7, reason)
    ]  # fmt: skip
    with open_session(SYSTEM.scope, write=True) as session:
        with pytest.raises(Forbidden):
            log_moves(session, CLERK, LAMP, Light.ON, "switch", [1])
        with pytest.raises(IllegalMove):
            log_moves(session, SYSTEM, LAMP, Light.OFF, "dim", [1])


def test_staff_read_the_log_and_others_their_own_moves_only(database: str) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        for account_id, lamp in ((7, 1), (8, 2)):
            log_moves(session, Actor(account_id=account_id), LAMP, Light.OFF, "switch", [lamp])
    own = Actor(account_id=8, person_id=3, roles=frozenset({Role.JOBSEEKER}))
    for actor, lamps in ((CLERK, [1, 2]), (own, [2]), (Actor.public(), [])):
        with open_session(actor.scope) as session:
            assert session.scalars(select(Transition.record_id).order_by(Transition.id)).all() == lamps

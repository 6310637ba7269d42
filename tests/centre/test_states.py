"""State machines: only listed moves are made, by whom they are for, and each leaves one line in the log."""

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from sqlalchemy import ColumnElement, insert, select, true
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from centre.database import engine, open_session
from centre.errors import Forbidden
from centre.permissions import Actor, Permission, Role
from centre.states import IllegalMove, Machine, Move, Transition, forget_reasons, log_moves, move
from centre.tables import coded
from tests.databases import few_tables

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


class Stock(DeclarativeBase):
    """The tables of these tests, apart from those of the service."""


class Bulb(Stock):
    """A record with the states of the lamp."""

    __tablename__ = "bulb"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[Light] = mapped_column(coded(Light))


class Shade(Stock):
    """A record without states."""

    __tablename__ = "shade"

    id: Mapped[int] = mapped_column(primary_key=True)


@pytest.fixture
def log_table(tmp_path: Path) -> Iterator[None]:
    with few_tables(tmp_path, Transition):
        with engine().execution_options(write=True).begin() as connection:
            Stock.metadata.create_all(connection)
            connection.execute(insert(Bulb), [{"id": number, "state": Light.ON} for number in (1, 2, 3)])
        yield


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


def test_a_move_is_made_and_logged_once_with_its_reason_cut(log_table: None) -> None:
    lamp = Lamp()
    with open_session(SYSTEM.scope, write=True) as session:
        assert move(session, CLERK, lamp, LAMP, "switch", reason="天黑" * 300) is Light.ON
        assert lamp.state is Light.ON
    assert log() == [("lamp", 5, "off", "switch", "on", 7, ("天黑" * 300)[:500])]


def test_a_move_of_others_is_refused_and_changes_nothing(log_table: None) -> None:
    lamp = Lamp()
    lamp.state = Light.ON
    with open_session(SYSTEM.scope, write=True) as session, pytest.raises(Forbidden):
        move(session, CLERK, lamp, LAMP, "switch")
    assert (lamp.state, log()) == (Light.ON, [])


def test_moves_of_many_records_are_logged_like_single_ones(log_table: None) -> None:
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


def test_staff_read_the_log_and_others_their_own_moves_only(log_table: None) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        for account_id, lamp in ((7, 1), (8, 2)):
            log_moves(session, Actor(account_id=account_id), LAMP, Light.OFF, "switch", [lamp])
    own = Actor(account_id=8, person_id=3, roles=frozenset({Role.JOBSEEKER}))
    for actor, lamps in ((CLERK, [1, 2]), (own, [2]), (Actor.public(), [])):
        with open_session(actor.scope) as session:
            assert session.scalars(select(Transition.record_id).order_by(Transition.id)).all() == lamps


def reasons_after(which: ColumnElement[bool], naming: list[str] | None = None, model: type[Stock] = Bulb) -> list[str]:
    """What is left of the reasons of three moves of lamps and one of another machine after some were forgotten."""
    other = Machine("fan", LAMP.moves, {})
    with open_session(SYSTEM.scope, write=True) as session:
        for lamp, reason in ((1, "王芳说太亮"), (2, "太暗"), (3, "")):
            log_moves(session, SYSTEM, LAMP, Light.OFF, "switch", [lamp], reason=reason)
        log_moves(session, SYSTEM, other, Light.OFF, "switch", [1], reason="王芳说太热")
        forget_reasons(session, model, which, naming=naming)
    return [str(row[-1]) for row in log()]


def test_the_reasons_of_chosen_records_are_forgotten_and_their_moves_stay(log_table: None) -> None:
    assert reasons_after(Bulb.id == 1) == ["", "太暗", "", "王芳说太热"]


def test_only_reasons_that_name_somebody_are_forgotten(log_table: None) -> None:
    assert reasons_after(true(), ["王芳", "李明"]) == ["", "太暗", "", "王芳说太热"]


def test_a_name_is_no_pattern_and_no_name_is_nobody(log_table: None) -> None:
    assert reasons_after(true(), ["王_说", "%"]) == ["王芳说太亮", "太暗", "", "王芳说太热"]


def test_nobody_named_forgets_nothing(log_table: None) -> None:
    assert reasons_after(true(), []) == ["王芳说太亮", "太暗", "", "王芳说太热"]


def test_records_without_states_have_no_log_to_forget(log_table: None) -> None:
    assert reasons_after(true(), model=Shade) == ["王芳说太亮", "太暗", "", "王芳说太热"]

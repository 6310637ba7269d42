"""State machines as data: transitions, the permissions that they need, and the log of every transition."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Enum, Index, String, false, inspect, or_, select, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.bulk_writes import insert_rows
from centre.errors import Conflict
from centre.permissions import Actor, Permission, Scope, require
from centre.tables import Base, Instant
from centre.translation import N_, Term


class IllegalMove(Conflict):
    """The record's state does not allow the event."""

    code = "illegal-move"
    message = N_("当前状态“{state}”下不能这样操作")


@dataclass(frozen=True, slots=True)
class Move:
    """One transition of a machine: from `source` by `event` to `target`, for holders of `permission`."""

    source: StrEnum
    event: str
    target: StrEnum
    permission: Permission | None = None


_NAMES: defaultdict[type[Any], set[str]] = defaultdict(set)
"""The names of the machines by the code list of their states, so that a model's log can be found."""


@dataclass(frozen=True)
class Machine:
    """The state machine of one kind of record, with the labels of its states (状态机)."""

    name: str
    moves: Sequence[Move]
    labels: Mapping[Any, str]

    def __post_init__(self) -> None:
        for kind in {type(state) for state in self.labels}:
            _NAMES[kind].add(self.name)

    @cached_property
    def table(self) -> dict[tuple[StrEnum, str], Move]:
        """The moves by state and event."""
        return {(move.source, move.event): move for move in self.moves}

    def find(self, state: StrEnum, event: str) -> Move:
        """The move that `event` causes in `state`. Raises IllegalMove."""
        try:
            return self.table[state, event]
        except KeyError:
            raise IllegalMove(state=Term(self.labels[state]), event=event) from None

    def events(self, state: StrEnum, actor: Actor) -> list[str]:
        """The events that the actor may cause now, in the order of the table."""
        return [
            move.event
            for move in self.moves
            if move.source == state and (move.permission is None or actor.may(move.permission))
        ]


class Stateful(Protocol):
    """A record with an id and a state."""

    state: Any

    @property
    def id(self) -> int:
        """The primary key."""


class Transition(Base):
    """One move of one record, never changed afterwards (状态变更记录)."""

    __table_args__ = (Index("ix_transition_subject", "machine", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    machine: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[int]
    event: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(500), default="")
    account_id: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(Instant, default=clock.now)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff read the history; others see the moves that they made themselves."""
        return true() if scope.staff else cls.account_id == (scope.account_id or -1)


def move(
    session: Session, actor: Actor, record: Stateful, machine: Machine, event: str, *, reason: str = ""
) -> StrEnum:
    """Apply an event to a record and log it; returns the new state. Raises IllegalMove, Forbidden or NotSignedIn."""
    transition = machine.find(record.state, event)
    if transition.permission is not None:
        require(actor, transition.permission)
    record.state = transition.target
    session.add(
        Transition(
            machine=machine.name,
            record_id=record.id,
            event=event,
            source=transition.source.value,
            target=transition.target.value,
            reason=reason[:500],
            account_id=actor.account_id,
        )
    )
    return transition.target


def log_moves(
    session: Session,
    actor: Actor,
    machine: Machine,
    source: StrEnum,
    event: str,
    record_ids: Sequence[int],
    *,
    reason: str = "",
) -> StrEnum:
    """Log the same transition of many records, which the caller updates in bulk; returns the new state.

    Raises IllegalMove, Forbidden or NotSignedIn, as `move` does.
    """
    transition = machine.find(source, event)
    if transition.permission is not None:
        require(actor, transition.permission)
    same = {
        "machine": machine.name, "event": event, "source": transition.source.value, "target": transition.target.value,
        "reason": reason[:500], "account_id": actor.account_id, "at": clock.now(),
    }  # fmt: skip
    insert_rows(session, Transition, [{"record_id": record_id, **same} for record_id in record_ids])
    return transition.target


def forget_reasons(
    session: Session, model: type[Any], which: ColumnElement[bool], *, naming: Sequence[str] | None = None
) -> None:
    """Empty the reasons in the log of some rows of a model, or only those that contain one of the words `naming`.

    The moves themselves stay; an erasure may do nothing else to the log (append-only).
    """
    columns = inspect(model).columns
    kind = columns["state"].type if "state" in columns else None
    names = _NAMES.get(kind.enum_class) if isinstance(kind, Enum) and kind.enum_class else None
    if not names:
        return
    said: ColumnElement[bool] = true()
    if naming is not None:
        said = or_(false(), *(Transition.reason.contains(word, autoescape=True) for word in naming))
    emptied = update(Transition).where(
        Transition.machine.in_(sorted(names)),
        Transition.record_id.in_(select(model.id).where(which)),
        Transition.reason != "",
        said,
    )
    session.execute(emptied.values(reason="").execution_options(synchronize_session=False))

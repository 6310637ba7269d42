"""What is known of desk cases: lists, one case, its lines and history, and everything that one person has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, literal, select, true, union_all
from sqlalchemy.orm import Session

from centre import clock
from centre.desk.cases.kinds import Kind
from centre.desk.cases.models import Case, CaseLine
from centre.errors import NotFound
from centre.scopes import ScopedSession
from centre.states import Transition
from centre.translation import Term

ABOUT_HOUSEHOLD = ("household", "income_fen")
"""Fields that describe a household; a person who has answered them once is not asked again."""


@dataclass(frozen=True, slots=True)
class Brief:
    """One case of whatever kind in one line (事项摘要)."""

    kind: Kind
    id: int
    state: str
    opened_at: datetime
    due_on: date | None

    @property
    def state_label(self) -> str:
        """The state in the source language."""
        return str(self.kind.machine.labels[self.state])

    @property
    def is_overdue(self) -> bool:
        """Whether its day has passed."""
        return self.due_on is not None and self.due_on < clock.today()


def cases(kind: Kind, state: str = "") -> Select[Any]:
    """The cases of a kind, those that are due first, then the newest."""
    model: Any = kind.model
    query = select(model).order_by(model.due_on.is_(None), model.due_on, model.id.desc())
    return query.where(model.state == state) if state else query


def case_in_sight(session: Session, kind: Kind, case_id: int) -> Any:
    """One case. Raises NotFound, also for another centre's."""
    model: Any = kind.model
    case = session.scalar(select(model).where(model.id == case_id))
    if case is None:
        raise NotFound
    return case


def count_by_state(session: Session, kind: Kind) -> dict[str, int]:
    """How many visible cases each state holds."""
    model: Any = kind.model
    rows = session.execute(select(model.state, func.count()).group_by(model.state).order_by(model.state))
    return {str(state): count for state, count in rows}


def lines_of(session: Session, kind: Kind, case_id: int) -> Sequence[CaseLine]:
    """The lines of a case, oldest first."""
    if kind.lines is None:
        return []
    model: Any = kind.lines.model
    return list(session.scalars(select(model).where(model.case_id == case_id).order_by(model.id)))


def history(session: Session, kind: Kind, case_id: int) -> Sequence[Transition]:
    """The steps that a case has taken, oldest first."""
    moves = select(Transition).where(Transition.machine == kind.machine.name, Transition.record_id == case_id)
    return list(session.scalars(moves.order_by(Transition.id)))


def briefs(
    session: Session, kinds: Iterable[Kind], *, person_id: int | None = None, overdue: bool = False, limit: int = 50
) -> list[Brief]:
    """The visible cases of several kinds in one statement, newest first: of one person, or those whose day is over."""
    by_name = {kind.name: kind for kind in kinds}
    eyes = session.eyes if isinstance(session, ScopedSession) else None
    parts = []
    for kind in by_name.values():
        model: Any = kind.model
        theirs = _of_person(kind, person_id) if person_id is not None else true()
        if theirs is None:
            continue
        part = select(
            literal(kind.name).label("kind"), model.id.label("id"), cast(model.state, String).label("state"),
            model.created_at.label("opened_at"), model.due_on.label("due_on"),
        )  # fmt: skip
        if eyes is not None and not eyes.everything:
            part = part.where(model.visible_to(eyes))
        part = part.where(theirs)
        if overdue:
            part = part.where(model.due_on < clock.today())
        parts.append(part)
    if not parts:
        return []
    united = union_all(*parts).subquery()
    rows = session.execute(select(united).order_by(united.c.opened_at.desc(), united.c.id.desc()).limit(limit))
    return [Brief(by_name[row.kind], row.id, str(row.state), row.opened_at, row.due_on) for row in rows]


def _of_person(kind: Kind, person_id: int) -> ColumnElement[bool] | None:
    """Which cases of a kind are one person's own, or have a line of theirs; None where no case names a person."""
    model: Any = kind.model
    if hasattr(model, "person_id"):
        return model.person_id == person_id  # type: ignore[no-any-return]
    if kind.lines is None or not hasattr(kind.lines.model, "person_id"):
        return None
    line: Any = kind.lines.model
    return model.id.in_(select(line.case_id).where(line.person_id == person_id))  # type: ignore[no-any-return]


def known_values(session: Session, kinds: Iterable[Kind], kind: Kind, person_id: int) -> dict[str, Any]:
    """What the newest cases of a person say of their household, for the fields of a new case that ask the same.

    Only fields in `ABOUT_HOUSEHOLD` are taken over: those that describe the household, not the application.
    """
    names = [name for name in ABOUT_HOUSEHOLD if name in kind.draft.model_fields]
    known: dict[str, tuple[datetime, Any]] = {}
    for other in kinds:
        model: Any = other.model
        shared = [name for name in names if hasattr(model, name)]
        if not shared or not hasattr(model, "person_id"):
            continue
        newest = select(model).where(model.person_id == person_id).order_by(model.id.desc()).limit(1)
        case = session.scalar(newest)
        if case is None:
            continue
        for name in shared:
            if getattr(case, name) and (name not in known or known[name][0] < case.created_at):
                known[name] = (case.created_at, getattr(case, name))
    return {name: value for name, (_, value) in known.items()}


def state_term(kind: Kind, case: Case) -> Term:
    """The state of a case as a term for messages."""
    return Term(str(kind.machine.labels[case.state]))  # type: ignore[attr-defined]

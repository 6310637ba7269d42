"""Guarded counters of scarce things: seats, booths, quotas, headcount."""

from sqlalchemy import Update, update
from sqlalchemy.orm import Session

from centre.scopes import MissingScope, ScopedSession
from centre.tables import Record


def take_one(
    session: Session, model: type[Record], record_id: int, *, taken: str = "taken", limit: str = "seats"
) -> bool:
    """Take one of a scarce thing by a guarded counter; False when none is left.

    The only technique of five measured that never oversold, on SQLite and on PostgreSQL at every isolation level.
    """
    return take_some(session, model, record_id, 1, taken=taken, limit=limit)


def take_some(
    session: Session, model: type[Record], record_id: int, count: int, *, taken: str = "taken", limit: str = "seats"
) -> bool:
    """Take several of a scarce thing in one guarded step, all of them or, with False, none."""
    counter, capacity = getattr(model, taken), getattr(model, limit)
    statement = (
        update(model)
        .where(model.id == record_id, counter + count <= capacity)
        .values({taken: counter + count, "version": model.version + 1})
        .execution_options(synchronize_session="fetch")
    )
    return bool(_count(session, statement))


def _count(session: Session, statement: Update) -> int:
    # Who takes a seat does not own its row: row-level security is lifted for the counter, the scope still applies.
    if not isinstance(session, ScopedSession):
        raise MissingScope("open sessions with open_session(scope)")
    if session.autoflush:
        session.flush()
    session.tell_database(everything=True)
    changed: int = getattr(session.execute(statement), "rowcount", 0)
    session.tell_database()
    return changed


def give_back(session: Session, model: type[Record], record_id: int, *, taken: str = "taken", count: int = 1) -> None:
    """Return what `take_one` or `take_some` took of a scarce thing."""
    counter = getattr(model, taken)
    statement = (
        update(model)
        .where(model.id == record_id, counter >= count)
        .values({taken: counter - count, "version": model.version + 1})
        .execution_options(synchronize_session="fetch")
    )
    _count(session, statement)

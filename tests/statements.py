"""What a piece of work asks of the database: pages freeze the number of their statements with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from centre.database import engine

BOUNDARIES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that run inside, in order, without the boundaries of transactions.

    `with statements() as ran: client.get("/openings")`, then `assert len(ran) == 4`.
    """
    ran: list[str] = []
    observed = engine()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(BOUNDARIES):
            ran.append(statement)

    event.listen(observed, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        event.remove(observed, "before_cursor_execute", note)

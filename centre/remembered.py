"""Small facts of the whole installation that every process keeps in memory for some minutes (缓存)."""

import math
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from centre.database import open_session
from centre.permissions import Actor
from centre.settings import settings

REMEMBERED_SECONDS, RETRY_SECONDS = 300.0, 5.0
Fact = TypeVar("Fact")


class Remembered(Generic[Fact]):
    """What `read` says of the database, asked again every five minutes; the last known answer while it is away."""

    def __init__(self, read: Callable[[Session], Fact], unknown: Fact) -> None:
        self._read, self._unknown = read, unknown
        self._known: dict[str, tuple[float, Fact]] = {}

    def __call__(self) -> Fact:
        """The fact as this process knows it."""
        read_at, fact = self._known.get(settings().url, (-math.inf, self._unknown))
        if time.monotonic() - read_at < REMEMBERED_SECONDS:
            return fact
        try:
            with open_session(Actor.public().scope) as session:
                fact = self._read(session)
            until = time.monotonic()
        except DBAPIError:  # whatever is being done says what is wrong; the last known answer will do for a while
            until = time.monotonic() - REMEMBERED_SECONDS + RETRY_SECONDS
        self._known[settings().url] = (until, fact)
        return fact

    def forget_after(self, session: Session) -> None:
        """Ask the database again once a session has committed; sooner it would give, and keep, the old answer."""
        event.listen(session, "after_commit", lambda _: self.forget(), once=True)

    def forget(self) -> None:
        """Ask the database the next time."""
        self._known.clear()

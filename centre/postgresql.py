"""Connections to PostgreSQL with time limits on both sides (PostgreSQL 连接).

The server ends statements and waits for locks that take too long. It can do so only while it runs: a frozen one keeps
its sockets open and answers nothing. So a connection that hears nothing for a while asks whether the server still takes
new ones, and breaks off when it does not; readers get a 503 within seconds instead of waiting.
"""

from collections.abc import Generator
from threading import Lock
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool

from centre.settings import settings

CONNECT_SECONDS = 3
"""How long a new connection may take; libpq counts whole seconds and treats 1 as 2."""

SILENCE_SECONDS = 2.0
"""After this long without a word from the server, a connection asks whether it still takes new ones."""

GRACE_SECONDS = 3.0
"""How much longer than its own limit for statements the server may be silent although it takes new connections."""

REMEMBERED_SECONDS = 0.5
"""How long an answer to that question holds. Being away is remembered as briefly, so that work resumes within 1 s."""


class Pulse:
    """Whether a server takes new connections: asked by one thread at a time, remembered for a moment."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._asked_at, self._answered = -REMEMBERED_SECONDS, True

    def note(self, *, answered: bool) -> None:
        """Remember how a connection attempt has just ended."""
        self._asked_at, self._answered = monotonic(), answered

    def is_away(self, parameters: dict[str, Any]) -> bool:
        """Whether a server that was away is still away; one that answered last is not asked."""
        return not self._answered and not self.answers(parameters)

    def answers(self, parameters: dict[str, Any]) -> bool:
        """Whether the server of these connection parameters answers; takes at most `CONNECT_SECONDS`."""
        with self._lock:
            if monotonic() - self._asked_at >= REMEMBERED_SECONDS:
                try:
                    psycopg.connect(**parameters).close()
                    self.note(answered=True)
                except psycopg.Error:
                    self.note(answered=False)
            return self._answered


class WatchedConnection(psycopg.Connection[Any]):
    """A connection that breaks off when its server is silent and takes no new connections either."""

    pulse: Pulse
    parameters: dict[str, Any]
    most_seconds: float

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Drive one exchange with the server. Raises psycopg.OperationalError when it is given up."""
        if not hasattr(self, "pulse"):  # still connecting
            return super().wait(gen, interval, timeout)
        return super().wait(self._watched(gen), interval, timeout)

    def _watched(self, gen: Any) -> Generator[Any, Any, Any]:
        try:
            if self.pulse.is_away(self.parameters):
                self._give_up()
            wish = next(gen)
            since = asked = monotonic()
            while True:
                ready = yield wish
                if ready:
                    since = asked = monotonic()
                elif monotonic() - asked > SILENCE_SECONDS:
                    if monotonic() - since > self.most_seconds or not self.pulse.answers(self.parameters):
                        self._give_up()
                    asked = monotonic()
                wish = gen.send(ready)
        except StopIteration as ended:
            return ended.value

    def _give_up(self) -> None:
        self.close()
        raise psycopg.OperationalError("the server does not answer: connection given up")


def make_engine(url: str) -> Engine:
    """An engine whose pooled connections end statements, waits for locks and silences in time."""
    known = settings()
    limits = f"-c lock_timeout={known.lock_seconds}s -c statement_timeout={known.statement_seconds}s -c timezone=UTC"
    engine = create_engine(
        url,
        pool_size=known.request_threads,
        max_overflow=4,
        pool_timeout=known.lock_seconds,
        pool_pre_ping=True,
        hide_parameters=True,  # an error tells the statement, never whose data it carried
        connect_args={"options": limits, "connect_timeout": CONNECT_SECONDS, **KEEPALIVE},
    )
    return _watch(engine, known.statement_seconds + GRACE_SECONDS)


def make_owner_engine(url: str) -> Engine:
    """An engine for set-up and upgrades, whose statements may take as long as they need; it keeps no connection."""
    engine = create_engine(
        url,
        poolclass=NullPool,
        hide_parameters=True,
        connect_args={"options": "-c lock_timeout=60s -c timezone=UTC", "connect_timeout": CONNECT_SECONDS},
    )
    return _watch(engine, float("inf"))


KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}
"""For a network that is cut: the system notices after about 25 s, the silence above sooner."""


def _watch(engine: Engine, most_seconds: float) -> Engine:
    pulse = Pulse()

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: Any, _record: Any, _positional: Any, parameters: dict[str, Any]) -> WatchedConnection:
        known = {name: value for name, value in parameters.items() if name != "context"}
        if pulse.is_away(known):
            raise psycopg.OperationalError("the server does not answer: not tried again yet")
        try:
            connection = WatchedConnection.connect(**parameters)
        except psycopg.OperationalError:
            pulse.note(answered=False)
            raise
        connection.pulse, connection.parameters, connection.most_seconds = pulse, known, most_seconds
        return connection

    return engine

"""Rate limits: counters in the database, exact across processes, and kept when the attempt fails."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, String, delete, false, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.database import open_session
from centre.errors import TooMany
from centre.jobs import job
from centre.permissions import Actor, Scope
from centre.privacy import blind_index
from centre.tables import Base, Instant


class Tally(Base):
    """The number of attempts for one key in one time window (频次计数). Keys are digests, never names or addresses."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    window_at: Mapped[datetime] = mapped_column(Instant, primary_key=True)
    count: Mapped[int]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Only the service itself reads it."""
        return false()


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit on attempts for the key named by `parts` in a time window."""

    parts: tuple[str, ...]
    most: int
    window: timedelta

    @property
    def key(self) -> str:
        """The digest under which attempts are counted."""
        return blind_index("tally", "\n".join(self.parts))


def spend(*parts: str, limit: int, window: timedelta) -> None:
    """Count an attempt for the key named by `parts`, in its own transaction. Raises TooMany beyond `limit`."""
    spend_all(Limit(parts, limit, window))


def spend_all(*limits: Limit) -> None:
    """Count an attempt against each limit, in its own transaction. Raises TooMany when a limit is exceeded.

    When the database does not answer, this raises as any statement does: what is limited is then refused.
    """
    now = clock.now()
    passed: list[timedelta] = []
    with open_session(Actor.system().scope, write=True) as session:
        # In the order of the keys, so that two tries at once never wait for one another.
        for limit in sorted(limits, key=lambda each: each.key):
            started = _window(now, limit.window)
            if _count_one_more(session, limit.key, started) > limit.most:
                passed.append(started + limit.window - now)
    if passed:
        raise TooMany(retry_after=max(1, int(max(passed).total_seconds())))


def _window(now: datetime, window: timedelta) -> datetime:
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    return epoch + (now - epoch) // window * window


def _count_one_more(session: Session, key: str, started: datetime) -> int:
    one_more = (
        update(Tally)
        .where(Tally.key == key, Tally.window_at == started)
        .values(count=Tally.count + 1)
        .execution_options(synchronize_session=False)
    )
    if not getattr(session.execute(one_more), "rowcount", 0):
        try:
            with session.begin_nested():
                session.add(Tally(key=key, window_at=started, count=1))
        except IntegrityError:  # another process was first
            session.execute(one_more)
    counted = select(Tally.count).where(Tally.key == key, Tally.window_at == started)
    return session.scalars(counted).one()


@job("forget-tallies", every=timedelta(hours=1))
def forget_tallies(session: Session) -> None:
    """Delete counters of past windows."""
    session.execute(delete(Tally).where(Tally.window_at < clock.now() - timedelta(days=2)))

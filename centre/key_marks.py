"""The master keys that the database knows by their digests, and which of them is the root of the blind indexes.

All indexes use one key, the root, and move to another in one transaction. A process that does not have the new key must
neither write an index under the old root, which would allow a duplicate, nor search with it, which would miss people.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, event, inspect, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock, privacy
from centre.database import lock_together
from centre.errors import Refusal
from centre.permissions import Scope
from centre.scopes import ScopedSession
from centre.tables import Base, Instant
from centre.translation import N_

LOCK = "blind-indexes"
"""A lock that is shared by writers of an index and exclusive while the indexes are re-keyed."""


class KeyMark(Base):
    """The digest of a master key that the database was written under (密钥标记).

    `roots_at` says since when the blind indexes are under it; of several the last one is their root.
    """

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    added_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    split_at: Mapped[datetime | None] = mapped_column(Instant)
    roots_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Everybody: a digest does not reveal its key, and a process that looks up a person must know the root key."""
        return true()


class WrongKey(Refusal):
    """The master keys of this process are not those that the database was written under."""

    code = "wrong-key"
    status = 503
    message = N_("这台机器的主密钥和数据库对不上，服务已停止写入。请管理员运行 gangqiao doctor")


class KeyChanged(Refusal):
    """The indexes went under another key while this was done; done again it succeeds."""

    code = "key-changed"
    status = 503
    message = N_("系统刚换了主密钥，请再试一次")


def root_in_force(session: Session) -> str | None:
    """The digest of the key that the blind indexes are under; None in a database without marks."""
    roots = select(KeyMark.digest).where(KeyMark.roots_at.is_not(None))
    return session.scalar(roots.order_by(KeyMark.roots_at.desc(), KeyMark.place.desc()).limit(1))


def follow_root(session: Session) -> None:
    """Check before a lookup that the process has the current key of the indexes. Raises WrongKey."""
    root = root_in_force(session)
    if root is not None and not privacy.use_root(root):
        raise WrongKey


def hold_root(session: Session) -> None:
    """Before an index is written: keep the root until the transaction ends. Raises KeyChanged and WrongKey.

    What was computed since the session began may be under the root of that moment, so the two have to be the same.
    """
    held = session.info.get("root-held")
    if held is not None and held is session.get_transaction():
        return
    lock_together(session, LOCK)
    root = root_in_force(session)
    if root is not None and root != session.info["root"]:
        follow_root(session)
        raise KeyChanged
    session.info["root-held"] = session.get_transaction()


def blind_columns(model: type[Any]) -> dict[str, str]:
    """The columns of a model that hold blind indexes, with what each is an index of."""
    return {name: column.info["blind"] for name, column in inspect(model).columns.items() if "blind" in column.info}


@event.listens_for(ScopedSession, "before_flush")
def _hold_root_for_indexes(session: ScopedSession, _context: object, _instances: object) -> None:
    for written in (*session.new, *session.dirty):
        state = inspect(written)
        names = blind_columns(type(written))
        if any(state.attrs[name].history.added not in ((), [], [None]) for name in names):
            with session.no_autoflush:
                hold_root(session)
            return

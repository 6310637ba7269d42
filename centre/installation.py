"""What the city calls itself: the name in pages and letters, the telephone that people call (安装信息).

Kept in the database, so that every process and every machine of an installation says the same. Before set-up both are
empty, and pages leave out what they would show.
"""

import math
import time
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import audit
from centre.database import open_session
from centre.permissions import Actor, Permission, require
from centre.settings import settings
from centre.tables import Record

ONLY = 1
"""The id of the only row."""

REMEMBERED_SECONDS, RETRY_SECONDS = 300.0, 5.0


class Installation(Record):
    """The name and the hotline of this installation, in one row (安装信息)."""

    __table_args__ = (CheckConstraint(f"id = {ONLY}", name="only_row"),)

    name: Mapped[str] = mapped_column(String(60), default="")
    hotline: Mapped[str] = mapped_column(String(40), default="")


@dataclass(frozen=True, slots=True)
class Sign:
    """What pages and letters say of the installation; empty before set-up."""

    name: str = ""
    hotline: str = ""

    @property
    def dialled(self) -> str:
        """The hotline as a telephone dials it."""
        return "".join(part for part in self.hotline if part.isascii() and (part.isdigit() or part == "+"))


NO_SIGN = Sign()
_signs: dict[str, tuple[float, Sign]] = {}


def sign() -> Sign:
    """The installation's name and hotline; a process asks the database every five minutes."""
    read_at, known = _signs.get(settings().url, (-math.inf, NO_SIGN))
    if time.monotonic() - read_at < REMEMBERED_SECONDS:
        return known
    try:
        with open_session(Actor.public().scope) as session:
            row = session.scalar(select(Installation).where(Installation.id == ONLY))
        known = Sign(row.name, row.hotline) if row else NO_SIGN
        until = time.monotonic()
    except DBAPIError:  # the page that is being written says what is wrong; the last known sign will do for a while
        until = time.monotonic() - REMEMBERED_SECONDS + RETRY_SECONDS
    _signs[settings().url] = (until, known)
    return known


def forget_sign() -> None:
    """Ask the database at the next page."""
    _signs.clear()


def rename_installation(session: Session, actor: Actor, *, name: str, hotline: str) -> None:
    """Write the name and the hotline; pages of other processes follow within five minutes."""
    require(actor, Permission.MANAGE_POLICY)
    row = session.scalar(select(Installation).where(Installation.id == ONLY))
    if row is None:
        row = Installation(id=ONLY)
        session.add(row)
    row.name, row.hotline = name, hotline
    session.flush()
    audit.note(session, actor, action="installation.rename", subject="installation", detail={"name": name})
    forget_sign()

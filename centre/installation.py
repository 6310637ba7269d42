"""What the city calls itself: the name in pages and letters, the telephone that people call (安装信息).

Kept in the database, so that every process and every machine of an installation says the same. Before set-up both are
empty, and pages leave out what they would show.
"""

from dataclasses import dataclass

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import audit
from centre.permissions import Actor, Permission, require
from centre.remembered import Remembered
from centre.tables import Record

ONLY = 1
"""The id of the only row."""


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


def _read_sign(session: Session) -> Sign:
    row = session.scalar(select(Installation).where(Installation.id == ONLY))
    return Sign(row.name, row.hotline) if row else NO_SIGN


sign = Remembered(_read_sign, NO_SIGN)
"""The installation's name and hotline; a process asks the database every five minutes."""


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
    sign.forget()

"""The stored form of searches: people's saved searches, and anonymous counts of words."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from centre.permissions import Scope
from centre.tables import Base, Instant, Record, coded
from matching.search.rules import SynonymState


class SavedSearch(Record):
    """A saved search whose owner is notified of new openings (保存的搜索)."""

    __table_args__ = (UniqueConstraint("person_id", "address"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(1000))
    told_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """A person's own; searches are private."""
        return cls.person_id == scope.person_id if scope.person_id else false()


class SavedHit(Base):
    """An opening already shown or announced for a saved search, so that it is announced once (已通知岗位)."""

    search_id: Mapped[int] = mapped_column(ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True)
    opening_id: Mapped[int] = mapped_column(ForeignKey("opening.id"), primary_key=True)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Readable only by the service itself."""
        return false()


class SearchCount(Base):
    """How often a word was searched on a day, and how often without results; anonymous (搜索词计数)."""

    day: Mapped[date] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(12), primary_key=True)
    asked: Mapped[int] = mapped_column(default=0)
    empty: Mapped[int] = mapped_column(default=0)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Readable only by the service itself; people see the proposals made from it."""
        return false()


class Synonym(Record):
    """A searched word that no occupation knows, and the meaning that a person gave it (同义词).

    A rejected word is kept, so that it is not proposed again.
    """

    __table_args__ = (CheckConstraint("state <> 'accepted' OR occupation <> ''", name="meaning"),)

    word: Mapped[str] = mapped_column(String(12), unique=True)
    state: Mapped[SynonymState] = mapped_column(coded(SynonymState), default=SynonymState.PROPOSED)
    occupation: Mapped[str] = mapped_column(String(12), default="")
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    asked: Mapped[int] = mapped_column(default=0)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Readable by everybody."""
        return true()

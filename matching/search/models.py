"""What is kept of searches: those of people who asked for it, and counts of words without anybody."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ColumnElement, ForeignKey, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column

from centre.permissions import Scope
from centre.tables import Base, Instant, Record, coded
from matching.search.rules import SynonymState


class SavedSearch(Record):
    """A search that a person wants to hear of when something new comes (保存的搜索)."""

    __table_args__ = (UniqueConstraint("person_id", "address"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(1000))
    told_at: Mapped[datetime | None] = mapped_column(Instant)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """A person's own; nobody else needs to know what somebody looks for."""
        return cls.person_id == scope.person_id if scope.person_id else false()


class SavedHit(Base):
    """An opening that a saved search has shown or told, so that it is told once (已通知岗位)."""

    search_id: Mapped[int] = mapped_column(ForeignKey("saved_search.id", ondelete="CASCADE"), primary_key=True)
    opening_id: Mapped[int] = mapped_column(ForeignKey("opening.id"), primary_key=True)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Only the service itself reads it."""
        return false()


class SearchCount(Base):
    """How often a word was searched on a day, and how often nothing was found; of nobody (搜索词计数)."""

    day: Mapped[date] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(12), primary_key=True)
    asked: Mapped[int] = mapped_column(default=0)
    empty: Mapped[int] = mapped_column(default=0)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Only the service itself reads it; people see what it proposes."""
        return false()


class Synonym(Record):
    """A word that people search and no occupation knows, and what a person decided that it means (同义词).

    A rejected word stays, so that it is not proposed again.
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
        """Words are for everybody."""
        return true()

"""Tables of people who want to leave together."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from centre.permissions import Scope
from centre.tables import OfCentre, Record, coded
from matching.companions.rules import TravelTie


class TravelFellow(OfCentre, Record):
    """A person in a group, by the own word (结伴人)."""

    __table_args__ = (UniqueConstraint("person_id"),)

    group_id: Mapped[int] = mapped_column(ForeignKey("travel_group.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class TravelGroup(OfCentre, Record):
    """People who are suggested together or not at all, unless they say that they may be split (结伴组).

    `names` are those of its people, which all of them may read; nothing else of one is shown to another.
    """

    __table_args__ = (UniqueConstraint("code"),)

    tie: Mapped[TravelTie] = mapped_column(coded(TravelTie))
    code: Mapped[str] = mapped_column(String(12))
    may_split: Mapped[bool] = mapped_column(default=False)
    names: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The centre's staff, and everybody who is in it."""
        rule = super().visible_to(scope)
        if scope.person_id:
            return or_(rule, cls.id.in_(select(TravelFellow.group_id).where(TravelFellow.person_id == scope.person_id)))
        return rule

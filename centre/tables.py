"""The base of all models: column types, and the ownership of rows."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import BigInteger, ColumnElement, DateTime, Enum, ForeignKey, Integer, MetaData, false, or_, true
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from centre import clock
from centre.permissions import Scope

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

OWNERS = ("centre_id", "provider_id", "employer_id", "person_id")
"""Columns with the owner of a row; each has the name of the corresponding part of a scope."""


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite keeps it without the zone, PostgreSQL with it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What its values are in Python."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Refuse naive instants, store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Give back an aware UTC instant."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def coded(kind: type[StrEnum], name: str = "") -> Enum:
    """The column type of a code list: its values as text, guarded by a CHECK constraint.

    The constraint is named after the list; where a table uses a list twice, `name` distinguishes the two.
    """
    name = name or re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """The base of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {int: BigInteger().with_variant(Integer, "sqlite")}

    owned_as: ClassVar[str] = ""
    """For the owners themselves: the part of a scope that holds their id, `person_id` of a person."""

    written_for_others: ClassVar[bool] = False
    """Whether everybody may write rows about others; the docstring of a model that says so gives the reason."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Which rows a scope sees. Reference data is for everybody; models with owners say their own."""
        return true()


class Record(Base):
    """A row with an id, its times and a version that catches lost updates."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(Instant, default=clock.now, onupdate=clock.now)
    version: Mapped[int] = mapped_column(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805
        return {"version_id_col": cls.version}


class OfCentre:
    """Mixin of rows that belong to a centre, and perhaps to a school, an employer or a person as well.

    Staff see the rows of their centre, city and audit all; whoever another column of `OWNERS` names sees their own.
    """

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """The rows of which the scope holds an owner; a centre is held by its staff alone."""
        if scope.all_centres:
            return true()
        rules = [false()]
        for name in OWNERS:
            owner = getattr(scope, name)
            if owner and hasattr(cls, name) and (name != "centre_id" or scope.staff):
                rules.append(getattr(cls, name) == owner)
        return or_(*rules)

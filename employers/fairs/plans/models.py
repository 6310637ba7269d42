"""Tables of floor plans."""

from sqlalchemy import JSON, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from centre.tables import Base, Record
from employers.fairs.plans.rules import FloorGrid


class HallGrid(Record):
    """The grid of a hall, on which the booths of its fairs stand (场地网格)."""

    __table_args__ = (CheckConstraint("width BETWEEN 3 AND 60 AND height BETWEEN 3 AND 60", name="size"),)

    venue_id: Mapped[int] = mapped_column(ForeignKey("venue.id"), unique=True)
    width: Mapped[int]
    height: Mapped[int]
    walls: Mapped[list[list[int]]] = mapped_column(JSON, default=list)
    doors: Mapped[list[list[int]]] = mapped_column(JSON, default=list)

    @property
    def grid(self) -> FloorGrid:
        """The grid as the rules see it."""
        return FloorGrid(
            self.width,
            self.height,
            frozenset((x, y) for x, y in self.walls),
            tuple((x, y) for x, y in self.doors),
        )


class BoothPlace(Base):
    """Where a numbered booth of a fair stands (展位位置)."""

    __table_args__ = (UniqueConstraint("fair_id", "booth_no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    fair_id: Mapped[int] = mapped_column(ForeignKey("fair.id"))
    booth_no: Mapped[int]
    x: Mapped[int]
    y: Mapped[int]

"""The stored form of the choice of a fund for a class."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from centre.tables import OfCentre, Record


class ClassFunding(OfCentre, Record):
    """The fund that pays the centre's share of a class (班级经费来源)."""

    class_id: Mapped[int] = mapped_column(ForeignKey("training_class.id"), unique=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), index=True)
    account_id: Mapped[int | None]

"""Tables of labour brands: the brands and the statements about them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, String, UniqueConstraint, select, true
from sqlalchemy.orm import Mapped, mapped_column

from centre.permissions import Scope
from centre.tables import Instant, Record, coded
from matching.brands.rules import BrandLevel, BrandState, Measure, Qualifier


class LabourBrand(Record):
    """A trade for which a place is known, with who carries it and where it is taught (劳务品牌)."""

    __table_args__ = (UniqueConstraint("region_code", "name"),)

    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    occupation_code: Mapped[str] = mapped_column(String(12))
    region_code: Mapped[str] = mapped_column(String(6))
    level: Mapped[BrandLevel] = mapped_column(coded(BrandLevel), default=BrandLevel.NONE)
    carrier: Mapped[str] = mapped_column(String(200), default="")
    training_base: Mapped[str] = mapped_column(String(200), default="")
    story: Mapped[str] = mapped_column(String(2000), default="")
    state: Mapped[BrandState] = mapped_column(coded(BrandState), default=BrandState.DRAFT)
    is_demo: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff of the network; everybody once it is published."""
        return true() if scope.staff else cls.state == BrandState.PUBLISHED


class BrandStatement(Record):
    """A figure that somebody else has published about a brand, with its qualifier, source and year (品牌数字).

    It is a quotation: the service counts nothing into it, adds it to nothing, and never edits it. `amount` is in the
    unit of the measure: persons, shops, or yuan a month. `year` is that of the source, `period` what the figure covers.
    """

    __table_args__ = (
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("source <> ''", name="source"),
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_because <> ''", name="withdrawn"),
    )

    brand_id: Mapped[int] = mapped_column(ForeignKey("labour_brand.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centre.id"), index=True)
    measure: Mapped[Measure] = mapped_column(coded(Measure))
    qualifier: Mapped[Qualifier] = mapped_column(coded(Qualifier))
    amount: Mapped[int]
    period: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(200))
    year: Mapped[int]
    year_about: Mapped[bool] = mapped_column(default=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_because: Mapped[str] = mapped_column(String(200), default="")

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff of the network; everybody those that stand, of a brand that is published."""
        if scope.staff:
            return true()
        published = select(LabourBrand.id).where(LabourBrand.state == BrandState.PUBLISHED)
        return cls.brand_id.in_(published) & cls.withdrawn_at.is_(None)

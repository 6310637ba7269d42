"""The network: one city centre and its county centres."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.regions import ancestors, exists
from centre.tables import Record, coded


class CentreLevel(StrEnum):
    """Where a centre stands in the network (中心级别)."""

    CITY = "city"
    COUNTY = "county"


class Centre(Record):
    """An assistance centre for workers in difficulty (困难职工援助中心)."""

    code: Mapped[str] = mapped_column(String(8), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    level: Mapped[CentreLevel] = mapped_column(coded(CentreLevel))
    region_code: Mapped[str] = mapped_column(String(6), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("centre.id"))
    address: Mapped[str] = mapped_column(String(200), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    hours: Mapped[str] = mapped_column(String(100), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)


def centres() -> Select[Centre]:
    """All centres, the city first, then by code."""
    return select(Centre).order_by(Centre.code)


def centre_of(session: Session, region: str) -> Centre:
    """The centre that serves a region: its county centre, else the city centre."""
    places = [region, *(ancestors(region) if exists(region) else ())]
    served = {centre.region_code: centre for centre in session.scalars(select(Centre).order_by(Centre.id))}
    near = next((served[place] for place in places if place in served), None)
    return near or next(centre for centre in served.values() if centre.level is CentreLevel.CITY)

"""Queries on labour brands, scoped to the reader."""

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session

from centre.errors import NotFound
from centre.network import allow_staff
from centre.permissions import Actor
from matching.brands.models import BrandStatement, LabourBrand
from matching.brands.rules import BrandState, Measure

_PLACES = {measure: place for place, measure in enumerate(Measure)}


def brands(state: BrandState | None = None) -> Select[LabourBrand]:
    """Brands by name."""
    statement = select(LabourBrand).order_by(LabourBrand.name, LabourBrand.id)
    return statement if state is None else statement.where(LabourBrand.state == state)


def brand(session: Session, brand_id: int) -> LabourBrand:
    """One brand that is visible to the session. Raises NotFound."""
    record = session.scalar(select(LabourBrand).where(LabourBrand.id == brand_id))
    if record is None:
        raise NotFound
    return record


def published_brand(session: Session, brand_id: int) -> LabourBrand:
    """One brand as everybody reads it, staff too. Raises NotFound."""
    record = brand(session, brand_id)
    if record.state is not BrandState.PUBLISHED:
        raise NotFound
    return record


def own_brand(session: Session, actor: Actor, brand_id: int) -> LabourBrand:
    """A brand of a centre that the actor oversees. Raises NotFound or OtherCentre."""
    record = brand(session, brand_id)
    allow_staff(session, record, record.centre_id, actor=actor)
    return record


def statements(brand_id: int, *, withdrawn: bool = False) -> Select[BrandStatement]:
    """The statements about a brand by measure, the newest source first; with `withdrawn` those that no longer stand."""
    condition = BrandStatement.withdrawn_at.is_not(None) if withdrawn else BrandStatement.withdrawn_at.is_(None)
    return (
        select(BrandStatement)
        .where(BrandStatement.brand_id == brand_id, condition)
        .order_by(case(_PLACES, value=BrandStatement.measure), BrandStatement.year.desc(), BrandStatement.id)
    )


def own_statement(session: Session, actor: Actor, statement_id: int) -> BrandStatement:
    """A statement of a centre that the actor oversees. Raises NotFound or OtherCentre."""
    record = session.scalar(select(BrandStatement).where(BrandStatement.id == statement_id))
    if record is None:
        raise NotFound
    allow_staff(session, record, record.centre_id, actor=actor)
    return record

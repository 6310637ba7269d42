"""Actions on labour brands: entering, publishing, and quoting figures with their source."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock, regions
from centre.audit import note
from centre.errors import Invalid, Problem
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from centre.skills.vocabulary import vocabulary
from centre.states import move
from centre.translation import N_
from matching.brands import queries
from matching.brands.models import BrandStatement, LabourBrand
from matching.brands.rules import (
    LABOUR_BRAND,
    OCCUPATION_UNKNOWN,
    REGION_UNKNOWN,
    BrandExists,
    BrandStatementDraft,
    LabourBrandDraft,
    StatementWithdrawn,
)


def enter_brand(session: Session, actor: Actor, draft: LabourBrandDraft) -> LabourBrand:
    """Enter a brand, which nobody but staff reads yet. Raises Invalid or BrandExists."""
    require(actor, Permission.KEEP_BRANDS)
    if actor.centre_id is None:
        raise Invalid([Problem("centre_id", "missing", N_("这个账号不属于任何中心，不能建劳务品牌"))])
    brand = LabourBrand(centre_id=actor.centre_id)
    _fill_in(session, brand, draft)
    session.add(brand)
    session.flush()
    note(session, actor, action="brand.enter", subject=f"labour_brand:{brand.id}")
    return brand


def change_brand(session: Session, actor: Actor, *, brand_id: int, draft: LabourBrandDraft) -> LabourBrand:
    """Change a brand of the own centre. Raises NotFound, OtherCentre, Invalid or BrandExists."""
    require(actor, Permission.KEEP_BRANDS)
    brand = queries.own_brand(session, actor, brand_id)
    _fill_in(session, brand, draft)
    session.flush()
    note(session, actor, action="brand.change", subject=f"labour_brand:{brand.id}")
    return brand


def publish_brand(session: Session, actor: Actor, *, brand_id: int) -> LabourBrand:
    """Show a brand to everybody. Raises NotFound, OtherCentre or IllegalMove."""
    require(actor, Permission.KEEP_BRANDS)
    return _move(session, actor, brand_id, "publish")


def withdraw_brand(session: Session, actor: Actor, *, brand_id: int) -> LabourBrand:
    """Take a brand back from the public pages. Raises NotFound, OtherCentre or IllegalMove."""
    require(actor, Permission.KEEP_BRANDS)
    return _move(session, actor, brand_id, "withdraw")


def quote_figure(session: Session, actor: Actor, *, brand_id: int, draft: BrandStatementDraft) -> BrandStatement:
    """Quote a figure that somebody has published. Raises NotFound, OtherCentre, or Invalid for a year to come."""
    require(actor, Permission.KEEP_BRANDS)
    brand = queries.own_brand(session, actor, brand_id)
    if draft.year > clock.today().year:
        raise Invalid([Problem("year", "future", N_("来源的年份不能晚于今年"))])
    statement = BrandStatement(brand_id=brand.id, centre_id=brand.centre_id, **draft.model_dump())
    with seeing_everything(session):
        session.add(statement)
        session.flush()
    detail = {"measure": draft.measure.value}
    note(session, actor, action="brand.quote", subject=f"labour_brand:{brand.id}", detail=detail)
    return statement


def withdraw_figure(session: Session, actor: Actor, *, statement_id: int, reason: str) -> BrandStatement:
    """Take a quoted figure back; it stays on file with the reason. Raises NotFound, OtherCentre, StatementWithdrawn."""
    require(actor, Permission.KEEP_BRANDS)
    statement = queries.own_statement(session, actor, statement_id)
    if statement.withdrawn_at is not None:
        raise StatementWithdrawn
    statement.withdrawn_at, statement.withdrawn_because = clock.now(), reason
    session.flush()
    detail = {"statement": statement.id, "reason": reason}
    note(session, actor, action="brand.unquote", subject=f"labour_brand:{statement.brand_id}", detail=detail)
    return statement


def _move(session: Session, actor: Actor, brand_id: int, event: str) -> LabourBrand:
    brand = queries.own_brand(session, actor, brand_id)
    move(session, actor, brand, LABOUR_BRAND, event)
    session.flush()
    note(session, actor, action=f"brand.{event}", subject=f"labour_brand:{brand.id}")
    return brand


def _fill_in(session: Session, brand: LabourBrand, draft: LabourBrandDraft) -> None:
    problems = []
    if not vocabulary().path(draft.occupation_code):
        problems.append(OCCUPATION_UNKNOWN)
    if not regions.exists(draft.region_code):
        problems.append(REGION_UNKNOWN)
    if problems:
        raise Invalid(problems)
    same = select(LabourBrand.id).where(LabourBrand.region_code == draft.region_code, LabourBrand.name == draft.name)
    if any(number != brand.id for number in session.scalars(same)):
        raise BrandExists(field="name", name=draft.name)
    for name, value in draft.model_dump().items():
        setattr(brand, name, value)

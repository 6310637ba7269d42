"""Labour brands: trades for which a place is known, with figures quoted from named sources."""

from typing import Literal

from api.dependencies import PUBLIC, Routes, Unit, UnitOfWork
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre.drafts import Draft, RecordId
from centre.permissions import Permission
from matching.brands import actions, queries
from matching.brands.models import LabourBrand
from matching.brands.rules import (
    BrandLevel,
    BrandState,
    BrandStatementDraft,
    LabourBrandDraft,
    Measure,
    Qualifier,
    StatementWithdrawal,
)

routes = Routes(prefix="/labour-brands", tags=["labour_brands"])

KEEP = Permission.KEEP_BRANDS


class BrandStatementOut(Wire):
    """A quoted figure in the unit of its measure: persons, shops or yuan a month (品牌数字)."""

    id: int
    measure: Measure
    qualifier: Qualifier
    amount: int
    period: str
    source: str
    year: int
    year_about: bool


class LabourBrandOut(Wire):
    """A labour brand (劳务品牌)."""

    id: int
    name: str
    occupation_code: str
    region_code: str
    level: BrandLevel
    carrier: str
    training_base: str
    story: str
    state: BrandState


class LabourBrandDetail(LabourBrandOut):
    """A labour brand with the figures that are quoted about it, none of them counted by the service."""

    statements: list[BrandStatementOut]


class BrandStep(Draft):
    """Show a brand to everybody, or take it back."""

    event: Literal["publish", "withdraw"]


@routes.get("", allow=PUBLIC)
def brands(unit: Unit) -> list[LabourBrandOut]:
    """List brands by name: those published, for staff all."""
    return [LabourBrandOut.model_validate(row) for row in unit.session.scalars(queries.brands())]


@routes.get("/{brand_id}", allow=PUBLIC)
def brand(unit: Unit, brand_id: RecordId) -> LabourBrandDetail:
    """One brand with the figures quoted about it."""
    record = queries.brand(unit.session, brand_id)
    tell_version(unit, record)
    return _detail(unit, record)


@routes.post("", allow=KEEP, status_code=201)
def enter_brand(unit: Unit, draft: LabourBrandDraft) -> LabourBrandDetail:
    """Enter a brand; 409 `brand-exists` when its place has one of this name."""
    return _detail(unit, actions.enter_brand(unit.session, unit.actor, draft))


@routes.put("/{brand_id}", allow=KEEP)
def change_brand(unit: Unit, brand_id: RecordId, draft: LabourBrandDraft) -> LabourBrandDetail:
    """Change a brand; with If-Match only the version that the caller saw."""
    expect_version(unit, queries.brand(unit.session, brand_id))
    changed = actions.change_brand(unit.session, unit.actor, brand_id=brand_id, draft=draft)
    tell_version(unit, changed)
    return _detail(unit, changed)


@routes.post("/{brand_id}/advance", allow=KEEP)
def move_brand(unit: Unit, brand_id: RecordId, step: BrandStep) -> LabourBrandDetail:
    """Publish a brand or withdraw it."""
    act = actions.publish_brand if step.event == "publish" else actions.withdraw_brand
    return _detail(unit, act(unit.session, unit.actor, brand_id=brand_id))


@routes.post("/{brand_id}/statements", allow=KEEP, status_code=201)
def quote_figure(unit: Unit, brand_id: RecordId, draft: BrandStatementDraft) -> BrandStatementOut:
    """Quote a figure with its qualifier, source and year."""
    quoted = actions.quote_figure(unit.session, unit.actor, brand_id=brand_id, draft=draft)
    return BrandStatementOut.model_validate(quoted)


@routes.post("/statements/{figure_id}/withdraw", allow=KEEP, status_code=204)
def withdraw_figure(unit: Unit, figure_id: RecordId, draft: StatementWithdrawal) -> None:
    """Take a quoted figure back; 409 `statement-withdrawn` when that was done before."""
    actions.withdraw_figure(unit.session, unit.actor, statement_id=figure_id, reason=draft.reason)


def _detail(unit: UnitOfWork, record: LabourBrand) -> LabourBrandDetail:
    quoted = unit.session.scalars(queries.statements(record.id))
    own = LabourBrandOut.model_validate(record).model_dump()
    return LabourBrandDetail(**own, statements=[BrandStatementOut.model_validate(row) for row in quoted])

"""The officer's pages of labour brands, and the map of the deltas."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import Path
from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre import clock
from centre.drafts import RecordId
from centre.network import home
from centre.permissions import Permission
from centre.skills.vocabulary import vocabulary
from matching.brands import actions, queries
from matching.brands.models import LabourBrand
from matching.brands.rules import (
    BRAND_LABELS,
    LABOUR_BRAND,
    QUALIFIER_LABELS,
    BrandStatementDraft,
    LabourBrandDraft,
    StatementWithdrawal,
)
from matching.export.stay.flows import AREA_LABELS, FIRST_DAY, FlowMap, flow_map
from web import choices
from web.forms import Bound, ButtonForm, attempt, bind, bind_edit, blank, editing
from web.pages.public.brands import WORDS
from web.rendering import page

routes = Pages("/export")

READ, KEEP = Permission.READ_EXPORT, Permission.KEEP_BRANDS


@routes.get("/map", allow=READ)
def deltas(unit: Unit) -> Response:
    """Where people went: a drawing without distances, and its figures beside it; of a year, or of all."""
    today = clock.today()
    years = [str(year) for year in range(today.year, today.year - 5, -1)]
    asked = unit.request.query_params.get("year", "")
    year = asked if asked in years else ""
    since, until = (date(int(year), 1, 1), date(int(year), 12, 31)) if year else (FIRST_DAY, today)
    return page(
        unit,
        "export/map.html",
        flows=flow_map(unit.session, today, since=since, until=until),
        start=choices.place(home()),
        areas=AREA_LABELS,
        place=choices.place,
        years=years,
        year=year,
        today=today,
    )


@routes.get("/brands", allow=READ)
def brands(unit: Unit) -> Response:
    """All brands with their state."""
    return page(
        unit,
        "export/brands.html",
        brands=unit.session.scalars(queries.brands()).all(),
        states=BRAND_LABELS,
        trade=vocabulary().name,
        place=choices.place,
        keeps=unit.actor.may(KEEP),
    )


@routes.get("/brands/new", allow=KEEP)
def ask_brand(unit: Unit) -> Response:
    """The form for a new brand."""
    return _form(unit, blank(unit, LabourBrandDraft, region_code=home()))


@routes.post("/brands/new", allow=KEEP)
def enter(unit: Unit) -> Response:
    """Enter a brand."""
    return attempt(
        unit,
        bind(unit, LabourBrandDraft),
        lambda draft: actions.enter_brand(unit.session, unit.actor, draft),
        partial(_form, unit),
        lambda brand: f"/export/brands/{brand.id}",
    )


@routes.get("/brands/{brand_id}", allow=READ)
def brand(unit: Unit, brand_id: RecordId) -> Response:
    """One brand: what is quoted about it, and what the network counts itself, apart."""
    return _page(unit, brand_id, blank(unit, BrandStatementDraft))


@routes.get("/brands/{brand_id}/edit", allow=KEEP)
def ask_change(unit: Unit, brand_id: RecordId) -> Response:
    """The form for changing a brand."""
    held = queries.brand(unit.session, brand_id)
    return _form(unit, editing(unit, LabourBrandDraft, _stored(held)), brand=held)


def _stored(held: LabourBrand) -> dict[str, Any]:
    """What the form shows of a brand."""
    return {name: getattr(held, name) for name in LabourBrandDraft.model_fields}


@routes.post("/brands/{brand_id}/edit", allow=KEEP)
def change(unit: Unit, brand_id: RecordId) -> Response:
    """Change a brand."""
    held = queries.brand(unit.session, brand_id)
    return attempt(
        unit,
        bind_edit(unit, LabourBrandDraft, _stored(held)),
        lambda draft: actions.change_brand(unit.session, unit.actor, brand_id=brand_id, draft=draft),
        partial(_form, unit, brand=held),
        f"/export/brands/{brand_id}",
    )


@routes.post("/brands/{brand_id}/statements", allow=KEEP)
def quote(unit: Unit, brand_id: RecordId) -> Response:
    """Quote a figure with its source."""
    return _try(
        unit,
        brand_id,
        bind(unit, BrandStatementDraft),
        lambda draft: actions.quote_figure(unit.session, unit.actor, brand_id=brand_id, draft=draft),
    )


@routes.post("/brands/{brand_id}/statements/{figure_id}/withdraw", allow=KEEP)
def unquote(unit: Unit, brand_id: RecordId, figure_id: RecordId) -> Response:
    """Take a quoted figure back, with the reason."""
    return _try(
        unit,
        brand_id,
        bind(unit, StatementWithdrawal),
        lambda draft: actions.withdraw_figure(unit.session, unit.actor, statement_id=figure_id, reason=draft.reason),
    )


@routes.post("/brands/{brand_id}/moves/{event}", allow=KEEP)
def move(unit: Unit, brand_id: RecordId, event: Annotated[str, Path(pattern="^(publish|withdraw)$")]) -> Response:
    """Publish a brand, or take it back."""
    act = actions.publish_brand if event == "publish" else actions.withdraw_brand
    return _try(unit, brand_id, bind(unit, ButtonForm), lambda _: act(unit.session, unit.actor, brand_id=brand_id))


def _try(unit: UnitOfWork, brand_id: int, bound: Bound[Any], action: Callable[[Any], object]) -> Response:
    return attempt(unit, bound, action, partial(_page, unit, brand_id), f"/export/brands/{brand_id}")


def _form(unit: UnitOfWork, bound: Bound[Any], status_code: int = 200, *, brand: LabourBrand | None = None) -> Response:
    city = home()
    own = [(brand.region_code, choices.place(brand.region_code))] if brand else []
    return page(
        unit,
        "export/brand-form.html",
        status_code,
        bound=bound,
        brand=brand,
        places=list(dict([*own, (city, choices.place(city)), *choices.home_counties()]).items()),
        levels=WORDS["levels"],
    )


def _page(unit: UnitOfWork, brand_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    held = queries.brand(unit.session, brand_id)
    keeps = unit.actor.may(KEEP)
    today = clock.today()
    own: FlowMap = flow_map(unit.session, today, since=FIRST_DAY, until=today, occupation=held.occupation_code)
    return page(
        unit,
        "export/brand.html",
        status_code,
        brand=held,
        bound=bound,
        quoted=unit.session.scalars(queries.statements(brand_id)).all(),
        former=unit.session.scalars(queries.statements(brand_id, withdrawn=True)).all(),
        own=own,
        areas=AREA_LABELS,
        trade=vocabulary().name(held.occupation_code),
        place=choices.place(held.region_code),
        states=BRAND_LABELS,
        events=LABOUR_BRAND.events(held.state, unit.actor) if keeps else [],
        keeps=keeps,
        qualifiers=QUALIFIER_LABELS,
        **WORDS,
    )

"""The floor plan of a fair: to look at, to arrange, and with the way to one's best booths."""

from typing import Annotated, Any

from fastapi import Path
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from centre.drafts import BIGGEST_ID
from centre.errors import Refusal
from centre.permissions import Permission
from centre.translation import N_
from employers.fairs.booth_rules import BOOTH_LABELS, BoothState
from employers.fairs.fixed import ending_of
from employers.fairs.models import Fair
from employers.fairs.plans import actions
from employers.fairs.plans.models import HallGrid
from employers.fairs.plans.queries import FloorPlan, floor_plan, hall_grid
from employers.fairs.plans.rules import GridDraft, PlaceDraft, Route, route, trail
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.queries import venue
from matching.fairs.invitations.queries import best_booths
from web.forms import Bound, ButtonForm, bind, bind_edit, blank, editing
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages()

FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
VenueId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
ARRANGE = Permission.ASSIGN_BOOTH

TRADES = {
    "A": N_("农林牧渔"), "C": N_("制造业"), "E": N_("建筑业"), "F": N_("批发零售"), "G": N_("交通仓储"),
    "H": N_("住宿餐饮"), "O": N_("居民服务"), "": N_("其他行业"),
}  # fmt: skip
COLOURS = {
    "A": "#cfe8c6", "C": "#c9dcf5", "E": "#f2d9b8", "F": "#f6e7a8", "G": "#d9d0f0", "H": "#f5cbc4", "O": "#f3c9e2",
    "": "#e4e0d6",
}  # fmt: skip
FREE = "#ffffff"
DASHES = {BoothState.APPROVED: ".1 .1", BoothState.ASSIGNED: "0", BoothState.PRESENT: "0", BoothState.SERVED: "0"}


@routes.get("/fairs/{fair_id}/plan", allow=PUBLIC)
def plan(unit: Unit, fair_id: FairId) -> Response:
    """The floor plan; for a jobseeker with the five booths that fit best and the way past them."""
    return _plan(unit, fair_in_sight(unit.session, fair_id), arrange=False)


@routes.get("/organiser/fairs/{fair_id:int}/plan", allow=ARRANGE)
def arrange(unit: Unit, fair_id: FairId) -> Response:
    """The floor plan to be arranged with mouse, keyboard, touch, or by a form."""
    return _plan(unit, fair_in_sight(unit.session, fair_id), arrange=True)


@routes.post("/organiser/fairs/{fair_id:int}/plan", allow=ARRANGE)
def move(unit: Unit, fair_id: FairId) -> Response:
    """Move a booth."""
    bound = bind(unit, PlaceDraft)
    if bound.draft is None:
        return _plan(unit, fair_in_sight(unit.session, fair_id), arrange=True, bound=bound, status_code=422)
    try:
        actions.move_booth(unit.session, unit.actor, fair_id=fair_id, draft=bound.draft)
    except Refusal as refusal:
        again = bound.refuse(refusal)
        fair = fair_in_sight(unit.session, fair_id)
        return _plan(unit, fair, arrange=True, bound=again, status_code=refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}/plan?moved={bound.draft.booth_no}#plan", 303)


@routes.post("/organiser/fairs/{fair_id:int}/plan/reset", allow=ARRANGE)
def reset(unit: Unit, fair_id: FairId) -> Response:
    """Put the booths back into rows."""
    bind(unit, ButtonForm)
    try:
        actions.reset_plan(unit.session, unit.actor, fair_id=fair_id)
    except Refusal as refusal:
        fair, again = fair_in_sight(unit.session, fair_id), blank(unit, PlaceDraft, x=0, y=0).refuse(refusal)
        return _plan(unit, fair, arrange=True, bound=again, status_code=refusal.status)
    return RedirectResponse(f"/organiser/fairs/{fair_id}/plan", 303)


@routes.get("/organiser/venues/{venue_id}/grid", allow=Permission.MANAGE_FAIRS)
def hall(unit: Unit, venue_id: VenueId) -> Response:
    """The grid of a hall."""
    drawn = hall_grid(unit.session, venue(unit.session, venue_id).id)
    if drawn:
        return _hall(unit, venue_id, editing(unit, GridDraft, _stored(drawn)))
    return _hall(unit, venue_id, blank(unit, GridDraft, columns=12, rows=8, walls="", doors="6,7"))


def _stored(drawn: HallGrid) -> dict[str, Any]:
    """What the form shows of a grid."""
    return {
        "columns": drawn.width,
        "rows": drawn.height,
        "walls": " ".join(f"{x},{y}" for x, y in drawn.walls),
        "doors": " ".join(f"{x},{y}" for x, y in drawn.doors),
    }


@routes.post("/organiser/venues/{venue_id}/grid", allow=Permission.MANAGE_FAIRS)
def draw(unit: Unit, venue_id: VenueId) -> Response:
    """Draw the grid of a hall."""
    drawn = hall_grid(unit.session, venue_id)
    bound = bind_edit(unit, GridDraft, _stored(drawn)) if drawn else bind(unit, GridDraft)
    if bound.draft is None:
        return _hall(unit, venue_id, bound, bound.status)
    try:
        actions.draw_hall(unit.session, unit.actor, venue_id=venue_id, draft=bound.draft)
    except Refusal as refusal:
        return _hall(unit, venue_id, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/organiser/venues/{venue_id}/grid", 303)


def _hall(unit: Unit, venue_id: int, bound: Bound[GridDraft], status_code: int = 200) -> Response:
    place = venue(unit.session, venue_id)
    drawn = hall_grid(unit.session, venue_id)
    return page(unit, "organiser/hall.html", status_code, venue=place, bound=bound, grid=drawn.grid if drawn else None)


def _plan(
    unit: Unit, fair: Fair, *, arrange: bool, bound: Bound[PlaceDraft] | None = None, status_code: int = 200
) -> Response:
    fixed = ending_of(fair) if arrange else None
    drawn = floor_plan(unit.session, fair, released=not arrange)
    person_id = unit.actor.person_id if unit.actor.may(Permission.EDIT_PROFILE) and not arrange else None
    best = best_booths(unit.session, person_id, fair.id, locale=unit.locale) if person_id else []
    way = route(drawn.grid, drawn.places, [booth.booth_no for booth, _ in best if booth.booth_no])
    return page(
        unit,
        "public/fairs/plan.html",
        status_code,
        fair=fair,
        hours=hours(fair),
        arrange=arrange and not fixed,
        fixed=fixed,
        bound=bound or blank(unit, PlaceDraft, x=0, y=0),
        plan=drawn,
        cells=_cells(drawn),
        trades=[(label, COLOURS[code]) for code, label in TRADES.items()],
        states=BOOTH_LABELS,
        best=sorted(best, key=lambda row: _rank(way, row[0].booth_no)),
        way=way,
        points=_points(drawn, way),
        moved=unit.request.query_params.get("moved", ""),
    )


def _rank(way: Route, booth_no: int | None) -> int:
    return way.order.index(booth_no) if booth_no in way.order else 99


def _points(drawn: FloorPlan, way: Route) -> Markup:
    line = trail(drawn.grid, drawn.places, way.order)
    return Markup(" ").join(f"{x + 0.5:g},{y + 0.5:g}" for x, y in line)


def _cells(drawn: FloorPlan) -> list[dict[str, object]]:
    cells: list[dict[str, object]] = []
    for number, (x, y) in sorted(drawn.places.items()):
        booth = drawn.holders.get(number)
        trade = booth.employer.industry_code[:1] if booth else ""
        trade = trade if trade in COLOURS else ""
        cells.append(
            {
                "no": number,
                "x": x,
                "y": y,
                "who": booth.employer.name if booth else "",
                "state": booth.state if booth else None,
                "trade": TRADES[trade] if booth else "",
                "fill": COLOURS[trade] if booth else FREE,
                "dash": DASHES.get(booth.state, "0") if booth else ".05 .15",
            }
        )
    return cells

"""Labour brands for everybody: what a place is known for, with figures that name their source."""

from typing import Any

from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from api.security import own_address
from centre import clock
from centre.drafts import RecordId
from centre.network import home
from centre.permissions import Permission
from centre.skills.vocabulary import vocabulary
from matching.brands import queries
from matching.brands.models import BrandStatement
from matching.brands.rules import LEVEL_LABELS, MEASURE_LABELS, MEASURE_UNITS, QUALIFIED, BrandState
from matching.export.stay.flows import AREA_LABELS, FIRST_DAY, flow_map, published
from web import choices
from web.rendering import page

routes = Pages("/brands")

WORDS: dict[str, Any] = {
    "measures": MEASURE_LABELS, "units": MEASURE_UNITS, "qualified": QUALIFIED, "levels": LEVEL_LABELS,
}  # fmt: skip
"""What templates need to show a statement and its brand."""


@routes.get("", allow=PUBLIC)
def brands(unit: Unit) -> Response:
    """All published brands."""
    return page(
        unit,
        "public/brands.html",
        brands=unit.session.scalars(queries.brands(BrandState.PUBLISHED)).all(),
        trade=vocabulary().name,
        place=choices.place,
    )


@routes.get("/map", allow=PUBLIC)
def deltas(unit: Unit) -> Response:
    """Where people went with the network, in whole fives."""
    today = clock.today()
    flows = published(flow_map(unit.session, today, since=FIRST_DAY, until=today))
    return page(
        unit, "public/map.html", flows=flows, start=choices.place(home()), areas=AREA_LABELS, place=choices.place,
        today=today,
    )  # fmt: skip


@routes.get("/{brand_id}", allow=PUBLIC)
def brand(unit: Unit, brand_id: RecordId) -> Response:
    """One brand on one page, which can be printed."""
    record = queries.published_brand(unit.session, brand_id)
    quoted: list[BrandStatement] = list(unit.session.scalars(queries.statements(brand_id)))
    return page(
        unit,
        "public/brand.html",
        brand=record,
        quoted=quoted,
        trade=vocabulary().name(record.occupation_code),
        place=choices.place(record.region_code),
        base=own_address(unit.request),
        keeps=unit.actor.may(Permission.KEEP_BRANDS),
        **WORDS,
    )

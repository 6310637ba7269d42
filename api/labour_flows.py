"""The map of labour export: people, batches and who stayed, by destination."""

from datetime import date
from typing import Annotated

from fastapi import Query

from api.dependencies import Routes, Unit
from api.wire import Wire
from centre import clock
from centre.permissions import Permission
from matching.export.stay.flows import Area, flow_map
from training.providers.rules import OccupationCode

routes = Routes(prefix="/labour-export/map", tags=["labour_flows"])


class FlowOut(Wire):
    """People of a destination who signed a contract; `due` counts those whose 30th or 90th day has come."""

    people: int
    batches: int
    due_30: int
    stayed_30: int
    due_90: int
    stayed_90: int
    returned: int


class PlaceFlowOut(FlowOut):
    """The figures of one place; `region_code` is that of the project."""

    region_code: str


class AreaFlowOut(FlowOut):
    """The figures of an area with its places, the most people first."""

    area: Area
    places: list[PlaceFlowOut]


@routes.get("", allow=Permission.READ_EXPORT)
def destinations(
    unit: Unit,
    since: Annotated[date, Query(alias="from", description="first day of signing")],
    until: Annotated[date, Query(alias="to", description="last day of signing")],
    occupation: OccupationCode | None = None,
) -> list[AreaFlowOut]:
    """Where people went who signed in a period; of one occupation alone when it is named."""
    flows = flow_map(unit.session, clock.today(), since=since, until=until, occupation=occupation or "")
    return [
        AreaFlowOut(
            **FlowOut.model_validate(area).model_dump(),
            area=Area(area.name),
            places=[
                PlaceFlowOut(**FlowOut.model_validate(place).model_dump(), region_code=place.name)
                for place in flows.places[area.name]
            ],
        )
        for area in flows.areas
    ]

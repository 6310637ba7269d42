"""Where people went, for the map of the deltas: people, batches and who stayed, by destination (去向图)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import regions
from centre.network import home
from centre.scopes import seeing_everything
from centre.small_counts import SMALL
from centre.translation import N_
from employers.openings.models import Opening
from matching.export.models import ExportMember, ExportProject
from matching.export.rules import MemberState

FIRST_DAY = date(2000, 1, 1)
"""Before any contract that the service can hold."""
DAY_30, DAY_90 = timedelta(days=30), timedelta(days=90)


class Area(StrEnum):
    """The parts of the country that the map tells apart (去向地区)."""

    YANGTZE = "yangtze"
    PEARL = "pearl"
    PROVINCE = "province"
    OTHER = "other"


AREA_LABELS = {
    Area.YANGTZE: N_("长三角"),
    Area.PEARL: N_("珠三角"),
    Area.PROVINCE: N_("省内"),
    Area.OTHER: N_("其他地方"),
}


@dataclass(frozen=True, slots=True)
class Journey:
    """One person who signed a contract at the destination, with what is known of the stay."""

    place: str
    batch_id: int
    signed_on: date
    day_30_on: date | None
    day_90_on: date | None
    returned: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """People of a destination who signed, in how many batches, and how many of those whose day has come had stayed.

    `due_30` and `due_90` count the people whose 30th or 90th day after signing is over, or who are known to have
    reached it; `stayed_30` and `stayed_90` those of them who were still at work then.
    """

    name: str
    people: int = 0
    batches: int = 0
    due_30: int = 0
    stayed_30: int = 0
    due_90: int = 0
    stayed_90: int = 0
    returned: int = 0


@dataclass(frozen=True, slots=True)
class FlowMap:
    """The areas in their fixed order, each a sum of its places, and the places of each with the most people first."""

    areas: tuple[Flow, ...]
    places: dict[str, tuple[Flow, ...]]

    @property
    def people(self) -> int:
        """All people on the map."""
        return sum(area.people for area in self.areas)


def area_of(code: str, at_home: str) -> Area:
    """The area of a destination; `at_home` is the region of the city centre. Raises RegionUnknown.

    A project for Guangdong as a whole is no project for the delta, which has nine of its cities.
    """
    if regions.within_any(code, regions.YRD):
        return Area.YANGTZE
    if regions.within_any(code, regions.PRD):
        return Area.PEARL
    return Area.PROVINCE if at_home and code[:2] == at_home[:2] else Area.OTHER


def flow_map(session: Session, today: date, *, since: date, until: date, occupation: str = "") -> FlowMap:
    """Where those went who signed between two days, both included; of one occupation alone when it is given.

    Figures of the whole network without names. `today` decides whose 30th and 90th day has come.
    """
    statement = (
        select(
            ExportProject.destination_code,
            ExportMember.batch_id,
            ExportMember.contract_signed_on,
            ExportMember.day_30_on,
            ExportMember.day_90_on,
            ExportMember.state,
        )
        .join(ExportProject, ExportProject.id == ExportMember.project_id)
        .where(ExportMember.contract_signed_on.between(since, until))
        .order_by(ExportMember.id)
    )
    if occupation:
        statement = statement.join(Opening, Opening.id == ExportMember.opening_id).where(
            Opening.occupation_code == occupation
        )
    with seeing_everything(session):
        rows = session.execute(statement).all()
    return flows_of(
        [
            Journey(place, batch, signed, day_30, day_90, state is MemberState.RETURNED)
            for place, batch, signed, day_30, day_90, state in rows
            if signed is not None
        ],
        today,
        home(),
    )


def flows_of(journeys: Iterable[Journey], today: date, at_home: str) -> FlowMap:
    """The map of some journeys."""
    known = list(journeys)
    areas, places = [], {}
    for area in Area:
        inside = [journey for journey in known if area_of(journey.place, at_home) is area]
        areas.append(_flow(area.value, inside, today))
        names = sorted({journey.place for journey in inside})
        lines = [_flow(name, [journey for journey in inside if journey.place == name], today) for name in names]
        places[area.value] = tuple(sorted(lines, key=lambda line: (-line.people, line.name)))
    return FlowMap(tuple(areas), places)


def published(flows: FlowMap) -> FlowMap:
    """The public version: multiples of five, so that no figure and no difference of two reveals a single person.

    Places with fewer people are left out; an area keeps its line.
    """
    return FlowMap(
        tuple(map(_rounded, flows.areas)),
        {area: tuple(_rounded(line) for line in lines if line.people >= SMALL) for area, lines in flows.places.items()},
    )


def _rounded(flow: Flow) -> Flow:
    of_people = (field.name for field in fields(flow) if field.name not in {"name", "batches"})
    counts = {name: getattr(flow, name) // SMALL * SMALL for name in of_people}
    return Flow(flow.name, batches=flow.batches if counts["people"] else 0, **counts)


def _flow(name: str, journeys: list[Journey], today: date) -> Flow:
    due_30, stayed_30 = _stay(journeys, today - DAY_30, lambda journey: journey.day_30_on)
    due_90, stayed_90 = _stay(journeys, today - DAY_90, lambda journey: journey.day_90_on)
    return Flow(
        name=name,
        people=len(journeys),
        batches=len({journey.batch_id for journey in journeys}),
        due_30=due_30,
        stayed_30=stayed_30,
        due_90=due_90,
        stayed_90=stayed_90,
        returned=sum(journey.returned for journey in journeys),
    )


def _stay(journeys: list[Journey], latest: date, reached: Callable[[Journey], date | None]) -> tuple[int, int]:
    stayed = sum(reached(journey) is not None for journey in journeys)
    missing = sum(reached(journey) is None and journey.signed_on <= latest for journey in journeys)
    return stayed + missing, stayed

"""Paper for a fair: a poster, booth cards and badges with QR codes, printed from the browser or kept as PDF."""

from datetime import timedelta
from typing import Annotated

from fastapi import Path, Query
from starlette.responses import Response

from api.dependencies import Pages, Unit
from api.security import own_address
from centre.drafts import BIGGEST_ID
from centre.installation import sign
from centre.permissions import Permission
from employers.fairs.plans.queries import floor_plan, known_ways
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.queries import shown_openings
from employers.openings.models import Opening
from web.pages.public.fairs import hours
from web.paper import paper
from web.qr import qr

routes = Pages("/organiser")

ARRIVE_EARLIER = timedelta(minutes=30)
"""As the message with the booth's number says."""
MOST_BADGES = 10
"""The most badges of one booth that are printed in one go."""
FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


def _openings_by_booth(unit: Unit, fair_id: int) -> dict[int, list[Opening]]:
    openings: dict[int, list[Opening]] = {}
    for booth, opening in shown_openings(unit.session, fair_id):
        openings.setdefault(booth.id, []).append(opening)
    return openings


@routes.get("/fairs/{fair_id:int}/posters", allow=Permission.MANAGE_FAIRS)
def posters(unit: Unit, fair_id: FairId) -> Response:
    """A poster with the way to register, and a card for every booth with its openings."""
    fair = fair_in_sight(unit.session, fair_id)
    address = f"{own_address(unit.request)}/fairs/{fair.id}"
    drawn = floor_plan(unit.session, fair)
    return paper(
        unit,
        "organiser/posters.html",
        entrances=drawn.entrances,
        fair=fair,
        hours=hours(fair),
        address=address,
        drawing=qr(f"{address}/register", 8),
        small=qr(address, 4),
        booths=[booth for _, booth in sorted(drawn.holders.items())],
        openings=_openings_by_booth(unit, fair.id),
    )


@routes.get("/fairs/{fair_id:int}/mailing", allow=Permission.MANAGE_FAIRS)
def mailing(unit: Unit, fair_id: FairId) -> Response:
    """A letter to every exhibitor: its booth, when and where to enter, what to bring, what it shows."""
    fair = fair_in_sight(unit.session, fair_id)
    drawn = floor_plan(unit.session, fair)
    return paper(
        unit,
        "organiser/mailing.html",
        fair=fair,
        hours=hours(fair),
        arrive=fair.starts_at - ARRIVE_EARLIER,
        booths=[booth for _, booth in sorted(drawn.holders.items())],
        openings=_openings_by_booth(unit, fair.id),
        ways=known_ways(unit.session, fair.venue_id)["exhibitors"],
        office=sign(),
    )


@routes.get("/fairs/{fair_id:int}/badges", allow=Permission.MANAGE_FAIRS)
def badges(unit: Unit, fair_id: FairId, each: Annotated[int, Query(ge=1, le=MOST_BADGES)] = 2) -> Response:
    """Badges for the people of every booth, `each` of them a booth, and as many for the staff of the fair."""
    fair = fair_in_sight(unit.session, fair_id)
    holders = floor_plan(unit.session, fair).holders
    address = f"{own_address(unit.request)}/fairs/{fair.id}"
    return paper(
        unit,
        "organiser/badges.html",
        fair=fair,
        hours=hours(fair),
        booths=[booth for _, booth in sorted(holders.items())],
        each=each,
        most=MOST_BADGES,
        drawing=qr(address, 3),
    )

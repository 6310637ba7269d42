"""A fair's morning before it happens: the waiting at gates and booths, and what one more gate or person saves."""

from typing import Annotated

from fastapi import Path
from starlette.responses import Response

from api.dependencies import Pages, Unit
from centre.drafts import BIGGEST_ID
from centre.permissions import Permission
from employers.fairs.queries import fair as fair_in_sight
from employers.fairs.simulation.rules import Advice, MorningDraft, advise, advise_booths
from web.forms import bind_query, blank
from web.pages.public.fairs import hours
from web.rendering import page

routes = Pages("/organiser")

FairId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
LONGEST = 12


@routes.get("/fairs/{fair_id:int}/simulation", allow=Permission.MANAGE_FAIRS)
def simulation(unit: Unit, fair_id: FairId) -> Response:
    """Ask, and show what to expect."""
    fair = fair_in_sight(unit.session, fair_id)
    length = min(LONGEST, max(1, round((fair.ends_at - fair.starts_at).total_seconds() / 3600)))
    asked = bool(unit.request.query_params)
    usual = {"visitors": fair.expected_visitors or 200, "gates": 2, "seconds": 12, "first_hour_share": 50}
    usual |= {"booths": fair.booth_count, "staff": 1, "talks": 3, "talk_minutes": 6}
    bound = bind_query(unit, MorningDraft) if asked else blank(unit, MorningDraft, **usual)
    advice = advise(bound.draft, length) if bound.draft else None
    at_booths = advise_booths(bound.draft, length) if bound.draft else None
    return page(
        unit,
        "organiser/simulation.html",
        422 if asked and bound.draft is None else 200,
        fair=fair,
        hours=hours(fair),
        bound=blank(unit, MorningDraft, **bound.draft.model_dump()) if bound.draft else bound,
        advice=advice,
        rows=_spans(advice),
        at_booths=at_booths,
        booth_rows=_spans(at_booths),
    )


def _spans(advice: Advice | None) -> list[tuple[str, int, int, int]]:
    """What a chart of waiting shows: the number of servers, the interval and the mean in minutes."""
    return [
        (str(servers), round(waiting.low), round(waiting.mean), round(waiting.high))
        for servers, waiting in (advice.rows if advice else ())
    ]

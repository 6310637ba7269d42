"""Queries on who should meet whom at a fair."""

from sqlalchemy.orm import Session

from centre.records.queries import refusing
from employers.fairs.models import Booth
from employers.fairs.queries import shown_openings
from matching.live.listing import listed_now
from matching.live.workers import PURPOSE
from matching.suggestions.fits import Fit, fit_of

FEW = 5
MOST = 120
"""Openings that are compared with one person; a fair of a city shows a few hundred at most."""


def best_booths(
    session: Session, person_id: int, fair_id: int, *, locale: str, top: int = FEW
) -> list[tuple[Booth, Fit]]:
    """The booths whose openings fit a person best, each with its best fit (FA-13).

    What a rule excludes is left out; somebody who opted out of suggestions gets none.
    """
    if refusing(session, [person_id], PURPOSE):
        return []
    best: dict[int, tuple[Booth, Fit]] = {}
    for booth, opening in shown_openings(session, fair_id)[:MOST]:
        if not booth.booth_no:
            continue
        fit = fit_of(session, person_id, listed_now(opening), locale=locale)
        if fit.blocks or fit.unlawful:
            continue
        if booth.id not in best or fit.points > best[booth.id][1].points:
            best[booth.id] = (booth, fit)
    return sorted(best.values(), key=lambda row: (-row[1].points, row[0].booth_no or 0))[:top]

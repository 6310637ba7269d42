"""The nightly refresh: new suggestions for everybody, and a message when a new opening is among the best (每日推荐)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.jobs import job
from centre.messages import send_all
from centre.messages.jobseekers import MATCHES
from centre.people import Person, Sex
from centre.records.queries import refused
from matching.live.kernels import is_kept, kernels, warm
from matching.live.listing import Listed
from matching.live.openings import View, board
from matching.live.workers import PURPOSE, index_everybody
from matching.search.jobs import digest_lines

FIRST = 5
"""A new opening is announced when it ranks within this many of a person's best."""
SMALL = 20_000_000
"""With fewer pairs than this the plain engine is used, without loading compiled kernels."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """The new openings among a person's best (新推荐)."""

    person_id: int
    openings: tuple[Listed, ...]


def fresh_matches(session: Session) -> list[Fresh]:
    """Match everybody with every opening; returns those with a new one among their best who want notices."""
    view = board().look()
    yesterday = clock.today() - timedelta(days=1)
    new = {opening.id: opening for opening in view.listed.values() if opening.posted_on == yesterday}
    off = set(session.scalars(refused(PURPOSE)))
    women = set(session.scalars(select(Person.id).where(Person.sex == Sex.FEMALE)))
    matches = []
    for person_id, best in _first_lists(view):
        fitting = (new[number] for number in best if number in new)
        suitable = tuple(
            opening for opening in fitting if not (person_id in women and opening.is_closed_to(Sex.FEMALE))
        )
        if suitable and person_id not in off:
            matches.append(Fresh(person_id, suitable))
    return matches


def _first_lists(view: View) -> list[tuple[int, list[int]]]:
    from matching.engine.pairs.workers import first_openings

    openings = [listed.profile for listed in view.listed.values()]
    pool = index_everybody(view.ground).pool
    if len(openings) * len(pool.ids) > SMALL and is_kept(kernels()):
        warm(kernels())
    lists = first_openings(pool, openings, view.ground, FIRST)
    return list(zip(pool.ids.tolist(), lists.tolist(), strict=True))


@job("refresh-matches", every=timedelta(days=1), reading=fresh_matches)
def tell_fresh_matches(session: Session, matches: Sequence[Fresh]) -> None:
    """Reindex all jobseekers, match them with all openings, and notify those whom one of yesterday's openings fits
    best."""
    day = clock.today().isoformat()
    send_all(
        session,
        [
            (
                MATCHES.of(n=len(match.openings), openings="\n".join(digest_lines(match.openings))),
                {
                    "person_id": match.person_id,
                    "link": "/me/matches",
                    "dedupe_key": f"matches:{match.person_id}:{day}",
                },
            )
            for match in matches
        ],
    )

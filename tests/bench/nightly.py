"""MA-20: a city on SQLite. The first 20 openings of one person as the page asks for them, the best 20 people for an
opening as a clerk does, and the whole nightly refresh as the due job runs it. Wall clock, for that is what is promised.
"""

import tempfile
import time
from typing import Any

import numpy as np

from centre.database import open_session
from centre.permissions import Actor
from tests.databases import make_tables, settings_from

SYSTEM = Actor.system().scope


def fill(openings: int, workers: int) -> None:
    """The invented town with so large a city around it."""
    from centre.policy import load_examples
    from web.demo import city, town

    with open_session(SYSTEM, write=True) as session:
        load_examples(session)
        town.fill(session)
        size = city.Size(openings=openings, workers=workers)
        city.fill(session, seed=7, say=lambda _line: None, size=size)


def first_20(asked: int) -> list[float]:
    """Milliseconds of the suggestions for people drawn by lot, with reasons and courses."""
    from sqlalchemy import select

    from matching.profiles.models import Registration
    from matching.suggestions.fits import suggestions_for

    with open_session(SYSTEM) as session:
        people = session.scalars(select(Registration.person_id).order_by(Registration.id)).all()
    spans = []
    for number in np.random.default_rng(3).choice(people, asked, replace=False).tolist():
        start = time.perf_counter()
        with open_session(SYSTEM) as session:
            suggestions_for(session, number, locale="zh-Hans", top=20)
        spans.append((time.perf_counter() - start) * 1000)
    return spans


def candidates(asked: int) -> list[float]:
    """Milliseconds of the best workers for openings drawn by lot, as somebody who sees the whole city asks for them."""
    from centre.permissions import Role
    from matching.live.openings import board
    from matching.suggestions.fits import candidates_for

    actor = Actor(account_id=1, name="-", roles=frozenset({Role.CITY_MANAGER}))
    spans = []
    for number in np.random.default_rng(3).choice(sorted(board().look().listed), asked, replace=False).tolist():
        start = time.perf_counter()
        with open_session(actor.scope) as session:
            candidates_for(session, actor, opening_id=number, locale="zh-Hans", top=20)
        spans.append((time.perf_counter() - start) * 1000)
    return spans


def refresh() -> tuple[float, int]:
    """Seconds of the nightly refresh with all that it writes, and how many people it tells."""
    from matching.suggestions.jobs import fresh_matches, tell_fresh_matches

    start = time.perf_counter()
    with open_session(SYSTEM) as session:
        matches = fresh_matches(session)
    with open_session(SYSTEM, write=True) as session:
        tell_fresh_matches(session, matches)
    return time.perf_counter() - start, len(matches)


def measure(openings: int = 5_000, workers: int = 50_000, asked: int = 300) -> dict[str, Any]:
    """Fill, refresh, then ask from both sides; the very first question of a process stands alone."""
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/city.db"
        make_tables(url)
        with settings_from(data_dir=name, database_url=url):
            fill(openings, workers)
            seconds, matches = refresh()
            figures: dict[str, float] = {"refresh_s": seconds, "told": matches}
            for what, spans in (("first_20", first_20(asked)), ("candidates", candidates(asked))):
                figures[f"{what}_first_ms"], rest = spans[0], spans[1:]
                figures[f"{what}_p50_ms"], figures[f"{what}_p95_ms"] = np.percentile(rest, (50, 95)).tolist()
    return {"openings": openings, "workers": workers, "figures": figures}

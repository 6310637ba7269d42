"""Demo data: a small town, a generator for a whole city, and one for five years of a network."""

from collections.abc import Callable

from sqlalchemy import select

from centre.database import open_session
from centre.network import Centre
from centre.permissions import Actor

Say = Callable[[str], None]


def fill(*, size: str, seed: int, say: Say) -> None:
    """Fill the database with the town, the city or a network's ledger; existing data is not added again.

    The makers are imported only when there is something to make: a filled demo starts at once.
    """
    with open_session(Actor.system().scope, write=True) as session:
        if session.scalar(select(Centre.id).where(Centre.is_demo).limit(1)) is None:
            from centre.tallies.jobs import count_ledger, counted
            from web.demo import five_years, town

            say("Filling the invented town: centres, schools, employers, workers, fairs")
            town.fill(session)
            five_years.fill(session)
            count_ledger(session, counted(session))
    if size in ("city", "network"):
        from web.demo import city, past

        with open_session(Actor.system().scope, write=True) as session:
            if not city.is_filled(session):
                city.fill(session, seed=seed, say=say)
                past.fill(session, seed=seed)
    if size == "network":
        from web.demo import network

        with open_session(Actor.system().scope, write=True) as session:
            network.fill(session, seed=seed, say=say)

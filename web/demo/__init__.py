"""Demo data: a small town, and a generator for a whole city."""

from collections.abc import Callable

from sqlalchemy import select

from centre.database import open_session
from centre.network import Centre
from centre.permissions import Actor

Say = Callable[[str], None]


def fill(*, size: str, seed: int, say: Say) -> None:
    """Fill the database with the town and, depending on `size`, the city; existing data is not added again.

    The makers are imported only when there is something to make: a filled demo starts at once.
    """
    with open_session(Actor.system().scope, write=True) as session:
        if session.scalar(select(Centre.id).where(Centre.is_demo).limit(1)) is None:
            from web.demo import town

            say("Filling the invented town: centres, schools, employers, workers, fairs")
            town.fill(session)
    if size == "city":
        from web.demo import city, past

        with open_session(Actor.system().scope, write=True) as session:
            if not city.is_filled(session):
                city.fill(session, seed=seed, say=say)
                past.fill(session, seed=seed)

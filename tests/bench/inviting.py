"""Whom to invite to a fair, at the size of a city: the page for 40,000 people and 120 openings in 60 booths.

`python -m tests.bench.inviting [openings people booths]` prints one JSON line.
"""

import json
import sys
import tempfile
import time
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.database import open_session
from centre.network import Centre
from centre.permissions import Actor
from tests.bench.nightly import fill
from tests.databases import make_tables, settings_from

SYSTEM = Actor.system().scope


def add_fair(session: Session, booths: int) -> int:
    """A fair that takes visitors, each booth showing two open openings of its employer."""
    from employers.fairs.booth_rules import BoothState
    from employers.fairs.models import Booth, Fair, Venue
    from employers.fairs.rules import FairState
    from employers.openings.queries import open_openings

    centre_id = session.scalars(select(Centre.id).order_by(Centre.id).limit(1)).one()
    hall = Venue(name="大厅", region_code="610400", centre_id=centre_id)
    session.add(hall)
    session.flush()
    starts = clock.now() + timedelta(days=10)
    fair = Fair(
        name="春季招聘会", centre_id=centre_id, venue_id=hall.id, region_code="610400", starts_at=starts,
        ends_at=starts + timedelta(hours=3), booth_count=booths, expected_visitors=1_800, published_at=clock.now(),
        filing_due_on=clock.today(), statistics_due_on=clock.today(), revised_at=clock.now(),
        state=FairState.BOOTH_OPEN,
    )  # fmt: skip
    session.add(fair)
    session.flush()
    own: dict[int, list[int]] = {}
    for opening in session.scalars(open_openings(clock.today())):
        own.setdefault(opening.employer_id, []).append(opening.id)
    for number, (employer_id, openings) in enumerate(sorted(own.items())[:booths], 1):
        session.add(
            Booth(
                fair_id=fair.id,
                employer_id=employer_id,
                contact_name="王",
                opening_ids=openings[:2],
                state=BoothState.ASSIGNED,
                booth_no=number,
            )
        )
    return fair.id


def asked(fair_id: int) -> tuple[float, int, int]:
    """Seconds of what the page reads, and how many openings and people it names."""
    from employers.fairs.queries import fair as fair_in_sight
    from matching.fairs.invitations.queries import employer_proposals, proposals, room_of

    start = time.perf_counter()
    with open_session(SYSTEM) as session:
        fair = fair_in_sight(session, fair_id)
        planned = proposals(session, fair, locale="zh-Hans")
        room_of(session, fair)
        employer_proposals(session, fair)
    return time.perf_counter() - start, len(planned), sum(len(row.candidates) for row in planned)


def measure(openings: int = 5_000, workers: int = 40_000, booths: int = 60, times: int = 3) -> dict[str, Any]:
    """Fill a city, index it as the night does, then ask for the page several times."""
    from matching.live.kernels import warm
    from matching.live.openings import board
    from matching.live.workers import index_everybody

    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/city.db"
        make_tables(url)
        with settings_from(database_url=url, data_dir=name):
            fill(openings, workers)
            with open_session(SYSTEM, write=True) as session:
                fair_id = add_fair(session, booths)
            warm()
            index_everybody(board().look().ground)
            spans = [asked(fair_id) for _ in range(times)]
    return {
        "name": "whom to invite", "people": workers, "openings_of_fair": spans[0][1], "invited": spans[0][2],
        "first_s": round(spans[0][0], 2), "best_s": round(min(span for span, _, _ in spans), 2),
    }  # fmt: skip


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    print(json.dumps(measure(*given), ensure_ascii=False))

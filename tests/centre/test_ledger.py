"""The service ledger: entries are never changed, only reversed with today's date (VR25)."""

from datetime import datetime

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.ledger import ServiceCategory, ServiceEvent, record_service, reverse_service, reverse_services
from centre.network import Centre, CentreLevel
from centre.permissions import Actor

SYSTEM = Actor.system()
MARCH, MAY = (datetime(2026, month, 9, 10, tzinfo=clock.SHANGHAI) for month in (3, 5))


@pytest.mark.rule("ledger-unchanged", "action")
@pytest.mark.parametrize("together", [False, True])
def test_a_reversal_of_a_closed_month_counts_today_and_the_event_stays_as_it_was(
    any_database: str, together: bool
) -> None:
    with clock.frozen(MARCH), open_session(SYSTEM.scope, write=True) as session:
        session.add(Centre(id=1, code="XY00", name="演示中心", level=CentreLevel.CITY, region_code="610400"))
        session.flush()
        event = record_service(session, SYSTEM, centre_id=1, category=ServiceCategory.TRAINING, amount_fen=80_000)
        session.flush()
        number = event.id
    with clock.frozen(MAY), open_session(SYSTEM.scope, write=True) as session:
        if together:
            reverse_services(session, SYSTEM, [number], note="退班")
        else:
            reverse_service(session, SYSTEM, session.get_one(ServiceEvent, number), note="退班")
    with open_session(SYSTEM.scope) as session:
        first, second = session.scalars(select(ServiceEvent).order_by(ServiceEvent.id))
    assert (first.occurred_at, first.amount_fen, first.reverses_id) == (MARCH, 80_000, None)
    assert (second.occurred_at, second.amount_fen, second.reverses_id) == (MAY, -80_000, number)
    assert (second.category, second.centre_id, second.note) == (ServiceCategory.TRAINING, 1, "退班")

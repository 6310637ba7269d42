"""The reminder that a registration ends leads to a page where it is renewed with one tap."""

from datetime import timedelta

from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from matching.profiles.models import Registration
from tests.web.desks import Hall
from tests.web.pages.test_rules_at_doors import ma_id

SYSTEM = Actor.system().scope


def ends_in(days: int) -> None:
    with open_session(SYSTEM, write=True) as session:
        registration = session.scalars(select(Registration).where(Registration.person_id == ma_id())).one()
        registration.valid_until_on = clock.today() + timedelta(days=days)


def test_a_registration_that_ends_soon_is_renewed_with_one_tap(hall: Hall) -> None:
    worker = hall.enter("ma")
    ends_in(15)
    assert 'action="/me/renew"' not in worker.get("/me")
    ends_in(14)
    page = worker.get("/me")
    assert 'action="/me/renew"' in page
    assert "求职登记快到期了" in page
    assert worker.send("/me/renew") == "/me"
    assert 'action="/me/renew"' not in worker.get("/me")

"""How messages come is chosen on the account's page; quiet hours never swallow a whole day."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from centre import clock
from centre.accounts import Account
from centre.database import open_session
from centre.people import Person
from centre.permissions import Actor
from tests.web.desks import Hall, opened

NOON = datetime(2026, 11, 23, 4, 0, 10, tzinfo=UTC)
HERE = "/account/messages"


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with clock.frozen(NOON), opened() as town:
        yield town


def choice_of(login: str) -> tuple[bool, int | None, int | None]:
    with open_session(Actor.system().scope) as session:
        person_id = session.scalars(select(Account.person_id).where(Account.login == login)).one()
        person = session.get_one(Person, person_id)
        return person.pages_only, person.quiet_from, person.quiet_until


def test_a_jobseeker_chooses_the_way_and_the_hours_of_messages(hall: Hall) -> None:
    wang = hall.enter("wang")
    assert HERE in wang.get("/account")
    assert choice_of("wang") == (False, None, None)
    wang.send(HERE, way="pages", quiet_from="12", quiet_until="14")
    assert choice_of("wang") == (True, 12, 14)
    page = wang.get(HERE)
    assert 'value="pages" checked' in page
    assert '<option value="12" selected>' in page
    wang.send(HERE, way="phone", quiet_from="", quiet_until="")
    assert choice_of("wang") == (False, None, None)
    assert "Message settings" in wang.get(f"{HERE}?lang=en")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [({"quiet_from": "12"}, "要一起选"), ({"quiet_from": "8", "quiet_until": "20"}, "时间太长"),
     ({"quiet_from": "25", "quiet_until": "3"}, ""), ({"way": "pigeon"}, "")],
)  # fmt: skip
def test_hours_that_cannot_be_are_refused_with_the_reason(hall: Hall, fields: dict[str, str], fault: str) -> None:
    assert fault in hall.enter("wang").send(HERE, 422, **({"way": "phone"} | fields))
    assert choice_of("wang") == (False, None, None)


def test_an_account_without_a_telephone_reads_why_there_is_no_choice(hall: Hall) -> None:
    clerk = hall.enter("clerk")
    assert "没有登记手机" in clerk.get(HERE)
    clerk.send(HERE, 404, way="pages")

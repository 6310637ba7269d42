"""How messages come is chosen on the account's page; quiet hours never swallow a whole day."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from centre import clock, privacy, rekeying
from centre.accounts import Account
from centre.accounts.emails import email_of
from centre.database import open_session
from centre.messages import send
from centre.messages.jobseekers import RENEW
from centre.people import Person
from centre.permissions import Actor
from centre.records import erasure
from centre.senders import drain_outbox
from centre.settings import settings
from tests.databases import settings_from
from tests.web.desks import Desk, Hall, opened

NOON = datetime(2026, 11, 23, 4, 0, 10, tzinfo=UTC)
HERE, ADDRESS = "/account/messages", "mailbox@example.cn"


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
    clerk.send(HERE, 422, way="phone")
    clerk.send(HERE, 422, way="email")


@pytest.fixture
def letters(hall: Hall) -> Iterator[list[dict[str, str]]]:
    """Messages leave into a file; returns what has left, read again by `left`."""
    del hall
    with settings_from(sender="file", quiet_hours="0-0"):
        yield []


def left() -> list[dict[str, str]]:
    """Send what is due; returns everything that has left."""
    drain_outbox()
    path = settings().data_dir / "messages.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def proved(desk: Desk, address: str = ADDRESS) -> None:
    """Enter an address and the code that came to it."""
    asked = re.findall(r'name="asked" value="([^"]+)"', desk.send(f"{HERE}/email", 200, address=address))[0]
    code = re.findall(r"[0-9]{6}", left()[-1]["text"])[0]
    desk.send(f"{HERE}/email/code", address=address, asked=asked, code=code)


def told(login: str, key: str) -> None:
    """Write something to the person of an account, or to the account."""
    with open_session(Actor.system().scope, write=True) as session:
        account = session.scalars(select(Account).where(Account.login == login)).one()
        account_id = None if account.person_id else account.id
        send(session, RENEW.of(), dedupe_key=key, to_person_id=account.person_id, to_account_id=account_id)


@pytest.mark.parametrize("login", ["wang", "clerk"])
def test_an_address_is_proved_and_chosen_and_the_messages_come_there(
    hall: Hall, letters: list[dict[str, str]], login: str
) -> None:
    desk = hall.enter(login)
    assert ADDRESS not in desk.get(HERE)
    desk.send(HERE, 422, way="email")
    proved(desk)
    assert left()[-1]["email"] == ADDRESS
    assert "ma…@example.cn" in desk.get(HERE)
    desk.send(HERE, way="email")
    told(login, "by mail")
    assert left()[-1]["email"] == ADDRESS
    assert RENEW.title in left()[-1]["text"]
    count = len(left())
    desk.send(HERE, way="pages")
    told(login, "in the pages")
    assert len(left()) == count
    with open_session(Actor.system().scope) as session:
        account = session.scalars(select(Account).where(Account.login == login)).one()
        assert ADDRESS.encode() not in (account.email_sealed or b"")


def test_an_address_counts_only_with_its_own_code_and_for_who_asked(hall: Hall, letters: list[dict[str, str]]) -> None:
    wang, clerk = hall.enter("wang"), hall.enter("clerk")
    asked = re.findall(r'name="asked" value="([^"]+)"', wang.send(f"{HERE}/email", 200, address=ADDRESS))[0]
    code = re.findall(r"[0-9]{6}", left()[-1]["text"])[0]
    wrong = "000000" if code != "000000" else "111111"
    wang.send(f"{HERE}/email/code", 422, address=ADDRESS, asked=asked, code=wrong)
    wang.send(f"{HERE}/email/code", 422, address="other@example.cn", asked=asked, code=code)
    clerk.send(f"{HERE}/email/code", 422, address=ADDRESS, asked=asked, code=code)
    wang.send(f"{HERE}/email/code", address=ADDRESS, asked=asked, code=code)
    wang.send(f"{HERE}/email/code", 422, address=ADDRESS, asked=asked, code=code)
    assert "ma…@example.cn" in wang.get(HERE)


@pytest.mark.parametrize("address", ["mail", "a@b", "a@b.cn\nBcc: c@d.cn", "a b@c.cn", "甲@c.cn", "a@c.cn,d@e.cn"])
def test_what_is_no_address_gets_no_code(hall: Hall, letters: list[dict[str, str]], address: str) -> None:
    hall.enter("wang").send(f"{HERE}/email", 422, address=address)
    assert left() == letters


def test_one_account_does_not_flood_addresses(hall: Hall, letters: list[dict[str, str]]) -> None:
    wang = hall.enter("wang")
    for number in range(5):
        wang.send(f"{HERE}/email", 200, address=f"a{number}@example.cn")
    wang.send(f"{HERE}/email", 429, address="a5@example.cn")
    assert len(left()) == 5


def test_an_address_goes_under_the_new_key_and_with_the_person(hall: Hall, letters: list[dict[str, str]]) -> None:
    proved(hall.enter("wang"))
    with open_session(Actor.system().scope) as session:
        before = session.scalars(select(Account).where(Account.login == "wang")).one().email_sealed
    privacy.add_key()
    rekeying.rewrap_everything()
    with open_session(Actor.system().scope, write=True) as session:
        account = session.scalars(select(Account).where(Account.login == "wang")).one()
        assert account.email_sealed != before
        assert email_of(account) == ADDRESS
        erasure.erase_person(session, Actor.system(), person_id=account.person_id or 0)
        session.flush()
        assert account.email_sealed is None

"""R7: every posted message arrives at least once under one key, and none of a rolled-back transaction."""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from centre import clock, outbox
from centre.audit import AuditEntry
from centre.database import open_session
from centre.network import Centre, CentreLevel
from centre.outbox import SIGN_IN_CODE, Delivery, Message, post
from centre.people import Person, new_person
from centre.permissions import Actor
from centre.privacy import forget_keys
from centre.senders import drain, drain_outbox, open_sender
from centre.senders.actions import put_back
from centre.senders.outgoing import Outgoing
from centre.senders.queries import dead_letters, delivery_counts
from centre.senders.rules import MOST_ATTEMPTS
from tests.centre.senders.receiver import UNKNOWN_PHONE, arrivals, receiving
from tests.databases import settings_from
from tests.ordeal.lengths import length
from tests.ordeal.servers import free_port
from tests.planted import planted

SYSTEM = Actor.system()
NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)
NUMBER = length(50, 20_000)
SECRET = "gateway-secret"
TEMPLATE = """
address = "http://127.0.0.1:{port}/send?to={{phone}}"
body = '{{"mobile": "{{phone}}", "content": "{{text}}", "id": "{{key}}"}}'
success = '"code": ?0'
refused = '"code": ?10'
[headers]
Content-Type = "application/json"
X-Sign = "{{signature}}"
X-Time = "{{time}}"
[signature]
over = "{{time}}\\n{{body}}"
"""


class Site:
    """A receiver that can be down, and the settings by which the outbox reaches it."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.port, self.file = kind, free_port(), folder / "arrived.jsonl"
        self.settings: dict[str, str] = {"sender": kind, "messages_a_day": "100000"}
        if kind == "smtp":
            self.settings |= {
                "smtp_host": "127.0.0.1", "smtp_port": str(self.port), "smtp_security": "none",
                "smtp_from": "centre@city.example", "smtp_to": "{phone}@sms.example",
            }  # fmt: skip
        else:
            template = folder / "gateway.toml"
            template.write_text(TEMPLATE.format(port=self.port), encoding="utf-8")
            self.settings |= {"sms_gateway": str(template), "sms_secret": SECRET}

    @contextmanager
    def up(self) -> Iterator[None]:
        """The receiver answers."""
        with receiving("smtp" if self.kind == "smtp" else "http", self.port, self.file):
            yield

    @property
    def keys(self) -> Counter[str]:
        """How often each key has arrived."""
        return Counter(arrival["key"] for arrival in arrivals(self.file))


@pytest.fixture(params=["smtp", "gateway"])
def site(request: pytest.FixtureRequest, any_database: str, tmp_path: Path) -> Iterator[Site]:
    """Some people with telephones, noon, and a receiver that is still down."""
    del any_database
    forget_keys()
    new_site = Site(request.param, tmp_path)
    with settings_from(**new_site.settings), clock.frozen(NOON):
        with open_session(SYSTEM.scope, write=True) as session:
            session.add(Centre(id=1, code="C1", name="中心", level=CentreLevel.CITY, region_code="330600"))
            session.flush()
            for number in range(10):
                person = new_person(centre_id=1, name=f"甲{number}")
                person.set_phone(f"1380000000{number}")
                session.add(person)
        yield new_site


def post_some(number: int = NUMBER) -> set[str]:
    """Post messages, every fifth in a transaction that is rolled back; returns the keys of those that stand."""
    kept = set()
    for n in range(number):
        dedupe_key = f"test:{n}"
        try:
            with open_session(SYSTEM.scope, write=True) as session:
                outbox.post(
                    session,
                    kind="test",
                    to_person_id=n % 10 + 1,
                    title="面试提醒",
                    body=f"第 {n} 条",
                    dedupe_key=dedupe_key,
                )
                if n % 5 == 4:
                    raise LookupError
            kept.add(dedupe_key)
        except LookupError:
            continue
    return kept


def drain_by_two() -> None:
    """Two workers at once, until nothing is due."""
    with ThreadPoolExecutor(2) as pool:
        works = [pool.submit(copy_context().run, drain_outbox) for _ in range(2)]
        for work in works:
            work.result()


def down_then_drained(site: Site) -> None:
    """The promise, from the first post to the empty outbox, with a worker that dies right after a send."""
    posted = post_some()
    assert drain_outbox() == 0
    with site.up(), clock.frozen(NOON + timedelta(minutes=2)):
        with planted(drain, _settle=_die), pytest.raises(KeyboardInterrupt):
            drain_outbox()
        drain_by_two()
    with site.up(), clock.frozen(NOON + timedelta(minutes=20)):
        drain_by_two()
    expected = {drain.message_key(dedupe_key) for dedupe_key in posted}
    assert set(site.keys) == expected
    assert sum(site.keys.values()) == len(posted) + 1, "only the one whose sender died went twice"
    with open_session(SYSTEM.scope) as session:
        assert delivery_counts(session) == {Delivery.SENT: len(posted)}


def _die(*_arguments: Any, **_values: Any) -> bool:
    raise KeyboardInterrupt


def test_messages_arrive_once_the_receiver_is_back_and_none_that_was_rolled_back(site: Site) -> None:
    down_then_drained(site)
    texts = {arrival["text"] for arrival in arrivals(site.file)}
    assert "面试提醒：第 0 条" in texts
    assert not any("甲" in text for text in texts)


def test_a_planted_note_before_the_send_is_caught(site: Site) -> None:
    def note_first(sender: Any, claimed: drain.Claimed) -> bool:
        drain._settle(claimed, delivery=Delivery.SENT)
        sender.send(claimed.outgoing)
        return True

    with planted(drain, deliver=note_first), pytest.raises(AssertionError):
        down_then_drained(site)


def test_a_planted_fresh_key_for_each_send_is_caught(site: Site) -> None:
    fresh = iter(range(10**9))
    with planted(drain, message_key=lambda _dedupe_key: f"k{next(fresh)}"), pytest.raises(AssertionError):
        down_then_drained(site)


def test_a_planted_send_before_the_commit_is_caught(site: Site) -> None:
    def send_at_once(session: Any, **message: Any) -> None:
        post(session, **message)
        with open_sender() as sender:
            key = drain.message_key(message["dedupe_key"])
            sender.send(Outgoing(key, "13800000001", message["title"], message["body"]))

    with site.up(), planted(outbox, post=send_at_once):
        posted = post_some(10)
    assert set(site.keys) > {drain.message_key(dedupe_key) for dedupe_key in posted}


def test_a_telephone_that_nobody_has_is_a_dead_letter_and_can_be_put_back(site: Site) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Person, 1).set_phone(UNKNOWN_PHONE)
        post(session, kind="test", to_person_id=1, title="通知", dedupe_key="a")
    with site.up():
        drain_outbox()
        with open_session(SYSTEM.scope) as session:
            (letter,) = dead_letters(session)
        assert (letter.kind, letter.attempts) == ("test", 1)
        assert UNKNOWN_PHONE not in letter.last_error
        with open_session(SYSTEM.scope, write=True) as session:
            session.get_one(Person, 1).set_phone("13800000001")
            assert put_back(session, SYSTEM, message_ids=[letter.id]) == 1
        drain_outbox()
    assert [arrival["to"][:11] for arrival in arrivals(site.file)] == ["13800000001"]
    with open_session(SYSTEM.scope) as session:
        assert "outbox.put-back" in session.scalars(select(AuditEntry.action)).all()


def test_after_two_days_of_silence_a_message_is_given_up(site: Site) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        post(session, kind="test", to_person_id=1, title="通知", dedupe_key="a")
    tries, at = 0, NOON
    while state() == (Delivery.WAITING, tries):
        with clock.frozen(at):
            drain_outbox()
        tries, at = tries + 1, at + timedelta(hours=5)
        at = at if 8 <= clock.local(at).hour < 21 else at + timedelta(hours=12)
    assert (state(), tries) == ((Delivery.DEAD, MOST_ATTEMPTS), MOST_ATTEMPTS)


def state() -> tuple[Delivery, int]:
    with open_session(SYSTEM.scope) as session:
        message = session.scalars(select(Message)).one()
        return message.delivery, message.attempts


def test_a_code_leaves_at_night_and_other_messages_wait_for_the_morning(site: Site) -> None:
    night = NOON + timedelta(hours=12)
    with site.up(), clock.frozen(night):
        with open_session(SYSTEM.scope, write=True) as session:
            post(session, kind="test", to_person_id=1, title="通知", dedupe_key="a")
            post(session, kind=SIGN_IN_CODE, title="验证码", body="123456", dedupe_key="b", to_phone="13800000005")
            post(session, kind=SIGN_IN_CODE, title="验证码", body="654321", dedupe_key="c", to_phone="")
            post(
                session, kind=SIGN_IN_CODE, title="验证码", body="000000", dedupe_key="d", to_phone="13800000006",
                expires_at=night - timedelta(seconds=1),
            )  # fmt: skip
        drain_outbox()
        assert [(arrival["to"][:11], arrival["text"]) for arrival in arrivals(site.file)] == [("13800000005", "123456")]
        with clock.frozen(night + timedelta(hours=8, minutes=1)):
            drain_outbox()
    assert arrivals(site.file)[1]["text"] == "通知"
    with open_session(SYSTEM.scope) as session:
        assert delivery_counts(session) == {Delivery.SENT: 2, Delivery.INBOX: 1, Delivery.EXPIRED: 1}
        assert session.scalars(select(Message.address_sealed).where(Message.address_sealed.is_not(None))).all() == []


def test_who_reads_the_pages_only_gets_codes_and_nothing_else(site: Site) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Person, 1).pages_only = True
        for person_id in (1, 2):
            post(session, kind="test", to_person_id=person_id, title="通知", dedupe_key=f"a{person_id}")
        post(
            session, kind=SIGN_IN_CODE, to_person_id=1, title="验证码", body="123456", dedupe_key="b",
            to_phone="13800000000",
        )  # fmt: skip
    with site.up():
        drain_outbox()
    assert sorted(arrival["to"][:11] for arrival in arrivals(site.file)) == ["13800000000", "13800000001"]
    with open_session(SYSTEM.scope) as session:
        assert delivery_counts(session) == {Delivery.SENT: 2, Delivery.INBOX: 1}


def test_own_quiet_hours_hold_back_all_but_codes(site: Site) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        person = session.get_one(Person, 1)
        person.quiet_from, person.quiet_until = 11, 14  # it is noon in the city
        post(session, kind="test", to_person_id=1, title="通知", dedupe_key="a")
        post(session, kind=SIGN_IN_CODE, to_person_id=1, title="验证码", body="123456", dedupe_key="b")
    with site.up():
        drain_outbox()
        assert [arrival["text"] for arrival in arrivals(site.file)] == ["123456"]
        with clock.frozen(NOON + timedelta(hours=2, minutes=1)):
            drain_outbox()
    assert [arrival["text"] for arrival in arrivals(site.file)] == ["123456", "通知"]


def test_a_planted_sender_that_forgets_what_people_chose_is_caught(site: Site) -> None:
    with planted(drain, _own_quiet=lambda *_: None), pytest.raises(AssertionError):
        test_own_quiet_hours_hold_back_all_but_codes(site)


def test_one_telephone_gets_no_more_than_its_share_of_a_day(site: Site) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        for n in range(5):
            post(session, kind="test", to_person_id=1, title=f"通知 {n}", dedupe_key=f"a{n}")
    with site.up(), settings_from(messages_a_day="3"):
        drain_outbox()
        assert len(arrivals(site.file)) == 3
        with clock.frozen(NOON + timedelta(days=1)):
            drain_outbox()
    assert len(arrivals(site.file)) == 5


def test_an_identity_number_never_leaves_whole(site: Site) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        post(session, kind="test", to_person_id=1, title="核对", body="证件 610499197503080022 已登记", dedupe_key="a")
    with site.up():
        drain_outbox()
    assert arrivals(site.file)[0]["text"] == "核对：证件 610****0022 已登记"


def test_the_gateway_gets_a_signature_that_it_can_check(site: Site) -> None:
    if site.kind == "smtp":
        pytest.skip("mail is not signed")
    with open_session(SYSTEM.scope, write=True) as session:
        post(session, kind="test", to_person_id=1, title='引号"和\\', dedupe_key="a")
    with site.up():
        drain_outbox()
    (arrival,) = arrivals(site.file)
    signed = f"{arrival['time']}\n{arrival['body']}".encode()
    assert hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest() == arrival["signature"]
    assert json.loads(arrival["body"])["content"] == '引号"和\\'

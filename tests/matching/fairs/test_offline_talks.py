"""Talks that a booth recorded without network merge without duplicates or loss (FA-12)."""

import random
from datetime import datetime, timedelta

import pytest

from centre import clock
from centre.database import open_session
from centre.scopes import ScopedSession
from employers.fairs.actions import advance_fair
from employers.fairs.queries import fair as fair_in_sight
from matching.fairs.contacts.actions import ReceivedTalks, receive_talks, record_contact
from matching.fairs.contacts.queries import contacts_at, figures_of
from matching.fairs.contacts.rules import ContactDraft, NotTheDay, Outcome, TalkBatch, TalkScan
from matching.fairs.visitors.rules import TicketDraft, TicketSource, subject_of
from matching.fairs.visitors.tickets import register_visitor
from tests.employers.browser import Opener
from tests.employers.world import ORGANISER, add_employer, at, boss
from tests.matching.fairs.test_contacts import build

DEVICE = "11111111-aaaa"


@pytest.fixture
def booth(session: ScopedSession) -> tuple[int, int, str]:
    """A fair that is on: its id, a booth's, and the code of a ticket."""
    add_employer(session)
    fair_id, booth_id, code = build(session)
    with clock.frozen(at(9)):
        advance_fair(session, ORGANISER, fair_id=fair_id, event="start")
    return fair_id, booth_id, code


def talk(counter: int, subject: str, outcome: Outcome, when: datetime) -> TalkScan:
    return TalkScan(counter=counter, subject=subject, outcome=outcome, wall_at=when)


def send(session: ScopedSession, booth_id: int, *talks: TalkScan, device: str = DEVICE) -> ReceivedTalks:
    return receive_talks(session, boss(), booth_id=booth_id, batch=TalkBatch(device=device, scans=talks))


def test_a_queue_that_is_sent_twice_and_shuffled_counts_once(
    session: ScopedSession, booth: tuple[int, int, str]
) -> None:
    fair_id, booth_id, code = booth
    codes = [code, *(_ticket(session, fair_id) for _ in range(9))]
    with clock.frozen(at(11)):
        talks = [
            talk(number, subject_of(codes[number % 10]) if number % 3 else "", Outcome.INTENTION, at(10, number))
            for number in range(1, 41)
        ]
        for turn in range(3):
            random.Random(turn).shuffle(talks)
            for start in range(0, 40, 7):
                send(session, booth_id, *talks[start : start + 7])
        unnamed = sum(number % 3 == 0 for number in range(1, 41))
        kept = contacts_at(session, booth_id)
        assert len(kept) == unnamed + 10
        assert figures_of(session, fair_in_sight(session, fair_id)).intentions == unnamed + 10


def _ticket(session: ScopedSession, fair_id: int) -> str:
    return register_visitor(session, fair_id=fair_id, draft=TicketDraft(), source=TicketSource.ONLINE).code


@pytest.mark.parametrize("is_late_first", [False, True])
def test_of_two_outcomes_the_later_one_counts_whenever_each_arrives(
    session: ScopedSession, booth: tuple[int, int, str], is_late_first: bool
) -> None:
    _, booth_id, code = booth
    two = [(1, Outcome.TALKED, at(10)), (2, Outcome.OFFER, at(10, 30))]
    with clock.frozen(at(11)):
        for counter, outcome, when in reversed(two) if is_late_first else two:
            send(session, booth_id, talk(counter, subject_of(code), outcome, when), device=f"{DEVICE}-{counter}")
        (kept,) = contacts_at(session, booth_id)
        assert (kept.outcome, kept.at) == (Outcome.OFFER, at(10, 30))


def test_a_talk_from_before_does_not_replace_what_was_entered_since(
    session: ScopedSession, booth: tuple[int, int, str]
) -> None:
    _, booth_id, code = booth
    with clock.frozen(at(10, 45)):
        record_contact(session, boss(), booth_id=booth_id, draft=ContactDraft(code=code, outcome=Outcome.OFFER))
        assert send(session, booth_id, talk(1, subject_of(code), Outcome.NONE, at(10))).kept == 0
        assert contacts_at(session, booth_id)[0].outcome is Outcome.OFFER


def test_a_ticket_that_nobody_has_is_reported_and_the_talk_is_kept(
    session: ScopedSession, booth: tuple[int, int, str]
) -> None:
    _, booth_id, _ = booth
    with clock.frozen(at(11)):
        strange = talk(1, subject_of("ZZZZ-ZZZZ"), Outcome.TALKED, at(10))
        assert send(session, booth_id, strange) == ReceivedTalks(sent=1, kept=1, unknown=1)
        assert send(session, booth_id, strange) == ReceivedTalks(sent=1, kept=0, unknown=1)
        assert [kept.visitor_id for kept in contacts_at(session, booth_id)] == [None]


def test_a_clock_that_runs_ahead_dates_no_talk_into_the_future(
    session: ScopedSession, booth: tuple[int, int, str]
) -> None:
    _, booth_id, code = booth
    with clock.frozen(at(11)):
        ahead = talk(1, subject_of(code), Outcome.TALKED, at(11) + timedelta(days=400))
        behind = TalkScan(
            counter=2, subject="", outcome=Outcome.NONE, wall_at=at(1), anchor_at=at(10), elapsed_ms=90_000
        )
        send(session, booth_id, ahead, behind)
        assert sorted(kept.at for kept in contacts_at(session, booth_id)) == [at(10, 1) + timedelta(seconds=30), at(11)]


def test_before_the_day_and_after_the_report_nothing_is_received(session: ScopedSession) -> None:
    add_employer(session)
    _, booth_id, code = build(session)
    with pytest.raises(NotTheDay):
        send(session, booth_id, talk(1, subject_of(code), Outcome.TALKED, at(10)))


def test_a_queue_is_sent_over_http_by_the_booth_alone(as_: Opener) -> None:
    with open_session(ORGANISER.scope, write=True) as session:
        fair_id, booth_id, code = build(session)
        with clock.frozen(at(9)):
            advance_fair(session, ORGANISER, fair_id=fair_id, event="start")
    scan = {"counter": 1, "subject": subject_of(code), "outcome": "offer", "wall_at": at(10).isoformat()}
    path = f"/api/v1/fairs/booths/{booth_id}/talks"
    with clock.frozen(at(11)):
        own, other = as_("employer1"), as_("employer2")
        answers = [own.post(path, json={"device": DEVICE, "scans": [scan]}) for _ in range(2)]
        assert [answer.json()["kept"] for answer in answers] == [1, 0]
        assert other.post(path, json={"device": DEVICE, "scans": [scan]}).status_code == 404
        assert own.post(path, json={"device": DEVICE, "scans": [scan | {"outcome": "married"}]}).status_code == 422
    with open_session(ORGANISER.scope) as session:
        assert len(contacts_at(session, booth_id)) == 1

"""R4 and R5 at fairs: tickets and booths over HTTP are never given out twice, and a slot has one interview."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import httpx2 as httpx
import pytest
from sqlalchemy import func, select

from centre.database import open_session
from centre.permissions import Actor
from employers.fairs.booth_rules import BoothState
from employers.fairs.models import Booth, Fair
from matching.fairs.interviews.models import BookedInterview, InterviewGuest
from matching.fairs.visitors.models import FairDoor, Visitor
from tests.ordeal.crowd import Queue, line_up
from tests.ordeal.lengths import length
from tests.ordeal.servers import Server, csrf_of, serving_many, sign_in

PROCESSES, HANDS, TIMES = 3, 8, 5
PLACES, ASKING = 42, length(120, 280)  # below the tickets of one network address in an hour
KEYS = length(12, 50)
SYSTEM = Actor.system()

pytestmark = pytest.mark.usefixtures("any_database")


def with_door(places: int) -> Queue:
    """A fair with a number of tickets."""
    queue = line_up(employers=KEYS, booths=KEYS)
    with open_session(SYSTEM.scope, write=True) as session:
        centre_id = session.get_one(Fair, queue.fair_id).centre_id
        session.add(FairDoor(fair_id=queue.fair_id, centre_id=centre_id, places=places, gates=[]))
    return queue


def ask_for_tickets(servers: Sequence[Server], queue: Queue) -> Counter[int]:
    """Ask for tickets on all servers; returns the statuses."""
    clients = [sign_in(server.url, queue.login) for server in servers]

    def ask(number: int) -> int:
        client: httpx.Client = clients[number % len(clients)]
        return int(client.post(f"/api/v1/fairs/{queue.fair_id}/visitors", json={"heads": 1}).status_code)

    with ThreadPoolExecutor(HANDS) as pool:
        statuses = Counter(pool.map(ask, range(ASKING)))
    for client in clients:
        client.close()
    return statuses


def test_exactly_as_many_visitors_as_places_get_a_ticket_and_the_others_are_refused() -> None:
    queue = with_door(PLACES)
    with serving_many(PROCESSES) as servers:
        statuses = ask_for_tickets(servers, queue)
    assert statuses == Counter({201: PLACES, 409: ASKING - PLACES})
    with open_session(SYSTEM.scope) as session:
        taken = session.scalar(select(FairDoor.taken).where(FairDoor.fair_id == queue.fair_id))
        rows = session.scalar(select(func.count()).select_from(Visitor))
    assert taken == rows == PLACES


def answers(
    servers: Sequence[Server], login: str, send: Callable[[httpx.Client, int, str], httpx.Response]
) -> list[set[bytes]]:
    """Send each of some requests five times at once under one key; returns the distinct answers of each key."""
    clients = [sign_in(server.url, login) for server in servers]
    keys = [uuid4().hex for _ in range(KEYS)]

    def ask(task: int) -> bytes:
        number, turn = divmod(task, TIMES)
        answer = send(clients[(number + turn) % len(clients)], number, keys[number])
        assert answer.status_code == 201, answer.text
        return bytes(answer.content)

    with ThreadPoolExecutor(TIMES * 2) as pool:
        bodies = list(pool.map(ask, range(KEYS * TIMES)))
    for client in clients:
        client.close()
    return [set(bodies[number * TIMES : (number + 1) * TIMES]) for number in range(KEYS)]


def test_five_identical_requests_give_one_ticket_and_one_booth() -> None:
    queue = with_door(0)

    def ticket(client: httpx.Client, number: int, key: str) -> httpx.Response:
        body, headers = {"heads": number % 3 + 1}, {"idempotency-key": key}
        return client.post(f"/api/v1/fairs/{queue.fair_id}/visitors", json=body, headers=headers)

    def booth(client: httpx.Client, number: int, key: str) -> httpx.Response:
        body = {"employer_id": queue.employer_ids[number], "contact_name": "演示"}
        return client.post(f"/api/v1/fairs/{queue.fair_id}/booths", json=body, headers={"idempotency-key": key})

    with serving_many(PROCESSES) as servers:
        for send in (ticket, booth):
            assert all(len(given) == 1 for given in answers(servers, queue.login, send))
    with open_session(SYSTEM.scope) as session:
        for model in (Visitor, Booth):
            assert session.scalar(select(func.count()).select_from(model)) == KEYS


def test_wishes_and_plans_at_the_same_moment_book_no_slot_twice() -> None:
    queue = with_door(0)
    with open_session(SYSTEM.scope, write=True) as session:
        for number, employer_id in enumerate(queue.employer_ids[:3], 1):
            session.add(
                Booth(
                    fair_id=queue.fair_id, employer_id=employer_id, contact_name="王", booth_no=number,
                    state=BoothState.ASSIGNED,
                )
            )  # fmt: skip
        session.flush()
        booth_ids = list(session.scalars(select(Booth.id).order_by(Booth.id)))
    with serving_many(PROCESSES) as servers:
        with closing(sign_in(servers[0].url, queue.login)) as client:
            address = f"/api/v1/fairs/{queue.fair_id}/visitors"
            codes = [client.post(address, json={}).json()["code"] for _ in range(6)]

        def wish(task: int) -> int:
            server, code = servers[task % PROCESSES], codes[task // PROCESSES]
            origin = {"origin": server.url}
            form = {"booth_ids": [str(number) for number in booth_ids]}
            return int(httpx.post(f"{server.url}/tickets/{code}/wishes", data=form, headers=origin).status_code)

        organisers = [sign_in(server.url, queue.login) for server in servers]

        def plan(task: int) -> int:
            client = organisers[task % PROCESSES]
            page = f"/organiser/fairs/{queue.fair_id}/interviews"
            form = {"_csrf": csrf_of(client.get(page).text)}
            return int(client.post(f"{page}/plan", data=form, follow_redirects=False).status_code)

        with ThreadPoolExecutor(HANDS) as pool:
            wished = Counter(pool.map(wish, range(len(codes) * PROCESSES)))
            planned = Counter(pool.map(plan, range(6)))
        for client in organisers:
            client.close()
    # A form that is no longer what its reader saw is refused with a page; nothing breaks.
    assert set(wished) <= {303, 409, 412, 422}
    # A plan that meets another is refused, or asked to come again after too long a wait, and changes nothing.
    assert set(planned) <= {303, 409, 503}
    assert planned[303]
    with open_session(SYSTEM.scope) as session:
        assert session.scalar(select(func.count()).select_from(InterviewGuest)) == len(codes)
        rows = session.scalars(select(BookedInterview)).all()
    assert len({row.visitor_id for row in rows}) == len(codes)
    assert len({(row.booth_id, row.panel, row.slot) for row in rows}) == len(rows)
    assert len({(row.visitor_id, row.slot) for row in rows}) == len(rows)

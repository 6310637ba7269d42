"""R4: under concurrency exactly as many get a seat or a booth as there are; the others are refused cleanly."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

import httpx2 as httpx
import pytest
from sqlalchemy import func, select

from centre.database import open_session
from centre.permissions import Actor
from employers.fairs.booth_rules import HOLDING_BOOTH, BoothState
from employers.fairs.models import Booth, Fair
from tests.ordeal.crowd import Crowd, Queue, gather, line_up
from tests.ordeal.lengths import length
from tests.ordeal.servers import Server, serving_many, sign_in
from training.classes.models import TrainingClass
from training.enrolments.models import Enrolment

CLAIMS, SEATS, PROCESSES, HANDS = length(500, 10_000), 60, 3, 8
SEEDS = range(4, length(5, 24))
REQUESTS, BOOTHS = length(200, 2_000), 42


def claim_seats(servers: Sequence[Server], crowd: Crowd, seed: int) -> Counter[int]:
    """Enrol the whole crowd in the same class on all servers; returns the statuses."""
    people = list(crowd.person_ids)
    random.Random(seed).shuffle(people)
    clients = [sign_in(server.url, crowd.login) for server in servers]

    def ask(number: int) -> int:
        client: httpx.Client = clients[number % len(clients)]
        answer = client.post(f"/api/v1/classes/{crowd.class_id}/enrolments", json={"person_id": people[number]})
        status: int = answer.status_code
        return status

    with ThreadPoolExecutor(HANDS) as pool:
        statuses = Counter(pool.map(ask, range(len(people))))
    for client in clients:
        client.close()
    return statuses


def faults(statuses: Counter[int], crowd: Crowd) -> list[str]:
    """Violations of the promise; empty when it holds."""
    with open_session(Actor.system().scope) as session:
        rows = session.scalar(select(func.count()).where(Enrolment.class_id == crowd.class_id)) or 0
        taken = session.scalar(select(TrainingClass.taken).where(TrainingClass.id == crowd.class_id))
    problems = []
    if statuses[201] != crowd.seats or rows != crowd.seats or taken != crowd.seats:
        problems.append(f"{statuses[201]} told yes, {rows} rows, counter {taken}, seats {crowd.seats}")
    if set(statuses) - {201, 409}:
        problems.append(f"other answers: {dict(statuses)}")
    return problems


@pytest.mark.parametrize("seed", SEEDS)
def test_exactly_as_many_learners_as_seats_are_enrolled(any_database: str, seed: int) -> None:
    crowd = gather(people=CLAIMS, seats=SEATS)
    with serving_many(PROCESSES) as servers:
        statuses = claim_seats(servers, crowd, seed)
    figures = {"name": "R4", "claims": CLAIMS, "seats": SEATS, "answers": dict(statuses), "seed": seed}
    print(json.dumps(figures | {"database": any_database.split(":")[0], "sqlalchemy": version("sqlalchemy")}))
    assert faults(statuses, crowd) == []


@pytest.mark.usefixtures("any_database")
def test_planted_seat_counting_before_insertion_is_caught() -> None:
    crowd = gather(people=120, seats=20)
    with serving_many(PROCESSES, "tests.ordeal.mutants:overbooking_app") as servers:
        statuses = claim_seats(servers, crowd, seed=4)
    assert faults(statuses, crowd)


def ask_for_booths(servers: Sequence[Server], queue: Queue) -> Counter[str]:
    """Apply for a booth at the same fair as every employer, on all servers; returns the outcomes."""
    clients = [sign_in(server.url, queue.login) for server in servers]

    def ask(number: int) -> str:
        client: httpx.Client = clients[number % len(clients)]
        body = {"employer_id": queue.employer_ids[number], "contact_name": "演示"}
        answer = client.post(f"/api/v1/fairs/{queue.fair_id}/booths", json=body)
        return str(answer.json()["state"]) if answer.status_code == 201 else str(answer.status_code)

    with ThreadPoolExecutor(HANDS) as pool:
        outcomes = Counter(pool.map(ask, range(len(queue.employer_ids))))
    for client in clients:
        client.close()
    return outcomes


def misbooked(outcomes: Counter[str], queue: Queue) -> list[str]:
    """Violations of the promise for booths; empty when it holds."""
    with open_session(Actor.system().scope) as session:
        holding = select(func.count()).where(Booth.fair_id == queue.fair_id, Booth.state.in_(HOLDING_BOOTH))
        rows = session.scalar(holding) or 0
        taken = session.scalar(select(Fair.booths_taken).where(Fair.id == queue.fair_id))
    wanted = Counter({BoothState.APPLIED.value: queue.booths})
    wanted[BoothState.WAITLISTED.value] = len(queue.employer_ids) - queue.booths
    problems = [] if outcomes == wanted else [f"told {dict(outcomes)}"]
    return problems if rows == taken == queue.booths else [*problems, f"{rows} rows, counter {taken}"]


@pytest.mark.usefixtures("any_database")
def test_exactly_as_many_employers_as_booths_get_one_and_the_others_wait() -> None:
    queue = line_up(employers=REQUESTS, booths=BOOTHS)
    with serving_many(PROCESSES) as servers:
        outcomes = ask_for_booths(servers, queue)
    assert misbooked(outcomes, queue) == []


@pytest.mark.usefixtures("any_database")
def test_planted_booth_counting_before_insertion_is_caught() -> None:
    queue = line_up(employers=100, booths=20)
    with serving_many(PROCESSES, "tests.ordeal.mutants:overbooking_app") as servers:
        outcomes = ask_for_booths(servers, queue)
    assert misbooked(outcomes, queue)

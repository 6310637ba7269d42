"""R4: however many ask at once, exactly as many get a seat as there are; the rest are told so, nothing breaks."""

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
from tests.ordeal.crowd import Crowd, gather
from tests.ordeal.lengths import length
from tests.ordeal.servers import Server, serving_many, sign_in
from training.classes.models import TrainingClass
from training.enrolments.models import Enrolment

CLAIMS, SEATS, PROCESSES, HANDS = length(500, 10_000), 60, 3, 8
SEEDS = range(4, length(5, 24))


def claim_seats(servers: Sequence[Server], crowd: Crowd, seed: int) -> Counter[int]:
    """Everybody in the crowd asks for a seat of the same class, over all servers; gives the statuses."""
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
    """What is wrong with the outcome; nothing when the promise holds."""
    with open_session(Actor.system().scope) as session:
        rows = session.scalar(select(func.count()).where(Enrolment.class_id == crowd.class_id)) or 0
        taken = session.scalar(select(TrainingClass.taken).where(TrainingClass.id == crowd.class_id))
    found = []
    if statuses[201] != crowd.seats or rows != crowd.seats or taken != crowd.seats:
        found.append(f"{statuses[201]} told yes, {rows} rows, counter {taken}, seats {crowd.seats}")
    if set(statuses) - {201, 409}:
        found.append(f"other answers: {dict(statuses)}")
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_exactly_as_many_learners_as_seats_are_enrolled(any_database: str, seed: int) -> None:
    crowd = gather(people=CLAIMS, seats=SEATS)
    with serving_many(PROCESSES) as servers:
        statuses = claim_seats(servers, crowd, seed)
    figures = {"name": "R4", "claims": CLAIMS, "seats": SEATS, "answers": dict(statuses), "seed": seed}
    print(json.dumps(figures | {"database": any_database.split(":")[0], "sqlalchemy": version("sqlalchemy")}))
    assert faults(statuses, crowd) == []


@pytest.mark.usefixtures("any_database")
def test_the_harness_notices_seats_that_are_counted_before_they_are_taken() -> None:
    crowd = gather(people=120, seats=20)
    with serving_many(PROCESSES, "tests.ordeal.mutants:overbooking_app") as servers:
        statuses = claim_seats(servers, crowd, seed=4)
    assert faults(statuses, crowd)

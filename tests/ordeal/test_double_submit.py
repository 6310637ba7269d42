"""R5: five identical concurrent requests act once and get the same response."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import httpx2 as httpx
import pytest
from sqlalchemy import func, select

from centre.database import open_session
from centre.permissions import Actor
from tests.ordeal.crowd import Crowd, gather
from tests.ordeal.lengths import length
from tests.ordeal.servers import Server, serving_many, sign_in
from training.enrolments.models import Enrolment

KEYS, TIMES, PROCESSES = length(50, 1_000), 5, 3

Answer = tuple[int, bytes]


def send_all(servers: Sequence[Server], crowd: Crowd) -> list[set[Answer]]:
    """Enrol each person five times concurrently with one key; returns the distinct responses of each key."""
    clients = [sign_in(server.url, crowd.login) for server in servers]
    keys = [uuid4().hex for _ in crowd.person_ids]

    def send(task: int) -> Answer:
        number, turn = divmod(task, TIMES)
        client: httpx.Client = clients[(number + turn) % len(clients)]
        answer = client.post(
            f"/api/v1/classes/{crowd.class_id}/enrolments",
            json={"person_id": crowd.person_ids[number]},
            headers={"idempotency-key": keys[number]},
        )
        return answer.status_code, answer.content

    with ThreadPoolExecutor(TIMES * 2) as pool:
        answers = list(pool.map(send, range(len(keys) * TIMES)))
    for client in clients:
        client.close()
    return [set(answers[number * TIMES : (number + 1) * TIMES]) for number in range(len(keys))]


def faults(answers: Sequence[set[Answer]], crowd: Crowd) -> list[str]:
    """Violations of the promise; empty when it holds."""
    with open_session(Actor.system().scope) as session:
        rows = session.scalar(select(func.count()).where(Enrolment.class_id == crowd.class_id))
    problems = [f"{len(given)} different answers" for given in answers if len(given) != 1]
    problems += [f"answered {status}" for given in answers for status, _ in given if status != 201]
    if rows != len(crowd.person_ids):
        problems.append(f"{rows} rows for {len(crowd.person_ids)} keys")
    return problems


def test_five_identical_concurrent_requests_act_once_and_get_the_same_response(any_database: str) -> None:
    crowd = gather(people=KEYS, seats=KEYS + 10)
    with serving_many(PROCESSES) as servers:
        answers = send_all(servers, crowd)
    print(json.dumps({"name": "R5", "keys": KEYS, "times": TIMES, "database": any_database.split(":")[0]}))
    assert faults(answers, crowd) == []


@pytest.mark.usefixtures("any_database")
def test_an_idempotency_key_is_bound_to_its_content_and_account() -> None:
    crowd = gather(people=3, seats=10)
    address = f"/api/v1/classes/{crowd.class_id}/enrolments"
    key = {"idempotency-key": "the-same"}
    with serving_many(1) as servers:
        with closing(sign_in(servers[0].url, crowd.login)) as client:
            first = client.post(address, json={"person_id": crowd.person_ids[0]}, headers=key)
            other_content = client.post(address, json={"person_id": crowd.person_ids[1]}, headers=key)
        stranger = httpx.post(servers[0].url + address, json={"person_id": crowd.person_ids[0]}, headers=key)
    assert first.status_code == 201
    assert (other_content.status_code, other_content.json()["title"]) == (422, "key-reused")
    assert stranger.status_code == 401
    assert first.content not in stranger.content


@pytest.mark.usefixtures("any_database")
def test_planted_keys_stored_after_the_commit_are_caught() -> None:
    crowd = gather(people=20, seats=60)
    with serving_many(PROCESSES, "tests.ordeal.mutants:forgetful_app") as servers:
        answers = send_all(servers, crowd)
    assert faults(answers, crowd)

"""R2: PostgreSQL is killed, stopped or frozen under load: nothing acknowledged is lost, readers hear 503 in time."""

import json
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import httpx2 as httpx
import pytest
from sqlalchemy import select

from centre import schema
from centre.database import open_session
from centre.permissions import Actor
from centre.postgresql import CONNECT_SECONDS, REMEMBERED_SECONDS, SILENCE_SECONDS
from tests.databases import OWNER, SERVICE, Cluster, make_tables, settings_from
from tests.ordeal.crowd import Crowd, gather
from tests.ordeal.lengths import length
from tests.ordeal.servers import Server, serving, sign_in
from training.enrolments.models import Enrolment

PEOPLE, TIMES = length(3_000, 6_000), length(1, 20)
WRITE_PAUSE = 0.05
"""Seconds between two writes, so that the people last until the end of the last outage."""
LOAD_SECONDS, AWAY_SECONDS = 1.5, length(7, 12)
READERS = 6
SLOWEST = SILENCE_SECONDS + 2 * CONNECT_SECONDS + 4
"""A connection hears nothing, the server is asked, and the page says so; four seconds more for a busy machine."""
HEALTHY_SECONDS = 1.0


def processes(cluster: Cluster) -> list[int]:
    """The process numbers of a cluster: its postmaster and everything that it started."""
    first = int((cluster.data / "postmaster.pid").read_text().split()[0])
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rsplit(") ", 1)[1].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    return [first, *(number for number, parent in parents.items() if parent == first)]


@contextmanager
def away(cluster: Cluster, how: str) -> Iterator[None]:
    """The server is gone inside the block: `killed` as by a power cut, `stopped` in good order, or `frozen`."""
    if how == "frozen":
        numbers = processes(cluster)
        for number in numbers:
            os.kill(number, signal.SIGSTOP)
        try:
            yield
        finally:
            for number in numbers:
                os.kill(number, signal.SIGCONT)
    else:
        cluster.stop("immediate" if how == "killed" else "fast")
        try:
            yield
        finally:
            cluster.start()


@dataclass
class Witness:
    """What clients heard: the people whose enrolment was acknowledged, and every status with its duration."""

    acknowledged: list[int] = field(default_factory=list)
    heard: list[tuple[str, int, float, bool]] = field(default_factory=list)

    def ask(self, client: httpx.Client, path: str, person_id: int | None = None, *, post_to: str = "") -> int:
        """One request, remembered; returns its status, 0 for none."""
        begun = time.monotonic()
        try:
            answer = client.post(post_to, json={"person_id": person_id}) if post_to else client.get(path)
        except httpx.HTTPError:
            self.heard.append((path, 0, time.monotonic() - begun, False))
            return 0
        if answer.status_code == 201 and person_id is not None:
            self.acknowledged.append(person_id)
        self.heard.append((path, answer.status_code, time.monotonic() - begun, "retry-after" in answer.headers))
        return answer.status_code

    def faults(self) -> list[str]:
        """Violations of the promise; empty when it holds."""
        bad = {f"{path} answered {status}" for path, status, _, _ in self.heard if status not in (200, 201, 503)}
        bad |= {
            f"{path}: 503 without Retry-After" for path, status, _, timed in self.heard if status == 503 and not timed
        }
        bad |= {f"{path} took {took:.1f} s" for path, _, took, _ in self.heard if took > SLOWEST}
        return sorted(bad)


def load(server: Server, crowd: Crowd, witness: Witness, people: Iterator[int], stop: Event) -> list[Thread]:
    """A writer and some readers of the front page and of a list, until they are stopped."""

    def write() -> None:
        with closing(sign_in(server.url, crowd.login)) as client:
            signed_in.set()
            for person_id in people:
                if stop.wait(WRITE_PAUSE):
                    break
                witness.ask(client, "write", person_id, post_to=f"/api/v1/classes/{crowd.class_id}/enrolments")

    def read(path: str) -> None:
        with httpx.Client(base_url=server.url, timeout=60) as client:
            while not stop.wait(0.05):
                witness.ask(client, path)

    signed_in = Event()
    paths = ("/", "/fairs", "/api/v1/openings")
    threads = [Thread(target=write), *(Thread(target=read, args=(paths[at % 3],)) for at in range(READERS))]
    for thread in threads:
        thread.start()
    assert signed_in.wait(60)
    return threads


def outage(cluster: Cluster, server: Server, crowd: Crowd, how: str, people: Iterator[int]) -> tuple[Witness, float]:
    """One outage under load; what clients heard, and the seconds until the service was healthy again."""
    witness, stop = Witness(), Event()
    threads = load(server, crowd, witness, people, stop)
    try:
        time.sleep(LOAD_SECONDS)
        with away(cluster, how):
            time.sleep(AWAY_SECONDS)
        back = time.monotonic()
        with httpx.Client(base_url=server.url, timeout=60) as client:
            while client.get("/health/ready").status_code != 200 and time.monotonic() - back < 30:
                time.sleep(0.02)
            healthy = time.monotonic() - back
        time.sleep(LOAD_SECONDS)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return witness, healthy


def lost(acknowledged: Sequence[int]) -> list[int]:
    """Acknowledged enrolments that the database does not have."""
    with open_session(Actor.system().scope) as session:
        kept = set(session.scalars(select(Enrolment.person_id)))
    return sorted(set(acknowledged) - kept)


@pytest.fixture
def crowd(durable_postgres: Cluster, tmp_path: Path) -> Iterator[Crowd]:
    """A crowd in a database of the durable cluster; the settings point to it."""
    with durable_postgres.fresh(role=OWNER) as owner:
        make_tables(owner)
        with settings_from(database_url=owner):
            schema.admit(SERVICE)
        url = owner.replace(OWNER, SERVICE)
        with settings_from(database_url=url, data_dir=str(tmp_path), require_second_factor="false"):
            yield gather(people=PEOPLE, seats=PEOPLE)


@pytest.mark.parametrize("how", ["killed", "stopped", "frozen"])
def test_an_outage_loses_nothing_and_is_reported_in_time(durable_postgres: Cluster, crowd: Crowd, how: str) -> None:
    people, recoveries = iter(crowd.person_ids), []
    with serving() as server:
        for _ in range(TIMES):
            witness, healthy = outage(durable_postgres, server, crowd, how, people)
            recoveries.append(healthy)
            assert witness.faults() == []
            assert witness.acknowledged
            assert {status for _, status, _, _ in witness.heard} >= {200, 201, 503}
            assert lost(witness.acknowledged) == []
    slowest = max(took for _, _, took, _ in witness.heard)
    figures = {"outage": how, "times": TIMES, "slowest_s": round(slowest, 2), "healthy_s": round(max(recoveries), 2)}
    print(json.dumps({"name": "R2", **figures}))
    assert max(recoveries) <= HEALTHY_SECONDS + REMEMBERED_SECONDS + CONNECT_SECONDS


def test_a_planted_service_that_does_not_know_outages_is_caught(durable_postgres: Cluster, crowd: Crowd) -> None:
    with serving("tests.ordeal.mutants:unmapped_app") as server:
        witness, _ = outage(durable_postgres, server, crowd, "killed", iter(crowd.person_ids))
    assert any("answered 500" in fault for fault in witness.faults())

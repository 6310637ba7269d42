"""R15: reads and writes go on as before while the bulk match runs on the same machine, in processes of its own.

What is held is the CPU time of the server for a request with and without the match, which a busy machine changes
little. The latencies of both are printed beside each other.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import httpx2 as httpx
import numpy as np
import pytest

from tests.bench.sheets import write_tables
from tests.ordeal.crowd import Crowd, gather
from tests.ordeal.servers import Server, serving, sign_in

SECONDS, READS, WRITES, HANDS = 5.0, 60, 10, 6
TICK = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parents[2]
WORDS = ("纺纱", "缝纫工", "焊工", "电工", "")


@dataclass
class Load:
    """What a stretch of reads and writes gave (负载)."""

    statuses: list[int]
    spans: list[float]
    cpu: float

    @property
    def cpu_each(self) -> float:
        """Seconds of the server's CPU for a request."""
        return self.cpu / max(len(self.statuses), 1)

    @property
    def p99_ms(self) -> float:
        """The 99th of a hundred latencies."""
        return float(np.percentile(self.spans, 99) * 1000)


def used(server: Server) -> float:
    told = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(told[11]) + int(told[12])) / TICK


def put_load(server: Server, crowd: Crowd, people: Iterator[int], seconds: float = SECONDS) -> Load:
    """Reads and writes at a steady pace for some seconds."""
    writer, reader = sign_in(server.url, crowd.login), httpx.Client(base_url=server.url, timeout=30)
    statuses, spans = list[int](), list[float]()

    def ask(number: int) -> None:
        start = time.perf_counter()
        if number % (READS + WRITES) < WRITES:
            told = {"person_id": next(people)}
            answer = writer.post(f"/api/v1/classes/{crowd.class_id}/enrolments", json=told)
        else:
            answer = reader.get("/api/v1/openings", params={"q": WORDS[number % len(WORDS)]})
        spans.append(time.perf_counter() - start)
        statuses.append(answer.status_code)

    before, begun = used(server), time.perf_counter()
    with ThreadPoolExecutor(HANDS) as pool:
        for number in range(int(seconds * (READS + WRITES))):
            time.sleep(max(0.0, begun + number / (READS + WRITES) - time.perf_counter()))
            pool.submit(ask, number)
    found = Load(statuses, spans, used(server) - before)
    writer.close()
    reader.close()
    return found


@contextmanager
def matching(folder: Path) -> Iterator[list[int]]:
    """The command, started again whenever it is done; gives how often it was started."""
    enough, rounds = Event(), list[int]()
    command = [sys.executable, "-m", "web", "match", "openings.csv", "workers.csv", "--out", "out.csv"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def run() -> None:
        while not enough.is_set():
            rounds.append(1)
            process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
            while process.poll() is None and not enough.wait(0.05):
                pass
            process.terminate()
            process.wait(20)
            for left in folder.glob("out.csv*"):
                left.unlink()

    thread = Thread(target=run)
    thread.start()
    try:
        yield rounds
    finally:
        enough.set()
        thread.join(30)


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tables(tmp_path_factory.mktemp("tables"), 5_000, 20_000)


def faults(alone: Load, beside: Load) -> list[str]:
    """What is wrong with the load beside the match; nothing when the promise holds."""
    found = [f"answered {status}" for load in (alone, beside) for status in load.statuses if status not in (200, 201)]
    if beside.cpu_each > 2 * alone.cpu_each:
        found.append(f"a request costs the server {beside.cpu_each:.4f} s instead of {alone.cpu_each:.4f} s")
    return found


@pytest.mark.usefixtures("database")
def test_the_bulk_match_leaves_the_server_alone(tables: Path) -> None:
    crowd = gather(people=int(3 * SECONDS * WRITES) + 50, seats=1_000)
    people = iter(crowd.person_ids)
    with serving(warm="true") as server:
        put_load(server, crowd, people, 1.0)
        alone = put_load(server, crowd, people)
        with matching(tables) as rounds:
            time.sleep(2)
            beside = put_load(server, crowd, people)
    told: dict[str, float] = {"p99_ms": round(alone.p99_ms, 1), "p99_beside_match_ms": round(beside.p99_ms, 1)}
    print(
        json.dumps({"name": "R15", "requests": len(beside.statuses), **told, "cpu": [alone.cpu_each, beside.cpu_each]})
    )
    assert rounds
    assert faults(alone, beside) == []


@pytest.mark.usefixtures("database")
def test_a_match_in_the_server_process_is_noticed(tables: Path) -> None:
    crowd = gather(people=int(3 * SECONDS * WRITES) + 50, seats=1_000)
    people = iter(crowd.person_ids)
    with serving("tests.ordeal.mutants:matching_app", ordeal_tables=str(tables), warm="true") as server:
        put_load(server, crowd, people, 1.0)
        alone = put_load(server, crowd, people)
        (tables / "go").touch()
        beside = put_load(server, crowd, people)
    assert faults(alone, beside) != []

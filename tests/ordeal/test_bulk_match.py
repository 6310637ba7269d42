"""R15: reads and writes go on as before while the bulk match runs on the same machine, in processes of its own.

What is held is the CPU time of the server for a request with and without the match, which a busy machine changes
little. The latencies of both are printed beside each other. The promised pace is asked for where the machine has the
strength for it: a third of what it managed in the warm-up, because the match takes its share; a faster pace would only
measure the queue before the server.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from threading import Event, Thread

import pytest

from centre.database import open_session
from centre.permissions import Actor
from centre.settings import settings
from matching.live.kernels import warm
from tests.bench.sheets import write_tables
from tests.ordeal.crowd import Crowd, gather
from tests.ordeal.lengths import length
from tests.ordeal.load import READS, WRITES, Load, put_load, requests_of
from tests.ordeal.servers import serving, serving_many
from web.demo import city

SECONDS, ALONE, MUTANT = length(10, 600), length(10, 60), 5
SERVERS, WARM_UP = 2, 3
OPENINGS, SEED = 500, 15
ROOT = Path(__file__).parents[2]
KERNELS = ROOT / "build" / "kernels"


@contextmanager
def matching(folder: Path) -> Iterator[list[int]]:
    """Run the command repeatedly; returns how often it was started."""
    enough, rounds = Event(), list[int]()
    command = [sys.executable, "-m", "web", "match", "openings.csv", "workers.csv", "--out", "out.csv"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    def run() -> None:
        while not enough.is_set():
            rounds.append(1)
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
            )
            while process.poll() is None and not enough.wait(0.05):
                pass
            with suppress(ProcessLookupError):  # with its own processes, which would wait for work for minutes
                os.killpg(process.pid, signal.SIGKILL)
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


def scene(seconds: float) -> tuple[Crowd, list[int]]:
    """A crowd that can enrol for a number of seconds, and openings to search; the kernels are compiled."""
    if warm(KERNELS):
        (settings().data_dir / "kernels").symlink_to(KERNELS)
    many = int(seconds * WRITES) + 50
    crowd = gather(people=many, seats=many)
    with open_session(Actor.system().scope, write=True) as session:
        size = city.Size(employers=OPENINGS // 10, openings=OPENINGS, workers=0)
        city.fill(session, seed=SEED, say=lambda _line: None, size=size)
    return crowd, list(range(1, 4))


def faults(alone: Load, beside: Load) -> list[str]:
    """Violations of the promise under load during the match; empty when it holds."""
    problems = [
        f"answered {status}" for load in (alone, beside) for status in load.statuses if status not in (200, 201)
    ]
    if beside.cpu_each > 2 * alone.cpu_each:
        problems.append(f"a request costs the server {beside.cpu_each:.4f} s instead of {alone.cpu_each:.4f} s")
    return problems


def test_the_bulk_match_does_not_slow_down_the_server(any_database: str, tables: Path) -> None:
    crowd, openings = scene(WARM_UP + ALONE + SECONDS)
    with serving_many(SERVERS, warm="true") as servers:
        requests = requests_of(servers[0], crowd, openings, iter(crowd.person_ids))
        pace = min(READS + WRITES, put_load(servers, requests, WARM_UP).rate / 3)
        alone = put_load(servers, requests, ALONE, pace)
        with matching(tables) as rounds:
            time.sleep(2)
            beside = put_load(servers, requests, SECONDS, pace)
    about = {"name": "R15", "database": any_database.split(":")[0], "asked": round(pace), "seconds": SECONDS}
    versions = {"seed": SEED, "uvicorn": version("uvicorn"), "matches": len(rounds)}
    print(json.dumps(about | {"alone": alone.summary(), "beside_match": beside.summary()} | versions))
    assert rounds
    assert faults(alone, beside) == []


@pytest.mark.usefixtures("database")
def test_a_planted_match_in_the_server_process_is_caught(tables: Path) -> None:
    crowd, openings = scene(WARM_UP + 2 * MUTANT)
    with serving("tests.ordeal.mutants:matching_app", ordeal_tables=str(tables), warm="true") as server:
        requests = requests_of(server, crowd, openings, iter(crowd.person_ids))
        put_load([server], requests, WARM_UP)
        alone = put_load([server], requests, MUTANT)
        (tables / "go").touch()
        beside = put_load([server], requests, MUTANT)
    print(json.dumps({"name": "R15 mutant", "alone": alone.summary(), "beside_match": beside.summary()}))
    assert faults(alone, beside) != []

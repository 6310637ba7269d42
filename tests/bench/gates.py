"""P14 in small: the scans of 5,000 visitors sent one by one from 8 gates to 2 server processes; prints one JSON line.

`python -m tests.bench.gates [scans a gate]`; 60 by default, 625 for the whole morning.
"""

import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx2 as httpx

from centre import clock
from centre.accounts import Account, SignIn
from centre.database import open_session
from centre.permissions import Role
from centre.privacy import token_digest
from employers.fairs.actions import advance_fair
from matching.fairs.visitors.queries import day_truth
from matching.fairs.visitors.rules import subject_of
from tests.databases import make_tables, settings_from
from tests.employers.world import ORGANISER, SYSTEM, add_hall, booth_fair, found_city
from tests.ordeal.servers import serving_many

GATES, TOKEN = 8, "gate-token"


def build() -> int:
    """A fair that is on now."""
    now = clock.now()
    with open_session(SYSTEM.scope, write=True) as session:
        found_city(session)
        session.add(Account(id=901, login="gate", name="门岗", password_hash="-", roles=[Role.ORGANISER], centre_id=1))
        session.flush()
        ends = now + timedelta(hours=2)
        session.add(
            SignIn(account_id=901, token_digest=token_digest(TOKEN), csrf_token="x", expires_at=ends, ends_at=ends)
        )
        fair = booth_fair(session, add_hall(session), starts_at=now - timedelta(minutes=5), ends_at=ends)
        advance_fair(session, ORGANISER, fair_id=fair.id, event="start")
        return fair.id


def send(url: str, fair_id: int, gate: int, count: int) -> list[float]:
    """Send the scans of one gate, each by itself; returns the seconds of each answer."""
    times = []
    with httpx.Client(base_url=url, headers={"origin": url}, cookies={"sid": TOKEN}, timeout=30) as client:
        for number in range(1, count + 1):
            scan = {"counter": number, "subject": subject_of(f"{gate}-{number}"), "wall_at": clock.now().isoformat()}
            began = time.perf_counter()
            answer = client.post(f"/api/v1/fairs/{fair_id}/scans", json={"device": f"gate-{gate:04}", "scans": [scan]})
            times.append(time.perf_counter() - began)
            if answer.status_code != 200:
                raise RuntimeError(answer.text)
    return times


def main(count: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'gangqiao.db'}"
        make_tables(url)
        with settings_from(database_url=url, data_dir=folder, require_second_factor="false"):
            fair_id = build()
            began = time.perf_counter()
            with serving_many(2) as servers, ThreadPoolExecutor(GATES) as pool:
                began = time.perf_counter()
                jobs = [pool.submit(send, servers[gate % 2].url, fair_id, gate, count) for gate in range(GATES)]
                times = sorted(seconds for job in jobs for seconds in job.result())
                took = time.perf_counter() - began
            with open_session(SYSTEM.scope) as session:
                entered = day_truth(session, fair_id).entered
    print(
        json.dumps(
            {
                "name": "P14 check-ins",
                "sent": len(times),
                "entered": entered,
                "a_second": round(len(times) / took, 1),
                "p50_ms": round(1000 * times[len(times) // 2], 1),
                "p99_ms": round(1000 * times[int(len(times) * 0.99)], 1),
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)

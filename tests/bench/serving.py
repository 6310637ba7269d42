"""P3: search over HTTP, JSON and HTML, beside a bare FastAPI route that returns the same bytes through orjson.

A city of 5,000 openings, one server process each, eight connections that ask one question after the other. The robust
figure is CPU time of the server for a request; requests a second on one core are its inverse. Twelve words are asked
again and again; then hundreds of questions once each, so that what was kept for the twelve helps nobody.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote, urlencode

import numpy as np

ROOT = Path(__file__).parents[2]
BARE = """
import orjson
from pathlib import Path
from fastapi import FastAPI
from starlette.responses import Response
app = FastAPI()
answer = orjson.loads(Path("answer.json").read_bytes())
page = Path("answer.html").read_bytes()
@app.get("/json")
def as_json() -> Response:
    return Response(orjson.dumps(answer), media_type="application/json")
@app.get("/html")
def as_html() -> Response:
    return Response(page, media_type="text/html")
"""
WORDS = ("缝纫工", "焊工", "电工", "保洁", "普工", "厨师", "挡车工", "叉车", "保安", "质检员", "护理", "仓库")
PAY, OFFERS = ("", 2500, 3000, 3500, 4000, 5000, 6000), ("", "board", "lodging", "day", "insurance", "training")
CONNECTIONS, EACH = 8, 250
TICK = os.sysconf("SC_CLK_TCK")


@contextmanager
def running(app: str, folder: Path, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """A server of one process; returns its port and its process id."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "error", "--no-access-log"]
    server = subprocess.Popen(command, cwd=folder, env=environment)
    try:
        for _ in range(1200):
            try:
                with socket.create_connection(("127.0.0.1", port), 1):
                    break
            except OSError:
                time.sleep(0.05)
        yield port, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(20)


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def ask(port: int, paths: list[str], spans: list[float]) -> None:
    """Ask for each path over one connection, and note how long each took."""
    with socket.create_connection(("127.0.0.1", port)) as line, line.makefile("rb") as answers:
        for path in paths:
            start = time.perf_counter()
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            status, length = answers.readline(), 0
            while (head := answers.readline()) not in (b"\r\n", b""):
                if head.lower().startswith(b"content-length:"):
                    length = int(head.split(b":")[1])
            answers.read(length)
            spans.append(time.perf_counter() - start)
            if b" 200 " not in status:
                raise RuntimeError(f"{path}: {status!r}")


def pace(port: int, pid: int, many: list[list[str]]) -> dict[str, float]:
    """CPU microseconds of the server for a request, requests a second on one core, and the client's latencies.

    Each list of paths is asked over a connection of its own.
    """
    spans: list[float] = []
    before, start = cpu(pid), time.perf_counter()
    threads = [Thread(target=ask, args=(port, paths, spans)) for paths in many]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    used, took = cpu(pid) - before, time.perf_counter() - start
    p50, p99 = (np.percentile(spans, (50, 99)) * 1000).tolist()
    return {
        "cpu_us": used / len(spans) * 1e6,
        "requests_a_second_per_core": len(spans) / used,
        "wall_requests_a_second": len(spans) / took,
        "p50_ms": p50,
        "p99_ms": p99,
    }


def by_turns(paths: list[str]) -> list[list[str]]:
    """The same questions again and again over every connection, each beginning with another."""
    return [((paths[at:] + paths[:at]) * EACH)[:EACH] for at in range(CONNECTIONS)]


def once() -> dict[str, list[list[str]]]:
    """Hundreds of different questions, each for one connection and asked once; a fifth has few answers."""
    dice = np.random.default_rng(3)
    mixed_ = {}
    for kind, path, name, values in (
        ("json", "/api/v1/openings", "offset", range(0, 120, 20)),
        ("html", "/openings", "offer", OFFERS),
    ):
        asked = [{"q": word, "wage_min": pay, name: value} for word in WORDS for pay in PAY for value in values]
        lines = [f"{path}?{urlencode({key: value for key, value in each.items() if value != ''})}" for each in asked]
        mixed = [lines[at] for at in dice.permutation(len(lines))]
        mixed_[kind] = [mixed[at::CONNECTIONS] for at in range(CONNECTIONS)]
    return mixed_


def raw_reads(folder: Path) -> float:
    """Microseconds of reading the rows of a page of 20 by raw sqlite3."""
    base = sqlite3.connect(next(folder.glob("*.db")))
    sql = """SELECT o.id, o.title, e.name, o.region_code, o.occupation_code, o.wage_min_fen, o.wage_max_fen,
        o.wage_unit, o.employment_type, o.headcount, o.taken, o.board, o.lodging, o.accepts_training, o.posted_at,
        o.valid_until, e.state
        FROM opening o JOIN employer e ON e.id = o.employer_id WHERE o.id IN ({})"""
    ids = [row[0] for row in base.execute("SELECT id FROM opening")]
    dice = np.random.default_rng(3)
    pages = [dice.choice(ids, 20, replace=False).tolist() for _ in range(300)]
    start = time.process_time()
    for page in pages:
        base.execute(sql.format(",".join("?" * 20)), page).fetchall()
    return (time.process_time() - start) / len(pages) * 1e6


def listed(folder: Path) -> float:
    """Microseconds in which the service has the rows of a page: they are on its board, not read again."""
    code = """
import time
from matching.live.openings import board
import numpy as np
view = board().look(); ids = list(view.listed); dice = np.random.default_rng(3)
pages = [dice.choice(ids, 20, replace=False).tolist() for _ in range(300)]
start = time.process_time()
for page in pages: [board().look().listed[number] for number in page]
print((time.process_time() - start) / len(pages) * 1e6)
"""
    process = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=own(folder), check=True, capture_output=True, text=True
    )
    return float(process.stdout)


def own(folder: Path) -> dict[str, str]:
    """The environment of the service over the data in a folder."""
    return {**os.environ, "GANGQIAO_DATA_DIR": str(folder), "GANGQIAO_WARM": "true", "PYTHONPATH": str(ROOT)}


def fetch(port: int, path: str) -> bytes:
    """One answer."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        body: bytes = answer.read()
    return body


def measure() -> dict[str, Any]:
    """Both ways of the service and of the bare application, and their ratios."""
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill = [sys.executable, "-m", "web", "demo", "--size", "city", "--fill-only"]
        subprocess.run(fill, env=own(folder), cwd=ROOT, check=True, capture_output=True)
        compiling = "from matching.live.kernels import compile_kernels; compile_kernels()"
        subprocess.run([sys.executable, "-c", compiling], env=own(folder), cwd=ROOT, check=True)
        paths = {
            "json": [f"/api/v1/openings?q={quote(word)}" for word in WORDS],
            "html": [f"/openings?q={quote(word)}" for word in WORDS],
        }
        with running("web.app:app", folder, own(folder)) as (port, pid):
            (folder / "answer.json").write_bytes(fetch(port, paths["json"][0]))
            (folder / "answer.html").write_bytes(fetch(port, paths["html"][0]))
            figures["page_bytes"] = {kind: (folder / f"answer.{kind}").stat().st_size for kind in paths}
            time.sleep(4)
            for kind, asked in paths.items():
                ask(port, asked * 4, [])
                figures[f"ours_{kind}"] = pace(port, pid, by_turns(asked))
            for kind, many in once().items():
                figures[f"ours_{kind}_once"] = pace(port, pid, many)
        (folder / "bare.py").write_text(BARE, encoding="utf-8")
        with running("bare:app", folder, dict(os.environ)) as (port, pid):
            for kind in paths:
                ask(port, [f"/{kind}"] * 40, [])
                figures[f"bare_{kind}"] = pace(port, pid, by_turns([f"/{kind}"]))
        figures["rows_us"], figures["raw_sqlite_us"] = listed(folder), raw_reads(folder)
    ratios = {
        f"share_of_bare_{kind}{way}": figures[f"bare_{kind}"]["cpu_us"] / figures[f"ours_{kind}{way}"]["cpu_us"]
        for kind in paths
        for way in ("", "_once")
    }
    return {
        "figures": figures,
        "ratios": ratios | {"rows_over_raw_sqlite": figures["rows_us"] / figures["raw_sqlite_us"]},
    }


if __name__ == "__main__":
    print(json.dumps(measure()))

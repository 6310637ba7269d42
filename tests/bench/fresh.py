"""P4: from the commit of a new opening until every server process finds it and suggests it; and what a change costs."""

import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from matching.engine.textindex import LiveIndex, TextIndex
from matching.engine.words import Document
from tests.bench.city import HOME
from tests.bench.searching import documents
from tests.bench.serving import ROOT, own, running

PUBLISH = """
import sys
from datetime import date
from sqlalchemy import select
from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from tests.databases import import_models
import_models()
with open_session(Actor.system().scope, write=True) as session:
    one = session.scalars(select(Opening).where(Opening.state == OpeningState.OPEN).limit(1)).one()
    own = {"id", "version", "created_at", "updated_at"}
    columns = {c.key: getattr(one, c.key) for c in Opening.__mapper__.column_attrs if c.key not in own}
    session.add(Opening(**columns | {"title": sys.argv[1], "external_id": None, "taken": 0, "headcount": 3}))
print("committed", flush=True)
"""


def until_found(ports: list[int], title: str, patience: float = 10.0) -> float:
    """Seconds from now until every process has found the opening."""
    start, waiting = time.perf_counter(), set(ports)
    while waiting and time.perf_counter() - start < patience:
        for port in list(waiting):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/openings?q={quote(title)}") as answer:
                if title.encode() in answer.read():
                    waiting.discard(port)
        time.sleep(0.01)
    return time.perf_counter() - start if not waiting else float("inf")


def across_processes(times: int = 8) -> dict[str, float]:
    """Two server processes over one database, another process writes."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, spans = Path(name), []
        fill = [sys.executable, "-m", "web", "demo", "--fill-only"]
        subprocess.run(fill, env=own(folder), cwd=ROOT, check=True, capture_output=True)
        ports = [stack.enter_context(running("web.app:app", folder, own(folder)))[0] for _ in range(2)]
        for port in ports:
            until_found([port], "-", 0.01)
        for n in range(times):
            title = f"新设岗位第{'一二三四五六七八九十'[n]}号"
            command = [sys.executable, "-c", PUBLISH, title]
            writer = subprocess.Popen(command, env=own(folder), cwd=ROOT, stdout=subprocess.PIPE, text=True)
            if writer.stdout is None or writer.stdout.readline() != "committed\n":
                raise RuntimeError("the opening was not written")
            spans.append(until_found(ports, title))
            writer.communicate()
    return {"visible_everywhere_s_median": float(np.median(spans)), "visible_everywhere_s_max": max(spans)}


def cost(openings: int) -> dict[str, float]:
    """Milliseconds of putting one opening into the index until it is found there."""
    live, spans = LiveIndex(TextIndex.build(documents(openings))), []
    for n in range(64):
        start = time.process_time()
        live.change([Document(openings + n + 1, f"新岗{n}", (), "新企业", "", HOME[0], None, None, openings + n)])
        assert openings + n + 1 in live.current.search(f"新岗{n}").ids
        spans.append((time.process_time() - start) * 1000)
    return {"p50_ms": float(np.median(spans)), "p99_ms": float(np.percentile(spans, 99))}


def measure(small: int, large: int) -> dict[str, Any]:
    """Everywhere within a second, and at a cost that does not grow with the index."""
    costs = {str(size): cost(size) for size in (small, large)}
    ratio = costs[str(large)]["p50_ms"] / costs[str(small)]["p50_ms"]
    return {"figures": across_processes() | {"change": costs}, "ratios": {"cost_large_over_small": ratio}}

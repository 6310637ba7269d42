"""P4: from the commit of a new or changed opening until every server process has it in the search, in a worker's
suggestions and among the openings with candidates; and what a change costs.
"""

import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from matching.engine.pairs.engine import Engine
from matching.engine.text.index import LiveIndex, TextIndex
from matching.engine.text.terms import Document
from tests.bench.city import GROUND, HOME, Market
from tests.bench.searching import documents
from tests.bench.serving import ROOT, own, running
from tests.ordeal.servers import sign_in

WRITE = """
import sys
from sqlalchemy import select
from centre.database import open_session
from centre.permissions import Actor
from centre.people import Person
from employers.openings.models import Opening
from employers.openings.rules import EmploymentType, OpeningState, Provision, WageUnit
from matching.profiles.models import JobWish, Registration
from matching.profiles.queries import seekers
from tests.databases import import_models
import_models()
title, number = sys.argv[1], int(sys.argv[2])
with open_session(Actor.system().scope, write=True) as session:
    people = seekers().with_only_columns(Registration.person_id)
    wishes = select(JobWish).where(JobWish.person_id.in_(people)).order_by(JobWish.person_id)
    wish = next(wish for wish in session.scalars(wishes) if wish.occupations)
    if number:
        session.get(Opening, number).title = title
        session.get(Opening, number).wage_max_fen = 9_000_000
        openings = [session.get(Opening, number)]
    else:
        like = session.scalars(select(Opening).where(Opening.state == OpeningState.OPEN).order_by(Opening.id)).first()
        left = {"id", "version", "created_at", "updated_at"}
        columns = {c.key: getattr(like, c.key) for c in Opening.__mapper__.column_attrs if c.key not in left}
        home = session.get(Person, wish.person_id).live_region
        columns |= {"external_id": None, "taken": 0, "headcount": 3, "occupation_code": wish.occupations[0],
            "region_code": (wish.regions or [home])[0] or home, "wage_min_fen": 100, "wage_unit": WageUnit.MONTH,
            "night_shift": False, "shift": "", "lodging": Provision.FREE, "board": Provision.FREE, "certificates": [],
            "employment_type": (wish.employment_types or [EmploymentType.DIRECT])[0], "min_age": None, "max_age": None}
        columns = {key: value for key, value in columns.items() if hasattr(Opening, key)}
        openings = [Opening(**columns | {"title": title, "wage_max_fen": 9_000_000}),
            Opening(**columns | {"title": "-", "wage_max_fen": 200})]
        session.add_all(openings)
    session.flush()
    numbers = [wish.person_id, *(opening.id for opening in openings)]
print(*numbers, flush=True)
"""
KINDS = ("search", "suggestions", "candidates")
Found = dict[str, list[float]]


def holds(port: int, cookie: str, path: str, wanted: str) -> bool:
    """Whether an answer has some words in it; what is not there yet has none."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1{path}", headers={"Cookie": cookie})
    try:
        with urllib.request.urlopen(asked) as answer:  # noqa: S310  (a server of this machine)
            return wanted in json.dumps(json.load(answer), ensure_ascii=False)
    except urllib.error.HTTPError as refusal:
        if refusal.code != 404:
            raise
        return False


def until_found(ports: Sequence[int], cookie: str, asked: dict[str, tuple[str, str]]) -> dict[str, float]:
    """Seconds from now until every process has answered each question as wanted; infinity after ten."""
    start, waiting = time.perf_counter(), [(kind, port) for kind in asked for port in ports]
    seconds = dict.fromkeys(asked, 0.0)
    while waiting and time.perf_counter() - start < 10:
        for kind, port in list(waiting):
            if holds(port, cookie, *asked[kind]):
                seconds[kind] = time.perf_counter() - start
                waiting.remove((kind, port))
        time.sleep(0.01)
    return seconds | {kind: float("inf") for kind, _ in waiting}


def write(folder: Path, title: str, number: int = 0) -> list[int]:
    """Let a process of its own write a new opening (with a second one that pays too little) or change one; returns the
    worker whom it suits, and the openings."""
    command = [sys.executable, "-c", WRITE, title, str(number)]
    writer = subprocess.Popen(command, env=own(folder), cwd=ROOT, stdout=subprocess.PIPE, text=True)
    line = writer.stdout.readline() if writer.stdout else ""
    if not line:
        raise RuntimeError("the opening was not written")
    return [int(word) for word in line.split()]


def questions(title: str, person: int, opening: int) -> dict[str, tuple[str, str]]:
    """The requests to every process, and what each response must contain."""
    paths = (
        f"/openings?q={quote(title)}",
        f"/people/{person}/suggestions?limit=100",
        f"/openings/{opening}/candidates?limit=100",
    )
    return dict(zip(KINDS, zip(paths, (title, title, f'"person_id": {person},'), strict=True), strict=True))


def across_processes(times: int = 8) -> dict[str, float]:
    """Two server processes over one database, another process writes."""
    spans_by_kind: Found = defaultdict(list)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        fill = [sys.executable, "-m", "web", "demo", "--fill-only"]
        environment = own(folder) | {"GANGQIAO_DEMO": "true"}
        subprocess.run(fill, env=environment, cwd=ROOT, check=True, capture_output=True)
        ports = [stack.enter_context(running("web.app:app", folder, environment))[0] for _ in range(2)]
        client = sign_in(f"http://127.0.0.1:{ports[0]}", "city")
        cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        client.close()
        person, opening, _ = write(folder, "第零号岗位")
        until_found(ports, cookie, questions("第零号岗位", person, opening))
        for n in range(times):
            title = f"新设岗位第{'一二三四五六七八九十'[n]}号"
            person, new, poor = write(folder, title)
            for kind, span in until_found(ports, cookie, questions(title, person, new)).items():
                spans_by_kind[f"new_{kind}"].append(span)
            title = f"改动岗位第{'一二三四五六七八九十'[n]}号"
            write(folder, title, poor)
            for kind, span in until_found(ports, cookie, questions(title, person, poor)).items():
                spans_by_kind[f"changed_{kind}"].append(span)
    figures = {f"{kind}_s_median": float(np.median(spans)) for kind, spans in spans_by_kind.items()}
    figures |= {f"{kind}_s_max": max(spans) for kind, spans in spans_by_kind.items()}
    return figures | {"visible_everywhere_s_max": max(map(max, spans_by_kind.values()))}


def cost(openings: int) -> dict[str, float]:
    """Milliseconds of putting one opening into the index of words until it is found there, and into that of matches."""
    live, spans = LiveIndex(TextIndex.build(documents(openings))), []
    for n in range(64):
        start = time.process_time()
        live.change([Document(openings + n + 1, f"新岗{n}", (), "新企业", "", HOME[0], None, None, openings + n)])
        assert openings + n + 1 in live.current.search(f"新岗{n}").ids
        spans.append((time.process_time() - start) * 1000)
    market = list(Market().openings(openings + 200))
    engine, puts = Engine(market[:openings], GROUND), []
    for opening in islice(market, openings, None):
        start = time.perf_counter()
        engine.put_opening(opening)
        puts.append((time.perf_counter() - start) * 1000)
    milliseconds = {f"match_p{p}_ms": float(np.percentile(puts, p)) for p in (50, 99)}
    return {"p50_ms": float(np.median(spans)), "p99_ms": float(np.percentile(spans, 99))} | milliseconds


def measure(small: int, large: int) -> dict[str, Any]:
    """Everywhere within a second, and at a cost that does not grow with the index."""
    costs = {str(size): cost(size) for size in (small, large)}
    at_large, at_small = costs[str(large)], costs[str(small)]
    ratios = {
        "cost_large_over_small": at_large["p50_ms"] / at_small["p50_ms"],
        "match_cost_large_over_small": at_large["match_p50_ms"] / at_small["match_p50_ms"],
    }
    return {"figures": across_processes() | {"change": costs}, "ratios": ratios}

"""R12, R13 and a crash between upload and confirmation, with damaged and malicious files on real servers."""

import io
import json
import os
import random
import re
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2 as httpx
import pytest
from sqlalchemy import func, select

from centre.database import open_session
from centre.funds.actions import grant_money, open_fund
from centre.funds.rules import FundDraft, FundPurpose, GrantDraft
from centre.settings import settings
from centre.sheets.cells import REFUSALS
from tests.centre.sheets.bombs import BOMBS
from tests.ordeal.lengths import length
from tests.ordeal.servers import Server, serving
from tests.training import files, world
from tests.training.browser import CSRF, let_in
from tests.training.rosters.test_broken import broken
from training.enrolments.models import Enrolment
from training.funds.actions import fund_class
from training.rosters.models import RosterUpload
from training.rosters.rules import RosterState
from web.app import TITLES

SEED, FILES, ROWS, AFFORDABLE = 20261123, length(200, 20_000), 5, 3
MOST_CHILD_SECONDS, MOST_GROWTH_MB = 2.0, 20.0
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Desk:
    """A school with two classes: one whose fund pays for a few trainees only, one without a fund."""

    poor_id: int
    free_id: int


def build_desk() -> Desk:
    """Insert the city into the settings' database, with its registrar signed in."""
    city = world.build()
    desk = Desk(world.add_class(city, seats=4_000), world.add_class(city, class_no="2026-02", seats=4_000))
    with open_session(world.SYSTEM.scope, write=True) as session:
        draft = FundDraft(code="F1", name="学费", purpose=FundPurpose.TUITION)
        fund = open_fund(session, world.SYSTEM, draft=draft, centre_id=city.centre_id)
        grant_money(
            session, world.SYSTEM, fund_id=fund.id, draft=GrantDraft(amount_fen=AFFORDABLE * 50_000, voucher="V")
        )
        fund_class(session, world.SYSTEM, class_id=desk.poor_id, fund_id=fund.id)
    let_in(city.actors["registrar"].account_id, "registrar")
    return desk


@contextmanager
def visiting(server: Server) -> Iterator[httpx.Client]:
    """The registrar's browser on a server."""
    with httpx.Client(
        base_url=server.url,
        headers={"origin": server.url, "accept-language": "zh"},
        cookies={"sid": "registrar"},
        timeout=60,
    ) as client:
        yield client


def send(client: httpx.Client, class_id: int, content: bytes, name: str) -> httpx.Response:
    """Upload a file by the page's form."""
    address = f"/school/classes/{class_id}/roster"
    return client.post(address, data={"_csrf": CSRF}, files={"file": (name, content, "application/octet-stream")})


def press(client: httpx.Client, address: str, button: str) -> httpx.Response:
    """Submit a button of a roster's page."""
    return client.post(f"{address}/{button}", data={"_csrf": CSRF, "only_good": "yes"})


def people_in(class_id: int) -> int:
    """The number of enrolments of a class."""
    with open_session(world.SYSTEM.scope) as session:
        return session.scalar(select(func.count(Enrolment.id)).where(Enrolment.class_id == class_id)) or 0


def mutations(seed: int, count: int) -> Iterator[tuple[bytes, str]]:
    """Rosters of five new people each, with damage to the archive or its content; some stay valid."""
    chance = random.Random(seed)
    for number in range(count):
        lines = files.titled([files.line(number * ROWS % 110 + place + 1) for place in range(ROWS)])
        way = chance.randrange(5)
        if way == 0:
            yield broken(files.text(lines), chance), "a.csv"
        elif way == 1:
            yield broken(files.xlsx(lines), chance), "a.xlsx"
        elif way == 2:
            yield inside(files.xlsx(lines), chance), "a.xlsx"
        else:
            for _ in range(chance.randrange(4)):
                line = lines[chance.randrange(3, len(lines))]
                line[chance.randrange(1, 9)] = chance.choice(["", "同上", "1e400", "\u202e", 7])
            yield files.xlsx(lines) if way == 3 else files.text(lines, "utf-8"), ("a.xlsx", "a.csv")[way - 3]


def inside(content: bytes, chance: random.Random) -> bytes:
    """A valid archive with one damaged part."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as damaged:
        target = chance.choice(source.namelist())
        for name in source.namelist():
            part = source.read(name)
            damaged.writestr(name, broken(part, chance) if name == target and part else part)
    return packed.getvalue()


def batter(client: httpx.Client, desk: Desk, seed: int, count: int) -> list[str]:
    """Upload every file and confirm it if possible; returns the violations."""
    faults: list[str] = []
    outcomes: dict[str, int] = {"refused": 0, "confirmed": 0, "rolled back": 0}
    for number, (content, name) in enumerate(mutations(seed, count)):
        class_id = (desk.poor_id, desk.free_id)[number % 2]
        before = people_in(class_id)
        sent = send(client, class_id, content, name)
        if sent.status_code >= 500:
            faults.append(f"file {number} answered {sent.status_code}")
        if sent.status_code != 303 or people_in(class_id) != before:
            faults += [f"file {number} enrolled somebody unconfirmed"] * (people_in(class_id) != before)
            outcomes["refused"] += 1
            continue
        address = sent.headers["location"].removesuffix("/columns")
        settled = press(client, address, "confirm")
        if settled.status_code >= 500:
            faults.append(f"confirming {number} answered {settled.status_code}")
        after, promised = people_in(class_id), creates(address) if settled.status_code == 303 else 0
        if after != before + promised:
            faults.append(f"file {number}: {after - before} of {promised} enrolled")
        outcomes["confirmed" if settled.status_code == 303 else "rolled back"] += 1
        if settled.status_code != 303:
            press(client, address, "discard")
    print(json.dumps({"name": "R12", "seed": seed, "files": count, **outcomes}))
    return faults + [f"no file was {name}" for name, times in outcomes.items() if not times]


def creates(address: str) -> int:
    """The number of people that an upload would enrol."""
    with open_session(world.SYSTEM.scope) as session:
        return session.get_one(RosterUpload, int(address.rsplit("/", 1)[1])).creates


def test_two_hundred_damaged_files_cause_no_error_and_leave_nothing(database: str, tmp_path: Path) -> None:
    desk = build_desk()
    rubbish = tmp_path / "rubbish"
    rubbish.mkdir()
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(rubbish)
    try:
        with serving() as server, visiting(server) as client:
            faults = batter(client, desk, SEED, FILES)
            left = sorted(path.name for path in rubbish.rglob("*"))
    finally:
        os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)
    assert database
    assert (faults, left) == ([], [])


def test_a_planted_import_that_commits_row_by_row_is_caught(database: str) -> None:
    desk = build_desk()
    with serving("tests.ordeal.unguarded:row_by_row_app") as server, visiting(server) as client:
        faults = batter(client, desk, SEED, 30)
    assert database
    assert any(re.fullmatch(r"file [0-9]+: [0-9]+ of 0 enrolled", fault) for fault in faults), faults


def child_seconds(server: Server) -> float:
    """The CPU time of a server's finished child processes."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / TICKS


def resident_mb(server: Server) -> float:
    """The resident memory of a server."""
    resident = re.search(r"VmRSS:\s+([0-9]+)", Path(f"/proc/{server.process.pid}/status").read_text())
    return int(resident[1]) / 1024 if resident else 0.0


def bombard(server: Server, client: httpx.Client, class_id: int, names: Sequence[str]) -> list[str]:
    """Upload each bomb; returns violations in responses, time or memory."""
    faults, slowest = [], 0.0
    for _ in range(3):
        send(client, class_id, b"hello", "a.xlsx")
    memory = resident_mb(server)
    for name in names:
        make, file_name, code = BOMBS[name]
        content, spent = make(), child_seconds(server)
        answer = send(client, class_id, content, file_name)
        spent = child_seconds(server) - spent
        slowest = max(slowest, spent)
        too_long = len(content) > settings().upload_limit
        explanation = TITLES[413] if too_long else REFUSALS[code].message.partition("{")[0]
        if answer.status_code != (413 if too_long else 422) or explanation not in answer.text:
            faults.append(f"{name}: answered {answer.status_code} without saying why")
        if spent > MOST_CHILD_SECONDS:
            faults.append(f"{name}: took {spent:.1f} s")
    growth = resident_mb(server) - memory
    if growth > MOST_GROWTH_MB:
        faults.append(f"the server grew by {growth:.0f} MB")
    if client.get("/health/ready").status_code != 200:
        faults.append("the server is gone")
    print(json.dumps({"name": "R13", "bombs": len(names), "slowest_child_s": slowest, "growth_mb": round(growth, 1)}))
    return faults


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="measured in /proc")
def test_every_decompression_bomb_is_refused_and_memory_stays_flat(database: str) -> None:
    desk = build_desk()
    with serving() as server, visiting(server) as client:
        faults = bombard(server, client, desk.free_id, list(BOMBS))
    assert database
    assert faults == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="measured in /proc")
def test_a_planted_reader_without_limits_is_caught(database: str) -> None:
    desk = build_desk()
    names = ["a million lines of text", "a million columns of text"]
    with serving("tests.ordeal.unguarded:unlimited_app") as server, visiting(server) as client:
        faults = bombard(server, client, desk.free_id, names)
    assert database
    assert any("without saying why" in fault for fault in faults), faults
    assert any("grew by" in fault for fault in faults), faults


def test_an_upload_survives_a_server_restart(any_database: str) -> None:
    desk = build_desk()
    content = files.xlsx(files.titled([*files.good(4), files.line(5, 联系电话="123")]))
    with serving() as server, visiting(server) as client:
        address = send(client, desk.free_id, content, "a.xlsx").headers["location"]
        server.kill()
    with serving() as server, visiting(server) as client:
        row = re.search(rf"{address}/rows/([0-9]+)", client.get(f"{address}?verdict=error").text)
        assert row
        fixed = client.post(f"{address}/rows/{row[1]}", data={"_csrf": CSRF, "phone": "13900000005"})
        assert fixed.status_code == 303
        server.kill()
    with serving() as server, visiting(server) as client, ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: press(client, address, "confirm").status_code, range(2)))
    assert any_database
    assert sorted(answers) == [303, 409]
    assert people_in(desk.free_id) == 5
    with open_session(world.SYSTEM.scope) as session:
        assert session.scalars(select(RosterUpload.state)).all() == [RosterState.CONFIRMED]

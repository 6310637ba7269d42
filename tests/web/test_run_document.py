"""docs/run.md does what it says: its console blocks run in order, in a fresh folder, on SQLite and on PostgreSQL."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from tests.databases import BINARIES, OWNER, Cluster
from tests.house.source import ROOT
from tests.ordeal.servers import free_port

DOCUMENT = ROOT / "docs" / "run.md"
BLOCK = re.compile(r"^```console( sqlite| postgresql)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BEGIN = "set -euo pipefail\ntrap 'jobs -p | xargs -r kill; wait' EXIT\n"


def commands(document: str, database: str) -> str:
    """The console blocks for one kind of database, as one script."""
    blocks = [block for kind, block in BLOCK.findall(document) if kind.strip() in ("", database)]
    return BEGIN + "".join(blocks)


@dataclass(frozen=True)
class Played:
    """How a script ended and what it said."""

    code: int
    said: str


def play(script: str, folder: Path, **environment: str) -> Played:
    """Run a script in a folder with no setting but these; whatever it has started ends with it."""
    port = str(free_port())
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GANGQIAO_")}
    programs = [str(Path(sys.executable).parent), *([str(BINARIES[-1])] if BINARIES else []), clean["PATH"]]
    clean |= {"PATH": os.pathsep.join(programs), "GANGQIAO_NEW_PASSWORD": "wheat in august"} | environment
    script = script.replace("8000 ", f"{port} ").replace("PORT=8000\n", f"PORT={port}\n")
    log = folder / "said.txt"
    # Into a file: a process that compiles in the background would keep a pipe open.
    with log.open("wb") as said:
        process = subprocess.Popen(
            ["bash", "-c", script], cwd=folder, env=clean, stdout=said, stderr=said, start_new_session=True
        )
        try:
            process.wait(timeout=1_800)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return Played(process.returncode, log.read_text("utf-8", "replace"))


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[str, dict[str, str]]]:
    """A kind of database, and what the environment says of it before the document begins."""
    if request.param == "sqlite":
        yield "sqlite", {}
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    request.getfixturevalue("postgres_template")  # makes the role of the service
    with cluster.fresh() as url:
        yield "postgresql", {"GANGQIAO_DATABASE_URL": url}


def test_the_document_can_be_followed_from_its_first_command_to_its_last(
    place: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    database, environment = place
    done = play(commands(DOCUMENT.read_text("utf-8"), database), tmp_path, **environment)
    assert done.code == 0, done.said[-5_000:]
    for line in (
        "岭南市就业援助中心: 6 centres, administrator admin", "First password of city", '"status":"ok"',
        "The receiver took the message", "13800000000", "The chain is intact", "GQ1-", "keys and secrets re-wrapped",
    ):  # fmt: skip
        assert line in done.said, line
    address = environment.get("GANGQIAO_DATABASE_URL", f"sqlite:///{tmp_path}/var/gangqiao.db")
    # The owner of the tables is under row-level security as well: look as a superuser.
    reader = create_engine(make_url(address.replace(f"{OWNER}@", "gangqiao@")))
    with reader.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM centre")).scalar() == 6
        assert connection.execute(text("SELECT count(*) FROM account")).scalar() == 3
    reader.dispose()


def test_a_planted_command_that_does_not_exist_is_caught(tmp_path: Path) -> None:
    document = "```console\ngangqiao --version\nconjure\n```\n"
    assert play(commands(document, "sqlite"), tmp_path).code == 127

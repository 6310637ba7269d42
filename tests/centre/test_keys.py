"""R31: a missing, wrong, malformed or second master key stops the service before it writes."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from typer.testing import CliRunner

from centre import keys, privacy
from centre.accounts.models import Account
from centre.database import open_session
from centre.escrow import HalvesUnusable, join_keys, split_keys
from centre.key_marks import KeyMark
from centre.keys import KeyTrouble, check_keys, prepare_keys
from centre.network import Centre, CentreLevel
from centre.people import new_person
from centre.permissions import Actor
from tests.databases import settings_from
from tests.planted import planted
from web.app import build
from web.commands import app

SYSTEM = Actor.system()


@pytest.fixture(autouse=True)
def office(any_database: str) -> Iterator[None]:
    """A database that was written under the key of the first machine, with one person in it."""
    del any_database
    privacy.forget_keys()
    prepare_keys()
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(Centre(id=1, code="C1", name="中心", level=CentreLevel.CITY, region_code="330600"))
        session.flush()
        session.add(new_person(centre_id=1, name="甲"))
    yield
    privacy.forget_keys()


def missing(folder: Path) -> str:
    del folder
    return ""


def wrong(folder: Path) -> str:
    return _written(folder, secrets.token_hex(32))


def malformed(folder: Path) -> str:
    return _written(folder, "swordfish")


def cut(folder: Path) -> str:
    return _written(folder, privacy.key_file().read_text()[:60])


def empty(folder: Path) -> str:
    return _written(folder, "")


def second(folder: Path) -> str:
    return _written(folder, f"{secrets.token_hex(32)} {privacy.key_file().read_text()}")


def doubled(folder: Path) -> str:
    return _written(folder, f"{privacy.key_file().read_text()} {privacy.key_file().read_text()}")


def _written(folder: Path, content: str) -> str:
    (folder / "master.key").write_text(content)
    return content


FAULTS = [missing, wrong, malformed, cut, empty, second, doubled]


@pytest.fixture(params=FAULTS, ids=lambda fault: fault.__name__)
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Another machine on the same database, with something wrong about its key."""
    fault: Callable[[Path], str] = request.param
    folder = tmp_path / "second"
    folder.mkdir()
    fault(folder)
    with settings_from(False, data_dir=str(folder)):
        privacy.forget_keys()
        yield folder
    privacy.forget_keys()


def rows() -> tuple[int, int]:
    with open_session(SYSTEM.scope) as session:
        return len(session.scalars(select(Account.id)).all()), len(session.scalars(select(KeyMark.place)).all())


COMMANDS = {
    "account": ["account", "create", "clerk", "--name", "甲", "--role", "clerk", "--password", "麦子熟了八月天好"],
    "work": ["work", "--once"],
    "init": ["init", "--city", "330600", "--yes"],
    "migrate": ["migrate"],
    "serve": ["serve", "--port", "1"],
}


def stops(machine: Path, command: str) -> bool:
    """The command ends with a sentence about the key, writes nothing and makes no key."""
    before, kept = rows(), sorted(path.name for path in machine.iterdir())
    done = CliRunner().invoke(app, COMMANDS[command])
    assert done.exit_code == 3, done.output
    assert "key" in done.output
    assert rows() == before
    assert sorted(path.name for path in machine.iterdir()) == kept, "a key was made"
    return True


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_that_writes_stops_with_a_sentence(machine: Path, command: str) -> None:
    assert stops(machine, command)


def test_a_planted_key_that_is_made_when_none_is_there_is_caught(tmp_path: Path) -> None:
    right = privacy.ring_marks

    def make_one() -> tuple[str, ...]:
        privacy.make_key()
        return right()

    folder = tmp_path / "second"
    folder.mkdir()
    with settings_from(False, data_dir=str(folder)), planted(privacy, ring_marks=make_one):
        privacy.forget_keys()
        with pytest.raises(AssertionError, match="a key was made"):
            stops(folder, "serve")


def test_a_running_server_refuses_to_write_and_says_that_it_is_not_ready(machine: Path) -> None:
    del machine
    before = rows()
    client = TestClient(build(), headers={"origin": "http://testserver"}, raise_server_exceptions=False)
    assert client.get("/health/ready").status_code == 503
    answer = client.post("/sign-in", data={"login": "x", "password": "y"})
    assert answer.status_code == 503
    assert "wrong-key" in answer.text
    assert rows() == before
    started = TestClient(build())
    with pytest.raises(KeyTrouble):
        started.__enter__()


def test_the_machine_with_the_right_key_starts_and_is_ready() -> None:
    check_keys()
    with TestClient(build()) as client:
        assert client.get("/health/ready").status_code == 200


def test_of_two_machines_that_begin_at_once_only_one_key_counts(tmp_path: Path) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        for mark in session.scalars(select(KeyMark)):
            session.delete(mark)
    rings = [(secrets.token_hex(32),), (secrets.token_hex(32),)]
    with planted(keys, _sealed_example=lambda: None), ThreadPoolExecutor(2) as pool:
        for adopting in [pool.submit(keys._adopt, ring) for ring in rings]:
            adopting.result()
        marks = keys._marks()
        assert len(marks) == 1
        verdicts = []
        for ring in rings:
            try:
                keys._compare(ring, marks)
                verdicts.append("right")
            except KeyTrouble:
                verdicts.append("stopped")
    assert sorted(verdicts) == ["right", "stopped"]


def test_an_older_installation_without_marks_takes_only_the_key_that_opens_its_data(tmp_path: Path) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        for mark in session.scalars(select(KeyMark)):
            session.delete(mark)
    with settings_from(master_key=secrets.token_hex(32)):
        privacy.forget_keys()
        with pytest.raises(KeyTrouble, match="does not open"):
            check_keys()
    privacy.forget_keys()
    check_keys()
    assert rows()[1] == 1


def test_after_a_rotation_a_machine_with_the_old_key_alone_is_stopped() -> None:
    old = privacy.key_file().read_text()
    done = CliRunner().invoke(app, ["keys", "rotate"])
    assert done.exit_code == 0, done.output
    check_keys()
    assert rows()[1] == 2
    with settings_from(master_key=old):
        privacy.forget_keys()
        with pytest.raises(KeyTrouble, match="Copy the key file"):
            check_keys()


def test_two_halves_give_the_keys_back_and_only_to_a_machine_without_one(tmp_path: Path) -> None:
    CliRunner().invoke(app, ["keys", "rotate"])
    content = privacy.key_file().read_text()
    done = CliRunner().invoke(app, ["keys", "split"])
    first, second_half = done.output.split()
    assert not any(key in half for key in content.split() for half in (first, second_half))
    words = ["keys", "join", "--first", first, "--second", second_half]
    assert CliRunner().invoke(app, words).exit_code == 3
    privacy.key_file().unlink()
    assert CliRunner().invoke(app, words).exit_code == 0
    assert privacy.key_file().read_text() == content
    assert privacy.key_file().stat().st_mode & 0o077 == 0


def test_halves_that_do_not_belong_together_are_refused() -> None:
    ring = privacy.ring_text()
    halves, others = split_keys(ring), split_keys(ring)
    assert join_keys(halves[1], halves[0]) == ring
    wrong_digit = halves[0][:20] + ("0" if halves[0][20] != "0" else "1") + halves[0][21:]
    for pair in ((halves[0], others[1]), (halves[0], halves[0]), (wrong_digit, halves[1]), (halves[0], "GQ1-")):
        with pytest.raises(HalvesUnusable):
            join_keys(*pair)

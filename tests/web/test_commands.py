"""The command line: output, files and refusals of each command."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from centre.policy import load_examples
from employers.openings.models import Opening
from employers.openings.rules import OpeningState
from web.commands import app

SERVER = """
import os, subprocess, sys, time
subprocess.Popen([sys.executable, "-m", "web", "work", "--beside", str(os.getpid())])
time.sleep(300)
"""
COMMANDS = "serve work migrate demo account import export backup match evaluate audit"
LIST = [
    {"did": "o1", "text": "纺纱厂挡车工", "desc": "缴五险，长白班。", "wage": "3500-5000", "area": "咸阳市 - 渭城区",
     "edu": "高中", "num": "10人", "date": "2025-05-26", "lang": "zh"},
    {"did": "o2", "text": "梳毛工", "desc": "包吃住。", "wage": "计件", "area": "咸阳市 - 武功县", "num": "20人"},
    {"did": "o3", "text": "普工", "desc": "两班倒", "wage": "4000", "area": "火星市", "num": "5人"},
]  # fmt: skip


def run(*words: str, **environment: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words), env=dict(os.environ) | environment)
    return done.exit_code, done.output.strip()


@pytest.fixture
def installed(database: str) -> None:
    """A database as `gangqiao migrate` leaves it: tables and example policies."""
    del database
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list of three openings, one of them complete."""
    path = tmp_path / "list.jsonl"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in LIST), encoding="utf-8")
    return path


def on_show() -> int:
    with open_session(Actor.system().scope) as session:
        return session.scalar(select(func.count(Opening.id)).where(Opening.state == OpeningState.OPEN)) or 0


def test_help_lists_every_command_and_each_has_its_own_help() -> None:
    status, output = run("--help")
    assert status == 0
    for name in COMMANDS.split():
        assert f"\n  {name} " in output
        status, own = run(name, "--help")
        assert status == 0
        assert "Usage:" in own
        assert len(own.split("\n\n")[1].strip()) > 20, own


def test_unknown_commands_and_missing_files_give_messages_not_tracebacks(tmp_path: Path) -> None:
    for words in (["frobnicate"], ["import", "openings", str(tmp_path / "none.csv")], ["demo", "--size", "moon"]):
        status, output = run(*words, GANGQIAO_DATA_DIR=str(tmp_path))
        assert status == 2
        assert "Traceback" not in output
        assert "Usage" in output


def test_migrating_twice_is_harmless(tmp_path: Path) -> None:
    own = os.environ | {"GANGQIAO_DATA_DIR": str(tmp_path), "GANGQIAO_DATABASE_URL": ""}
    outputs = [
        subprocess.run(
            [sys.executable, "-m", "web", "migrate"], env=own, check=True, capture_output=True, text=True, timeout=120
        ).stdout
        for _ in range(2)
    ]
    assert outputs[0].startswith("Schema empty -> ")
    newest = outputs[0].split(" -> ")[1].split(";")[0]
    assert outputs[1].startswith(f"Schema {newest} -> {newest}; 0 example")


@pytest.mark.usefixtures("installed")
def test_a_list_is_imported_as_drafts_then_published_then_unchanged(listed: Path) -> None:
    status, output = run("import", "openings", str(listed))
    assert (status, on_show()) == (0, 0)
    assert "row 3 普工: " in output
    assert "3 rows: 0 published, 2 saved as drafts, 0 unchanged, 1 refused" in output
    assert "--publish" in output
    status, output = run("import", "openings", str(listed), "--publish")
    assert (status, on_show()) == (0, 1)
    assert "row 2 梳毛工: Required before publishing: Basic pay" in output
    assert "1 published, 0 saved as drafts, 1 unchanged, 1 refused" in output
    output = run("import", "openings", str(listed), "--publish")[1]
    assert "0 published, 0 saved as drafts, 2 unchanged, 1 refused" in output


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
def test_what_is_exported_can_be_imported_again(listed: Path, tmp_path: Path, ending: str) -> None:
    run("import", "openings", str(listed), "--publish")
    out = tmp_path / f"out.{ending}"
    assert run("export", "openings", str(out)) == (0, f"{out}: 1 openings")
    status, output = run("import", "openings", str(out), "--publish")
    assert status == 0
    assert "1 rows: 1 published" in output
    with open_session(Actor.system().scope) as session:
        first, second = session.scalars(
            select(Opening).where(Opening.state == OpeningState.OPEN).order_by(Opening.id)
        ).all()
        for name in ("title", "headcount", "wage_min_fen", "wage_max_fen", "region_code", "content", "valid_until"):
            assert getattr(first, name) == getattr(second, name), name


@pytest.mark.usefixtures("installed")
def test_an_export_of_nothing_has_its_headings_and_an_unknown_ending_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "none.csv"
    assert run("export", "openings", str(out))[0] == 0
    assert out.read_text(encoding="utf-8-sig").startswith("id,title,occupation,employer,")
    status, output = run("export", "openings", str(tmp_path / "none.pdf"))
    assert status == 2
    assert ".csv, .xlsx, .jsonl" in output
    assert not (tmp_path / "none.pdf").exists()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"x" * 400, "This is not a spreadsheet"),
        ("a.csv", "姓名,电话\n王芳,1\n".encode(), "It should contain: 岗位、地区"),
        ("a.jsonl", b'{"text": "a"}\n{', "Line 2 is not a valid JSON object"),
    ],
)
def test_a_file_that_is_not_a_list_is_refused_with_a_message(
    tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    status, output = run("import", "openings", str(path))
    assert status == 2
    assert words in output


@pytest.mark.usefixtures("installed")
def test_a_backup_is_complete_dated_and_never_overwritten(listed: Path, tmp_path: Path) -> None:
    run("import", "openings", str(listed), "--publish")
    copy = tmp_path / "copy.db"
    status, output = run("backup", str(copy))
    assert status == 0
    assert "integrity ok" in output
    assert run("backup", str(copy))[0] == 2
    day = clock.local(clock.now()).strftime("%Y%m%d")
    assert f"gangqiao-{day}-" in run("backup", GANGQIAO_DATA_DIR=str(tmp_path))[1]
    with_copy = os.environ | {"GANGQIAO_DATABASE_URL": f"sqlite:///{copy}"}
    out = tmp_path / "restored.jsonl"
    subprocess.run(
        [sys.executable, "-m", "web", "export", "openings", str(out)], env=with_copy, check=True, timeout=120
    )
    assert json.loads(out.read_text(encoding="utf-8"))["title"] == "纺纱厂挡车工"


def test_the_worker_of_a_killed_server_exits(database: str) -> None:
    """The worker inherits the parent's output, which is closed when both have exited."""
    del database
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)  # without policies its jobs fail and say so
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdout=subprocess.PIPE, text=True)
    assert server.stdout
    assert server.stdout.readline().startswith("Running ")
    server.kill()
    assert server.communicate(timeout=60)[0] == ""


@pytest.mark.usefixtures("installed")
def test_due_jobs_run_once_and_are_counted() -> None:
    with clock.frozen(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        status, output = run("work", "--once")
        assert status == 0
        first = int(output.split(" of ")[0])
        assert first > 0
        assert run("work", "--once")[1].startswith("0 of ")

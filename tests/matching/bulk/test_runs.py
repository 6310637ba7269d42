"""`gangqiao match` as people run it: interrupted and resumed, and with unreadable files."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.bench.sheets import write_tables
from web.commands import app

COMMAND = (sys.executable, "-m", "web", "match", "openings.csv", "workers.csv", "--top", "3", "--out")


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tables(tmp_path_factory.mktemp("tables"), 300, 60_000)


def environment(folder: Path) -> dict[str, str]:
    root = Path(__file__).parents[3]
    variables = {"PYTHONPATH": str(root), "XDG_CACHE_HOME": str(root / "build"), "GANGQIAO_JOBLIB": "threading"}
    return {**os.environ, "GANGQIAO_DATA_DIR": str(folder / "nowhere"), **variables}


def heed_interrupts() -> None:
    """Handle Ctrl+C even if the tests run in the background, where child processes would ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def stopped(folder: Path, out: str, tries: int = 5) -> subprocess.CompletedProcess[str]:
    """Run the command and press Ctrl+C once something is written; repeat if it finished before."""
    run = subprocess.Popen(
        [*COMMAND, out],
        cwd=folder,
        env=environment(folder),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )
    journal = folder / f"{out}.progress"
    while not journal.exists() and run.poll() is None:
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    if run.returncode == 0 and tries > 1:
        (folder / out).unlink()
        return stopped(folder, out, tries - 1)
    return subprocess.CompletedProcess(run.args, run.returncode, "", errors)


def test_an_interrupted_run_resumes_and_writes_the_same_file(tables: Path) -> None:
    whole = subprocess.run([*COMMAND, "whole.csv"], cwd=tables, env=environment(tables), capture_output=True, text=True)
    assert whole.returncode == 0, whole.stderr
    first = stopped(tables, "parts.csv")
    assert first.returncode == 130, first.stderr
    assert "Traceback" not in first.stderr
    assert (tables / "parts.csv.progress").exists()
    assert (tables / "parts.csv.part").stat().st_size < (tables / "whole.csv").stat().st_size
    again = subprocess.run([*COMMAND, "parts.csv"], cwd=tables, env=environment(tables), capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert (tables / "parts.csv").read_bytes() == (tables / "whole.csv").read_bytes()
    assert not (tables / "parts.csv.progress").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("o.csv", b"", "o.csv: The spreadsheet is empty"),
        ("o.csv", b"title,region\na,b\n", "o.csv: No header row"),
        ("o.csv", b"id,wage_min\n1,a lot\n", "o.csv Row 2 1: wage_min: "),
        ("o.jsonl", b'{"id": 1}\n{"id": \n', "Line 2 is not a valid JSON object"),
        ("o.xlsx", b"PK\x03\x04 is no workbook", "o.xlsx"),
    ],
)
def test_an_unreadable_file_is_reported_by_name_and_line(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    (tmp_path / "w.csv").write_text("id\n1\n", encoding="utf-8")
    result = CliRunner().invoke(
        app, ["match", str(tmp_path / name), str(tmp_path / "w.csv"), "--out", str(tmp_path / "x.csv"), "--lang", "en"]
    )
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.exception is None or isinstance(result.exception, SystemExit)


def test_the_help_lists_every_column() -> None:
    help_text = CliRunner().invoke(app, ["match", "--help"]).stdout
    for column in ("allowed_regions", "wage_floor", "held_certificates", "wage_max", "occupation", "reasons"):
        assert column in help_text

"""The wheel carries everything that the service needs at run time, and nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.house.source import PACKAGES, ROOT

KINDS = {
    ".py",
    ".html",
    ".css",
    ".js",
    ".svg",
    ".png",
    ".po",
    ".csv",
    ".json",
    ".jsonl",
    ".toml",
    ".txt",
    ".typ",
    ".mako",
    ".md",
    ".tsv",
}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a freshly built wheel."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not installed here")
    target = tmp_path_factory.mktemp("wheel")
    command = [uv, "build", "--wheel", "--offline", "--quiet", "--out-dir", str(target), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    with ZipFile(next(target.glob("*.whl"))) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def test_the_wheel_carries_every_file_of_the_packages(wheel: set[str]) -> None:
    listed = subprocess.run(["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True)
    kept = {name for name in listed.stdout.splitlines() if (ROOT / name).is_file()}
    assert kept
    assert kept - wheel == set()


def test_the_wheel_carries_nothing_by_accident(wheel: set[str]) -> None:
    inside = {name for name in wheel if not name.startswith("gangqiao-")}
    assert {name.split("/")[0] for name in inside} <= set(PACKAGES)
    assert {name for name in inside if Path(name).suffix not in KINDS} == set()


def test_the_wheel_brings_the_command(wheel: set[str]) -> None:
    assert "gangqiao-0.1.0.dist-info/entry_points.txt" in wheel
    assert "gangqiao-0.1.0.dist-info/licenses/LICENSE" in wheel

"""Generators of API clients read the description without a warning, so no client lacks an operation or an answer."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from api.app import build
from api.rosters import XLSX

TOOLS = Path(".venv/clients")
NEEDED = "no {name}: .ci/clients installs it"
Description = dict[str, Any]


def program(name: str) -> str:
    """Where a generator is; the test is skipped without it."""
    places = (TOOLS / "bin", TOOLS / "node_modules/.bin")
    here = next((str(place / name) for place in places if (place / name).exists()), shutil.which(name))
    if here is None:
        pytest.skip(NEEDED.format(name=name))
    return str(Path(here).absolute())


def run(command: list[str], place: Path) -> str:
    """What a program says; empty when it ends well without a warning."""
    ended = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=300, check=False)
    said = ended.stdout + ended.stderr
    return said if ended.returncode or "warning" in said.lower() else ""


def python_client(description: Description, place: Path) -> str:
    """What openapi-python-client says against a description."""
    written = place / "openapi.json"
    written.write_text(json.dumps(description))
    # It has no hooks for a generated project here, and a spreadsheet is bytes to it.
    settings = {"content_type_overrides": {XLSX: "application/octet-stream"}, "post_hooks": []}
    (place / "settings.json").write_text(json.dumps(settings))
    generate = [program("openapi-python-client"), "generate", "--meta", "none", "--fail-on-warning", "--overwrite"]
    return run([*generate, "--path", str(written), "--config", "settings.json", "--output-path", "client"], place)


def typescript_client(description: Description, place: Path) -> str:
    """What openapi-typescript says against a description, and the compiler against what it writes."""
    (place / "openapi.json").write_text(json.dumps(description))
    said = run([program("openapi-typescript"), "openapi.json", "-o", "client.ts"], place)
    return said or run([program("tsc"), "--noEmit", "--strict", "client.ts"], place)


CLIENTS = (python_client, typescript_client)
Client = Callable[[Description, Path], str]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_is_generated_without_a_warning(client: Client, tmp_path: Path) -> None:
    assert client(build().openapi(), tmp_path) == ""


@pytest.mark.parametrize("client", CLIENTS)
def test_a_planted_reference_to_nothing_is_caught(client: Client, tmp_path: Path) -> None:
    description = json.loads(json.dumps(build().openapi()))
    description["components"]["schemas"]["FairOut"]["properties"]["name"] = {"$ref": "#/components/schemas/Absent"}
    assert client(description, tmp_path)

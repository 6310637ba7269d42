"""Every library is pinned by name and version alone, and what is pinned satisfies what the project asks for."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.source import ROOT, Findings, plant

PIN = re.compile(r"([a-z0-9][a-z0-9-]*)==([0-9][0-9a-z.+!]*)(?: ; .+)?")


def pins(root: Path) -> Findings:
    """Lines of constraints.txt that are no plain pins, and requirements that no pin satisfies."""
    findings = Findings()
    pinned = {}
    for line in (root / "constraints.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = PIN.fullmatch(line)
            findings.look(pin, f"no plain pin: {line}")
            if pin:
                pinned[pin[1]] = Version(pin[2])
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    for line in sum(project.get("optional-dependencies", {}).values(), start=project["dependencies"]):
        wanted = Requirement(line)
        name = canonicalize_name(wanted.name)
        if name != project["name"]:
            findings.look(name in pinned and pinned[name] in wanted.specifier, f"no pin satisfies {line}")
    return findings


def test_every_library_is_pinned() -> None:
    assert pins(ROOT).verdict == []


def test_a_planted_address_and_a_planted_gap_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "pyproject.toml", '[project]\nname = "seat"\ndependencies = ["babel>=3", "rich"]\n')
    plant(tmp_path, "constraints.txt", "# pins\nbabel==2.18.0\nrich @ git+ssh://example.org/rich\n")
    assert pins(tmp_path).verdict == [
        "no pin satisfies babel>=3",
        "no pin satisfies rich",
        "no plain pin: rich @ git+ssh://example.org/rich",
    ]

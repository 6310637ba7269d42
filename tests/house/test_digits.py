r"""Digits are matched as [0-9]: \d also takes full-width and Arabic-Indic ones, which look alike and are not."""

import ast
from pathlib import Path

from tests.house.source import PACKAGES, ROOT, Findings, plant, sources

LOOSE = chr(92) + "d"


def loose_digits(root: Path) -> Findings:
    """String constants with the loose digit class."""
    findings = Findings()
    for source in sources(root, *PACKAGES, "tests"):
        for node in source.nodes:
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and source.name != "tests/house/test_digits.py"
            ):
                findings.look(LOOSE not in node.value, f"{source.at(node)}: {LOOSE}")
    return findings


def test_patterns_name_their_digits() -> None:
    assert loose_digits(ROOT).verdict == []


def test_a_planted_loose_digit_is_caught(tmp_path: Path) -> None:
    plant(tmp_path, "centre/phones.py", f"PHONE = re.compile(r'1[3-9]{LOOSE}{{9}}')\n")
    assert loose_digits(tmp_path).verdict == [f"centre/phones.py:1: {LOOSE}"]

"""Every setting, role, permission, due job and error code is documented: docs/REFERENCE.md equals the code."""

import subprocess
import sys
from difflib import unified_diff

from tests.house.reference import table
from tests.house.source import ROOT


def outdated(kept: str, written: str) -> list[str]:
    """The lines in which the document differs from what the code generates now."""
    lines = unified_diff(kept.splitlines(), written.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}]


def test_the_reference_is_up_to_date() -> None:
    # In a separate process: what other tests register is not part of the product.
    command = [sys.executable, "-m", "tests.house.reference"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert outdated((ROOT / "docs" / "REFERENCE.md").read_text("utf-8"), done.stdout) == [], "run make reference"


def test_a_planted_undocumented_row_is_caught() -> None:
    kept = table("Jobs", ("name",), [("`sweep`",)])
    written = table("Jobs", ("name",), [("`sweep`",), ("`expire`",)])
    assert outdated(kept, written) == ["+| `expire` |"]

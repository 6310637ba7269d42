"""The openings in memory have the same inputs in every process, whatever it has imported."""

import subprocess
import sys

from matching.learning.queries import weights_in_use
from matching.live.inputs import Inputs, inputs
from matching.promises.queries import kept_standings
from matching.search.queries import accepted_words
from tests.house.source import ROOT

SHOW = "from matching.live import inputs; print(inputs.inputs().words.__module__)"


def shown(start: str) -> tuple[int, str]:
    """The exit code and output of a new process that runs `start`, then reads its inputs."""
    command = [sys.executable, "-c", f"{start}\n{SHOW}"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout.strip()


def test_inputs_come_from_search_learning_and_promises() -> None:
    assert inputs() == Inputs(words=accepted_words, weights=weights_in_use, ranks=kept_standings)


def test_a_process_that_imports_nothing_else_has_the_inputs() -> None:
    assert shown("") == (0, "matching.search.queries")


def test_a_planted_wrong_module_of_inputs_is_caught() -> None:
    assert shown("from matching.live import inputs; inputs.WIRING = 'matching.learning.queries'")[0] != 0

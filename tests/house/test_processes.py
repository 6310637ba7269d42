"""Every kind of process has the same subscribers and knows the same scheduled jobs."""

import json
import subprocess
import sys
from functools import cache

import pytest

from centre.events import subscriptions
from centre.job_homes import JOB_HOMES
from tests.house.source import ROOT

SHOW = """
import json
from centre.events import subscriptions
acting = sorted([kind.__name__, *(f"{handler.__module__}.{handler.__name__}" for handler in handlers)]
                for kind, handlers in subscriptions().items())
from centre.jobs import all_jobs
print(json.dumps({"subscribers": acting, "jobs": [known.name for known in all_jobs()]}))
"""
PROCESSES = {
    "the web": "import web.app; web.app.build()",
    "the worker": "from web.commands.running import import_domain; import_domain()",
    "a command": "import web.commands.data",
    "a script that enrols": "import training.enrolments.actions",
    "a script that imports nothing else": "",
}


pytestmark = pytest.mark.lengthy  # five starts of Python with all modules: 15 s of processor time


@cache  # two tests read it, and five starts of Python take ten seconds
def known_to_processes() -> dict[str, dict[str, list[object]]]:
    """By kind of process, the subscribers and the jobs that it knows."""
    shown = {}
    for process, start in PROCESSES.items():
        command = [sys.executable, "-c", f"{start}\n{SHOW}"]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert run.returncode == 0, (process, run.stderr)
        shown[process] = json.loads(run.stdout)
    return shown


def test_every_process_has_the_same_subscribers() -> None:
    shown = {process: known["subscribers"] for process, known in known_to_processes().items()}
    assert all(acting == shown["the web"] for acting in shown.values()), shown
    assert len(shown["the web"]) == len(subscriptions())


def test_every_process_knows_the_same_jobs() -> None:
    shown = {process: known["jobs"] for process, known in known_to_processes().items()}
    assert all(names == shown["the worker"] for names in shown.values()), shown
    assert len(shown["the worker"]) > len(JOB_HOMES)

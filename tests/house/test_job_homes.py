"""Scheduled jobs: whoever shows or runs them knows all of them, in every kind of process."""

import subprocess
import sys
from pathlib import Path

from centre.job_homes import JOB_HOMES
from tests.house.source import DOMAIN, ROOT, Findings, plant, sources

SHOW = "from centre.jobs import all_jobs; print(*(known.name for known in all_jobs()))"
PROCESSES = {
    "the web": "import web.app; web.app.build()",
    "the worker": "from web.commands.running import import_domain; import_domain()",
    "a script that imports nothing else": "",
}


def unlisted(root: Path, listed: tuple[str, ...]) -> Findings:
    """Modules with a job that are not in the list, and listed ones without a job."""
    findings = Findings()
    present = {
        source.name.removesuffix(".py").replace("/", ".")
        for source in sources(root, *DOMAIN)
        if any(line.startswith("@job(") for line in source.text.splitlines())
    }
    for module in sorted(present | set(listed)):
        findings.look(module in listed, f"{module} is not listed in centre/job_homes.py")
        findings.look(module in present, f"{module} is listed and has no job")
    return findings


def test_every_module_with_a_job_is_listed() -> None:
    assert unlisted(ROOT, JOB_HOMES).verdict == []


def test_every_process_knows_the_same_jobs() -> None:
    shown = {}
    for process, start in PROCESSES.items():
        command = [sys.executable, "-c", f"{start}\n{SHOW}"]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert run.returncode == 0, (process, run.stderr)
        shown[process] = run.stdout.split()
    assert all(names == shown["the worker"] for names in shown.values()), shown
    assert len(shown["the worker"]) > len(JOB_HOMES)


def test_planted_faults_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "training/funds/jobs.py", "@job('sweep', every=DAY)\ndef sweep(session):\n    ...\n")
    assert unlisted(tmp_path, ("matching.search.jobs",)).verdict == [
        "matching.search.jobs is listed and has no job",
        "training.funds.jobs is not listed in centre/job_homes.py",
    ]

"""Scheduled jobs: every module with a job is listed, so that each process can load all of them."""

from pathlib import Path

from centre.job_homes import JOB_HOMES
from tests.house.source import DOMAIN, ROOT, Findings, plant, sources


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


def test_planted_faults_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "training/funds/jobs.py", "@job('sweep', every=DAY)\ndef sweep(session):\n    ...\n")
    assert unlisted(tmp_path, ("matching.search.jobs",)).verdict == [
        "matching.search.jobs is listed and has no job",
        "training.funds.jobs is not listed in centre/job_homes.py",
    ]

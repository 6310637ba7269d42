"""Only `centre/clock.py` asks what time it is; time in the database comes from there too."""

from pathlib import Path

from tests.house.source import ROOT, Findings, plant, sources

CLOCK = "centre/clock.py"
FORBIDDEN = (
    "datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns", "func.now",
    "func.current_timestamp", "func.current_date",
)  # fmt: skip


def clocks(root: Path) -> Findings:
    """Calls that ask for the time."""
    findings = Findings()
    for source in sources(root):
        asked = [
            (name, call) for name, call in source.calls() if f".{name}".endswith(tuple(f".{f}" for f in FORBIDDEN))
        ]
        if source.name != CLOCK:
            findings.look(True, source.name)
            findings.wrong += [f"{source.at(call)}: {name}" for name, call in asked]
    return findings


def test_only_the_clock_asks_for_the_time() -> None:
    assert clocks(ROOT).verdict == []


def test_planted_questions_for_the_time_are_caught(tmp_path: Path) -> None:
    plant(tmp_path, "training/late.py", "a = datetime.datetime.now(UTC)\nb = date.today()\nc = func.now()\n")
    assert clocks(tmp_path).verdict == [
        "training/late.py:1: datetime.datetime.now",
        "training/late.py:2: date.today",
        "training/late.py:3: func.now",
    ]

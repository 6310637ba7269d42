"""Every setting, role, permission, due job and error code is documented: docs/REFERENCE.md equals the code."""

from datetime import timedelta
from difflib import unified_diff

from centre.errors import Refusal
from centre.jobs import REGISTER, Job
from tests.house.reference import job_rows, reference, refusal_rows, table
from tests.house.source import ROOT


def outdated(kept: str, written: str) -> list[str]:
    """The lines in which the document differs from what the code generates now."""
    lines = unified_diff(kept.splitlines(), written.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in {"+++", "---"}]


def test_the_reference_is_up_to_date() -> None:
    assert outdated((ROOT / "docs" / "REFERENCE.md").read_text("utf-8"), reference()) == [], "run make reference"


def test_what_tests_register_is_not_part_of_the_reference() -> None:
    class PlantedRefusal(Refusal):
        code = "planted"

    planted = Job("planted", timedelta(days=1), lambda _session: None, catch_up=False, summary="Planted.")
    REGISTER["planted"] = planted
    try:
        rows = [*job_rows(), *refusal_rows()]
    finally:
        del REGISTER["planted"]
    assert PlantedRefusal in Refusal.__subclasses__()
    assert rows
    assert [row for row in rows if "planted" in row[0]] == []


def test_a_planted_undocumented_row_is_caught() -> None:
    kept = table("Jobs", ("name",), [("`sweep`",)])
    written = table("Jobs", ("name",), [("`sweep`",), ("`expire`",)])
    assert outdated(kept, written) == ["+| `expire` |"]

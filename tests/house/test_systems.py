"""docs/systems.md says the truth about the 24 systems of the source article."""

from tests.house.source import ROOT
from tests.house.systems import SYSTEMS, System, document, faults


def test_the_list_of_systems_is_up_to_date() -> None:
    assert (ROOT / "docs" / "systems.md").read_text("utf-8") == document()


def test_every_system_is_listed_and_all_it_names_is_there() -> None:
    assert [system.key for system in SYSTEMS] == [f"S{number:02}" for number in range(1, 25)]
    assert faults() == []


def test_a_planted_lie_is_caught() -> None:
    lies = (
        System("S98", "nowhere", ("/no-such-page",), (), ("tests/no_such_test.py",)),
        System("S99", "nothing"),
    )
    assert faults(lies) == [
        "S98: no route /no-such-page",
        "S98: no test tests/no_such_test.py",
        "S99: says nothing is missing, but names no page and no test",
    ]

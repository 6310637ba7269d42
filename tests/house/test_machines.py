"""State machines: every state but the final ones can be left, and every event is caused by something."""

from enum import StrEnum
from pathlib import Path

import pytest

from centre.states import Machine, Move
from tests.house.machines import FINAL, Code, dead_ends, machine_rows, machines
from tests.house.source import ROOT, plant


class Light(StrEnum):
    """The states of a planted machine."""

    RED = "red"
    GREEN = "green"
    BROKEN = "broken"


LIGHT = Machine("light", [Move(Light.RED, "go", Light.GREEN), Move(Light.GREEN, "fail", Light.BROKEN)], {})

RULES = 'LIGHT = Machine("light", [Move(1, "go", 2), Move(2, "fail", 3)])\n'


@pytest.fixture(scope="module")
def code() -> Code:
    """The source of the packages."""
    return Code.read(ROOT)


def test_every_state_that_is_not_final_can_be_left() -> None:
    held = machines()
    assert len(held) >= 17
    stuck = {name: dead_ends(machine, FINAL.get(name, ())) for name, machine in held.items()}
    assert {name: states for name, states in stuck.items() if states} == {}


def test_a_final_state_is_one_that_no_event_leaves() -> None:
    held = machines()
    for name, final in FINAL.items():
        assert not final & {move.source.value for move in held[name].moves}, name


def test_a_planted_dead_end_is_found() -> None:
    assert dead_ends(LIGHT, ()) == [Light.BROKEN]
    assert dead_ends(LIGHT, ["broken"]) == []


def test_every_event_is_caused_by_something(code: Code) -> None:
    uncaused = [
        f"{name}: {event}"
        for name, machine in machines().items()
        for event, causes in code.causes(machine).items()
        if not causes
    ]
    assert uncaused == []


def test_a_planted_event_that_nobody_causes_is_found(tmp_path: Path) -> None:
    plant(tmp_path, "centre/lights/rules.py", RULES)
    plant(
        tmp_path,
        "centre/lights/actions.py",
        'from centre.lights.rules import LIGHT\n\ndef switch(light):\n    move(light, LIGHT, "go")\n',
    )
    causes = Code.read(tmp_path).causes(LIGHT)
    assert causes == {"go": [("centre.lights.actions", "switch")], "fail": []}


def test_the_table_says_whom_a_step_tells_also_through_a_published_fact(code: Code) -> None:
    rows = {(row[0], row[1], row[2]): row for row in machine_rows(machines(), code)}
    assert "`class-ended`" in rows["class", "`recruiting`", "`cancel`"][5]
    assert "`enrolment-ended`" in rows["enrolment", "`applied`", "`refuse`"][5]
    assert rows["enrolment", "`certified`", "`place`"][4] == "the service"

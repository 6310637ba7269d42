"""The machines move as the table of docs/REFERENCE.md says: a move lost, added or given to others is noticed."""

from importlib import import_module

import pytest

from centre.states import Machine, Move
from tests.house.machines import who
from tests.house.source import ROOT, files

Row = tuple[str, ...]

MODULES = sorted(
    path.relative_to(ROOT).as_posix().removesuffix(".py").replace("/", ".")
    for path in files(ROOT, "*.py")
    if "= Machine(" in path.read_text("utf-8")
)
"""Searched as text: reading all the syntax takes five seconds, which every mutant of a machine would wait for."""


def row(name: str, move: Move) -> Row:
    return (name, f"`{move.source}`", f"`{move.event}`", f"`{move.target}`", who(move))


def documented() -> dict[str, list[Row]]:
    """The moves of the document by machine, without its last column, which tests.house.reference fills."""
    rows: dict[str, list[Row]] = {}
    for line in (ROOT / "docs" / "REFERENCE.md").read_text("utf-8").splitlines():
        cells = tuple(cell.strip() for cell in line.strip("|").split(" | "))
        if len(cells) == 6 and cells[3].startswith("`") and cells[1].startswith("`"):
            rows.setdefault(cells[0], []).append(cells[:5])
    return rows


def machines_of(module: str) -> list[Machine]:
    return [value for value in vars(import_module(module)).values() if isinstance(value, Machine)]


@pytest.mark.parametrize("module", MODULES)
def test_a_machine_moves_as_the_reference_says(module: str) -> None:
    held, table = machines_of(module), documented()
    assert held
    for machine in held:
        assert [row(machine.name, move) for move in machine.moves] == table[machine.name]


def test_a_planted_lost_move_is_caught() -> None:
    (machine,) = [each for each in machines_of("employers.companies.rules") if each.name == "employer"]
    assert [row(machine.name, move) for move in machine.moves[1:]] != documented()["employer"]

"""The mutation tester changes one thing at a time, and its runs notice a change that a test forbids."""

import subprocess
import sys

import pytest

from tests.house.source import ROOT
from tests.mutation import targets
from tests.mutation.__main__ import explained
from tests.mutation.changes import mutants

SOURCE = '''
MOVES = Machine("m", [Move(A, "go", B), Move(B, "stop", C)])
class Refused(Refusal):
    status = 422
def share(a, b):
    """A text that is left alone."""
    if not b:
        return N_("nothing")
    return a + 1 if a < 3 and b else None
'''
RUNS = """
import ast
from tests.mutation.__main__ import passes
from tests.mutation.changes import Mutant
from tests.mutation.warm import judge
name, tests = "training.providers.prices", ["tests/training/providers/test_prices.py"]
text = open("training/providers/prices.py", encoding="utf-8").read()
wrong = ast.parse(text.replace("tuition_fen - ", "tuition_fen + "))
same = ast.parse(text)
print(passes(name, None, tests), passes(name, wrong, tests))
print(judge(name, same, [Mutant("", "", "", wrong), Mutant("", "", "", same)], tests, 1)["alive"])
"""


def test_every_kind_of_change_is_made_once() -> None:
    assert [mutant.key for mutant in mutants(SOURCE)] == [
        "MOVES: Move(A, 'go', B) -> taken out",
        "MOVES: Move(B, 'stop', C) -> taken out",
        "share: if not b -> negated",
        "share: not b -> without not",
        "share: return N_('nothing') -> return None",
        "share: return a + 1 if a < 3 and b else None -> return None",
        "share: a < 3 and b -> or",
        "share: a < 3 -> LtE",
        "share: 3 -> 4",
        "share: a + 1 -> Sub",
        "share: 1 -> 2",
    ]


def test_the_key_of_a_mutant_does_not_depend_on_its_line() -> None:
    below = [mutant.key for mutant in mutants("\n\n# a remark\n" + SOURCE)]
    assert below == [mutant.key for mutant in mutants(SOURCE)]


def test_a_run_notices_a_planted_change_and_passes_without_one() -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUNS], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.stdout.split() == ["True", "False", "[]"], done.stderr


@pytest.mark.parametrize("name", sorted(explained()))
def test_every_explained_survivor_is_still_a_mutant_of_its_module(name: str) -> None:
    changes = {mutant.key for mutant in mutants((ROOT / f"{name.replace('.', '/')}.py").read_text("utf-8"))}
    assert explained()[name] - changes == set()


def test_every_machine_is_compared_with_the_reference() -> None:
    modules = targets.machine_modules()
    assert {"centre.desk.relief", "employers.uploads.rules"} <= set(modules)
    assert not {"employers.fairs.rules", "centre.states"} & set(modules)
    for module in modules:
        text = (ROOT / f"{module.replace('.', '/')}.py").read_text("utf-8")
        assert [test.rpartition("[")[2] for test in targets.tests_of(module, text)] == [f"{module}]"]


def test_of_a_module_that_is_no_target_only_the_machine_is_changed() -> None:
    assert [mutant.place for mutant in targets.mutants_of("elsewhere", SOURCE)] == ["MOVES", "MOVES"]
    assert len(targets.mutants_of("centre.states", SOURCE)) == 11

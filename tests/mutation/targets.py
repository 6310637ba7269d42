"""Which modules are changed, and the tests of each; tests mirror the tree.

Of the other modules with a state machine, the machines alone are changed and compared with docs/REFERENCE.md.

The tests named here need no full database, so that a mutant takes a second: they state the right values of a rule at
its boundaries. What the rules do in stories with a database is tested elsewhere and not repeated for each mutant.
"""

import re
from pathlib import Path

from tests.house.source import ROOT, files
from tests.mutation.changes import Mutant, mutants

MACHINE = re.compile(r"^(\w+) = Machine\(", re.MULTILINE)

TARGETS: dict[str, tuple[str, ...]] = {
    # money
    "centre.money": ("tests/centre/test_money.py",),
    "training.providers.prices": ("tests/training/providers/test_prices.py",),
    "training.claims.rules": ("tests/training/claims/test_subsidies.py",),
    # state machines
    "centre.states": ("tests/centre/test_states.py",),
    "employers.companies.rules": ("tests/employers/companies/test_rules.py",),
    "employers.openings.checks": ("tests/employers/openings/test_checks.py",),
    "employers.openings.rules": ("tests/employers/openings/test_rules.py",),
    "employers.fairs.booth_rules": ("tests/employers/fairs/test_rules.py",),
    "employers.fairs.rules": ("tests/employers/fairs/test_rules.py",),
    "employers.fairs.due_days": ("tests/employers/fairs/test_due_days.py",),
    "matching.introductions.rules": ("tests/matching/introductions/test_rules.py",),
    "matching.profiles.rules": ("tests/matching/profiles/test_rules.py",),
    "matching.export.rules": ("tests/matching/export/test_rules.py",),
    "training.classes.rules": ("tests/training/classes/test_rules.py",),
    "training.enrolments.rules": ("tests/training/enrolments/test_rules.py",),
    "training.certificates.rules": ("tests/training/certificates/test_rules.py",),
    "training.attendance.rules": ("tests/training/attendance/test_rules.py",),
    # rules of policy
    "centre.calendar": ("tests/centre/test_calendar.py",),
    "centre.working_days": ("tests/centre/test_working_days.py",),
    "centre.benefits": ("tests/centre/test_benefits.py",),
    "centre.policy": ("tests/centre/test_policy.py",),
}


def machine_modules(root: Path = ROOT) -> list[str]:
    """The modules that hold a state machine and are not changed as a whole."""
    names = (
        path.relative_to(root).as_posix().removesuffix(".py").replace("/", ".")
        for path in files(root, "*.py")
        if MACHINE.search(path.read_text("utf-8"))
    )
    return sorted(set(names) - TARGETS.keys())


def mutants_of(module: str, text: str) -> list[Mutant]:
    """The mutants of a module: all, or those of its machines."""
    machines = set(MACHINE.findall(text))
    return [mutant for mutant in mutants(text) if module in TARGETS or mutant.place in machines]


def tests_of(module: str, text: str) -> list[str]:
    """The tests of a module; one with a state machine is compared with docs/REFERENCE.md too."""
    table = f"tests/house/test_machine_table.py::test_a_machine_moves_as_the_reference_says[{module}]"
    return [*TARGETS.get(module, ()), *([table] if MACHINE.search(text) else [])]

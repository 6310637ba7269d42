"""Which modules are changed, and the tests of each; tests mirror the tree."""

TARGETS: dict[str, tuple[str, ...]] = {
    # money
    "centre.money": ("tests/centre/test_money.py",),
    "training.providers.prices": ("tests/training/providers/test_prices.py",),
    "training.claims.rules": (
        "tests/training/claims",
        "tests/training/lifecycles/test_money.py",
    ),
    # state machines
    "centre.states": ("tests/centre/test_states.py",),
    "employers.companies.rules": ("tests/employers/companies",),
    "employers.openings.checks": (
        "tests/employers/openings/test_openings.py",
        "tests/employers/openings/test_screening.py",
    ),
    "employers.openings.rules": ("tests/employers/openings/test_openings.py",),
    "employers.fairs.rules": (
        "tests/employers/fairs/test_fairs.py",
        "tests/employers/fairs/test_booths.py",
    ),
    "employers.fairs.due_days": ("tests/employers/fairs/test_fairs.py",),
    "matching.introductions.rules": ("tests/matching/introductions",),
    "matching.profiles.rules": ("tests/matching/profiles",),
    "matching.export.rules": ("tests/matching/export",),
    "training.classes.rules": (
        "tests/training/classes",
        "tests/training/attendance/test_timetables.py",
    ),
    "training.enrolments.rules": (
        "tests/training/enrolments",
        "tests/training/lifecycles/test_endings.py",
    ),
    "training.certificates.rules": ("tests/training/certificates",),
    "training.attendance.rules": ("tests/training/attendance",),
    # rules of policy
    "centre.calendar": ("tests/centre/test_calendar.py", "tests/web/pages/staff/test_calendar.py"),
    "centre.working_days": ("tests/centre/test_calendar.py", "tests/web/pages/staff/test_calendar.py"),
    "centre.benefits": ("tests/centre/test_benefits.py",),
    "centre.policy": ("tests/centre/test_policy.py",),
}


def tests_of(module: str, text: str) -> list[str]:
    """The tests of a module; one with a state machine is compared with docs/REFERENCE.md too."""
    table = f"tests/house/test_machine_table.py::test_a_machine_moves_as_the_reference_says[{module}]"
    return [*TARGETS[module], *([table] if "= Machine(" in text else [])]

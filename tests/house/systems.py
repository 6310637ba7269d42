"""docs/systems.md: where each system of the source article is, written by `python -m tests.house.systems`.

Every page, address of the API, permission and test that a line names is looked up, so the list cannot drift. What is
missing is said in words.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from api.registry import registry
from centre.permissions import Permission
from tests.house.source import ROOT
from web.app import app

HEAD = """# Systems of the source article

Written by `python -m tests.house.systems > docs/systems.md`; do not edit. Pages and API addresses are routes of the
application, permissions are those that the routes ask for, tests are files of this repository.
"""

NOT_YET = "no page of its own"


@dataclass(frozen=True, slots=True)
class System:
    """One system: its pages, API addresses and tests, and what is missing."""

    key: str
    name: str
    pages: tuple[str, ...] = ()
    api: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    missing: str = ""


SYSTEMS = (
    System(
        "S01",
        "Foot-therapy training school",
        ("/school", "/training-desk/schools"),
        ("/api/v1/classes",),
        ("tests/training/lifecycles",),
        "practice shops, trainees' health certificates, income after 30 and 90 days",
    ),
    System("S02", "Foot-therapy association and industry rules", missing=NOT_YET),
    System(
        "S03",
        "City centre, county centres and their standard",
        ("/manager", "/administration/centres", "/reports/{key}"),
        (),
        ("tests/web/pages/staff/test_reports.py",),
        "building standard with items, inspection and evidence",
    ),
    System("S04", "Education waiver card", missing=NOT_YET),
    System("S05", "Medical reduction card", missing=NOT_YET),
    System("S06", "Free legal aid", missing="recorded as a visit only; no referral with its outcome"),
    System(
        "S07",
        "Free job introduction and training",
        ("/counter/people/{person_id}", "/training"),
        ("/api/v1/introductions", "/api/v1/enrolments"),
        ("tests/training/enrolments",),
    ),
    System(
        "S08", "Fund-raising and funds", ("/training-desk/funds",), (), ("tests/training/funds",), "donors and receipts"
    ),
    System("S09", "On-site relief events", missing=NOT_YET),
    System("S10", "Daily relief at one counter", ("/counter",), (), ("tests/web/pages/staff",), "relief with approval"),
    System("S11", "Union enrolment", missing=NOT_YET),
    System("S12", "Wage arrears", missing="recorded as a visit only"),
    System("S13", "Five sends and reading room", missing=NOT_YET),
    System("S14", "Leaders' contact points", missing=NOT_YET),
    System("S15", "Pairing campaigns", missing=NOT_YET),
    System(
        "S16",
        "Partner schools, 22 majors, shared tuition",
        ("/training-desk", "/training-desk/schools", "/school"),
        ("/api/v1/classes", "/api/v1/claims"),
        ("tests/training/claims", "tests/training/providers"),
    ),
    System(
        "S17",
        "Labour export",
        ("/reports/{key}",),
        (),
        ("tests/web/pages/staff/test_reports.py",),
        "projects and batches",
    ),
    System("S18", "Job fairs", ("/fairs", "/organiser"), ("/api/v1/fairs",), ("tests/employers/fairs",)),
    System(
        "S19",
        "Job introduction",
        ("/counter", "/openings", "/counter/verify"),
        ("/api/v1/openings", "/api/v1/introductions"),
        ("tests/matching/introductions",),
    ),
    System(
        "S20", "Petitions and hotline", ("/counter",), (), ("tests/web/pages/staff",), "answer clocks and assignment"
    ),
    System("S21", "Micro-loans", missing=NOT_YET),
    System(
        "S22", "Entrepreneurship training", ("/training-desk",), (), ("tests/training/classes",), "businesses and jobs"
    ),
    System("S23", "Budget and staffing", missing=NOT_YET),
    System(
        "S24",
        "Five-year ledger",
        ("/figures/five-years", "/reports/{key}", "/reports"),
        (),
        ("tests/matching/reports/test_five_years.py", "tests/centre/test_ledger.py"),
    ),
)


def faults(systems: tuple[System, ...] = SYSTEMS) -> list[str]:
    """Everything that a line names and that is not there."""
    known = {(entry.method, entry.path) for entry in registry(app)}
    wrong = []
    for system in systems:
        addresses = [*system.pages, *system.api]
        wrong += [f"{system.key}: no route {path}" for path in addresses if ("GET", path) not in known]
        wrong += [f"{system.key}: no test {path}" for path in system.tests if not (ROOT / path).exists()]
        if not system.missing and not (system.pages and system.tests):
            wrong.append(f"{system.key}: says nothing is missing, but names no page and no test")
    return wrong


def permissions_of(system: System) -> Iterator[str]:
    """The permissions that the routes of a system ask for."""
    asked: dict[str, None] = {}
    for entry in registry(app):
        if entry.path in (*system.pages, *system.api) and isinstance(entry.allow, Permission):
            asked[entry.allow.value] = None
    yield from asked


def document() -> str:
    """The whole document."""
    lines = ["| | system | pages | API | permissions | tests | missing |", "|---|---|---|---|---|---|---|"]
    for system in SYSTEMS:
        cells = [
            system.key,
            system.name,
            *(", ".join(f"`{name}`" for name in names) for names in (system.pages, system.api)),
            ", ".join(f"`{name}`" for name in permissions_of(system)),
            ", ".join(f"`{name}`" for name in system.tests),
            system.missing,
        ]
        lines.append("| " + " | ".join(cells) + " |")
    whole = sum(not system.missing for system in SYSTEMS)
    return f"{HEAD}\n{whole} of {len(SYSTEMS)} systems are complete.\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())

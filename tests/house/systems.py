"""docs/systems.md: where each system of the source article is, written by `make reference`.

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

Written by `make reference`; do not edit. Pages and API addresses are routes of the
application, permissions are those that the routes ask for, tests are files of this repository.
"""


@dataclass(frozen=True, slots=True)
class System:
    """One system: its pages, API addresses and tests, and what is missing."""

    key: str
    name: str
    pages: tuple[str, ...] = ()
    api: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    missing: str = ""


DESK_TESTS = ("tests/centre/desk/test_desk.py", "tests/web/pages/staff/test_desk.py")
TRADE_TESTS = ("tests/employers/cases/test_arrears.py", "tests/web/pages/staff/test_desk.py")


def _desk(key: str, name: str, *paths: str, tests: tuple[str, ...] = DESK_TESTS, missing: str = "") -> System:
    """A system whose records are kinds of cases at the desk."""
    pages = tuple(f"/desk/{path}" for path in paths)
    return System(key, name, pages, tuple(f"/api/v1{page}" for page in pages), tests, missing)


SYSTEMS = (
    System(
        "S01",
        "Foot-therapy training school",
        ("/school", "/training-desk/schools", "/desk/practices"),
        ("/api/v1/classes", "/api/v1/desk/practices"),
        ("tests/training/lifecycles", "tests/web/pages/staff/test_desk.py"),
    ),
    _desk("S02", "Foot-therapy association and industry rules", "association", "documents", tests=TRADE_TESTS),
    System(
        "S03",
        "City centre, county centres and their standard",
        ("/manager", "/administration/centres", "/desk/standards", "/reports/{key}"),
        ("/api/v1/desk/standards",),
        ("tests/web/pages/staff/test_reports.py", "tests/web/pages/staff/test_desk.py"),
    ),
    _desk("S04", "Education waiver card", "cards"),
    _desk("S05", "Medical reduction card", "cards"),
    _desk("S06", "Free legal aid", "legal-aid"),
    System(
        "S07",
        "Free job introduction and training",
        ("/counter/people/{person_id}", "/training"),
        ("/api/v1/introductions", "/api/v1/enrolments"),
        ("tests/training/enrolments",),
    ),
    System(
        "S08",
        "Fund-raising and funds",
        ("/training-desk/funds", "/desk/donations", "/help/donations"),
        ("/api/v1/desk/donations",),
        ("tests/training/funds", *DESK_TESTS),
    ),
    _desk("S09", "On-site relief events", "gatherings"),
    System(
        "S10",
        "Daily relief at one counter",
        ("/counter", "/counter/queue", "/desk/relief"),
        ("/api/v1/desk/relief",),
        DESK_TESTS,
    ),
    _desk("S11", "Union enrolment", "unions"),
    _desk("S12", "Wage arrears", "arrears", tests=TRADE_TESTS),
    _desk("S13", "Five sends and reading room", "gatherings", "reading-room"),
    _desk("S14", "Leaders' contact points", "contact-points"),
    _desk("S15", "Pairing campaigns", "pairings", tests=TRADE_TESTS),
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
        (
            "/export",
            "/export/report",
            "/export/map",
            "/export/brands",
            "/brands",
            "/roll",
            "/roll/{batch_id}/call",
            "/employer/arrivals",
            "/me/journeys",
            "/reports/{key}",
        ),
        (
            "/api/v1/labour-export/projects",
            "/api/v1/labour-export/report",
            "/api/v1/labour-export/map",
            "/api/v1/labour-brands",
        ),
        ("tests/matching/export", "tests/matching/brands", "tests/web/pages/staff/test_labour_export.py"),
    ),
    System(
        "S18",
        "Job fairs",
        ("/fairs", "/organiser", "/organiser/comparison", "/gate", "/tickets/{code}"),
        ("/api/v1/fairs", "/api/v1/fairs/{fair_id}/roll", "/api/v1/fair-comparison"),
        ("tests/employers/fairs",),
    ),
    System(
        "S19",
        "Job introduction",
        ("/counter", "/openings", "/counter/verify", "/desk/employer-visits", "/letters/verify"),
        ("/api/v1/openings", "/api/v1/introductions", "/api/v1/desk/employer-visits"),
        ("tests/matching/introductions",),
    ),
    _desk("S20", "Petitions and hotline", "petitions"),
    _desk("S21", "Micro-loans", "loans"),
    System(
        "S22",
        "Entrepreneurship training",
        ("/training-desk", "/desk/startups"),
        ("/api/v1/desk/startups",),
        ("tests/training/classes", "tests/web/pages/staff/test_desk.py"),
    ),
    _desk("S23", "Budget and staffing", "budgets"),
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

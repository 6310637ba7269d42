"""The openings of the demo pay what the demo's own policies ask for."""

from datetime import date

import pytest

from centre import policy
from centre.database import open_session
from centre.permissions import Actor
from employers.openings.checks import PublicationLimits, legal_faults
from employers.openings.models import Opening
from employers.openings.queries import minimum_wages
from employers.openings.rules import EmploymentType, WageUnit
from web.demo.files import rows

DAY = date(2026, 3, 2)
LOW = {"region": "610404", "headcount": "1", "unit": "month", "base": "1900", "wage_min": "3000", "wage_max": "4000"}


def faults(row: dict[str, str]) -> list[str]:
    opening = Opening(
        headcount=int(row["headcount"]),
        wage_unit=WageUnit(row["unit"]),
        base_pay_fen=int(row["base"]) * 100,
        wage_min_fen=int(row["wage_min"]) * 100,
        wage_max_fen=int(row["wage_max"]) * 100,
        employment_type=EmploymentType.DIRECT,
    )
    with open_session(Actor.system().scope) as session:
        limits = PublicationLimits(
            minimum_wages=minimum_wages(session, DAY, row["region"]),
            longest_days=180,
            plausible_pay=policy.policy(session, "opening-plausible-pay-fen", on=DAY, region=row["region"]),
            plausible_headcount=policy.policy(session, "opening-plausible-headcount", on=DAY, region=row["region"]),
        )
    return [problem.code for problem in legal_faults(opening, limits, service_licence="")]


@pytest.mark.rule("demo-pay", "action")
@pytest.mark.usefixtures("database")
def test_every_opening_of_the_demo_pays_the_minimum_wage_of_its_region() -> None:
    with open_session(Actor.system().scope, write=True) as session:
        policy.load_examples(session)
    assert faults(LOW) == ["below-minimum-wage"]
    unlawful = {row["title"]: broken for row in rows("openings") if (broken := faults(row))}
    assert unlawful == {}

"""What the database refuses by itself, so that no door, no job and no script can write it."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from employers.fairs.booth_rules import BoothState
from employers.fairs.models import Booth
from tests.employers.world import add_employer, add_hall, booth_fair, published


def pay_upside_down(session: Session) -> None:
    published(session).wage_max_fen = 100


def ends_before_it_begins(session: Session) -> None:
    shown = published(session)
    shown.valid_from, shown.valid_until = date(2026, 3, 10), date(2026, 3, 9)


def two_booths_of_one_employer(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    for _ in range(2):
        session.add(Booth(fair_id=fair.id, employer_id=1, state=BoothState.APPLIED, contact_name="王"))


def more_booths_than_there_are(session: Session) -> None:
    fair = booth_fair(session, add_hall(session))
    fair.booths_taken = fair.booth_count + 1


@pytest.mark.rule("pay-order", "database")
@pytest.mark.rule("opening-validity", "database")
@pytest.mark.rule("one-booth", "database")
@pytest.mark.parametrize(
    "wrong",
    [pay_upside_down, ends_before_it_begins, two_booths_of_one_employer, more_booths_than_there_are],
    ids=lambda wrong: wrong.__name__.replace("_", " "),
)
def test_the_database_refuses_what_no_rule_allows(session: Session, wrong: Callable[[Session], None]) -> None:
    add_employer(session)
    wrong(session)
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()

"""SE-05: nobody decides on their own employer, even if one account holds both roles."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from centre.permissions import Actor, Role
from employers.companies.actions import judge_employer
from employers.companies.rules import EmployerState, OwnBusiness
from employers.fairs.booth_rules import BoothDraft
from employers.fairs.booths import apply_for_booth, approve_booth, assign_booth
from employers.openings.actions import create_opening, submit_opening, verify_opening
from employers.openings.rules import OpeningState
from tests.employers.world import MANAGER, OFFICER, ORGANISER, add_employer, add_hall, booth_fair, boss, draft


def both(other: Actor, number: int = 1) -> Actor:
    """An account of the centre that is also an employer's contact."""
    return replace(other, roles=other.roles | {Role.EMPLOYER}, employer_id=number)


@pytest.mark.rule("opening-verified", "action")
def test_nobody_verifies_an_opening_of_their_own_employer(session: Session) -> None:
    add_employer(session)
    opening = create_opening(session, boss(), draft())
    submit_opening(session, boss(), opening_id=opening.id)
    with pytest.raises(OwnBusiness):
        verify_opening(session, both(OFFICER), opening_id=opening.id)
    assert verify_opening(session, both(OFFICER, 2), opening_id=opening.id).state is OpeningState.VERIFIED


def test_nobody_decides_on_their_own_employer(session: Session) -> None:
    add_employer(session, state=EmployerState.CHECKING)
    with pytest.raises(OwnBusiness):
        judge_employer(session, both(MANAGER), employer_id=1, event="verify")
    assert judge_employer(session, both(MANAGER, 2), employer_id=1, event="verify").state is EmployerState.ACTIVE


def test_nobody_approves_a_booth_of_their_own_employer(session: Session) -> None:
    add_employer(session)
    fair = booth_fair(session, add_hall(session))
    booth = apply_for_booth(session, boss(), fair_id=fair.id, draft=BoothDraft(contact_name="王"))
    for act in (approve_booth, assign_booth):
        with pytest.raises(OwnBusiness):
            act(session, both(ORGANISER), booth_id=booth.id)
    approve_booth(session, ORGANISER, booth_id=booth.id)

"""The morning of a fair: unclaimed booths go to those who wait, walk-in employers get what is left."""

import pytest

from centre import clock
from centre.scopes import ScopedSession
from employers.companies.models import Employer
from employers.fairs.actions import advance_fair
from employers.fairs.booth_rules import AlreadyApplied, BoothDraft, BoothState, NoBoothFree, NotBoothTime
from employers.fairs.booths import apply_for_booth, approve_booth, assign_booth, check_in_booth
from employers.fairs.mornings import admit_walk_in, release_unclaimed
from employers.fairs.rules import BeforeTheDay
from tests.employers.world import ORGANISER, add_employer, add_hall, at, booth_fair, boss

WANT = BoothDraft(contact_name="王")


def test_unclaimed_booths_go_to_the_waiting_list_and_then_to_walk_ins(session: ScopedSession) -> None:
    for number in range(1, 5):
        add_employer(session, number)
    fair = booth_fair(session, add_hall(session), booth_count=2)
    requests = [apply_for_booth(session, boss(number), fair_id=fair.id, draft=WANT) for number in (1, 2, 3)]
    for booth in requests[:2]:
        approve_booth(session, ORGANISER, booth_id=booth.id)
        assign_booth(session, ORGANISER, booth_id=booth.id)
    guest = WANT.model_copy(update={"employer_id": 4})
    with pytest.raises(BeforeTheDay):
        release_unclaimed(session, ORGANISER, fair_id=fair.id)
    with pytest.raises(NotBoothTime):
        admit_walk_in(session, ORGANISER, fair_id=fair.id, draft=guest)
    with clock.frozen(at(9)):
        check_in_booth(session, ORGANISER, booth_id=requests[0].id)
        advance_fair(session, ORGANISER, fair_id=fair.id, event="start")
        assert release_unclaimed(session, ORGANISER, fair_id=fair.id) == 1
        assert release_unclaimed(session, ORGANISER, fair_id=fair.id) == 0
        assert [booth.state for booth in requests] == [BoothState.PRESENT, BoothState.NO_SHOW, BoothState.APPLIED]
        assert session.get_one(Employer, 2).no_shows_in(2026) == 1
        with pytest.raises(NoBoothFree):
            admit_walk_in(session, ORGANISER, fair_id=fair.id, draft=guest)
        fair.booth_count = 3
        session.flush()
        booth = admit_walk_in(session, ORGANISER, fair_id=fair.id, draft=guest)
        assert (booth.state, booth.booth_no) == (BoothState.PRESENT, 2)
        with pytest.raises(AlreadyApplied):
            admit_walk_in(session, ORGANISER, fair_id=fair.id, draft=guest)

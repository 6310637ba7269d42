"""A booth's openings are changed until its fair is over, by its employer and by the organiser (FA-07)."""

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.errors import Invalid, NotFound
from centre.outbox import Message
from centre.people import new_person
from centre.scopes import ScopedSession
from employers.fairs.actions import advance_fair, cancel_fair
from employers.fairs.booth_rules import BoothDraft, OpeningNotVerified
from employers.fairs.booths import apply_for_booth, approve_booth
from employers.fairs.models import Booth
from employers.fairs.mornings import admit_walk_in
from employers.fairs.queries import shown_openings
from employers.fairs.rules import FairOver
from employers.fairs.showing import ShownDraft, show_openings
from employers.openings.actions import create_opening
from matching.fairs.invitations.models import FairInvitation
from tests.employers.browser import Opener
from tests.employers.world import ORGANISER, SYSTEM, add_employer, add_hall, at, booth_fair, boss, draft, published


def showing(*openings: int) -> ShownDraft:
    """What a booth is to show."""
    return ShownDraft(opening_ids=openings)


def approved(session: ScopedSession, fair_id: int, number: int = 1) -> Booth:
    """An employer's approved booth that shows nothing yet."""
    booth = apply_for_booth(session, boss(number), fair_id=fair_id, draft=BoothDraft(contact_name="王"))
    return approve_booth(session, ORGANISER, booth_id=booth.id)


def test_an_opening_that_is_verified_later_is_added_and_taken_off_again(session: ScopedSession) -> None:
    add_employer(session, 1)
    add_employer(session, 2)
    fair = booth_fair(session, add_hall(session))
    booth = approved(session, fair.id)
    unchecked = create_opening(session, boss(1), draft())
    foreign = published(session, 2)
    for opening_id, refusal in ((unchecked.id, OpeningNotVerified), (foreign.id, Invalid)):
        with pytest.raises(refusal):
            show_openings(session, boss(1), booth_id=booth.id, draft=showing(opening_id))
    opening = published(session, 1)
    show_openings(session, boss(1), booth_id=booth.id, draft=showing(opening.id))
    assert shown_openings(session, fair.id) == [(booth, opening)]
    person = new_person(centre_id=1, name="王秀兰")
    session.add(person)
    session.flush()
    session.add(FairInvitation(fair_id=fair.id, centre_id=1, person_id=person.id, opening_id=opening.id))
    show_openings(session, ORGANISER, booth_id=booth.id, draft=showing())
    assert shown_openings(session, fair.id) == []
    assert [letter.person_id for letter in session.scalars(select(Message).where(Message.person_id.is_not(None)))] == [
        person.id
    ]
    with pytest.raises(NotFound):
        show_openings(session, boss(2), booth_id=booth.id, draft=showing())
    cancel_fair(session, ORGANISER, fair_id=fair.id, notice="停电")
    with pytest.raises(FairOver):
        show_openings(session, boss(1), booth_id=booth.id, draft=showing())


def test_a_walk_in_shows_its_verified_openings_on_the_spot(session: ScopedSession) -> None:
    from centre import clock

    add_employer(session, 1)
    fair = booth_fair(session, add_hall(session))
    opening = published(session, 1)
    with clock.frozen(at(9, 30)):
        advance_fair(session, ORGANISER, fair_id=fair.id, event="start")
        guest = BoothDraft(employer_id=1, contact_name="王")
        booth = admit_walk_in(session, ORGANISER, fair_id=fair.id, draft=guest)
        show_openings(session, ORGANISER, booth_id=booth.id, draft=showing(opening.id))
        assert shown_openings(session, fair.id) == [(booth, opening)]


def test_employer_and_organiser_change_it_on_a_page(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id = booth_fair(session, add_hall(session)).id
        opening_id = published(session, 1).id
        booth_id = approved(session, fair_id).id
    employer, organiser = as_("employer1"), as_("organiser")
    address = f"/employer/booths/{booth_id}/openings"
    assert address in employer.get("/employer/booths").text
    assert address in organiser.get(f"/organiser/fairs/{fair_id}").text
    old = organiser.get(address).text
    assert employer.send_form(address, opening_ids=str(opening_id)).status_code == 303
    assert "细纱挡车工" in as_().get(f"/fairs/{fair_id}").text
    assert "细纱挡车工" in old
    assert organiser.send_form(address, opening_ids="999").status_code == 422

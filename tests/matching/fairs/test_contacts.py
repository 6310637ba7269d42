"""Talks at booths are recorded by two taps, nothing counts twice, and complaints reach the organiser."""

from datetime import timedelta

import pytest

from centre import clock
from centre.database import open_session
from centre.people import new_person
from centre.scopes import ScopedSession
from employers.fairs.actions import advance_fair
from employers.fairs.booth_rules import BoothDraft
from employers.fairs.booths import apply_for_booth, approve_booth, assign_booth
from employers.fairs.queries import fair as fair_in_sight
from matching.fairs.contacts import actions
from matching.fairs.contacts.complaining import complain
from matching.fairs.contacts.queries import contacts_at, figures_of, funnel
from matching.fairs.contacts.rules import (
    ComplaintDraft,
    ComplaintKind,
    ContactDraft,
    NotTheDay,
    Outcome,
    Talk,
    UnknownTicket,
    figures,
)
from matching.fairs.visitors.rules import TicketDraft, TicketSource
from matching.fairs.visitors.tickets import register_visitor
from matching.introductions.models import FollowUp, Placement
from matching.introductions.rules import FollowUpOutcome, PlacementState
from tests.employers.browser import Opener
from tests.employers.world import ORGANISER, SYSTEM, add_employer, add_hall, at, booth_fair, boss


def build(session: ScopedSession) -> tuple[int, int, str]:
    """A fair with one numbered booth and one ticket: their ids, and the code."""
    fair_id = booth_fair(session, add_hall(session)).id
    booth = apply_for_booth(session, boss(), fair_id=fair_id, draft=BoothDraft(contact_name="王"))
    approve_booth(session, ORGANISER, booth_id=booth.id)
    assign_booth(session, ORGANISER, booth_id=booth.id)
    visitor = register_visitor(session, fair_id=fair_id, draft=TicketDraft(name="李师傅"), source=TicketSource.ONLINE)
    return fair_id, booth.id, visitor.code


def test_a_second_outcome_replaces_the_first(session: ScopedSession) -> None:
    add_employer(session)
    fair_id, booth_id, code = build(session)
    with pytest.raises(NotTheDay):
        actions.record_contact(session, boss(), booth_id=booth_id, draft=ContactDraft(outcome=Outcome.TALKED))
    with clock.frozen(at(9)):
        advance_fair(session, ORGANISER, fair_id=fair_id, event="start")
        for outcome in (Outcome.TALKED, Outcome.INTENTION, Outcome.OFFER):
            draft = ContactDraft(code=code, outcome=outcome)
            actions.record_contact(session, boss(), booth_id=booth_id, draft=draft)
        actions.record_contact(session, boss(), booth_id=booth_id, draft=ContactDraft(outcome=Outcome.INTENTION))
        wrong = ContactDraft(code="ZZZZ-ZZZZ", outcome=Outcome.TALKED)
        with pytest.raises(UnknownTicket):
            actions.record_contact(session, boss(), booth_id=booth_id, draft=wrong)
        assert len(contacts_at(session, booth_id)) == 2
        counted = figures_of(session, fair_in_sight(session, fair_id))
        assert (counted.intentions, counted.hired) == (2, 1)
        steps = funnel(session, fair_in_sight(session, fair_id))
        assert (steps.registered, steps.talked, steps.hired, steps.after_30) == (1, 1, 1, 0)


def visitor_with_account(session: ScopedSession, fair_id: int, name: str) -> int:
    """A person who registered for the fair after signing in."""
    person = new_person(centre_id=1, name=name)
    session.add(person)
    session.flush()
    register_visitor(session, fair_id=fair_id, draft=TicketDraft(), source=TicketSource.ONLINE, person_id=person.id)
    return person.id


def work(
    session: ScopedSession, person_id: int, *, called: dict[int, FollowUpOutcome], ended: int | None = None
) -> None:
    """A job at the exhibitor from the day after the fair, the calls that were answered, and the day of its end."""
    starts_on = at(9).date() + timedelta(days=1)
    placement = Placement(person_id=person_id, employer_id=1, centre_id=1, starts_on=starts_on)
    if ended:
        placement.state, placement.ended_on = PlacementState.ENDED, starts_on + timedelta(days=ended)
    session.add(placement)
    session.flush()
    for day in (7, 30, 90):
        due_on = starts_on + timedelta(days=day)
        session.add(FollowUp(placement_id=placement.id, centre_id=1, day=day, due_on=due_on, outcome=called.get(day)))
    session.flush()


def test_who_works_after_30_and_90_days_is_known_from_calls_and_ends_only(session: ScopedSession) -> None:
    working, silent = FollowUpOutcome.WORKING, FollowUpOutcome.NO_ANSWER
    add_employer(session)
    fair_id, _, _ = build(session)
    stays, quits, unheard, again = (visitor_with_account(session, fair_id, name) for name in ("甲", "乙", "丙", "丁"))
    work(session, stays, called={7: working, 30: working, 90: working})
    work(session, quits, called={7: working, 30: working}, ended=40)
    work(session, unheard, called={7: working, 30: silent, 90: silent})
    work(session, again, called={7: working}, ended=10)
    work(session, again, called={30: working})
    with clock.frozen(at(9) + timedelta(days=200)):
        steps = funnel(session, fair_in_sight(session, fair_id))
    assert (steps.known, steps.after_30, steps.after_90) == (4, 3, 1), "silence is no work, and nobody counts twice"


def test_nothing_counts_twice() -> None:
    talks = [
        Talk(1, 7, Outcome.OFFER),
        Talk(2, 7, Outcome.OFFER),
        Talk(2, 8, Outcome.INTENTION),
        Talk(1, None, Outcome.OFFER),
        Talk(1, 9, Outcome.NONE),
    ]
    counted = figures(employers=2, positions=10, visitors=5, talks=talks)
    assert (counted.intentions, counted.hired) == (4, 2)


def test_complaints_begin_with_the_day_of_the_fair(session: ScopedSession) -> None:
    add_employer(session)
    fair_id, _, _ = build(session)
    draft = ComplaintDraft(kind=ComplaintKind.FEE, text="要我交服装费")
    with pytest.raises(NotTheDay):
        complain(session, fair_id=fair_id, draft=draft)
    with clock.frozen(at(10)):
        assert complain(session, fair_id=fair_id, draft=draft).handled_at is None


def test_the_day_on_the_pages(as_: Opener) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair_id, booth_id, code = build(session)
        with clock.frozen(at(9)):
            advance_fair(session, ORGANISER, fair_id=fair_id, event="start")
    with clock.frozen(at(9)):
        visitor, organiser, employer, other = as_(), as_("organiser"), as_("employer1"), as_("employer2")
        talks = f"/employer/booths/{booth_id}/talks"
        assert employer.send_form(talks, code=code, outcome="intention").status_code == 303
        assert employer.send_form(talks, code="nobody", outcome="intention").status_code == 409
        assert "李师傅" in employer.get(talks).text
        assert other.get(talks).status_code == 404
        sent = visitor.post(f"/fairs/{fair_id}/complain", data={"kind": "fee", "booth_no": "1", "text": "要押金"})
        assert sent.status_code == 303
        desk = organiser.get(f"/organiser/fairs/{fair_id}/today").text
        assert "要押金" in desk
        assert organiser.send_form("/organiser/complaints/1", answer="已退还").status_code == 303
        assert "已退还" in organiser.get(f"/organiser/fairs/{fair_id}/today").text
        assert organiser.send_form(f"/organiser/fairs/{fair_id}/step", event="finish", sure="yes").status_code == 303
        assert "按现场记录先填好了" in organiser.get(f"/organiser/fairs/{fair_id}").text

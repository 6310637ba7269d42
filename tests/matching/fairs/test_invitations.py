"""People are invited to the booths that fit them, once, never beyond the room; and find their best ones (FA-13)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from centre import clock
from centre.accounts import Account
from centre.database import open_session
from centre.outbox import Message
from centre.permissions import Actor
from employers.companies.actions import judge_employer
from employers.fairs.actions import cancel_fair
from employers.fairs.booths import assign_all_booths, refuse_booth
from employers.fairs.models import Booth, Fair
from employers.fairs.queries import shown_openings
from employers.fairs.rules import FairState
from employers.openings.actions import close_opening
from matching.fairs.invitations import queries
from matching.fairs.invitations.models import FairInvitation
from matching.fairs.invitations.queries import proposals, room_of
from matching.fairs.invitations.rules import InvitationCandidate, invitations_left, share_out
from matching.fairs.visitors.models import FairDoor, Visitor
from tests.planted import planted
from tests.web.desks import Hall, opened, words

SYSTEM = Actor.system()


def candidates(*points: tuple[int, int]) -> list[InvitationCandidate]:
    return [InvitationCandidate(person_id, worth, "") for person_id, worth in points]


def chosen(fitting: dict[int, list[InvitationCandidate]], most: int) -> dict[int, list[int]]:
    return {opening: [who.person_id for who in people] for opening, people in share_out(fitting, most).items()}


def test_each_person_is_invited_to_the_best_opening_and_openings_take_turns() -> None:
    fitting = {1: candidates((10, 90), (11, 80), (12, 70)), 2: candidates((10, 95), (13, 10))}
    assert chosen(fitting, 9) == {1: [11, 12], 2: [10, 13]}
    assert chosen(fitting, 3) == {1: [11, 12], 2: [10]}
    assert chosen(fitting, 2) == {1: [11], 2: [10]}
    assert chosen(fitting, 0) == {1: [], 2: []}
    assert chosen({}, 5) == {}


def test_invitations_follow_the_measured_show_rate() -> None:
    assert invitations_left(100, taken=0, open_invitations=0, show_rate=None) == 100
    assert invitations_left(100, taken=0, open_invitations=0, show_rate=0.5) == 200
    assert invitations_left(100, taken=60, open_invitations=90, show_rate=0.5) == 50
    assert invitations_left(100, taken=90, open_invitations=90, show_rate=0.5) == 20
    assert invitations_left(10, taken=12, open_invitations=0, show_rate=1.0) == 0
    assert invitations_left(0, taken=0, open_invitations=0, show_rate=0.0) == 0


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    """The demo town."""
    with opened() as town:
        yield town


def coming_fair() -> int:
    """An announced fair of the demo town with openings at its booths."""
    with open_session(SYSTEM.scope) as session:
        announced = session.scalars(
            select(Fair)
            .where(Fair.state.in_((FairState.PUBLISHED, FairState.BOOTH_OPEN)), Fair.starts_at > clock.now())
            .order_by(Fair.id)
        )
        return next(fair.id for fair in announced if shown_openings(session, fair.id))


def invited(fair_id: int) -> int:
    with open_session(SYSTEM.scope) as session:
        people = FairInvitation.person_id.is_not(None)
        return session.scalar(select(func.count()).where(FairInvitation.fair_id == fair_id, people)) or 0


def set_places(fair_id: int, places: int) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair = session.get_one(Fair, fair_id)
        door = session.scalar(select(FairDoor).where(FairDoor.fair_id == fair_id))
        if door is None:
            session.add(FairDoor(fair_id=fair_id, centre_id=fair.centre_id, gates=[], places=places))
        else:
            door.places = places + door.taken


@pytest.fixture
def everybody_comes() -> Iterator[None]:
    """No show rate is known yet, so there is an invitation for each place."""
    with planted(queries, show_rate=lambda *_: None):
        yield


@pytest.mark.usefixtures("everybody_comes")
def test_an_organiser_invites_by_reason_without_names_and_never_beyond_the_room(hall: Hall) -> None:
    fair_id = coming_fair()
    set_places(fair_id, 2)
    organiser = hall.enter("organiser")
    address = f"/organiser/fairs/{fair_id}/invitations"
    assert f'href="{address}"' in organiser.get(f"/organiser/fairs/{fair_id}")
    page = words(organiser.get(address))
    assert "王秀兰" not in page
    with open_session(SYSTEM.scope) as session:
        planned = proposals(session, session.get_one(Fair, fair_id), locale="zh-Hans")
        assert sum(len(row.candidates) for row in planned) == 2
        assert all(who.reason for row in planned for who in row.candidates)
    organiser.send(f"{address}/workers")
    assert invited(fair_id) == 2
    assert "已经用完" in organiser.send(f"{address}/workers", 409)
    assert invited(fair_id) == 2
    with open_session(SYSTEM.scope) as session:
        texts = session.scalars(select(Message.body).where(Message.kind == "fair-invitation")).all()
        assert len(texts) == 2
        assert all("招“" in text for text in texts)
        assert room_of(session, session.get_one(Fair, fair_id)).left == 0


@pytest.mark.rule("fair-notice", "suggestion")
def test_the_invited_are_notified_once_when_the_fair_is_cancelled(hall: Hall) -> None:
    fair_id = coming_fair()
    organiser = hall.enter("organiser")
    organiser.send(f"/organiser/fairs/{fair_id}/invitations/workers")
    with open_session(SYSTEM.scope, write=True) as session:
        cancel_fair(session, SYSTEM, fair_id=fair_id, notice="大风")
    with open_session(SYSTEM.scope) as session:
        people = session.scalars(select(FairInvitation.person_id).where(FairInvitation.person_id.is_not(None))).all()
        told_of_it = session.scalars(
            select(Message.person_id).where(Message.kind == "fair-cancel", Message.person_id.in_(people))
        ).all()
    assert sorted(told_of_it, key=str) == sorted(people, key=str)


def told_of_change(kind: str = "fair-changed") -> list[int | None]:
    with open_session(SYSTEM.scope) as session:
        return list(session.scalars(select(Message.person_id).where(Message.kind == kind).order_by(Message.person_id)))


@pytest.mark.rule("booth-ends", "suggestion")
@pytest.mark.parametrize("how", ["booth", "opening", "employer"])
def test_the_invited_are_notified_once_when_the_booth_or_the_opening_falls_away(hall: Hall, how: str) -> None:
    fair_id = coming_fair()
    hall.enter("organiser").send(f"/organiser/fairs/{fair_id}/invitations/workers")
    with open_session(SYSTEM.scope, write=True) as session:
        opening_id = session.scalars(
            select(FairInvitation.opening_id).where(FairInvitation.opening_id.is_not(None))
        ).first()
        assert opening_id is not None
        booth = next(booth for booth, opening in shown_openings(session, fair_id) if opening.id == opening_id)
        guests = select(FairInvitation.person_id, FairInvitation.opening_id)
        invitations = [tuple(row) for row in session.execute(guests)]
        lost = [opening_id] if how == "opening" else booth.opening_ids
        if how == "booth":
            refuse_booth(session, SYSTEM, booth_id=booth.id, reason="资料不实")
        elif how == "opening":
            close_opening(session, SYSTEM, opening_id=opening_id)
        else:
            for event in ("warn", "suspend"):
                judge_employer(session, SYSTEM, employer_id=booth.employer_id, event=event, reason="克扣工资")
    expected = sorted(person_id for person_id, opening in invitations if opening in lost and person_id)
    assert expected
    assert told_of_change() == expected
    assert told_of_change("fair-cancel") == []


def test_an_employer_that_was_invited_is_notified_when_the_fair_is_called_off(hall: Hall) -> None:
    with open_session(SYSTEM.scope) as session:
        open_to_booths = select(Fair.id).where(Fair.state == FairState.BOOTH_OPEN).order_by(Fair.id)
        fair_id = session.scalars(open_to_booths).first()
    organiser = hall.enter("organiser")
    address = f"/organiser/fairs/{fair_id}/invitations"
    page = organiser.get(address)
    with open_session(SYSTEM.scope) as session:
        with_account = set(session.scalars(select(Account.employer_id).where(Account.employer_id.is_not(None))))
    proposed = [int(part.split('"')[0]) for part in page.split('name="employer_id" value="')[1:]]
    employer_id = next((number for number in proposed if number in with_account), None)
    assert employer_id is not None
    organiser.send(f"{address}/employers", employer_id=employer_id)
    organiser.send(f"/organiser/fairs/{fair_id}/call-off", event="cancel", notice="大风")
    with open_session(SYSTEM.scope) as session:
        own = select(Account.id).where(Account.employer_id == employer_id)
        called_off = select(Message.account_id).where(Message.kind == "fair-cancel", Message.account_id.in_(own))
        assert session.scalars(called_off).all() == session.scalars(own).all()


def test_a_jobseeker_gets_her_best_booths_with_the_way_and_the_reasons(hall: Hall) -> None:
    fair_id = coming_fair()
    with open_session(SYSTEM.scope, write=True) as session:
        assign_all_booths(session, SYSTEM, fair_id=fair_id)
    wang = hall.enter("wang")
    wang.send(f"/fairs/{fair_id}/register")
    with open_session(SYSTEM.scope) as session:
        code = session.scalars(
            select(Visitor.code).where(Visitor.fair_id == fair_id).order_by(Visitor.id.desc()).limit(1)
        ).one()
    plan = f"/fairs/{fair_id}/plan"
    assert f'href="{plan}"' in wang.get(f"/tickets/{code}")
    page = wang.get(plan)
    best = page.split('id="mine"')[1].split("</ol>")[0]
    assert 1 <= best.count("<li>") <= 5
    assert best.count(" 分 · ") == best.count("<li>")
    assert "<polyline" in page
    assert "从门口出发大约" in page
    assert 'id="mine"' not in hall.enter("organiser").get(plan)


def test_an_employer_without_a_booth_is_invited_once(hall: Hall) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        fair = session.scalars(select(Fair).where(Fair.state == FairState.BOOTH_OPEN).order_by(Fair.id)).first()
        assert fair is not None
        fair_id = fair.id
        exhibiting = set(session.scalars(select(Booth.employer_id).where(Booth.fair_id == fair_id)))
    organiser = hall.enter("organiser")
    address = f"/organiser/fairs/{fair_id}/invitations"
    number = int(organiser.get(address).split('name="employer_id" value="')[1].split('"')[0])
    assert number not in exhibiting
    organiser.send(f"{address}/employers", employer_id=number)
    assert "已经邀请过" in organiser.send(f"{address}/employers", 409, employer_id=number)
    for taken in sorted(exhibiting)[:1]:
        organiser.send(f"{address}/employers", 409, employer_id=taken)


def test_held_fairs_stand_side_by_side_and_another_centres_are_left_out(hall: Hall) -> None:
    organiser = hall.enter("organiser")
    assert 'href="/organiser/comparison"' in organiser.get("/organiser")
    page = words(organiser.get("/organiser/comparison"))
    with open_session(SYSTEM.scope) as session:
        over = select(Fair).where(Fair.state.in_((FairState.REPORTED, FairState.ARCHIVED, FairState.ENDED)))
        fairs = session.scalars(over.order_by(Fair.starts_at.desc())).all()
        newest = fairs[0]
        assert newest.starts_at < clock.now() + timedelta(days=1)
        county = {fair.name for fair in fairs if fair.centre_id != newest.centre_id}
    assert newest.name in page
    if newest.figures:
        assert f"{newest.figures['visitors']:,}".replace(",", "") in page.replace(",", "")
    assert all(name not in words(hall.enter("county").get("/organiser/comparison")) for name in {newest.name} - county)


@pytest.mark.usefixtures("everybody_comes")
def test_machines_read_and_send_invitations_and_compare_fairs(hall: Hall) -> None:
    fair_id = coming_fair()
    set_places(fair_id, 2)
    organiser, clerk = hall.enter("organiser").client, hall.enter("clerk").client
    address = f"/api/v1/fairs/{fair_id}/invitations"
    planned = organiser.get(address).json()
    assert planned["room"]["left"] == 2
    assert sum(row["people"] for row in planned["openings"]) == 2
    assert all(row["reason"] for row in planned["openings"])
    assert "王秀兰" not in str(planned)
    sent = organiser.post(f"{address}/workers", json={})
    assert (sent.status_code, sent.json()) == (200, {"invited": 2})
    assert organiser.post(f"{address}/workers", json={}).status_code == 409
    compared = organiser.get("/api/v1/fair-comparison").json()
    assert compared[0]["figures"]["visitors"] >= 0
    assert compared[0]["funnel"].keys() >= {"registered", "came", "after_90"}
    for path in (address, "/api/v1/fair-comparison"):
        assert clerk.get(path).status_code == 403

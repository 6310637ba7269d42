"""The candidates of many openings at once are those of each opening asked for alone."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.database import open_session
from centre.network import Centre
from centre.people import Person
from centre.permissions import Actor
from employers.openings.queries import open_openings
from matching.companions.models import TravelFellow, TravelGroup
from matching.companions.rules import TravelTie
from matching.engine.fit.profiles import Ground
from matching.live.listing import Listed, listed_now
from matching.live.openings import board
from matching.live.workers import index_everybody
from matching.plans.models import PlanPin
from matching.profiles.models import Registration
from matching.suggestions import many
from matching.suggestions.fits import ranked_candidates
from matching.suggestions.many import first_reasons, ranked_for_many
from matching.suggestions.wording import fit_in_words
from tests.planted import planted
from tests.web.desks import opened

SYSTEM = Actor.system()
TOP = 4
"""Few, so that the lists are cut."""


@pytest.fixture
def town(database: str) -> Iterator[None]:
    """The demo town: somebody changed after the index was made, people are planned, two go together."""
    with opened():
        index_everybody(board().look().ground)
        with open_session(SYSTEM.scope, write=True) as session:
            people = session.scalars(select(Registration.person_id).order_by(Registration.id)).all()
            openings = session.scalars(open_openings(clock.today())).all()
            centre_id = session.scalars(select(Centre.id).order_by(Centre.id)).first() or 0
            for person in session.scalars(select(Person).where(Person.id.in_(people[::3]))):
                person.updated_at = clock.now()
            for place, number in enumerate(people[1::4]):
                pin = {"person_id": number, "opening_id": openings[place % len(openings)].id}
                session.add(PlanPin(centre_id=centre_id, reason="试", account_id=None, **pin))
            known = set(session.scalars(select(TravelFellow.person_id)))
            group = TravelGroup(centre_id=centre_id, tie=next(iter(TravelTie)), code="TEST")
            session.add(group)
            session.flush()
            for number in [person for person in people if person not in known][:2]:
                session.add(TravelFellow(centre_id=centre_id, group_id=group.id, person_id=number))
        yield


def differences(session: Session) -> list[int]:
    """Openings for which the two ways give other people, points or reasons."""
    ground = board().look().ground
    wanted = [listed_now(opening) for opening in session.scalars(open_openings(clock.today()))]
    together = ranked_for_many(session, wanted, ground, top=TOP)
    return [listed.id for listed in wanted if alone(session, listed, ground) != described(session, listed, together)]


def alone(session: Session, listed: Listed, ground: Ground) -> list[tuple[int, int, str]]:
    return [
        (int(match.worker_id), match.points, next(iter(fit_in_words(match, "zh-Hans").reasons), ""))
        for match in ranked_candidates(session, listed, ground, top=TOP)
    ]


def described(session: Session, listed: Listed, together: many.Scores) -> list[tuple[int, int, str]]:
    pairs = together[listed.id]
    met = [(number, listed) for number, _ in pairs]
    why = first_reasons(session, met, board().look().ground, locale="zh-Hans")
    return [(number, points, why[number, listed.id]) for number, points in pairs]


@pytest.mark.usefixtures("town")
def test_candidates_of_many_openings_are_those_of_each() -> None:
    with open_session(SYSTEM.scope) as session:
        assert differences(session) == []
        with planted(many, people_planned_for=lambda *_: {}):
            assert differences(session)

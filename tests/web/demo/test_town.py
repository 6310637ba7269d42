"""The demo's town: what it shows of training agrees with itself, and no desk of it is empty."""

import pytest
from sqlalchemy import select

from centre import clock, privacy
from centre.database import open_session
from centre.permissions import Actor
from centre.policy import load_examples
from matching.learning.outcomes import prospects
from tests.training.agreement import everything_agrees
from training.claims.models import Claim
from training.claims.rules import ClaimState
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.integrity.models import Flag
from training.integrity.rules import FlagState
from training.rosters.models import RosterUpload
from training.rosters.rules import RosterState
from web.demo import town


@pytest.fixture
def filled(database: str) -> str:
    privacy.forget_keys()
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        town.fill(session)
    return database


def test_the_town_s_funds_seats_and_claims_agree_and_no_desk_is_empty(filled: str) -> None:
    with open_session(Actor.system().scope) as session:
        everything_agrees(session)
        claims = list(session.scalars(select(Claim.state).order_by(Claim.id)))
        assert claims == [
            ClaimState.CHECKING, ClaimState.NOTICED, ClaimState.RELEASED, ClaimState.PAID, ClaimState.CLAWBACK,
        ]  # fmt: skip
        states = set(session.scalars(select(TrainingClass.state)))
        assert {ClassState.APPLIED, ClassState.IN_SESSION, ClassState.FINISHED, ClassState.ASSESSED} <= states
        assert list(session.scalars(select(Flag.state))) == [FlagState.HALF_CLEARED]
        waiting = session.scalars(select(RosterUpload).where(RosterUpload.state == RosterState.CHECKED)).one()
        assert waiting.creates
        assert waiting.errors
        found, tested = prospects(session)
        assert (len(found), tested.cohorts > 40) == (22, True)
        assert clock.today() > min(session.scalars(select(TrainingClass.start_on)))

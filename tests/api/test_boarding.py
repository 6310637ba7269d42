"""The roll that a telephone keeps: of the own people only, with what escorts need and no more, for its time."""

from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from centre.policy import load_examples
from matching.export.models import ExportBatch
from matching.export.rules import BatchState
from tests.clients import SignedIn, client, signed_in
from web.demo import town

__all__ = ["client", "signed_in"]

SYSTEM = Actor.system().scope
ROLL = "/api/v1/labour-export/batches/2/roll"
SHOWN = {
    "member_id", "name", "phone", "vehicle", "seat", "emergency_name", "emergency_phone", "pick_up", "group", "state",
    "word", "is_conflict",
}  # fmt: skip


@pytest.fixture
def in_town(database: str, client: TestClient) -> TestClient:
    """A visitor of the demo town."""
    del database
    with open_session(SYSTEM, write=True) as session:
        load_examples(session)
        town.fill(session)
    return client


def test_escorts_have_everybody_and_leaders_their_group(in_town: TestClient, signed_in: SignedIn) -> None:
    escort, leader = signed_in("escort").get(ROLL).json(), signed_in("wang").get(ROLL).json()
    assert (len(escort["entries"]), len(leader["entries"])) == (58, 15)
    assert all(set(entry) == SHOWN for entry in escort["entries"])
    assert (escort["open"], escort["at_gate"]) == (True, True)
    assert in_town.get(ROLL).status_code == 401
    for stranger in ("ma", "employer3", "school"):
        assert signed_in(stranger).get(ROLL).status_code in (403, 404), stranger


@pytest.mark.usefixtures("in_town")
def test_marks_change_the_roll_and_are_stored_once(signed_in: SignedIn) -> None:
    escort = signed_in("escort")
    first = escort.get(ROLL).json()["entries"][0]["member_id"]
    marks = {"device": "phone-1", "scans": [{"counter": 1, "member_id": first, "word": "boarded", "at": None}]}
    for _ in range(2):
        assert escort.post(ROLL.replace("roll", "scans"), json=marks).status_code == 200
    entry = next(entry for entry in escort.get(ROLL).json()["entries"] if entry["member_id"] == first)
    assert (entry["word"], entry["is_conflict"]) == ("boarded", False)
    other = {"device": "phone-2", "scans": [{"counter": 1, "member_id": first, "word": "absent", "at": None}]}
    escort.post(ROLL.replace("roll", "scans"), json=other)
    entry = next(entry for entry in escort.get(ROLL).json()["entries"] if entry["member_id"] == first)
    assert entry["is_conflict"]


@pytest.mark.usefixtures("in_town")
def test_the_roll_leaves_the_telephone_after_thirty_days(signed_in: SignedIn) -> None:
    escort = signed_in("escort")
    with open_session(SYSTEM) as session:
        arrival = session.get_one(ExportBatch, 2).arrive_at
    assert datetime.fromisoformat(escort.get(ROLL).json()["keep_until"]) == arrival + timedelta(days=30)
    late = clock.now() - timedelta(days=40)
    with open_session(SYSTEM, write=True) as session:  # a batch that nobody signed for is still called
        batch = session.get_one(ExportBatch, 2)
        batch.depart_at, batch.arrive_at = late, late + timedelta(hours=18)
    assert datetime.fromisoformat(escort.get(ROLL).json()["keep_until"]) > clock.now() + timedelta(days=29)
    signed = clock.now() - timedelta(days=29)
    with open_session(SYSTEM, write=True) as session:
        batch = session.get_one(ExportBatch, 2)
        batch.state, batch.signed_at = BatchState.HANDED_OVER, signed
    kept = escort.get(ROLL).json()
    assert datetime.fromisoformat(kept["keep_until"]) == signed + timedelta(days=30)
    assert not kept["open"]
    with open_session(SYSTEM, write=True) as session:
        session.get_one(ExportBatch, 2).signed_at = signed - timedelta(days=2)
    assert escort.get(ROLL).status_code == 404

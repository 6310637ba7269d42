"""The officer's desk, the escort's roll and the employer's gate, over the demo town's batch of 58."""

import re

import pytest
from starlette.testclient import TestClient

from centre import clock
from centre.database import open_session
from centre.permissions import Actor
from centre.policy import load_examples
from matching.export.models import ExportBatch
from matching.export.rules import BatchState
from tests.clients import SignedIn, client, hidden, signed_in
from web.demo import town

__all__ = ["client", "signed_in"]


@pytest.fixture
def in_town(database: str, client: TestClient) -> TestClient:
    """A visitor of the demo town."""
    del database
    with open_session(Actor.system().scope, write=True) as session:
        load_examples(session)
        town.fill(session)
    return client


def press(http: TestClient, where: str, address: str, **fields: object) -> int:
    """Send a form of a page; gives the status."""
    shown = http.get(where).text
    data = {"_csrf": hidden(shown, "_csrf"), "_key": f"key-{address}-{sorted(fields.items())}"[:200]} | fields
    return http.post(address, data=data).status_code


@pytest.mark.usefixtures("in_town")
def test_a_batch_of_58_is_called_departs_arrives_and_is_signed_for(signed_in: SignedIn) -> None:
    escort, officer, employer = signed_in("escort"), signed_in("export"), signed_in("employer3")
    roll = escort.get("/roll/2").text
    ids = re.findall(r'name="member_ids" value="([0-9]+)"', roll)
    assert len(ids) == 58
    assert "6104" not in re.sub(r'value="[^"]*"', "", roll)  # no identity number
    assert press(escort, "/roll/2", "/roll/2/say", member_ids=ids[:55], word="boarded") == 303
    assert press(escort, "/roll/2", "/roll/2/moves/depart") == 303
    assert employer.get("/employer/arrivals/2").text.count('scope="row"') == 55
    assert press(escort, "/roll/2", "/roll/2/say", member_ids=ids[54:55], word="left") == 303
    assert press(escort, "/roll/2", "/roll/2/moves/arrive") == 303
    assert press(employer, "/employer/arrivals/2", "/employer/arrivals/2", signer="老陈", agrees="yes") == 303
    shown = officer.get("/export/batches/2").text
    wanted = re.findall(r'name="member_ids" value="([0-9]+)"', shown)
    assert len(wanted) == 54
    signing = {"member_ids": wanted[:53], "wage_fen": "6000", "starts_on": clock.today().isoformat()}
    assert press(officer, "/export/batches/2", "/export/batches/2/contracts", **signing) == 303
    with open_session(Actor.system().scope) as session:
        batch = session.get_one(ExportBatch, 2)
        assert (batch.state, batch.signed_people) == (BatchState.HANDED_OVER, 54)
    assert officer.get("/export/report").text.count("53") >= 1


@pytest.mark.usefixtures("in_town")
@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("export", "/export"), ("export", "/export/projects/1"), ("export", "/export/projects/1/edit"),
        ("export", "/export/batches/1"), ("export", "/export/batches/2/edit"), ("export", "/export/batches/2/manifest"),
        ("export", "/export/batches/2/seats"), ("export", "/export/subsidies"), ("clerk", "/export/batches/2/list"),
        ("escort", "/roll"), ("escort", "/export/batches/2/sheet"), ("escort", "/export/batches/2/paper-roll"),
        ("escort", "/roll/2/paper"), ("wang", "/me/journeys"), ("wang", "/roll/2"), ("employer3", "/employer/arrivals"),
    ],
)  # fmt: skip
def test_every_page_opens_in_both_languages(signed_in: SignedIn, who: str, address: str) -> None:
    http = signed_in(who)
    for language in ("zh-Hans", "en"):
        assert http.get(address, params={"lang": language}).status_code == 200

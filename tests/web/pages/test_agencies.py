"""An agency's opening shows both names and who signs at every door (EM-10)."""

import json
import re

import pytest

from centre.database import open_session
from centre.permissions import Actor
from employers.companies.models import Employer
from employers.openings.models import Opening
from employers.openings.rules import ContractParty, EmploymentType
from matching.introductions.models import Introduction
from matching.introductions.verification import check_letter
from tests.web.desks import Hall, number, words
from tests.web.pages.test_rules_at_doors import TITLE, V1, counted, ma_id

SYSTEM = Actor.system()
CLIENT = "秦都康乐足疗店"


@pytest.fixture
def opening_id(hall: Hall) -> int:
    """The demo's opening as one that its employer, an agency, offers for a client."""
    opening_id = number(Opening, title=TITLE)
    with open_session(SYSTEM.scope, write=True) as session:
        opening = session.get_one(Opening, opening_id)
        opening.employment_type, opening.client_name = EmploymentType.AGENCY, CLIENT
        opening.contract_party = ContractParty.AGENCY
        session.get_one(Employer, opening.employer_id).service_licence = "陕人服证字001"
    return opening_id


def agency(opening_id: int) -> str:
    with open_session(SYSTEM.scope) as session:
        return session.get_one(Employer, session.get_one(Opening, opening_id).employer_id).name


@pytest.mark.rule("agency-names", "page", "list", "suggestion")
def test_pages_name_the_agency_its_client_and_who_signs(hall: Hall, opening_id: int) -> None:
    name, visitor, worker = agency(opening_id), hall.enter(), hall.enter("ma")
    both = f"{name}（替 {CLIENT} 招人）"
    counted(visitor.client)
    page = words(visitor.get(f"/openings/{opening_id}"))
    assert both in page
    assert f"和“{name}”签合同" in page
    assert both in words(visitor.get(f"/openings?q={TITLE}"))
    assert both in words(worker.get("/me/matches"))
    english = words(visitor.client.get(f"/openings/{opening_id}", headers={"accept-language": "en"}).text)
    assert f"{name} (recruiting for {CLIENT})" in english


@pytest.mark.rule("agency-names", "api", "search", "feed")
def test_programs_read_the_agency_its_client_and_who_signs(hall: Hall, opening_id: int) -> None:
    name, client = agency(opening_id), hall.enter().client
    counted(client)
    listed = client.get(f"{V1}/openings", params={"q": TITLE}).json()["items"]
    single = client.get(f"{V1}/openings/{opening_id}").json()
    for answer in (next(item for item in listed if item["id"] == opening_id), single):
        assert (answer["employer"], answer["client_name"], answer["contract_party"]) == (name, CLIENT, "agency")
        assert answer["url"] == f"http://testserver/openings/{opening_id}"
    assert f"{name}（替 {CLIENT} 招人）" in client.get("/openings.atom").text


def posting(page: str) -> dict[str, dict[str, str]]:
    match = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert match
    described: dict[str, dict[str, str]] = json.loads(match[1])
    return described


@pytest.mark.rule("agency-names", "page")
@pytest.mark.parametrize("party", list(ContractParty))
def test_search_engines_are_told_who_hires_and_where_the_work_is(
    hall: Hall, opening_id: int, party: ContractParty
) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.get_one(Opening, opening_id).contract_party = party
    described = posting(hall.enter().get(f"/openings/{opening_id}"))
    hires = CLIENT if party is ContractParty.EMPLOYER else agency(opening_id)
    assert described["hiringOrganization"]["name"] == hires
    assert described["employmentUnit"]["name"] == CLIENT
    assert f"替 {CLIENT} 招人" in str(described["description"])


@pytest.mark.rule("agency-names", "letter")
def test_a_letter_names_both_and_its_signature_covers_that(hall: Hall, opening_id: int) -> None:
    clerk, both = hall.enter("clerk"), f"{agency(opening_id)}（替 {CLIENT} 招人）"
    path = clerk.send(f"/counter/people/{ma_id()}/introduce", opening_id=opening_id, agreed="true")
    page = clerk.get(path)
    assert both in words(page)
    introduction_id = int(path.rsplit("/", 1)[1])
    assert both in words(hall.enter("ma").get(f"/me/introductions/{introduction_id}"))
    with open_session(SYSTEM.scope) as session:
        letter = session.get_one(Introduction, introduction_id)
        assert check_letter(session, letter.signed_letter or "").facts.employer == both

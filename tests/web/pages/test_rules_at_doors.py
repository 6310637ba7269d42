"""Rules about openings and people hold at the pages and at the API alike, not only in the function behind both."""

import re
from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from centre import clock
from centre.audit import AuditEntry
from centre.database import open_session
from centre.people import Person, person_by_identity
from centre.permissions import Actor
from employers.companies.actions import update_employer
from employers.companies.models import Employer
from employers.companies.rules import EmployerDraft
from employers.fairs.booth_rules import BoothDraft
from employers.fairs.booths import apply_for_booth, approve_booth, assign_booth
from employers.openings.models import Opening
from employers.openings.rules import EmploymentType, OpeningState, ReservedFor
from matching.live.openings import LOOK_EVERY
from tests.employers.world import add_hall, at, booth_fair
from tests.training.world import identity
from tests.web.desks import Hall, number, words

SYSTEM = Actor.system()
TITLE = "足疗师"
MA = "610499198304150088"
V1 = "/api/v1"


@pytest.fixture
def opening_id(hall: Hall) -> int:
    return number(Opening, title=TITLE)


def change(opening_id: int, **columns: Any) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        for name, value in columns.items():
            setattr(session.get_one(Opening, opening_id), name, value)


@pytest.fixture
def stand(opening_id: int) -> int:
    """A fair at whose first booth the opening is on show."""
    with open_session(SYSTEM.scope, write=True) as session:
        day = clock.today() + timedelta(days=300)
        fair = booth_fair(session, add_hall(session, "试验厅"), starts_at=at(9, 0, day), ends_at=at(11, 0, day))
        employer_id = session.get_one(Opening, opening_id).employer_id
        draft = BoothDraft(contact_name="王", employer_id=employer_id, opening_ids=(opening_id,))
        booth = apply_for_booth(session, SYSTEM, fair_id=fair.id, draft=draft)
        approve_booth(session, SYSTEM, booth_id=booth.id)
        assign_booth(session, SYSTEM, booth_id=booth.id)
        return fair.id


def ma_id() -> int:
    with open_session(SYSTEM.scope) as session:
        person = person_by_identity(session, MA)
        assert person is not None
        return person.id


def statuses(reader: TestClient, opening_id: int) -> list[int]:
    return [reader.get(path).status_code for path in (f"/openings/{opening_id}", f"{V1}/openings/{opening_id}")]


def counted(visitor: TestClient, **query: Any) -> tuple[int, set[int]]:
    """The stated number of openings of a search, and their ids, once the list in memory has looked for changes."""
    sleep(LOOK_EVERY * 1.1)
    answer = visitor.get(f"{V1}/openings", params={"limit": 100} | query).json()
    return answer["total"], {item["id"] for item in answer["items"]}


@pytest.mark.rule("reserved-opening", "page", "api", "count", "search")
def test_strangers_find_count_and_open_no_opening_kept_for_a_group(hall: Hall, opening_id: int) -> None:
    visitor, stranger, boss = hall.enter().client, hall.enter("ma").client, hall.enter("employer").client
    total, ids = counted(visitor)
    assert opening_id in ids
    change(opening_id, reserved_for=[ReservedFor.ZERO_EMPLOYMENT_HOUSEHOLD.value])
    assert counted(visitor) == (total - 1, ids - {opening_id})
    assert opening_id not in counted(visitor, q=TITLE)[1]
    for reader in (visitor, stranger, boss):
        assert statuses(reader, opening_id) == [404, 404]
        assert f"/openings/{opening_id}" not in reader.get("/openings", params={"q": TITLE}).text
    asked = hall.enter("ma").client.post(f"{V1}/me/introductions", json={"opening_id": opening_id})
    assert asked.status_code == 404
    assert statuses(hall.enter("officer").client, opening_id) == [200, 200]


@pytest.mark.rule("reserved-opening", "booth")
def test_a_booth_shows_strangers_no_opening_kept_for_a_group(hall: Hall, opening_id: int, stand: int) -> None:
    page = f"/fairs/{stand}"
    assert f"/openings/{opening_id}" in hall.enter().get(page)
    change(opening_id, reserved_for=[ReservedFor.ZERO_EMPLOYMENT_HOUSEHOLD.value])
    assert f"/openings/{opening_id}" not in hall.enter().get(page)


@pytest.mark.rule("expired-is-told", "page", "api", "search", "booth", "suggestion")
def test_after_its_last_day_an_opening_says_so_before_any_job_ran(hall: Hall, opening_id: int, stand: int) -> None:
    change(opening_id, valid_from=clock.today(), valid_until=clock.today())
    visitor, worker = hall.enter(), hall.enter("ma")
    assert visitor.client.get(f"{V1}/openings/{opening_id}").json()["state"] == "open"
    assert f"/openings/{opening_id}" in worker.get("/me/matches")
    tomorrow = clock.now() + timedelta(days=1)
    with clock.frozen(tomorrow):
        visitor, worker = hall.enter(), hall.enter("ma")
        assert "这个岗位现在不招人" in visitor.get(f"/openings/{opening_id}")  # at once, whatever memory still lists
        assert visitor.client.get(f"{V1}/openings/{opening_id}").json()["state"] == "expired"
        assert opening_id not in counted(visitor.client)[1]
        assert f"/openings/{opening_id}" not in visitor.get(f"/fairs/{stand}")
        assert f"/openings/{opening_id}" not in worker.get("/me/matches")


def test_an_opening_that_was_published_a_moment_ago_says_that_it_recruits(hall: Hall, opening_id: int) -> None:
    visitor = hall.enter()
    change(opening_id, state=OpeningState.PAUSED)
    counted(visitor.client)
    change(opening_id, state=OpeningState.OPEN)
    assert "这个岗位现在不招人" not in visitor.get(f"/openings/{opening_id}")  # whatever memory does not list yet


def introduce(hall: Hall, opening_id: int) -> tuple[int, int]:
    """The statuses of a second proposal at the counter and over the API."""
    clerk = hall.enter("clerk")
    person_id = ma_id()
    page = f"/counter/people/{person_id}/introduce"
    clerk.send(page, 409, opening_id=opening_id, agreed="true")
    draft = {"person_id": person_id, "opening_id": opening_id, "agreed": True}
    return 409, clerk.client.post(f"{V1}/introductions", json=draft).status_code


@pytest.mark.rule("refused-pair-rests", "page", "api")
def test_a_refused_pair_is_not_sent_again_the_same_day(hall: Hall, opening_id: int) -> None:
    clerk = hall.enter("clerk")
    person_id = ma_id()
    letter = clerk.send(f"/counter/people/{person_id}/introduce", opening_id=opening_id, agreed="true")
    clerk.send(f"{letter}/result", result="refused_by_employer", source="employer")
    assert introduce(hall, opening_id) == (409, 409)
    asked = hall.enter("ma").client.post(f"{V1}/me/introductions", json={"opening_id": opening_id})
    assert asked.status_code == 409


@pytest.mark.rule("letter-needs-open-opening", "page", "api")
@pytest.mark.parametrize("how", ["filled", "ended", "closed"])
def test_no_letter_leads_to_an_opening_that_accepts_no_applicants(hall: Hall, opening_id: int, how: str) -> None:
    if how == "filled":
        with open_session(SYSTEM.scope, write=True) as session:
            row = session.get_one(Opening, opening_id)
            row.taken = row.headcount
    elif how == "ended":
        yesterday = clock.today() - timedelta(days=1)
        change(opening_id, valid_from=yesterday, valid_until=yesterday)
    else:
        closing = hall.enter("officer").client.post(f"{V1}/openings/{opening_id}/close", json={})
        assert closing.status_code == 200, closing.text
    assert introduce(hall, opening_id) == (409, 409)


@pytest.mark.rule("agency-licence", "search", "action")
def test_an_agency_that_loses_its_licence_shows_nothing_more_and_cannot_resume(hall: Hall, opening_id: int) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        row = session.get_one(Opening, opening_id)
        row.employment_type, row.client_name = EmploymentType.AGENCY, "某厂"
        company = session.get_one(Employer, row.employer_id)
        company.service_licence = "陕人服证字001"
        kept = {name: getattr(company, name) for name in EmployerDraft.model_fields if hasattr(company, name)}
        employer_id = company.id
    visitor, officer = hall.enter().client, hall.enter("officer").client
    assert opening_id in counted(visitor)[1]
    with open_session(SYSTEM.scope, write=True) as session:
        draft = EmployerDraft(**kept | {"uscc": kept["uscc"] or "", "service_licence": ""})
        update_employer(session, SYSTEM, employer_id=employer_id, draft=draft)
    assert opening_id not in counted(visitor)[1]
    refused = officer.post(f"{V1}/openings/{opening_id}/resume")
    assert [fault["code"] for fault in refused.json()["errors"] if fault["field"] == "employment_type"] == [
        "licence-missing"
    ]


@pytest.mark.rule("other-county", "page")
def test_a_clerk_is_offered_the_transfer_of_somebody_from_another_county(hall: Hall) -> None:
    clerk = hall.enter("clerk2")
    page = clerk.send("/counter/find", 200, words=MA)
    assert "登记并转来" in page
    assert "马丽" not in page
    assert "转到我们中心" in words(clerk.get("/counter/register?elsewhere=yes"))
    assert "登记并转来" not in clerk.send("/counter/find", 200, words="马丽")


@pytest.mark.rule("other-county", "api")
def test_a_search_by_number_names_the_centre_elsewhere_and_is_logged(hall: Hall) -> None:
    clerk = hall.enter("clerk2").client
    answer = clerk.post(f"{V1}/people/search", json={"words": MA})
    assert answer.json()["items"] == []
    assert answer.json()["elsewhere"]
    assert clerk.post(f"{V1}/people/search", json={"words": "马丽"}).json() == {"items": [], "elsewhere": ""}
    own = hall.enter("clerk").client.post(f"{V1}/people/search", json={"words": MA}).json()
    assert ([person["name"] for person in own["items"]], own["elsewhere"]) == (["马丽"], "")
    with open_session(SYSTEM.scope) as session:
        looked = select(AuditEntry.subject).where(AuditEntry.action == "person.found-elsewhere")
        assert session.scalars(looked).all() == [f"person:{ma_id()}"]


@pytest.mark.rule("region-successor", "api", "page")
def test_an_abolished_code_that_is_entered_is_kept_as_its_successor(hall: Hall) -> None:
    boss, clerk = hall.enter("employer"), hall.enter("clerk")
    draft = {"title": "锁边工", "headcount": 2, "region_code": "610427"}
    created = boss.client.post(f"{V1}/openings", json=draft).json()
    assert created["region_code"] == "610482"
    page = boss.send("/employer/openings/new", title="锁边工", headcount="2", region_code="610427", step="keep")
    number = identity(88)
    there = clerk.send(
        "/counter/register", id_number=number, name="张三丰", phone="13911112222", live_region="610421", consent="true"
    )
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Opening, int(page.rsplit("/", 1)[1])).region_code == "610482"
        assert session.get_one(Person, int(there.rsplit("/", 1)[1])).live_region == "610481"


@pytest.mark.rule("minimum-pay", "page", "api")
@pytest.mark.parametrize(("unit", "least"), [("day", 5_000), ("hour", 500), ("piece", 100_000)])
def test_pay_below_the_minimum_is_refused_in_every_unit(hall: Hall, unit: str, least: int) -> None:
    boss = hall.enter("employer")
    pay = {"base_pay_fen": least} | ({} if unit == "piece" else {"wage_min_fen": least, "wage_max_fen": least * 2})
    draft = {
        "title": "锁边工", "headcount": 2, "content": "操作锁边机", "conditions": "会用锁边机", "region_code": "610404",
        "wage_unit": unit,
    }  # fmt: skip
    created = boss.client.post(f"{V1}/openings", json=draft | pay)
    refused = boss.client.post(f"{V1}/openings/{created.json()['id']}/submit")
    assert "below-minimum-wage" in {fault["code"] for fault in refused.json()["errors"]}
    yuan = {name: str(value // 100) for name, value in pay.items()}
    assert "最低工资" in boss.send("/employer/openings/new", 422, **draft | yuan | {"step": "submit"})


@pytest.mark.rule("pay-order", "page")
def test_pay_in_the_wrong_order_is_reported_on_the_page(hall: Hall) -> None:
    fields = {"title": "锁边工", "headcount": "2", "wage_min_fen": "5000", "wage_max_fen": "3000", "step": "keep"}
    assert "最高工资不能低于最低工资" in hall.enter("employer").send("/employer/openings/new", 422, **fields)


CODE = re.compile(r">[^<]*\b[a-z]+_[a-z_]+\b[^<]*<")
"""Text between two tags that holds a code such as `special_operation`."""

READERS = {
    "": ["/", "/openings", "/training", "/fairs", "/figures", "/help"],
    "ma": ["/me", "/me/matches", "/me/introductions", "/me/profile", "/me/records"],
    "clerk": ["/counter", "/counter/people/{person}", "/desk"],
    "officer": ["/counter/verify", "/counter/verify/openings/{opening}"],
    "employer": ["/employer", "/employer/applicants", "/employer/booths"],
    "school": ["/school"],
    "city": ["/manager", "/training-desk", "/reports"],
}


@pytest.mark.rule("codes-are-words", "page", "letter")
@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_readers_see_words_and_no_codes(hall: Hall, opening_id: int, language: str) -> None:
    papers = [{"kind": "special_operation", "must": True}, {"kind": "health", "must": False}]
    letter = hall.enter("clerk").send(f"/counter/people/{ma_id()}/introduce", opening_id=opening_id, agreed="true")
    change(opening_id, certificate_requirements=papers)
    there = {"clerk": [letter], "": [f"/openings/{opening_id}"], "ma": [f"/openings/{opening_id}"]}
    seen = 0
    for login, paths in READERS.items():
        reader = hall.enter(login).client
        for path in [*paths, *there.get(login, [])]:
            answer = reader.get(path.format(person=ma_id(), opening=opening_id), headers={"accept-language": language})
            if answer.status_code == 200:
                body = re.sub(r"<(script|style|code|pre)\b.*?</\1>", "", answer.text, flags=re.DOTALL)
                assert CODE.findall(body) == [], path
                seen += 1
    assert seen > 15
    assert CODE.findall("<td>special_operation</td>")

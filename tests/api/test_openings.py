"""Openings, profiles and introductions over HTTP."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.numbers import identity_check
from centre.permissions import Actor
from employers.openings.models import Opening
from tests.web.desks import Hall, opened

SPINNING = "纺纱工（细纱值车）"
V1 = "/api/v1"


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    with opened() as town:
        yield town


def opening_id(title: str) -> int:
    with open_session(Actor.system().scope) as session:
        return session.scalars(select(Opening.id).where(Opening.title == title)).one()


@pytest.mark.parametrize("typed", ["挡车工", "挡車工", "dangchegong", "挡车公"])
def test_the_spinning_job_is_found_over_http_however_it_is_typed(hall: Hall, typed: str) -> None:
    answer = hall.enter().client.get(f"{V1}/openings", params={"q": typed, "limit": 5})
    assert answer.status_code == 200
    assert SPINNING in [item["title"] for item in answer.json()["items"]]


def test_pages_of_results_do_not_overlap_and_add_up(hall: Hall) -> None:
    client = hall.enter().client
    whole = client.get(f"{V1}/openings", params={"limit": 100}).json()
    parts = [client.get(f"{V1}/openings", params={"limit": 7, "offset": at}).json() for at in (0, 7, 14)]
    assert [item["id"] for part in parts for item in part["items"]] == [item["id"] for item in whole["items"]]
    assert whole["total"] == len(whole["items"])


def test_filters_narrow_and_are_counted(hall: Hall) -> None:
    client = hall.enter().client
    local = client.get(f"{V1}/openings", params={"region": "610400"}).json()
    assert local["total"] > 0
    assert all(item["region_code"].startswith("6104") for item in local["items"])
    rich = client.get(f"{V1}/openings", params={"wage_min": 8000}).json()
    assert all((item["wage_max_fen"] or 0) >= 800_000 or item["wage_unit"] != "month" for item in rich["items"])


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0}, {"limit": 101}, {"offset": -1}, {"offset": 10**30}, {"region": "99"}, {"region": "610"},
        {"wage_min": "3000.5"}, {"occupation": "x"}, {"q": "工" * 201}, {"employment_type": "slavery"},
    ],
)  # fmt: skip
def test_invalid_queries_are_problems(hall: Hall, query: dict[str, str]) -> None:
    answer = hall.enter().client.get(f"{V1}/openings", params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.rule("opening-verified", "api")
def test_an_employer_posts_and_an_officer_verifies_and_the_public_finds(hall: Hall) -> None:
    boss, officer, visitor = hall.enter("employer").client, hall.enter("officer").client, hall.enter().client
    draft = {
        "title": "锁边工", "occupation_code": "6-05-01-03", "headcount": 2, "content": "操作锁边机",
        "conditions": "会用锁边机", "region_code": "610404", "address": "人民路", "wage_min_fen": 400_000,
        "wage_max_fen": 500_000, "base_pay_fen": 300_000,
    }  # fmt: skip
    created = boss.post(f"{V1}/openings", json=draft)
    assert created.status_code == 201, created.text
    number = created.json()["id"]
    assert visitor.get(f"{V1}/openings/{number}").status_code == 404
    assert boss.post(f"{V1}/openings/{number}/verify", json={}).status_code == 403
    for client, step in ((boss, "submit"), (officer, "verify"), (boss, "publish")):
        answer = client.post(f"{V1}/openings/{number}/{step}", json={} if step == "verify" else None)
        assert answer.status_code == 200, answer.text
    assert visitor.get(f"{V1}/openings/{number}").json()["title"] == "锁边工"


def test_the_list_is_complete_and_the_detail_has_the_six_elements(hall: Hall) -> None:
    answer = hall.enter().client.get(f"{V1}/openings/{opening_id(SPINNING)}").json()
    for element in ("employer", "headcount", "conditions", "content", "region", "base_pay_fen"):
        assert answer[element], element


def test_the_parts_of_a_suggestion_add_up_to_its_points(hall: Hall) -> None:
    worker = hall.enter("wang").client
    suggestions = worker.get(f"{V1}/me/suggestions").json()
    assert suggestions["matches"]
    for match in suggestions["matches"]:
        assert sum(part["points"] for part in match["parts"]) == match["points"]
        assert len(match["parts"]) >= 3


def test_a_wish_is_saved_and_unknown_fields_are_refused(hall: Hall) -> None:
    worker = hall.enter("wang").client
    kept = worker.put(f"{V1}/me/wish", json={"regions": ["610404"], "leave_home_ok": "county"})
    assert kept.status_code == 200, kept.text
    assert kept.json()["wish"]["leave_home_ok"] == "county"
    assert worker.put(f"{V1}/me/wish", json={"sex": "male"}).status_code == 422


def test_registration_responds_identically_for_known_and_unknown_people(hall: Hall) -> None:
    client = hall.enter().client
    known = {
        "name": "王秀兰", "phone": "13911110001", "id_number": "610499197503080022", "password": "chunfeng1",
        "consent": True,
    }  # fmt: skip
    number = "61049919901111010" + identity_check("61049919901111010")
    fresh = known | {"name": "新来的", "phone": "13911110002", "id_number": number}
    elsewhere = known | {"phone": "13911110003"}
    answers = [client.post(f"{V1}/registrations", json=who) for who in (known, fresh, elsewhere)]
    handles = {answer.json()["asked"] for answer in answers}
    assert len(handles) == len(answers)
    assert {len(handle) for handle in handles} == {32}
    # The handle is random; everything else is the same.
    same = {(answer.status_code, answer.text.replace(answer.json()["asked"], "")) for answer in answers}
    assert same == {(202, '{"status":"received","asked":""}')}


@pytest.mark.rule("letter-steps", "api")
def test_an_introduction_runs_over_http_and_illegal_moves_are_refused(hall: Hall) -> None:
    worker = hall.enter("ma").client
    clerk = hall.enter("clerk").client
    requested = worker.post(f"{V1}/me/introductions", json={"opening_id": opening_id("足疗师")})
    assert requested.status_code == 201, requested.text
    number = requested.json()["id"]
    early = clerk.post(f"{V1}/introductions/{number}/result", json={"result": "hired"})
    assert (early.status_code, early.json()["type"].rsplit("/", 1)[-1]) == (409, "illegal-move")
    assert worker.post(f"{V1}/introductions/{number}/result", json={"result": "hired"}).status_code == 403
    assert clerk.post(f"{V1}/introductions/{number}/agree", json={}).json()["letter_no"]
    assert clerk.post(f"{V1}/introductions/{number}/result", json={"result": "no_show"}).json()["state"] == "no_show"
    assert clerk.get(f"{V1}/introductions/rates").json()["hired"] == 0
    assert hall.enter("wang").client.get(f"{V1}/introductions/{number}").status_code == 404

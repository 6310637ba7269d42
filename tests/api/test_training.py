"""Training over the API: seats, separation of schools, and rosters."""

import re
from collections.abc import Callable, Iterator

import pytest
from httpx2 import Response

from centre import clock, privacy
from tests.training import files, world
from tests.training.browser import Browser, open_browser
from tests.training.rostering import kept
from tests.training.rosters.test_rosters import MESSY
from web.app import build

Opener = Callable[[str], Browser]


@pytest.fixture
def city(database: str) -> Iterator[world.City]:
    privacy.forget_keys()
    with clock.frozen(world.MONDAY):
        yield world.build()


@pytest.fixture
def as_(city: world.City) -> Opener:
    app = build()
    return lambda key: open_browser(app, city, key)


def code(answer: Response) -> str:
    """The stable code of a refusal."""
    return str(answer.json()["type"]).removeprefix("/problems/")


def test_everybody_sees_recruiting_classes_with_prices(city: world.City, as_: Opener) -> None:
    world.add_class(city, seats=30)
    (recruiting,) = as_("").get("/api/v1/classes?q=缝纫").json()
    assert (recruiting["seats_left"], recruiting["major"]["learner_fen"], recruiting["provider"]["code"]) == (
        30,
        30_000,
        "P1",
    )
    assert as_("").get("/api/v1/classes?occupation=6-18").json() == []


def test_a_learner_enrols_and_sees_every_part_of_the_price(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city)
    answer = as_("W1").post(f"/api/v1/classes/{class_id}/enrolments", json={})
    assert answer.status_code == 201
    assert answer.json()["learner_fen"] == 0
    assert [place["class_id"] for place in as_("W6").get("/api/v1/enrolments").json()] == []


@pytest.mark.rule("class-seats", "api")
def test_enrolling_in_a_full_class_is_409(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city, seats=1)
    clerk = as_("clerk")
    first, second = (
        clerk.post(f"/api/v1/classes/{class_id}/enrolments", json={"person_id": city.people[key]})
        for key in ("W1", "W6")
    )
    assert (first.status_code, second.status_code, code(second)) == (201, 409, "class-full")


def test_another_schools_class_is_404_on_every_route(city: world.City, as_: Opener) -> None:
    foreign = world.add_class(city, "电子装接")
    registrar = as_("registrar")
    answers = [
        registrar.get(f"/api/v1/classes/{foreign}"),
        registrar.get(f"/api/v1/classes/{foreign}/enrolments"),
        registrar.get(f"/api/v1/classes/{foreign}/roster-template"),
        registrar.post(f"/api/v1/classes/{foreign}/moves", json={"event": "lock"}),
        registrar.post(f"/api/v1/rosters?class_id={foreign}", content=files.xlsx(MESSY)),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert {training["provider"]["code"] for training in registrar.get("/api/v1/classes").json()} <= {"P1"}


def test_a_learner_cannot_use_somebody_elses_recognition_by_guessing_an_id(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city)
    plea = {"relation": "child", "beneficiary_of_id": city.people["W1"]}
    answer = as_("W6").post(f"/api/v1/classes/{class_id}/enrolments", json=plea)
    assert (answer.status_code, code(answer)) == (422, "beneficiary-missing")


def test_a_roster_can_be_sent_as_a_raw_body(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city)
    registrar = as_("registrar")
    sent = registrar.post(f"/api/v1/rosters?class_id={class_id}&file_name=a.xlsx", content=files.xlsx(MESSY))
    assert sent.status_code == 201
    upload = sent.json()
    assert (upload["creates"], upload["errors"], upload["ignored"]) == (40, 4, 1)
    rows = registrar.get(f"/api/v1/rosters/{upload['id']}/rows").json()
    assert [row["row"] for row in rows[:4]] == [44, 45, 46, 47]
    assert rows[4]["identity_masked"] == "610499********0019"
    assert rows[0]["problems"][0]["message"].startswith("身份证号校验不通过")
    assert registrar.get(f"/api/v1/rosters/{upload['id']}/file").content[:2] == b"PK"
    assert registrar.post(f"/api/v1/rosters/{upload['id']}/confirmation?only_good=true").json()["state"] == "confirmed"
    assert kept() == (42, 40, 40)
    assert registrar.post(f"/api/v1/rosters/{upload['id']}/confirmation").status_code == 409
    trainees = registrar.get(f"/api/v1/classes/{class_id}/enrolments").json()
    assert len(trainees) == 40
    assert {trainee["learner_fen"] for trainee in trainees} == {30_000}


def test_english_readers_get_english_errors(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city)
    registrar = as_("registrar")
    registrar.headers["accept-language"] = "en"
    upload = registrar.post(f"/api/v1/rosters?class_id={class_id}", content=files.xlsx(MESSY)).json()
    rows = registrar.get(f"/api/v1/rosters/{upload['id']}/rows?verdict=error").json()
    messages = [fault["message"] for row in rows for fault in row["problems"]]
    assert len(messages) == 4
    assert not any(re.search("[一-鿿]", message) for message in messages)


def test_a_file_that_is_not_a_spreadsheet_is_refused_and_leaves_nothing(city: world.City, as_: Opener) -> None:
    class_id = world.add_class(city)
    registrar = as_("registrar")
    answer = registrar.post(f"/api/v1/rosters?class_id={class_id}", content=b"%PDF-1.7 not a sheet")
    assert (answer.status_code, code(answer)) == (422, "sheet-kind")
    assert registrar.get("/api/v1/rosters/1").status_code == 404


@pytest.mark.rule("class-notice", "api")
def test_a_class_goes_from_application_to_recruiting_over_the_api(city: world.City, as_: Opener) -> None:
    draft = {
        "major_id": city.majors["服装缝纫"], "class_no": "2026-20", "start_on": "2026-03-16", "end_on": "2026-03-27",
        "daypart": "morning", "seats": 20,
    }  # fmt: skip
    registrar, officer = as_("registrar"), as_("officer")
    created = registrar.post("/api/v1/classes", json=draft)
    assert (created.status_code, created.json()["state"]) == (201, "draft")
    address = f"/api/v1/classes/{created.json()['id']}"
    assert as_("").get(address).status_code == 404
    assert registrar.post(f"{address}/moves", json={"event": "apply"}).json()["state"] == "applied"
    assert registrar.post(f"{address}/review", json={"verdict": "approve"}).status_code == 403
    assert officer.post(f"{address}/review", json={"verdict": "approve"}).json()["state"] == "recruiting"
    assert as_("").get(address).json()["seats_left"] == 20

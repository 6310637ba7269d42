"""Invalid requests get a stable code and a message in both languages, and change nothing."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from centre.accounts import Account, SignIn
from centre.database import open_session
from centre.ledger import ServiceEvent
from centre.limits import Tally
from centre.people import Person, person_by_identity
from centre.tables import Base, Record
from employers.companies.models import Employer
from employers.openings.models import Opening
from matching.profiles.models import Registration
from tests.api.faults import API, CASES, W1, Sent, employer, opening, person
from tests.api.sending import SYSTEM, enter, fill_fair, send
from tests.api.wordings import WORDS
from tests.databases import settings_from
from tests.training import files
from tests.training.world import identity
from tests.web.desks import Hall, opened, words
from training.enrolments.models import Enrolment

# Who asks how often and who is signed in is counted whatever becomes of the request.
COUNTED_ANYWAY = {Tally, SignIn}
HAN = re.compile("[\u4e00-\u9fff]")


class Town:
    """The demo town with signed-in browsers; its tables are compared before and after each request."""

    def __init__(self, hall: Hall, ids: dict[str, str]) -> None:
        self._hall = hall
        self._clients: dict[str, TestClient] = {}
        self.ids = ids

    def client(self, who: str) -> TestClient:
        """The browser of an account, or of a visitor without a name."""
        if who not in self._clients:
            self._clients[who] = enter(self._hall, who)
        return self._clients[who]


@pytest.fixture(scope="module")
def town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("bad-input")
    copyfile(sqlite_template, folder / "gangqiao.db")
    address = f"sqlite:///{folder}/gangqiao.db"
    with (
        settings_from(database_url=address, data_dir=str(folder), require_second_factor="false"),
        opened() as hall,
    ):
        yield Town(hall, fill_fair())


def kept() -> dict[str, tuple[int, int]]:
    """The number of rows of each table, and the sum of their versions, which grows with every change."""
    with open_session(SYSTEM.scope) as session:
        return {
            model.__name__: (
                session.scalar(select(func.count()).select_from(model)) or 0,
                (session.scalar(select(func.sum(model.version))) or 0) if issubclass(model, Record) else 0,
            )
            for model in (mapper.class_ for mapper in Base.registry.mappers)
            if model not in COUNTED_ANYWAY
        }


def refusal_text(sent: Sent, town: Town, language: str) -> str:
    """Send a request and check status and code; returns the messages."""
    answer = send(town.client(sent.who), sent, language, town.ids)
    assert answer.status_code == sent.status, words(answer.text)[:300]
    if not sent.path.startswith(API):
        assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in answer.text
        return words(answer.text)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == sent.status
    assert problem["type"] == f"/problems/{problem['title']}"
    errors = problem.get("errors", [])
    assert sent.code in [problem["title"], *(error["code"] for error in errors)]
    return " ".join([problem["detail"], *(error["detail"] for error in errors)])


@pytest.mark.rule("identity-check-digit", "api")
@pytest.mark.rule("identity-birth", "api")
@pytest.mark.rule("telephone-form", "api")
@pytest.mark.rule("employer-code", "api")
@pytest.mark.rule("pay-order", "api")
@pytest.mark.rule("minimum-pay", "api")
@pytest.mark.rule("opening-validity", "api")
@pytest.mark.rule("price-split", "api")
@pytest.mark.rule("working-age", "api")
@pytest.mark.rule("region-successor", "api")
@pytest.mark.parametrize("sent", CASES, ids=[sent.name for sent in CASES])
def test_bad_input_is_refused_in_both_languages_and_nothing_is_kept(sent: Sent, town: Town) -> None:
    town.client(sent.who)
    before = kept()
    chinese, english = WORDS[sent.wording or sent.code]
    assert chinese in refusal_text(sent, town, "zh")
    assert english in refusal_text(sent, town, "en")
    assert kept() == before


def test_every_message_of_the_table_is_covered_and_in_its_language() -> None:
    assert {sent.wording or sent.code for sent in CASES} == set(WORDS)
    for chinese, english in WORDS.values():
        assert HAN.search(chinese)
        assert not HAN.search(english)


@pytest.mark.parametrize(
    ("who", "method", "theirs", "nowhere", "body"),
    [
        ("employer", "PUT", "/openings/{opening}", "/openings/999999", opening()),
        ("employer", "POST", "/openings/{opening}/close", "/openings/999999/close", {}),
        ("employer", "GET", "/employers/{employer}", "/employers/999999", None),
        ("employer", "PUT", "/employers/{employer}", "/employers/999999", employer()),
        ("clerk", "GET", "/people/{person}/profile", "/people/999999/profile", None),
        ("clerk", "PUT", "/people/{person}/wish", "/people/999999/wish", {"night_ok": True}),
        ("clerk", "POST", "/introductions", "/introductions", {"person_id": "{person}", "opening_id": 1}),
        ("school2", "POST", "/classes/{class}/moves", "/classes/999999/moves", {"event": "lock"}),
        ("wang", "POST", "/classes/1/enrolments", "/classes/1/enrolments", {"person_id": "{person}"}),
        ("employer", "GET", "/openings/{draft}", "/openings/999999", None),
        ("", "GET", "/openings/{draft}", "/openings/999999", None),
    ],
)
def test_foreign_records_answer_like_missing_ones(
    town: Town, who: str, method: str, theirs: str, nowhere: str, body: object
) -> None:
    ids = strangers()
    client = town.client(who)
    before = kept()

    def ask(path: str, number: int | None) -> tuple[int, str]:
        given = body
        if isinstance(body, dict):
            given = {key: (number or 999_999) if value == "{person}" else value for key, value in body.items()}
        answer = client.request(method, API + path, json=given) if body is not None else client.get(API + path)
        return answer.status_code, answer.text

    assert ask(theirs.format(**ids), ids["person"]) == ask(nowhere, None)
    assert ask(nowhere, None)[0] == 404
    assert kept() == before


def strangers() -> dict[str, int]:
    """Records that belong to others than the accounts of the test cases."""
    with open_session(SYSTEM.scope, write=True) as session:
        own = session.scalars(select(Account).where(Account.login == "employer")).one().employer_id
        clerk = session.scalars(select(Account).where(Account.login == "clerk")).one().centre_id
        theirs = session.scalars(select(Opening).where(Opening.employer_id != own).order_by(Opening.id)).first()
        assert theirs
        draft = session.scalars(select(Opening).where(Opening.title == "别家的草稿")).first()
        if draft is None:
            draft = Opening(title="别家的草稿", employer_id=theirs.employer_id)
            session.add(draft)
        hidden = session.scalars(select(Employer).where(Employer.name == "还没核验的单位")).first()
        if hidden is None:
            hidden = Employer(name="还没核验的单位", region_code="610404")
            session.add(hidden)
        session.flush()
        wang = session.scalars(select(Account).where(Account.login == "wang")).one().person_id
        elsewhere = select(Person.id).where(Person.centre_id != clerk, Person.id != wang)
        person_id = session.scalars(elsewhere.order_by(Person.id)).first()
        assert person_id
        return {"opening": theirs.id, "draft": draft.id, "employer": hidden.id, "person": person_id, "class": 1}


def count(model: type[Any]) -> int:
    with open_session(SYSTEM.scope) as session:
        return session.scalar(select(func.count(model.id))) or 0


@pytest.mark.rule("identity-once", "api")
@pytest.mark.parametrize(
    "written", ["610499 19750308 0022", "６１０４９９１９７５０３０８００２２", f"'{W1}", "610499750308002", f" {W1}"]
)
def test_a_known_identity_number_returns_the_existing_person(town: Town, written: str) -> None:
    before = count(Person)
    told_people = [
        town.client("clerk2").post(f"{API}/people", json=person(name="王秀兰", phone="13809100001", id_number=number))
        for number in (W1, written)
    ]
    assert [answer.status_code for answer in told_people] == [201, 201], told_people[1].text
    assert told_people[0].json()["person_id"] == told_people[1].json()["person_id"]
    assert told_people[1].json()["is_new"] is False
    assert count(Person) == before


@pytest.mark.rule("identity-region", "api")
@pytest.mark.parametrize("number", ["999999197503080027", "610422197503080024"])
def test_an_identity_number_is_never_refused_for_its_region_code(town: Town, number: str) -> None:
    with_check = number[:17] + check(number)
    answer = town.client("clerk").post(f"{API}/people", json=person(name="赵小兰", id_number=with_check))
    assert answer.status_code == 201, answer.text


def check(number: str) -> str:
    from centre.numbers import identity_check

    return identity_check(number)


@pytest.mark.rule("person-name", "api")
def test_a_name_is_stored_as_in_the_household_register(town: Town) -> None:
    for serial, (written, stored) in enumerate(
        [("赵　兰", "赵兰"), ("阿依古丽•买买提", "阿依古丽·买买提"), ("𬀩𠮷", "𬀩𠮷")]
    ):
        number = identity(60 + serial)
        answer = town.client("clerk").post(f"{API}/people", json=person(name=written, id_number=number))
        assert answer.status_code == 201, answer.text
        with open_session(SYSTEM.scope) as session:
            registered = person_by_identity(session, number)
            assert registered
            assert registered.name == stored


@pytest.mark.rule("registration-begins", "api")
def test_a_registration_adds_nobody_before_its_telephone_is_proved(town: Town) -> None:
    people, registrations, accounts = count(Person), count(Registration), count(Account)
    body = person(name="别的人", phone="13900000070", id_number=identity(71), password="a-long-password")
    asked = town.client("").post(f"{API}/registrations", json=body)
    assert asked.status_code == 202
    wrong = town.client("").post(f"{API}/registrations/proof", json={"asked": asked.json()["asked"], "code": "x"})
    assert wrong.status_code == 422
    assert (count(Person), count(Registration), count(Account)) == (people, registrations, accounts)


@pytest.mark.rule("free-text", "api")
def test_markup_in_a_text_is_shown_as_it_was_typed(town: Town) -> None:
    client = town.client("employer")
    created = client.post(f"{API}/openings", json=opening(content="<script>alert(1)</script>", title="<b>缝纫工</b>"))
    assert created.status_code == 201
    page = client.get(f"/employer/openings/{created.json()['id']}").text
    assert "<script>alert" not in page
    assert "<b>缝纫工" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


ROWS = [
    ("身份证号", "61049919750308", "identity-form", "身份证号应为 18 位", "An identity number has 18"),
    ("身份证号", "610499197503080021", "identity-check-digit", "身份证号校验不通过", "The check digit"),
    ("身份证号", "610499197502290022", "identity-date", "不存在", "does not exist"),
    ("身份证号", "6.10499E+17", "number-damaged", "号码被电子表格损坏", "The spreadsheet damaged this number"),
    ("联系电话", "12345678901", "phone-form", "电话应为 11 位手机号", "Enter a mobile number of 11 digits"),
    ("姓名", "王", "name-form", "姓名应为 2 至 50 个字", "A name has 2 to 50 characters"),
    ("性别", None, "sex-mismatch", "性别与身份证号不一致", "The sex differs from the identity number"),
]


def test_faulty_roster_rows_are_explained_in_both_languages_and_enrol_nobody(town: Town) -> None:
    lines = []
    for serial, (title, value, *_) in enumerate(ROWS, 20):
        good = files.line(serial)
        other = "女" if good[3] == "男" else "男"
        lines.append(files.line(serial, **{title: value or other}))
    before = (count(Person), count(Enrolment), count(ServiceEvent))
    client = town.client("school")
    sent = client.post(f"{API}/rosters?class_id=1&file_name=a.xlsx", content=files.xlsx(files.titled(lines)))
    assert sent.status_code == 201, sent.text
    assert (sent.json()["errors"], sent.json()["creates"]) == (len(ROWS), 0)
    for language, place in (("zh", 3), ("en", 4)):
        rows = client.get(f"{API}/rosters/{sent.json()['id']}/rows", headers={"accept-language": language}).json()
        for row, expected in zip(sorted(rows, key=lambda row: row["row"]), ROWS, strict=True):
            messages = {problem["code"]: problem["message"] for problem in row["problems"]}
            assert expected[place] in messages[expected[2]], messages
            assert bool(HAN.search(messages[expected[2]])) is (language == "zh")
    refused = client.post(f"{API}/rosters/{sent.json()['id']}/confirmation")
    assert refused.status_code == 409
    assert (count(Person), count(Enrolment), count(ServiceEvent)) == before

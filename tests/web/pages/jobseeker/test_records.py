"""A person's record, and the reveal of a number at the counter, without scripts."""

import json

from sqlalchemy import select

from centre.database import open_session
from centre.idempotency import KeptAnswer
from centre.people import Person
from centre.permissions import Actor
from tests.web.desks import Hall, words

SYSTEM = Actor.system()


def wang() -> tuple[int, str]:
    """Number and identity number of 王秀兰 in the demo town."""
    with open_session(SYSTEM.scope) as session:
        person = session.scalars(select(Person).where(Person.name == "王秀兰")).one()
        return person.id, person.identity_number


def test_a_full_number_is_shown_once_with_a_reason_and_its_person_reads_who_looked(hall: Hall) -> None:
    _, number = wang()
    officer, address = hall.enter("city"), f"/counter/people/{wang()[0]}/reveal"
    assert number not in officer.get(address)
    assert "请先" not in officer.send(address, 422, column="identity", reason="other")
    shown = officer.send(address, 200, column="identity", reason="other", words="核对退费材料")
    assert number in shown
    with open_session(SYSTEM.scope) as session:
        assert not [body for body in session.scalars(select(KeptAnswer.body)) if number.encode() in body]
    mine = hall.enter("wang").get("/me/records")
    assert "核对退费材料" in mine
    assert "市中心主任" not in mine


def test_partners_and_jobseekers_cannot_reveal_numbers(hall: Hall) -> None:
    address = f"/counter/people/{wang()[0]}/reveal"
    for login in ("school", "employer", "wang", "admin", "auditor"):
        refused = hall.enter(login).send(address, 403, column="identity", reason="check")
        assert wang()[1] not in refused


def test_a_jobseeker_consents_withdraws_and_downloads_a_copy(hall: Hall) -> None:
    _, number = wang()
    browser = hall.enter("wang")
    browser.send("/me/consents/give", purpose="matching")
    assert "撤回同意" in browser.get("/me/records")
    browser.send("/me/consents/withdraw", purpose="matching")
    browser.send("/me/consents/withdraw", 409, purpose="job-service")
    assert number in words(browser.send("/me/records/read", 200))
    copied = json.loads(browser.send("/me/records/download", 200))
    assert copied["person"][0]["identity"] == number
    assert "马丽" not in json.dumps(copied, ensure_ascii=False)


def test_erasure_is_confirmed_and_can_be_withdrawn(hall: Hall) -> None:
    browser = hall.enter("ma")
    assert "请先勾选" in browser.send("/me/erasure", 422)
    browser.send("/me/erasure", sure="true")
    assert "您已申请注销" in browser.get("/me/records")
    browser.send("/me/erasure/withdraw")
    assert "申请注销" in browser.get("/me/records")


def test_the_pages_are_translated_into_english(hall: Hall) -> None:
    page = words(hall.enter("wang").get("/me/records?lang=en"))
    assert "Who has viewed my numbers" in page
    assert "Registration and employment service" in page

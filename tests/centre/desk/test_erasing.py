"""An erased person is in no desk case: neither in the own ones nor where others named them."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.desk.affairs import CONTACT, ContactVisit
from centre.desk.cases import subscribers
from centre.desk.cases.kinds import Kind
from centre.desk.cases.models import seal_words, unsealed_words
from centre.desk.legal_aid import LEGAL_AID
from centre.desk.loans import LOAN, MicroLoan
from centre.desk.petitions import PETITION
from centre.network import Centre, CentreLevel
from centre.people import new_person
from centre.records.erasure import erase_person
from centre.records.rules import ERASED_NAME
from centre.states import Transition
from tests.centre.desk.world import SYSTEM, Counter, build
from tests.planted import planted

MONDAY = datetime(2026, 3, 2, 10, tzinfo=clock.SHANGHAI)
NAME, PHONE = "李建国", "13809100077"


@pytest.fixture
def counter(any_database: object) -> Iterator[Counter]:
    """The counter on a Monday in March."""
    with clock.frozen(MONDAY):
        yield build()


def neighbour(counter: Counter) -> int:
    """Somebody of the same centre whom the cases of others name."""
    with open_session(SYSTEM.scope, write=True) as session:
        person = new_person(centre_id=counter.centre_id, name=NAME)
        person.set_phone(PHONE)
        session.add(person)
        session.flush()
        return person.id


def erase(person_id: int) -> None:
    """Erase one person."""
    with open_session(SYSTEM.scope, write=True) as session:
        erase_person(session, SYSTEM, person_id=person_id)


def said(kind: Kind, case_id: int) -> str:
    """The words of a case in clear."""
    with open_session(SYSTEM.scope) as session:
        return unsealed_words(session, session.get_one(kind.model, case_id))


def elsewhere(person_id: int, guarantor: str) -> int:
    """A loan at another centre."""
    with open_session(SYSTEM.scope, write=True) as session:
        centre = session.scalars(select(Centre).where(Centre.code == "XY02")).one_or_none()
        if centre is None:
            centre = Centre(code="XY02", name="邻县中心", level=CentreLevel.COUNTY, region_code="610403")
            session.add(centre)
            session.flush()
        loan = MicroLoan(centre_id=centre.id, person_id=person_id, purpose="开店", guarantor=guarantor, asked_fen=1)
        seal_words(session, loan, f"{NAME}做担保")
        session.add(loan)
        session.flush()
        return loan.id


def named_cases(counter: Counter) -> dict[str, tuple[Kind, int]]:
    """Cases of somebody else, and of a caller without a name, that name the neighbour."""
    return {
        "loan": (LOAN, counter.open(LOAN, purpose="开店", guarantor=f"{NAME} {PHONE}", asked_fen=100, words="没有")),
        "aid": (LEGAL_AID, counter.open(LEGAL_AID, matter="injury", opponent=NAME, words=f"给{NAME}盖房摔伤")),
        "call": (PETITION, counter.open(PETITION, person=False, topic="wages", words=f"{NAME}欠三个月")),
    }


def test_who_is_named_in_the_cases_of_others_is_forgotten_there(counter: Counter) -> None:
    person_id, cases = neighbour(counter), named_cases(counter)
    erase(person_id)
    loan, aid = (counter.read(*cases[name]) for name in ("loan", "aid"))
    assert (loan.guarantor, loan.purpose, loan.asked_fen) == (f"{ERASED_NAME} {ERASED_NAME}", "开店", 100)
    assert aid.opponent == ERASED_NAME
    words = {name: said(*case) for name, case in cases.items()}
    assert words == {"loan": "没有", "aid": f"给{ERASED_NAME}盖房摔伤", "call": f"{ERASED_NAME}欠三个月"}


def test_at_other_centres_only_a_number_tells_a_person_from_a_namesake(counter: Counter) -> None:
    person_id = neighbour(counter)
    namesake, same = elsewhere(counter.person_id, NAME), elsewhere(counter.person_id, f"{NAME} {PHONE}")
    erase(person_id)
    assert counter.read(LOAN, namesake).guarantor == NAME
    assert said(LOAN, namesake) == f"{NAME}做担保"
    assert counter.read(LOAN, same).guarantor == f"{NAME} {ERASED_NAME}"


def test_reasons_in_the_log_of_moves_are_emptied_and_the_moves_stay(counter: Counter) -> None:
    own = counter.open(PETITION, topic="wages", words="欠薪")
    other = counter.open(PETITION, person=False, topic="wages", words="欠薪")
    calm = counter.open(PETITION, person=False, topic="wages", words="欠薪")
    person_id = neighbour(counter)
    for case, why in ((own, "丈夫病了，不告了"), (other, f"和{NAME}谈好了"), (calm, "自己撤回")):
        counter.step(PETITION, case, "void", "manager", reason=why)
    erase(person_id)
    assert reasons() == ["丈夫病了，不告了", "", "自己撤回"]
    erase(counter.person_id)
    assert reasons() == ["", "", "自己撤回"]
    erase(person_id)  # again, as after restoring a backup: there is no name left to look for
    assert reasons() == ["", "", "自己撤回"]


def reasons() -> list[str]:
    """The reasons in the log, oldest first."""
    with open_session(SYSTEM.scope) as session:
        return list(session.scalars(select(Transition.reason).order_by(Transition.id)))


def test_no_text_about_a_person_stays_in_their_own_cases(counter: Counter) -> None:
    contact = counter.open(CONTACT, leader="某局长", department="人社局", year=2026, goal="治好丈夫的病")
    counter.line(CONTACT, contact, visited_on=date(2026, 3, 2), note="丈夫尘肺卧床三年")
    loan = counter.open(LOAN, purpose="开店", guarantor=NAME, asked_fen=100, words="丈夫卧床")
    erase(counter.person_id)
    case = counter.read(CONTACT, contact)
    assert (case.goal, case.leader) == ("", "某局长")
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(ContactVisit.note)).all() == [""]
    assert (counter.read(LOAN, loan).guarantor, said(LOAN, loan)) == ("", "")


def test_a_planted_erasure_that_skips_the_texts_of_others_is_caught(counter: Counter) -> None:
    person_id, cases = neighbour(counter), named_cases(counter)

    def skip(*_: Any) -> None:
        return None

    with planted(subscribers, _rewrite_texts=skip):
        erase(person_id)
    assert counter.read(*cases["aid"]).opponent == NAME

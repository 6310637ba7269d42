"""Candidates on an employer's desk: what they can do, one tap to answer, many at once, and what is due today."""

from centre.database import open_session
from centre.permissions import Actor, Role
from employers.openings.models import Opening
from matching.introductions.actions import agree_to_introduction
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState, ResultReason
from tests.web.desks import Hall, number, words

SYSTEM = Actor.system().scope
LIST = "/employer/applicants"


def sent(hall: Hall, login: str) -> int:
    """A letter of a worker of the demo town to its only employer with an account of that name."""
    opening = number(Opening, title="缝纫工（平车）")
    asked = int(hall.enter(login).send(f"/openings/{opening}/ask").rsplit("/", 1)[1])
    with open_session(SYSTEM) as session:
        centre_id = session.get_one(Introduction, asked).centre_id
    clerk = Actor(account_id=1, roles=frozenset({Role.CLERK}), centre_id=centre_id)
    with open_session(clerk.scope, write=True) as session:
        agree_to_introduction(session, clerk, introduction_id=asked)
    return asked


def kept(introduction_id: int) -> tuple[IntroductionState, ResultReason | None]:
    """The state of an introduction now, and the reason of its result."""
    with open_session(SYSTEM) as session:
        row = session.get_one(Introduction, introduction_id)
        return row.state, row.result_reason


def test_an_employer_sees_what_candidates_can_do_and_answers_each_in_one_tap(hall: Hall) -> None:
    first, second, boss = sent(hall, "wang"), sent(hall, "ma"), hall.enter("employer")
    assert "2 位来应聘的人等您答复" in words(boss.get("/employer"))
    seen = words(boss.get(LIST))
    with open_session(SYSTEM) as session:
        rated = [row[:2] for number in (first, second) for row in session.get_one(Introduction, number).skills]
    assert rated
    assert all(f"{name} {rating}" in seen for name, rating in rated)
    letter = boss.client.get(f"{LIST}/{first}/letter")
    assert letter.status_code == 303
    assert "约面试" in boss.get(letter.headers["location"])
    assert boss.send(LIST, answer=f"{first}:hired") == LIST
    assert kept(first)[0] is IntroductionState.HIRED
    assert kept(second)[0] is IntroductionState.LETTER_ISSUED, "nobody else was answered about"
    assert "1 位来应聘的人等您答复" in words(boss.get("/employer"))


def test_many_candidates_are_answered_alike_and_all_or_none(hall: Hall) -> None:
    numbers, boss = (sent(hall, "wang"), sent(hall, "ma")), hall.enter("employer")
    assert "请先勾选要答复的人" in boss.send(LIST, 422, answer="ticked:no_show")
    boss.send(LIST, 404, answer="ticked:no_show", introduction_ids=[numbers[0], 999_999])
    assert kept(numbers[0])[0] is IntroductionState.LETTER_ISSUED, "all or none"
    boss.send(LIST, 404, answer=f"{numbers[0]}:promoted")
    hall.enter("employer2").send(LIST, 404, answer=f"{numbers[0]}:no_show")
    boss.send(LIST, answer="ticked:refused_by_employer:skill", introduction_ids=list(numbers))
    assert [kept(number) for number in numbers] == [(IntroductionState.REFUSED_BY_EMPLOYER, ResultReason.SKILL)] * 2
    assert "等您答复" not in words(boss.get("/employer"))

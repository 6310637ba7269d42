"""What officers decide about wordings becomes examples of the classifier, unless it would blunt the screening."""

import pytest

from centre.scopes import ScopedSession
from employers.openings import wordings
from employers.openings.adverts.classifier import own_weights
from employers.openings.adverts.training import unseen
from employers.openings.jobs import learn_adverts
from employers.openings.screening import Reaction, edition, screen
from employers.openings.wordings import AdvertWording, learnt_from_decisions
from tests.planted import planted

JUDGED = (
    "下班要陪客户搓麻将", "周末陪老板搓麻将", "晚上陪客商搓麻将的来", "能陪客户搓麻将",
    "下班后陪领导搓麻将", "要会搓麻将陪客户", "陪领导和客户搓麻将", "晚上能陪搓麻将",
)  # fmt: skip
NEXT = "会陪领导搓麻将"


def decide(session: ScopedSession, *clauses: str, lawful: bool) -> None:
    session.add_all([AdvertWording(clause=clause, topic="classifier", lawful=lawful) for clause in clauses])
    session.flush()


def test_a_wording_like_those_that_were_refused_is_queried(session: ScopedSession) -> None:
    mark = edition()
    assert screen(NEXT) == []
    assert learnt_from_decisions(session) is None
    decide(session, *JUDGED, lawful=False)
    learnt = learnt_from_decisions(session)
    assert learnt is not None
    learn_adverts(session, learnt)
    try:
        assert [finding.reaction for finding in screen(NEXT)] == [Reaction.ASK]
        assert screen("陪同客户参观车间") == []
        assert edition() != mark, "what is on show is screened again"
        assert learnt_from_decisions(session) is None, "a second night has nothing to learn"
    finally:
        own_weights().unlink()
    assert (screen(NEXT), edition()) == ([], mark)


@pytest.mark.parametrize("tolerated", [wordings.TOLERATED, 1.0], ids=["as it is", "planted"])
def test_careless_decisions_do_not_blunt_the_screening(session: ScopedSession, tolerated: float) -> None:
    unlawful = [text[:200] for _, text, flag in unseen() if flag]
    decide(session, *dict.fromkeys(unlawful[:1500]), lawful=True)
    with planted(wordings, TOLERATED=tolerated):
        assert (learnt_from_decisions(session) is None) is (tolerated < 1)


@pytest.mark.usefixtures("session")
def test_weights_that_were_cut_off_stop_no_screening() -> None:
    own_weights().write_text("", "utf-8")
    try:
        assert screen("招聘司机，限男性")
        assert screen(NEXT) == []
    finally:
        own_weights().unlink()

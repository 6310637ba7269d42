"""Promises kept: terms are frozen at the application, worse ones are told, counted, and shown to the next worker."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from centre.database import open_session
from centre.errors import Invalid, NotFound
from centre.outbox import Message
from centre.permissions import Actor
from centre.records.rules import PersonErased
from centre.states import Transition
from employers.companies.models import Employer
from employers.companies.rules import EmployerState, OwnBusiness
from employers.openings.models import Opening
from employers.openings.rules import Provision
from employers.openings.terms import Signatory, Terms
from matching.introductions import actions as introducing
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionResultDraft, Recommendation, Result
from matching.promises.actions import judge_terms, state_terms
from matching.promises.models import StatedTerms
from matching.promises.queries import broken_word, kept_standings, promise_chain
from matching.promises.rules import (
    AlreadyStated,
    NothingToCompare,
    PromiseStage,
    StatementState,
    TermKind,
    TermsDraft,
    TermsSource,
)
from matching.promises.subscribers import forget_terms
from tests.matching import world
from tests.matching.world import Town

SYSTEM = Actor.system().scope
BOSS = "南通海门织彩(虚构)"
LESS = TermsDraft(pay_min_fen=380_000)
AS_PROMISED = TermsDraft(pay_min_fen=550_000)


def hired(
    town: Town, who: tuple[str, str] = world.W1, *, phone: str = "13800000001", result: Result = Result.HIRED
) -> int:
    """A worker who was introduced to the spinning mill and hired there."""
    with open_session(SYSTEM, write=True) as session:
        person_id = world.add_worker(session, town, who, phone=phone).id
    clerk = town.clerk()
    draft = Recommendation(person_id=person_id, opening_id=town.openings["spin"], agreed=True)
    with open_session(clerk.scope, write=True) as session:
        introduction_id = introducing.recommend_worker(session, clerk, draft=draft).id
        introducing.record_result(
            session, clerk, introduction_id=introduction_id,
            draft=IntroductionResultDraft(result=result),
        )  # fmt: skip
    return introduction_id


def state(actor: Actor, introduction_id: int, draft: TermsDraft, stage: PromiseStage = PromiseStage.CONTRACT) -> int:
    with open_session(actor.scope, write=True) as session:
        return state_terms(session, actor, introduction_id=introduction_id, stage=stage, draft=draft).id


def statement(statement_id: int) -> StatedTerms:
    with open_session(SYSTEM) as session:
        return session.get_one(StatedTerms, statement_id)


def messages(kind: str, **of: Any) -> list[str]:
    with open_session(SYSTEM) as session:
        rows = session.scalars(select(Message).where(Message.kind == kind).filter_by(**of).order_by(Message.id))
        return [row.title for row in rows]


def test_the_terms_at_the_application_stay_what_they_were(any_town: Town) -> None:
    introduction_id = hired(any_town)
    with open_session(SYSTEM, write=True) as session:
        opening = session.get_one(Opening, any_town.openings["spin"])
        opening.wage_min_fen = 300_000
        opening.lodging = Provision.NONE
    with open_session(SYSTEM) as session:
        promised = promise_chain(session, session.get_one(Introduction, introduction_id)).promised
    assert promised == Terms(550_000, 750_000, region_code="320600", signatory=Signatory.EMPLOYER)


def test_worse_terms_that_the_centre_saw_are_told_counted_and_shown_to_the_next_worker(any_town: Town) -> None:
    introduction_id = hired(any_town)
    statement_id = state(any_town.clerk(), introduction_id, LESS)
    row = statement(statement_id)
    assert (row.source, row.state, row.worse_kinds) == (TermsSource.CLERK, StatementState.CONFIRMED, (TermKind.PAY,))
    assert messages("term-worse", person_id=row.person_id) == ["和说好的不一样：工资"]
    with open_session(Actor.public().scope) as session:
        warned = broken_word(session, employer_id=row.employer_id, opening_id=row.opening_id)
        kept = kept_standings(session)
        other = any_town.employers["渭城新棉制衣(虚构)"]
        assert broken_word(session, employer_id=other, opening_id=any_town.openings["sew"]) is None
        # One letter, answered: 60. One promise checked, and broken: two thirds of it.
        assert (kept.health(row.employer_id), kept.answers.health(row.employer_id), kept.health(other)) == (40, 60, 50)
    assert warned is not None
    assert (warned.times, warned.kinds, warned.here) == (1, (TermKind.PAY,), True)


def test_a_kept_promise_changes_nothing_but_the_count(any_town: Town) -> None:
    introduction_id = hired(any_town)
    statement_id = state(any_town.clerk(), introduction_id, AS_PROMISED)
    row = statement(statement_id)
    assert (row.worse, row.state) == ([], StatementState.CONFIRMED)
    assert messages("term-worse") == []
    with open_session(SYSTEM) as session:
        assert broken_word(session, employer_id=row.employer_id, opening_id=row.opening_id) is None
        assert kept_standings(session).health(row.employer_id) == 60


def test_a_workers_report_is_answered_at_once_and_counts_when_a_clerk_confirms_it(any_town: Town) -> None:
    introduction_id = hired(any_town)
    statement_id = state(any_town.worker("王秀兰"), introduction_id, LESS)
    row = statement(statement_id)
    assert (row.source, row.state) == (TermsSource.WORKER, StatementState.REPORTED)
    assert messages("term-worse") == ["和说好的不一样：工资"]
    boss, clerk = any_town.boss(BOSS), any_town.clerk()
    with open_session(boss.scope) as session:
        # Nobody is named to the employer before the centre has looked.
        assert session.scalars(select(StatedTerms)).all() == []
    with open_session(clerk.scope) as session:
        assert broken_word(session, employer_id=row.employer_id, opening_id=row.opening_id) is None
        assert session.get_one(Introduction, introduction_id).flag.startswith("条件比说好的差")
    with open_session(clerk.scope, write=True) as session:
        judge_terms(session, clerk, statement_id=statement_id, confirms=True)
    with open_session(clerk.scope) as session:
        warned = broken_word(session, employer_id=row.employer_id, opening_id=row.opening_id)
        assert warned is not None
        assert warned.times == 1
        assert session.get_one(Introduction, introduction_id).flag == ""
    with open_session(boss.scope) as session:
        assert [shown.id for shown in session.scalars(select(StatedTerms))] == [statement_id]
    assert messages("term-worse") == ["和说好的不一样：工资"]


def test_a_dismissed_report_counts_for_nothing_and_both_reasons_stay(any_town: Town) -> None:
    introduction_id = hired(any_town)
    statement_id, clerk = state(any_town.worker("王秀兰"), introduction_id, LESS), any_town.clerk()
    with open_session(clerk.scope, write=True) as session, pytest.raises(Invalid):
        judge_terms(session, clerk, statement_id=statement_id, confirms=False)
    with open_session(clerk.scope, write=True) as session:
        judge_terms(session, clerk, statement_id=statement_id, confirms=False, reason="合同写的是 5,500 元")
    row = statement(statement_id)
    assert row.state is StatementState.DISMISSED
    with open_session(SYSTEM) as session:
        assert broken_word(session, employer_id=row.employer_id, opening_id=row.opening_id) is None
        moves = session.scalars(select(Transition.reason).where(Transition.machine == "stated_terms")).all()
    assert list(moves) == ["合同写的是 5,500 元"]
    assert messages("term-dismissed") == ["中心核实过了：纺纱工(细纱值车)"]


def test_an_employer_admits_once_and_cannot_write_it_over(any_town: Town) -> None:
    introduction_id, boss = hired(any_town), any_town.boss(BOSS)
    statement_id = state(boss, introduction_id, LESS)
    assert statement(statement_id).state is StatementState.CONFIRMED
    with pytest.raises(AlreadyStated):
        state(boss, introduction_id, AS_PROMISED)
    assert statement(statement_id).worse == ["pay"]


def test_each_side_has_its_own_line(any_town: Town) -> None:
    introduction_id = hired(any_town)
    state(any_town.boss(BOSS), introduction_id, AS_PROMISED)
    state(any_town.worker("王秀兰"), introduction_id, LESS)
    with open_session(any_town.worker("王秀兰").scope) as session:
        chain = promise_chain(session, session.get_one(Introduction, introduction_id))
        assert [(row.source, row.worse) for row in chain.statements] == [
            (TermsSource.EMPLOYER, []),
            (TermsSource.WORKER, ["pay"]),
        ]
        assert chain.worse_kinds == (TermKind.PAY,)


def test_a_worker_corrects_a_slip_and_the_report_is_gone(any_town: Town) -> None:
    introduction_id, worker = hired(any_town), any_town.worker("王秀兰")
    first = state(worker, introduction_id, LESS)
    second = state(worker, introduction_id, AS_PROMISED)
    assert first == second
    row = statement(first)
    assert (row.state, row.worse) == (StatementState.CONFIRMED, [])
    with open_session(SYSTEM) as session:
        assert session.get_one(Introduction, introduction_id).flag == ""


def test_a_payslip_below_the_contract_is_found_although_it_reaches_the_advertisement(any_town: Town) -> None:
    introduction_id, clerk = hired(any_town), any_town.clerk()
    state(clerk, introduction_id, TermsDraft(pay_min_fen=620_000))
    paid = TermsDraft(pay_min_fen=560_000)
    slip = state(clerk, introduction_id, paid, PromiseStage.PAYSLIP)
    assert statement(slip).worse == ["pay"]


def test_the_letter_is_compared_with_the_application(any_town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person_id = world.add_worker(session, any_town).id
    worker, clerk = any_town.worker("王秀兰"), any_town.clerk()
    with open_session(worker.scope, write=True) as session:
        asked = introducing.ask_for_introduction(session, worker, opening_id=any_town.openings["spin"])
        introduction_id = asked.id
    with open_session(SYSTEM, write=True) as session:
        opening = session.get_one(Opening, any_town.openings["spin"])
        opening.wage_min_fen, opening.wage_max_fen = 450_000, 480_000
    with open_session(clerk.scope, write=True) as session:
        introducing.agree_to_introduction(session, clerk, introduction_id=introduction_id)
    with open_session(SYSTEM) as session:
        row = session.scalars(select(StatedTerms)).one()
        assert (row.stage, row.source, row.worse) == (PromiseStage.LETTER, TermsSource.OPENING, ["pay"])
    assert messages("term-worse", person_id=person_id) == ["和说好的不一样：工资"]


def test_what_the_opening_added_by_the_day_of_the_letter_binds_the_contract(any_town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, any_town)
    worker, clerk = any_town.worker("王秀兰"), any_town.clerk()
    with open_session(worker.scope, write=True) as session:
        number = introducing.ask_for_introduction(session, worker, opening_id=any_town.openings["spin"]).id
    with open_session(SYSTEM, write=True) as session:
        opening = session.get_one(Opening, any_town.openings["spin"])
        opening.lodging, opening.wage_min_fen = Provision.FREE, 600_000
    draft = IntroductionResultDraft(result=Result.HIRED)
    with open_session(clerk.scope, write=True) as session:
        introducing.agree_to_introduction(session, clerk, introduction_id=number)
        introducing.record_result(session, clerk, introduction_id=number, draft=draft)
    with open_session(SYSTEM) as session:
        row = session.scalars(select(StatedTerms)).one()
        assert (row.stage, row.worse) == (PromiseStage.LETTER, [])
        assert kept_standings(session).promises == {}
    assert messages("term-worse") == []
    signed = state(clerk, number, TermsDraft(pay_min_fen=550_000, lodging=Provision.PAID))
    assert statement(signed).worse == ["pay", "lodging"]


@pytest.mark.rule("employer-watch", "action")
def test_two_broken_promises_in_ninety_days_put_the_employer_on_the_watch_list(any_town: Town) -> None:
    clerk, employer_id = any_town.clerk(), any_town.employers[BOSS]
    state(clerk, hired(any_town), LESS)
    with open_session(SYSTEM) as session:
        assert session.get_one(Employer, employer_id).state is EmployerState.ACTIVE
    state(clerk, hired(any_town, world.W2, phone="13800000002"), TermsDraft(signatory=Signatory.OTHER))
    with open_session(SYSTEM) as session:
        watched = session.get_one(Employer, employer_id)
        assert (watched.state, watched.risk_reasons) == (
            EmployerState.WATCH,
            ["90 天内有 2 位求职者的条件比招聘时差"],
        )


def test_nothing_is_stated_before_there_is_a_job_nor_without_a_word(any_town: Town) -> None:
    introduction_id, clerk = hired(any_town, result=Result.OFFERED), any_town.clerk()
    with pytest.raises(NothingToCompare):
        state(clerk, introduction_id, LESS, PromiseStage.PAYSLIP)
    with pytest.raises(NothingToCompare):
        state(clerk, introduction_id, LESS, PromiseStage.LETTER)
    with pytest.raises(Invalid):
        state(clerk, introduction_id, TermsDraft())
    with pytest.raises(Invalid):
        state(clerk, introduction_id, TermsDraft(pay_min_fen=2, pay_max_fen=1))
    assert statement(state(clerk, introduction_id, LESS)).worse == ["pay"]  # a contract is shown before it is signed


def test_strangers_neither_state_nor_see_nor_judge(any_town: Town) -> None:
    introduction_id = hired(any_town)
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, any_town, world.W2, phone="13800000002")
    statement_id = state(any_town.clerk(), introduction_id, LESS)
    strangers = (any_town.worker("李桂芳"), any_town.boss("渭城新棉制衣(虚构)"), any_town.clerk("qd"))
    for stranger in strangers:
        with pytest.raises(NotFound):
            state(stranger, introduction_id, LESS)
        with open_session(stranger.scope) as session:
            assert session.scalars(select(StatedTerms)).all() == []
    inside = any_town.clerk()
    roles = inside.roles | any_town.boss(BOSS).roles
    partial = replace(inside, roles=roles, employer_id=any_town.employers[BOSS])
    with open_session(partial.scope, write=True) as session, pytest.raises(OwnBusiness):
        judge_terms(session, partial, statement_id=statement_id, confirms=False, reason="x")


def test_an_erased_person_leaves_the_count_and_no_figure(any_town: Town) -> None:
    introduction_id = hired(any_town)
    row = statement(state(any_town.clerk(), introduction_id, LESS))
    with open_session(SYSTEM, write=True) as session:
        forget_terms(session, PersonErased(row.person_id, "王秀兰"))
    with open_session(SYSTEM) as session:
        erased = session.get_one(StatedTerms, row.id)
        assert (erased.terms, erased.stated, erased.worse) == ({}, None, ["pay"])
        assert session.get_one(Introduction, introduction_id).promised == {}
        assert broken_word(session, employer_id=row.employer_id, opening_id=row.opening_id) is not None

"""Actions on promises: state the terms of a contract, a payslip or the work, and judge what a worker reported."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock, regions
from centre.errors import Invalid, Problem
from centre.messages import send
from centre.messages.employers import TERMS_COUNTED
from centre.messages.jobseekers import TERMS_DISMISSED, TERMS_WORSE
from centre.permissions import Actor, Permission, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_, SOURCE_LOCALE, translate
from centre.translation import Terms as Labels
from employers.companies.actions import judge_employer
from employers.companies.messages import tell_employer
from employers.companies.queries import employer as employer_in_sight
from employers.companies.rules import EmployerState, check_stranger
from employers.openings.terms import Terms, terms_of
from matching.introductions.models import Introduction
from matching.introductions.queries import introduction_in_sight
from matching.introductions.rules import IntroductionState
from matching.promises.models import StatedTerms
from matching.promises.queries import source_of, statement_in_sight, statement_of, times_broken, yardstick
from matching.promises.rules import (
    STAGE_LABELS,
    STATED_BY_PEOPLE,
    STATEMENT,
    TERM_LABELS,
    AlreadyStated,
    NothingToCompare,
    PromiseStage,
    StatementState,
    TermKind,
    TermsDraft,
    TermsSource,
    worse_terms,
)

FLAG = N_("条件比说好的差，请看合同或工资条原件后核实")
WATCH_REASON = N_("{days} 天内有 {times} 位求职者的条件比招聘时差")
_BINDING = (PromiseStage.LETTER, PromiseStage.CONTRACT)
"""Links that later ones are compared with, besides the application."""
_FROM = (IntroductionState.OFFERED, IntroductionState.HIRED)


def state_terms(
    session: Session, actor: Actor, *, introduction_id: int, stage: PromiseStage, draft: TermsDraft
) -> StatedTerms:
    """State the terms of a contract, a payslip or the work: as the worker, the employer or a clerk who saw the paper.

    The worker is notified of worse terms at once. What clerk and employer state counts at once; what the worker reports
    counts when a clerk has confirmed it. Raises NothingToCompare, AlreadyStated, Invalid or NotFound.
    """
    require(actor, Permission.STATE_TERMS)
    introduction = introduction_in_sight(session, introduction_id)
    source = source_of(actor, introduction)
    is_early = introduction.state not in (_FROM if stage is PromiseStage.CONTRACT else _FROM[1:])
    if is_early or stage not in STATED_BY_PEOPLE:
        raise NothingToCompare
    _check(draft)
    with seeing_everything(session):
        known = statement_of(session, introduction.id, stage, source)
        if known is not None and source is TermsSource.EMPLOYER:
            raise AlreadyStated
        row = _written(session, introduction, stage, source, draft.terms(), known)
        row.note = draft.note
        if known is not None:
            by = replace(Actor.system(), account_id=actor.account_id)
            is_open = row.worse and source is TermsSource.WORKER
            move(session, by, row, STATEMENT, "restate" if is_open else "accept")
        _follow(session, introduction, row)
    audit.note(
        session, actor, action="promise.state", subject=f"introduction:{introduction.id}",
        detail={"stage": stage.value, "source": source.value, "worse": list(row.worse)},
    )  # fmt: skip
    return row


def judge_terms(session: Session, actor: Actor, *, statement_id: int, confirms: bool, reason: str = "") -> StatedTerms:
    """Confirm or dismiss a statement after a look at the paper; both sides are told. Raises IllegalMove, Invalid (a
    dismissal needs a reason), OwnBusiness or NotFound."""
    require(actor, Permission.RECORD_SERVICE)
    row = statement_in_sight(session, statement_id)
    check_stranger(actor, row.employer_id)
    if not confirms and not reason:
        raise Invalid([Problem("reason", "missing", N_("请写明理由"))])
    move(session, actor, row, STATEMENT, "confirm" if confirms else "dismiss", reason=reason)
    with seeing_everything(session):
        session.flush()
        _follow(session, row.introduction, row)
        if not confirms:
            _tell_dismissed(session, row, reason)
    audit.note(
        session, actor, action="promise.judge", subject=f"introduction:{row.introduction_id}",
        detail={"stage": row.stage.value, "confirms": confirms},
    )  # fmt: skip
    return row


def compare_letter(session: Session, actor: Actor, *, introduction_id: int) -> StatedTerms | None:
    """Keep what an opening promises on the day of the letter; nothing where that is what it was at the application.

    Worse terms are told and counted; what was added or bettered binds the links that follow. Raises NotFound.
    """
    require(actor, Permission.STATE_TERMS)
    introduction = introduction_in_sight(session, introduction_id)
    now = terms_of(introduction.opening)
    if not introduction.promised or now == Terms.of_row(introduction.promised):
        return None
    row = _written(session, introduction, PromiseStage.LETTER, TermsSource.OPENING, now, None)
    _follow(session, introduction, row)
    return row


def _check(draft: TermsDraft) -> None:
    problems = []
    if draft.terms().says_nothing:
        problems.append(Problem("pay_min_fen", "nothing-stated", N_("请至少填一项")))
    if draft.region_code and not regions.exists(draft.region_code):
        problems.append(Problem("region_code", "region-unknown", N_("没有这个地区代码，请从列表里选")))
    low, high = draft.pay_min_fen, draft.pay_max_fen
    if low is not None and high is not None and high < low:
        problems.append(Problem("pay_max_fen", "pay-order", N_("最高工资不能低于最低工资")))
    if problems:
        raise Invalid(problems)


def _written(
    session: Session,
    introduction: Introduction,
    stage: PromiseStage,
    source: TermsSource,
    stated: Terms,
    known: StatedTerms | None,
) -> StatedTerms:
    worse = _worse(session, introduction, stage, stated)
    row = known or StatedTerms(
        introduction_id=introduction.id,
        centre_id=introduction.centre_id,
        person_id=introduction.person_id,
        employer_id=introduction.employer_id,
        opening_id=introduction.opening_id,
        stage=stage,
        source=source,
        state=StatementState.REPORTED if worse and source is TermsSource.WORKER else StatementState.CONFIRMED,
        is_demo=introduction.is_demo,
    )
    row.stated_on, row.days_worked = clock.today(), stated.days_worked
    row.terms, row.worse = stated.as_row(), [kind.value for kind in worse]
    session.add(row)
    session.flush()
    return row


def _worse(session: Session, introduction: Introduction, stage: PromiseStage, stated: Terms) -> Sequence[TermKind]:
    """Worse than at the application, on the day of the letter or in a contract that centre or employer stated."""
    references = [Terms.of_row(introduction.promised)] if introduction.promised else []
    chain = list(PromiseStage)
    binding = [link for link in _BINDING if chain.index(link) < chain.index(stage)]
    kept = select(StatedTerms).where(
        StatedTerms.introduction_id == introduction.id,
        StatedTerms.stage.in_(binding),
        StatedTerms.source != TermsSource.WORKER,
        StatedTerms.state == StatementState.CONFIRMED,
    )
    rows = session.scalars(kept.order_by(StatedTerms.id))
    references += [row.stated for row in rows if row.stated is not None]
    by = yardstick(session, introduction.person_id)
    named = {kind for reference in references for kind in worse_terms(reference, stated, by)}
    return [kind for kind in TermKind if kind in named]


def _follow(session: Session, introduction: Introduction, row: StatedTerms) -> None:
    """Tell the worker of worse terms, hand a report to the centre, and count what is confirmed."""
    is_reported = row.state is StatementState.REPORTED
    if is_reported:
        introduction.flag = FLAG
    elif introduction.flag == FLAG:
        introduction.flag = ""
    if not row.worse or row.state is StatementState.DISMISSED:
        return
    title, stage = introduction.opening.title, STAGE_LABELS[row.stage]
    terms = Labels(tuple(TERM_LABELS[kind] for kind in row.worse_kinds))
    key = f"{row.id}:{'-'.join(row.worse)}"
    send(
        session,
        TERMS_WORSE.of(title=title, stage=stage, terms=terms),
        to_person_id=row.person_id,
        link=f"/me/introductions/{row.introduction_id}",
        dedupe_key=f"term-worse:{key}",
    )
    if is_reported:
        return
    tell_employer(
        session,
        row.employer_id,
        TERMS_COUNTED.of(title=title, stage=stage, terms=terms),
        link="/employer/applicants",
        dedupe_key=f"term-counted:{key}",
    )
    _watch(session, row.employer_id)


def _watch(session: Session, employer_id: int) -> None:
    """Put an employer that broke its word to several workers on the watch list (DOMAIN 6.3)."""
    company, today = employer_in_sight(session, employer_id), clock.today()
    days = int(policy(session, "promise-watch-days", on=today))
    times = times_broken(session, employer_id, today - timedelta(days=days))
    if company.state is EmployerState.ACTIVE and times >= int(policy(session, "promise-watch-times", on=today)):
        reason = translate(SOURCE_LOCALE, WATCH_REASON, days=days, times=times)
        judge_employer(session, Actor.system(), employer_id=employer_id, event="warn", reason=reason)


def _tell_dismissed(session: Session, row: StatedTerms, reason: str) -> None:
    send(
        session,
        TERMS_DISMISSED.of(title=row.introduction.opening.title, reason=reason),
        to_person_id=row.person_id,
        link=f"/me/introductions/{row.introduction_id}",
        dedupe_key=f"term-dismissed:{row.id}:{row.version}",
    )

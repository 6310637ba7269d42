"""The exceptions of today and the months of each centre, counted over rows that a manager may not read individually."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from centre import clock
from centre.calendar import add_months
from centre.closing import month_of, month_start
from centre.desk.cases.models import Case, kept_models
from centre.desk.petitions import Petition
from centre.funds.models import Fund
from centre.jobs import failing_jobs
from centre.ledger import ServiceCategory, ServiceEvent
from centre.policy import PolicyMissing, policy
from centre.scopes import seeing_everything
from centre.senders.queries import dead_letters
from centre.translation import N_
from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from employers.fairs.models import Fair
from employers.fairs.rules import FairState
from matching.introductions.models import FollowUp, Introduction
from matching.introductions.rules import IntroductionState
from matching.overview.rules import MONTHS, Alert, Measure, Series
from matching.profiles.models import Registration
from matching.profiles.rules import RegistrationState
from matching.reports.holding import CLOSE_WITHIN
from matching.reports.queries import closed_months
from training.attendance.models import Lesson
from training.claims.models import Claim
from training.claims.rules import ClaimState
from training.enrolments.models import Enrolment
from training.enrolments.rules import SEATLESS
from training.integrity.models import Flag
from training.integrity.rules import FlagState

SILENT_AFTER = timedelta(days=2)
"""A school is silent when the register of a lesson is missing so long after its end."""

Source = Callable[[Session, Sequence[int]], Iterator[Alert]]
SOURCES: list[Source] = []
"""Where exceptions come from; other slices add theirs."""


def source(read: Source) -> Source:
    """Register a source of exceptions."""
    SOURCES.append(read)
    return read


def alerts(session: Session, centre_ids: Sequence[int]) -> list[Alert]:
    """Everything in these centres that needs action today, in the order of the sources."""
    with seeing_everything(session):
        return [alert for read in SOURCES for alert in read(session, centre_ids) if alert.count]


def _count(session: Session, model: Any, centre_ids: Sequence[int], *conditions: ColumnElement[bool]) -> int:
    where = (model.centre_id.in_(centre_ids), *conditions)
    return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


@source
def work_alerts(session: Session, centre_ids: Sequence[int]) -> Iterator[Alert]:
    """Letters without an answer, calls that were not made, employers at risk."""
    today = clock.today()
    silent = (Introduction.state == IntroductionState.LETTER_ISSUED, Introduction.expires_on < today)
    yield Alert(
        "letters",
        N_("{n} 封推荐信过了有效期还没有结果"),
        _count(session, Introduction, centre_ids, *silent),
        "/counter",
    )
    late = (FollowUp.done_at.is_(None), FollowUp.due_on < today)
    yield Alert("calls", N_("{n} 个上岗回访已经到期"), _count(session, FollowUp, centre_ids, *late), "/counter")
    for state, message in (
        (EmployerState.WATCH, N_("{n} 家用人单位重点关注")),
        (EmployerState.SUSPENDED, N_("{n} 家用人单位暂停服务")),
        (EmployerState.CHECKING, N_("{n} 家用人单位等待核验")),
    ):
        count = _count(session, Employer, centre_ids, Employer.state == state)
        yield Alert(f"employers-{state.value}", message, count, "/counter/verification")


@source
def desk_alerts(session: Session, centre_ids: Sequence[int]) -> Iterator[Alert]:
    """Petitions without an answer, and other help at the counter, whose day is over."""
    today = clock.today()
    counts = [
        select(literal(model.__tablename__), func.count()).where(model.centre_id.in_(centre_ids), model.due_on < today)
        for model in kept_models(Case)
    ]
    late = {str(table): int(count) for table, count in session.execute(union_all(*counts))}
    unanswered = late.pop(Petition.__tablename__, 0)
    yield Alert("petitions", N_("{n} 件来访来信来电过了答复期限"), unanswered, "/desk/petitions")
    yield Alert("cases", N_("{n} 件帮扶业务超期"), sum(late.values()), "/desk")


@source
def school_alerts(session: Session, centre_ids: Sequence[int]) -> Iterator[Alert]:
    """Schools that report nothing, doubts about classes, claims that wait, funds that run out."""
    before = clock.now() - SILENT_AFTER
    silent = select(func.count(Lesson.provider_id.distinct())).where(
        Lesson.centre_id.in_(centre_ids), Lesson.reported_at.is_(None), Lesson.ends_at < before
    )
    yield Alert("schools", N_("{n} 所学校没有按时上报考勤"), session.scalar(silent) or 0, "/training-desk")
    open_flags = Flag.state.in_((FlagState.OPEN, FlagState.HALF_CLEARED))
    yield Alert(
        "flags", N_("{n} 个培训疑点没有解除"), _count(session, Flag, centre_ids, open_flags), "/training-desk/flags"
    )
    due = (Claim.state == ClaimState.NOTICED, Claim.notice_until_on < clock.today())
    yield Alert(
        "claims", N_("{n} 笔补贴公示期满，等待批准"), _count(session, Claim, centre_ids, *due), "/training-desk"
    )
    released = Claim.state == ClaimState.RELEASED
    yield Alert("pay", N_("{n} 笔补贴等待拨付"), _count(session, Claim, centre_ids, released), "/training-desk")
    try:
        least = int(policy(session, "fund-low-fen", on=clock.today()))
    except PolicyMissing:
        return
    low = _count(session, Fund, centre_ids, Fund.balance_fen < least)
    yield Alert("funds", N_("{n} 项资金余额不足"), low, "/training-desk/funds")


@source
def office_alerts(session: Session, centre_ids: Sequence[int]) -> Iterator[Alert]:
    """Fairs that owe papers, months that are not closed, messages and jobs that failed."""
    today = clock.today()
    owed = (Fair.state == FairState.ENDED, Fair.statistics_due_on < today)
    yield Alert("fairs", N_("{n} 场招聘会没有按时上报统计"), _count(session, Fair, centre_ids, *owed), "/organiser")
    unfiled = (Fair.state.in_((FairState.DRAFT, FairState.READY)), Fair.filing_due_on < today, Fair.filed_at.is_(None))
    yield Alert("filings", N_("{n} 场招聘会备案已经到期"), _count(session, Fair, centre_ids, *unfiled), "/organiser")
    month = add_months(today.replace(day=1), -1)
    if today.day > CLOSE_WITHIN:
        waiting = len(set(centre_ids) - closed_months(session, [month])[month])
        yield Alert("months", N_("{n} 个中心上月还没有月结"), waiting, "/reports#months")
    yield Alert("messages", N_("{n} 条消息没有发出去"), len(dead_letters(session)), "/outbox")
    yield Alert("jobs", N_("{n} 个系统任务没有正常运行"), len(failing_jobs(session)))


def months_of_centres(session: Session, centre_ids: Sequence[int]) -> dict[int, dict[Measure, Series]]:
    """Five measures of each centre for this month and the twelve before it."""
    first = add_months(month_of(clock.now()), 1 - MONTHS)
    with seeing_everything(session):
        counted = {measure: _series(session, statement, centre_ids) for measure, statement in _measures(first).items()}
    empty = Series([0] * MONTHS)
    return {
        number: {measure: counted[measure].get(number, empty) for measure in Measure} for number in centre_ids
    }  # fmt: skip


def _series(session: Session, statement: Select[*tuple[Any, ...]], centre_ids: Sequence[int]) -> dict[int, Series]:
    centre = statement.selected_columns[0]
    rows = session.execute(statement.where(centre.in_(centre_ids)).group_by(centre).order_by(centre))
    return {number: Series([int(count or 0) for count in counts]) for number, *counts in rows}


def _measures(first: date) -> dict[Measure, Select[*tuple[Any, ...]]]:
    relief = (ServiceEvent.category == ServiceCategory.RELIEF, ServiceEvent.amount_fen.is_not(None))
    return {
        Measure.REGISTERED: _by_month(
            Registration, Registration.submitted_at, first, Registration.state != RegistrationState.DRAFT
        ),
        Measure.INTRODUCED: _by_month(Introduction, Introduction.issued_at, first),
        Measure.HIRED: _by_month(
            Introduction, Introduction.result_at, first, Introduction.state == IntroductionState.HIRED
        ),
        Measure.TRAINED: _by_month(Enrolment, Enrolment.enrolled_at, first, Enrolment.state.not_in(SEATLESS)),
        Measure.PAID: _by_month(ServiceEvent, ServiceEvent.occurred_at, first, *relief, value=ServiceEvent.amount_fen),
    }


def _by_month(
    model: Any, at: Any, first: date, *conditions: ColumnElement[bool], value: Any = 1
) -> Select[*tuple[Any, ...]]:
    starts = [month_start(add_months(first, place)) for place in range(MONTHS + 1)]
    columns = [func.sum(case(((at >= begin) & (at < end), value), else_=0)) for begin, end in pairwise(starts)]
    return select(model.centre_id, *columns).where(at >= starts[0], at < starts[-1], *conditions)

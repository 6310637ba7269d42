"""Registered people whose services are due, and introductions that do not go on."""

from collections.abc import Collection, Iterator, Mapping
from datetime import timedelta
from itertools import count

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from centre import clock
from centre.ledger import ServiceCategory, ServiceEvent
from centre.people import Person
from centre.policy import policy
from matching.duties.rules import Duty, Owed, Stall
from matching.introductions.models import Introduction
from matching.introductions.queries import introductions
from matching.introductions.rules import IntroductionState
from matching.profiles.models import Registration
from matching.profiles.queries import seekers

AHEAD = timedelta(days=14)
"""How long before its end a time is shown."""
MOST = 500
EDITABLE = timedelta(days=60)
"""How long after a silent letter an answer can still be entered."""


def services_owed(session: Session, limit: int = 50) -> list[Owed]:
    """People who look for work and whose services are due within two weeks or late, the latest first.

    Raises PolicyMissing where no rule says what is owed.
    """
    rule: Mapping[str, int] = policy(session, "service-obligation", on=clock.today())
    within = timedelta(days=rule["days"])
    begun = seekers().where(Registration.submitted_at <= clock.now() - within + AHEAD)
    owed: list[Owed] = []
    for start in count(0, MOST):  # those who got everything do not hide who came after them
        registrations = session.scalars(begun.limit(MOST).offset(start)).all()
        owed += _owed_of(session, registrations, rule, within)
        if len(owed) >= limit or len(registrations) < MOST:
            break
    return owed[:limit]


def _owed_of(
    session: Session, registrations: Collection[Registration], rule: Mapping[str, int], within: timedelta
) -> Iterator[Owed]:
    ids = [registration.person_id for registration in registrations]
    got = {duty: _counts(session, query, ids) for duty, query in _SERVICES.items()}
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all())
    for registration in registrations:
        person_id, since = registration.person_id, registration.submitted_at
        missing = {duty: rule[duty] - got[duty].get(person_id, 0) for duty in Duty if duty in rule}
        missing = {duty: number for duty, number in missing.items() if number > 0}
        if missing and since is not None:
            yield Owed(person_id, names.get(person_id, ""), clock.local(since + within).date(), missing)


def stalled_introductions(session: Session, limit: int = 50) -> list[tuple[Introduction, Stall]]:
    """Introductions whose next step is overdue, with whom they wait for; those that wait longest first."""
    days: Mapping[str, int] = policy(session, "stalled-days", on=clock.today())
    late = {stall: _is(stall, days) for stall in Stall}
    query = introductions().where(or_(*late.values())).order_by(None).order_by(Introduction.updated_at, Introduction.id)
    rows = session.scalars(query.limit(limit)).all()
    return [(row, stall_of(row)) for row in rows]


def stall_of(introduction: Introduction) -> Stall:
    """Whom an introduction waits for."""
    if introduction.state is IntroductionState.RECOMMENDED:
        return Stall.WORKER if introduction.agreed_at is None else Stall.CENTRE
    return Stall.SILENCE if introduction.state is IntroductionState.UNKNOWN else Stall.RESULT


def _is(stall: Stall, days: Mapping[str, int]) -> ColumnElement[bool]:
    before = clock.now() - timedelta(days=days[stall])
    match stall:
        case Stall.WORKER:
            return and_(_in(IntroductionState.RECOMMENDED), Introduction.agreed_at.is_(None), _since(before))
        case Stall.CENTRE:
            return and_(_in(IntroductionState.RECOMMENDED), Introduction.agreed_at <= before)
        case Stall.RESULT:
            return and_(_in(IntroductionState.INTERVIEWED, IntroductionState.OFFERED), _since(before))
        case Stall.SILENCE:
            return and_(
                _in(IntroductionState.UNKNOWN), _since(before), Introduction.issued_at >= clock.now() - EDITABLE
            )


def _in(*states: IntroductionState) -> ColumnElement[bool]:
    return Introduction.state.in_(states)


def _since(before: object) -> ColumnElement[bool]:
    return Introduction.updated_at <= before


def _visits(category: ServiceCategory, *, recorded: bool) -> Select[int, int]:
    """How many services of a category each person got since the registration; reversed entries count for nothing."""
    reversed_ids = select(ServiceEvent.reverses_id).where(ServiceEvent.reverses_id.is_not(None))
    query = (
        select(ServiceEvent.person_id, func.count())
        .join(Registration, Registration.person_id == ServiceEvent.person_id)
        .where(
            ServiceEvent.category == category,
            ServiceEvent.occurred_at >= Registration.submitted_at,
            ServiceEvent.reverses_id.is_(None),
            ServiceEvent.id.not_in(reversed_ids),
        )
        .group_by(ServiceEvent.person_id)
    )
    return query.where(ServiceEvent.subject == "") if recorded else query  # type: ignore[return-value]


def _proposals() -> Select[int, int]:
    return (
        select(Introduction.person_id, func.count())
        .join(Registration, Registration.person_id == Introduction.person_id)
        .where(Introduction.created_at >= Registration.submitted_at)
        .group_by(Introduction.person_id)
    )


_SERVICES: Mapping[Duty, Select[int, int]] = {
    Duty.GUIDANCE: _visits(ServiceCategory.INTERMEDIATION, recorded=True),
    Duty.INTRODUCTIONS: _proposals(),
    Duty.TRAINING: _visits(ServiceCategory.TRAINING, recorded=False),
}


def _counts(session: Session, query: Select[int, int], ids: Collection[int]) -> dict[int, int]:
    return dict(session.execute(query.where(Registration.person_id.in_(ids))).all())

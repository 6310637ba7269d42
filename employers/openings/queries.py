"""Queries on openings."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from centre import clock
from centre.errors import NotFound, Problem
from centre.network import allow_staff
from centre.people import recognised_categories
from centre.permissions import Actor
from centre.policy import PolicyMissing, policy
from centre.scopes import seeing_everything
from employers.cases.pairings import is_paired
from employers.companies.models import Employer
from employers.openings.checks import PublicationLimits, pay_faults, pay_findings
from employers.openings.models import Opening
from employers.openings.rules import OpeningDraft, OpeningState, ReservedFor, WageUnit
from employers.openings.screening import ScreeningFinding


def openings() -> Select[Opening]:
    """All openings that are visible to the reader, newest first."""
    return select(Opening).order_by(Opening.posted_at.desc(), Opening.id.desc())


def open_openings(on: date) -> Select[Opening]:
    """Openings that people can apply to on a day, the newest first, each with its employer.

    Openings kept for a group are not among them. An opening whose validity ended is void from that midnight on,
    whether or not the due job has swept it.
    """
    return openings().where(is_listed(on)).options(joinedload(Opening.employer, innerjoin=True))


def newest_openings(on: date, region: str = "") -> Select[Opening]:
    """Openings that people can apply to on a day, the newest first; `region` may be a county, city or province."""
    query = open_openings(on)
    stem = region[:2] if region.endswith("0000") else region[:4] if region.endswith("00") else region
    return query.where(Opening.region_code.startswith(stem, autoescape=True)) if stem else query


def is_listed(on: date) -> ColumnElement[bool]:
    """The SQL condition that everybody sees an opening in lists on a day."""
    return and_(Opening.state == OpeningState.OPEN, Opening.for_everybody(), is_valid(on))


def changed_openings(
    on: date, *, since: datetime | None, until: datetime, after: tuple[datetime, int] | None
) -> Select[Opening, datetime, bool]:
    """Openings that are or were public, with the time of their last change and whether they are listed; oldest first.

    A change of the employer counts as one, since its name and risk are shown. `after` is the last row already read.
    """
    newer = Employer.updated_at > Opening.updated_at
    changed: ColumnElement[datetime] = case((newer, Employer.updated_at), else_=Opening.updated_at)
    listed = is_listed(on)
    query = (
        select(Opening, changed, listed)
        .join(Employer, Employer.id == Opening.employer_id)
        .options(contains_eager(Opening.employer))
        .where(or_(listed, Opening.public_since.is_not(None)), changed <= until)
        .order_by(changed, Opening.id)
    )
    if after is not None:
        return query.where(or_(changed > after[0], and_(changed == after[0], Opening.id > after[1])))
    return query if since is None else query.where(changed >= since)


def is_valid(on: date) -> ColumnElement[bool]:
    """The SQL condition that an opening is valid on a day."""
    return and_(
        or_(Opening.valid_from.is_(None), Opening.valid_from <= on),
        or_(Opening.valid_until.is_(None), Opening.valid_until >= on),
    )


def employer_openings(employer_id: int) -> Select[Opening]:
    """Openings of one employer, the newest first."""
    return select(Opening).where(Opening.employer_id == employer_id).order_by(Opening.id.desc())


def openings_in(state: OpeningState) -> Select[Opening]:
    """Openings in one state with their employers, oldest first: an officer's queue."""
    return (
        select(Opening)
        .where(Opening.state == state)
        .order_by(Opening.updated_at, Opening.id)
        .options(joinedload(Opening.employer, innerjoin=True))
    )


def opening(session: Session, opening_id: int) -> Opening:
    """One opening with its employer, if both are visible to the session. Raises NotFound."""
    record = session.scalar(
        select(Opening).where(Opening.id == opening_id).options(joinedload(Opening.employer, innerjoin=True))
    )
    if record is None:
        raise NotFound
    return record


def own_opening(session: Session, actor: Actor, opening_id: int) -> Opening:
    """An opening that the actor may edit: their employer's or, for staff, one of a centre that they oversee.

    Raises NotFound or OtherCentre.
    """
    posting = opening(session, opening_id)
    if not (actor.is_system or actor.scope.staff or posting.employer_id == actor.employer_id):
        raise NotFound
    if posting.employer_id != actor.employer_id:
        allow_staff(session, posting, posting.centre_id, actor=actor)
    return posting


def is_open_to(session: Session, opening: Opening, person_id: int, on: date) -> bool:
    """Whether an opening takes a person on a day: one that is kept for groups takes their recognised members."""
    if not opening.reserved_for:
        return True
    if ReservedFor.PAIRED.value in opening.reserved_for and is_paired(session, person_id, opening.employer_id):
        return True
    with seeing_everything(session):
        return not set(opening.reserved_for).isdisjoint(recognised_categories(session, person_id, on))


def reserved_openings(on: date) -> Select[Opening]:
    """Openings reserved for groups that are open on a day, visible to the reader, each with its employer."""
    return (
        select(Opening)
        .where(Opening.state == OpeningState.OPEN, ~Opening.for_everybody(), is_valid(on))
        .order_by(Opening.id)
        .options(joinedload(Opening.employer, innerjoin=True))
    )


def minimum_wages(session: Session, on: date, region: str) -> dict[WageUnit, int]:
    """The least pay in fen by unit in a region on a day (最低工资).

    Where no rule states the least pay of an hour, it is the month's divided by the policies' working hours, as the
    least pay of a day is the month's divided by the working days; fractions of a fen are left out.
    """
    month = int(policy(session, "minimum-wage-month-fen", on=on, region=region))
    day = int(month / policy(session, "days-per-month", on=on, region=region))
    try:
        hour = int(policy(session, "minimum-wage-hour-fen", on=on, region=region))
    except PolicyMissing:
        hour = int(month / policy(session, "hours-per-month", on=on, region=region))
    return {WageUnit.MONTH: month, WageUnit.DAY: day, WageUnit.HOUR: hour}


def pay_questions(session: Session, written: Opening | OpeningDraft) -> list[ScreeningFinding]:
    """Questions about pay in the texts of an opening below the minimum wage of its place today; none without a rule."""
    try:
        least = minimum_wages(session, clock.today(), written.region_code or "")
    except PolicyMissing:
        return []
    return pay_findings(written, least)


def underpaid(session: Session, opening: Opening) -> list[Problem]:
    """Pay of an opening below the minimum wage of its place today; nothing where no rule states one."""
    try:
        return pay_faults(opening, minimum_wages(session, clock.today(), opening.region_code))
    except PolicyMissing:
        return []


def underpaid_openings(session: Session) -> list[Opening]:
    """Published openings that pay less than today's minimum wage of their place."""
    shown = session.scalars(select(Opening).where(Opening.state == OpeningState.OPEN).order_by(Opening.id)).all()
    least: dict[str, dict[WageUnit, int]] = {}
    for region in {opening.region_code for opening in shown}:
        try:
            least[region] = minimum_wages(session, clock.today(), region)
        except PolicyMissing:
            continue
    return [row for row in shown if row.region_code in least and pay_faults(row, least[row.region_code])]


def publication_limits(session: Session, on: date, region: str) -> PublicationLimits:
    """What pay, validity and headcount are measured against in a place on a day."""
    return PublicationLimits(
        minimum_wages=minimum_wages(session, on, region),
        longest_days=policy(session, "opening-longest-days", on=on, region=region),
        plausible_pay=policy(session, "opening-plausible-pay-fen", on=on, region=region),
        plausible_headcount=policy(session, "opening-plausible-headcount", on=on, region=region),
    )


def due_openings(on: date) -> Select[Opening]:
    """Openings that are still open although their validity ended before a day."""
    return (
        select(Opening)
        .where(
            Opening.state.in_([OpeningState.OPEN, OpeningState.PAUSED, OpeningState.FROZEN]),
            Opening.valid_until < on,
        )
        .order_by(Opening.id)
    )


def stale_screenings(edition: str) -> Select[Opening]:
    """Published openings that were screened under other rules than the present ones."""
    return (
        select(Opening)
        .where(Opening.state == OpeningState.OPEN, Opening.screened_under != edition)
        .order_by(Opening.id)
    )

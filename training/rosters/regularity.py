"""How regularly schools send their lists: a report per school and day, and overdue schools (报送情况)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.policy import policy
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.providers.models import TrainingProvider
from training.rosters.models import RosterUpload
from training.rosters.rules import RosterState

IMPORTED = frozenset({RosterState.CONFIRMED, RosterState.UNDOING, RosterState.UNDONE})


@dataclass(slots=True)
class Day:
    """What one school sent on one day (当日报送)."""

    on: date
    uploads: int = 0
    rows: int = 0
    created: int = 0
    updated: int = 0
    errors: int = 0
    waiting: int = 0


@dataclass(slots=True)
class Transmission:
    """The lists of one school: the latest one, its days, and whether it is overdue (报送情况).

    `silent_days` counts from the latest list, or from the approval of the oldest recruiting class if there was none.
    """

    provider_id: int
    name: str
    last_at: datetime | None = None
    recruiting: int = 0
    silent_days: int | None = None
    stale_after: int = 0
    days: list[Day] = field(default_factory=list)

    @property
    def is_stale(self) -> bool:
        """Whether the school recruits and has been silent for longer than the policy allows."""
        return bool(self.recruiting) and self.silent_days is not None and self.silent_days > self.stale_after

    def total(self, name: str) -> int:
        """The sum of one column over the days."""
        return sum(getattr(day, name) for day in self.days)


def transmissions(session: Session, *, days: int = 14, provider_id: int | None = None) -> list[Transmission]:
    """The schools visible to the reader, the longest silent first, with their last days."""
    today = clock.today()
    schools = select(TrainingProvider).order_by(TrainingProvider.id)
    if provider_id is not None:
        schools = schools.where(TrainingProvider.id == provider_id)
    listed = session.scalars(schools).all()
    if not listed:
        return []
    stale_after = int(policy(session, "roster-stale-days", on=today))
    by_school = {school.id: Transmission(school.id, school.name, stale_after=stale_after) for school in listed}
    since: dict[int, datetime] = {}
    recruiting = select(TrainingClass).where(TrainingClass.state == ClassState.RECRUITING).order_by(TrainingClass.id)
    for training in session.scalars(recruiting):
        if training.provider_id in by_school:
            by_school[training.provider_id].recruiting += 1
            opened = training.approved_at or training.created_at
            since[training.provider_id] = min(opened, since.get(training.provider_id, opened))
    last = select(RosterUpload.provider_id, func.max(RosterUpload.created_at)).group_by(RosterUpload.provider_id)
    for school_id, at in session.execute(last):
        if school_id in by_school:
            by_school[school_id].last_at = at
    uploads = _uploads(session, by_school, days)
    for school in by_school.values():
        known = school.last_at or since.get(school.provider_id)
        school.silent_days = (today - clock.local(known).date()).days if known else None
        school.days = _days(uploads[school.provider_id], today - timedelta(days=days - 1))
    return sorted(
        by_school.values(), key=lambda school: (not school.is_stale, -(school.silent_days or 0), school.provider_id)
    )


def own_transmission(session: Session, provider_id: int | None) -> Transmission | None:
    """The report on one school, for its own desk."""
    if provider_id is None:
        return None
    return next(iter(transmissions(session, provider_id=provider_id)), None)


def _uploads(session: Session, schools: Iterable[int], days: int) -> dict[int, list[RosterUpload]]:
    """What each of some schools sent within the last days, the oldest first."""
    sent: dict[int, list[RosterUpload]] = defaultdict(list)
    for upload in session.scalars(
        select(RosterUpload)
        .where(RosterUpload.provider_id.in_(schools), RosterUpload.created_at >= clock.now() - timedelta(days=days))
        .order_by(RosterUpload.id)
    ):
        sent[upload.provider_id].append(upload)
    return sent


def _days(uploads: Sequence[RosterUpload], first: date) -> list[Day]:
    """The days with uploads, the newest first."""
    by_day: dict[date, list[RosterUpload]] = defaultdict(list)
    for upload in uploads:
        by_day[clock.local(upload.created_at).date()].append(upload)
    return [_day(on, by_day[on]) for on in sorted(by_day, reverse=True) if on >= first]


def _day(on: date, uploads: Sequence[RosterUpload]) -> Day:
    imported = [upload for upload in uploads if upload.state in IMPORTED]
    return Day(
        on,
        uploads=len(uploads),
        rows=sum(upload.creates + upload.updates + upload.unchanged + upload.errors for upload in uploads),
        created=sum(upload.creates - upload.withdrawn for upload in imported),
        updated=sum(upload.updates for upload in imported),
        errors=sum(upload.errors for upload in uploads),
        waiting=sum(upload.state in (RosterState.UPLOADED, RosterState.CHECKED) for upload in uploads),
    )

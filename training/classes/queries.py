"""What is known of classes."""

from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from centre.errors import NotFound
from training.classes.models import TrainingClass
from training.classes.rules import ClassState, Daypart
from training.providers.models import Major, TrainingProvider
from training.providers.rules import ProviderState


def classes() -> Select[TrainingClass, Major, TrainingProvider]:
    """Classes with their major and school, the next to begin first."""
    return (
        select(TrainingClass, Major, TrainingProvider)
        .join(Major, Major.id == TrainingClass.major_id)
        .join(TrainingProvider, TrainingProvider.id == TrainingClass.provider_id)
        .order_by(TrainingClass.start_on, TrainingClass.id)
    )


def recruiting(
    today: date,
    *,
    occupation: str = "",
    region: str = "",
    provider_id: int | None = None,
    major_id: int | None = None,
    daypart: Daypart | None = None,
    words: str = "",
) -> Select[TrainingClass, Major, TrainingProvider]:
    """Classes that one may still join, narrowed by occupation, region, school, hours or words of the name."""
    query = classes().where(
        TrainingClass.state == ClassState.RECRUITING,
        TrainingClass.start_on >= today,
        TrainingProvider.state == ProviderState.ACTIVE,
    )
    if occupation:
        query = query.where(Major.occupation_code.startswith(occupation, autoescape=True))
    if region:
        query = query.where(TrainingProvider.region_code.startswith(region.rstrip("0") or "0", autoescape=True))
    if provider_id is not None:
        query = query.where(TrainingClass.provider_id == provider_id)
    if major_id is not None:
        query = query.where(TrainingClass.major_id == major_id)
    if daypart is not None:
        query = query.where(TrainingClass.daypart == daypart)
    if words:
        query = query.where(Major.name.contains(words, autoescape=True))
    return query


def class_parts(session: Session, class_id: int) -> tuple[TrainingClass, Major, TrainingProvider]:
    """One class with its major and school. Raises NotFound, also for a class of another school."""
    row = session.execute(classes().where(TrainingClass.id == class_id)).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1], row[2]


def training_class(session: Session, class_id: int) -> TrainingClass:
    """One class. Raises NotFound, also for a class of another school."""
    row = session.scalar(select(TrainingClass).where(TrainingClass.id == class_id))
    if row is None:
        raise NotFound
    return row


def seats_asked(session: Session, provider_id: int, first: date, last: date) -> int:
    """Seats of a school's classes that begin in a span of days: all that were applied for and not cancelled."""
    asked = select(func.sum(TrainingClass.seats)).where(
        TrainingClass.provider_id == provider_id,
        TrainingClass.start_on.between(first, last),
        TrainingClass.state.not_in((ClassState.DRAFT, ClassState.CANCELLED)),
    )
    return int(session.scalar(asked) or 0)

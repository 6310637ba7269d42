"""Which classes a person may join, the nearest first, and what each would cost them (可以报的班)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from sqlalchemy.orm import Session

from centre.people import Person
from centre.text import normalise
from training.classes.models import TrainingClass
from training.classes.queries import recruiting
from training.classes.rules import Daypart
from training.enrolments.effects import Parts, split_of
from training.enrolments.queries import least_age, other_classes, rights
from training.enrolments.rules import ClassOverlap, TooYoung, refuse_by_rules
from training.providers.models import Major, TrainingProvider
from training.providers.prices import PriceSplit


class Near(IntEnum):
    """The distance to a school, as far as region codes show it (远近)."""

    COUNTY = 0
    CITY = 1
    AWAY = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """A class with its price for this person, its distance, and whether they may join (选班)."""

    training: TrainingClass
    major: Major
    provider: TrainingProvider
    price: PriceSplit
    near: Near | None = None
    may_join: bool = True


def nearness(home: str, place: str) -> Near | None:
    """The distance between two regions; None where a person's region is unknown."""
    if not home:
        return None
    if home == place:
        return Near.COUNTY
    return Near.CITY if home[:4] == place[:4] else Near.AWAY


def choices(
    session: Session,
    person: Person | None,
    today: date,
    *,
    daypart: Daypart | None = None,
    words: str = "",
    region: str = "",
) -> list[Choice]:
    """The recruiting classes: for a person those that they may join first, then the nearest, then the earliest."""
    rows = [(row[0], row[1], row[2]) for row in session.execute(recruiting(today, daypart=daypart, region=region))]
    spoken = [row for row in rows if _speaks_of(row, words)]
    if person is None:
        return [Choice(*row, split_of(row[1], None)) for row in spoken]
    mine = other_classes(session, person.id, 0)
    free = rights(session, person.id, spoken)
    home = person.live_region or person.home_region
    options = [
        Choice(
            *row,
            split_of(row[1], free.get(row[0].id)),
            nearness(home, row[2].region_code),
            _may_join(session, person, row[0], mine),
        )
        for row in spoken
    ]
    return sorted(options, key=lambda choice: (not choice.may_join, choice.near or 0, not choice.training.seats_left))


def _speaks_of(row: Parts, words: str) -> bool:
    """Whether the name of the course or the school contains the words, in either script."""
    wanted = normalise(words)
    return not wanted or wanted in normalise(row[1].name) or wanted in normalise(row[2].name)


def _may_join(session: Session, person: Person, training: TrainingClass, mine: Sequence[TrainingClass]) -> bool:
    if any(other.id == training.id for other in mine):
        return False
    try:
        refuse_by_rules(training, birth_on=person.birth_on, age=least_age(session, training), others=mine)
    except (TooYoung, ClassOverlap):
        return False
    return True

"""What confirming a roster would do, row by row: looked up across the network, told only about the school's own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.database import seeing_everything
from centre.errors import Problem
from centre.people import Person, identity_index
from centre.text import normalise
from centre.words import N_
from training.classes.models import TrainingClass
from training.classes.rules import ClassState, first_overlap
from training.enrolments.models import Enrolment
from training.enrolments.rules import ENDED, ClassOverlap
from training.rosters.rules import Reading, Trainee, Verdict

PORTION = 400
Value = TypeVar("Value")


@dataclass(slots=True)
class Known:
    """What the network holds about the people of a roster. It never leaves the action that asked."""

    people: dict[str, Person] = field(default_factory=dict)
    places: dict[int, Enrolment] = field(default_factory=dict)
    elsewhere: dict[int, list[TrainingClass]] = field(default_factory=dict)

    def person(self, trainee: Trainee) -> Person | None:
        """Who has the identity number of a row."""
        return self.people.get(identity_index(trainee.number))


def look_up(session: Session, numbers: Iterable[str], class_id: int) -> Known:
    """The people with these identity numbers at any centre, their place in the class, their other classes."""
    known = Known()
    with seeing_everything(session):
        for some in _portions(sorted({identity_index(number) for number in numbers})):
            for person in session.scalars(select(Person).where(Person.identity_index.in_(some)).order_by(Person.id)):
                known.people[str(person.identity_index)] = person
        for ids in _portions(sorted(person.id for person in known.people.values())):
            rows = session.execute(
                select(Enrolment, TrainingClass)
                .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
                .where(Enrolment.person_id.in_(ids), TrainingClass.state != ClassState.CANCELLED)
                .order_by(Enrolment.id)
            )
            for place, found in rows:
                if found.id == class_id:
                    known.places[place.person_id] = place
                elif place.state not in ENDED:
                    known.elsewhere.setdefault(place.person_id, []).append(found)
    return known


def _portions(values: list[Value]) -> Iterator[list[Value]]:
    """Lists short enough for the parameters of one statement."""
    for at in range(0, len(values), PORTION):
        yield values[at : at + PORTION]


def judge(found: TrainingClass, readings: Sequence[Reading], known: Known) -> None:
    """Give every readable row its verdict: create, update, unchanged, or the error that stands against it."""
    for reading in readings:
        if reading.trainee is None:
            continue
        person = known.person(reading.trainee)
        place = known.places.get(person.id) if person else None
        if person is None or place is None:
            clash = first_overlap(found, known.elsewhere.get(person.id, [])) if person else None
            reading.verdict = Verdict.ERROR if clash else Verdict.CREATE
            if clash:
                reading.problems.append(Problem("id_number", ClassOverlap.code, ClassOverlap.message))
        elif place.state in ENDED:
            reading.verdict = Verdict.UNCHANGED
            message = N_("此人已退出本班；如需恢复，请单独办理")
            reading.warnings.append(Problem("id_number", "left-class", message))
        else:
            reading.verdict = Verdict.UPDATE if gaps(reading.trainee, person, place) else Verdict.UNCHANGED
            if reading.trainee.phone and person.phone_index and person.phone != reading.trainee.phone:
                message = N_("与已登记的电话不同；以已登记的为准，没有改动")
                reading.warnings.append(Problem("phone", "kept-as-registered", message))


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: script, width and spaces do not matter."""
    return normalise(one).replace(" ", "") == normalise(other).replace(" ", "")


def gaps(trainee: Trainee, person: Person, place: Enrolment) -> list[str]:
    """What the roster knows and the records do not; only these are filled in, nothing is overwritten."""
    if place.to_check == "name" or not same_name(trainee.name, person.name):
        return []
    wanting = {
        "phone": trainee.phone and not person.phone_index,
        "education": trainee.education and not person.education,
        "category": trainee.category and not person.categories,
        "bank": trainee.bank and not place.bank_sealed,
        "card_no": trainee.card_no and not place.card_no,
    }
    return [name for name, missing in wanting.items() if missing]

"""Seats, people and money by school, major or class: every figure is a sum over places (培训情况表)."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from centre.translation import N_
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from training.enrolments.models import Enrolment
from training.enrolments.rules import SEATLESS, EnrolmentState, Relation
from training.providers.models import Major, TrainingProvider

S = EnrolmentState
LEARNING = tuple(state for state in EnrolmentState if state not in SEATLESS | {S.APPLIED, S.OFFERED})
"""Who counts as enrolled, with tuition: people accepted who are still there or stayed to the end."""

COMPLETED = (S.COMPLETED, S.RESIT, S.CERTIFIED, S.EMPLOYED)
CERTIFIED = (S.CERTIFIED, S.EMPLOYED)
HELD = (ClassState.DRAFT, ClassState.APPLIED, ClassState.CANCELLED)
"""Classes that are not counted: not yet approved, or never held."""


class By(StrEnum):
    """What one line of the table stands for (汇总方式)."""

    SCHOOL = "school"
    MAJOR = "major"
    CLASS = "class"


BY_LABELS = {By.SCHOOL: N_("按学校"), By.MAJOR: N_("按专业"), By.CLASS: N_("按班级")}


@dataclass(frozen=True, slots=True)
class OutcomeSum:
    """One line: people, lesson hours, fen by payer; `selves`, `children` and `spouses` are all the enrolled."""

    school: str = ""
    major: str = ""
    class_no: str = ""
    id: int = 0
    classes: int = 0
    seats: int = 0
    enrolled: int = 0
    dropped: int = 0
    completed: int = 0
    certified: int = 0
    employed: int = 0
    away: int = 0
    hours: int = 0
    tuition_fen: int = 0
    waiver_fen: int = 0
    government_fen: int = 0
    centre_fen: int = 0
    learner_fen: int = 0
    selves: int = 0
    children: int = 0
    spouses: int = 0

    def __add__(self, other: "OutcomeSum") -> "OutcomeSum":
        """The sum of both, without a name."""
        counts = (field.name for field in fields(OutcomeSum) if field.type is int and field.name != "id")
        return OutcomeSum(**{name: getattr(self, name) + getattr(other, name) for name in counts})


def total(lines: list[OutcomeSum]) -> OutcomeSum:
    """The sum of all lines."""
    return sum(lines, OutcomeSum())


def sums(
    session: Session,
    *,
    by: By,
    since: date | None = None,
    until: date | None = None,
    centre_ids: Sequence[int] | None = None,
) -> list[OutcomeSum]:
    """The classes that began in a period and are visible to the reader, of all or of some centres, by school."""
    keys = _KEYS[by]
    began: list[ColumnElement[bool]] = [TrainingClass.state.not_in(HELD)]
    began += [TrainingClass.start_on >= since] if since else []
    began += [TrainingClass.start_on <= until] if until else []
    began += [TrainingClass.centre_id.in_(centre_ids)] if centre_ids is not None else []
    names = (TrainingProvider.id, TrainingProvider.name, Major.id, Major.name, TrainingClass.id, TrainingClass.class_no)
    shown: list[Any] = [column if column in keys else func.min(column) for column in names]
    held = (
        select(*shown, func.count(), func.sum(TrainingClass.seats))
        .join(Major, Major.id == TrainingClass.major_id)
        .join(TrainingProvider, TrainingProvider.id == TrainingClass.provider_id)
        .where(*began)
        .group_by(*keys)
        .order_by(*keys)
    )
    lines = {}
    rows: list[Any] = list(session.execute(held))
    for row in rows:
        school_id, school, major_id, major, class_id, class_no, classes, seats = row
        key = {By.SCHOOL: school_id, By.MAJOR: major_id, By.CLASS: class_id}[by]
        lines[key] = OutcomeSum(
            school, "" if by is By.SCHOOL else major, class_no if by is By.CLASS else "", key, classes, int(seats)
        )  # fmt: skip
    people = (
        select(keys[-1], *_counts())
        .select_from(Enrolment)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .join(Major, Major.id == TrainingClass.major_id)
        .join(TrainingProvider, TrainingProvider.id == TrainingClass.provider_id)
        .where(*began)
        .group_by(keys[-1])
        .order_by(keys[-1])
    )
    for row in session.execute(people):
        counted: dict[str, Any] = {name: int(value or 0) for name, value in row._mapping.items() if name in _COUNTED}
        lines[row[0]] = replace(lines[row[0]], **counted)
    return list(lines.values())


_KEYS = {
    By.SCHOOL: (TrainingProvider.id,),
    By.MAJOR: (TrainingProvider.id, Major.id),
    By.CLASS: (TrainingProvider.id, Major.id, TrainingClass.id),
}
_COUNTED = {field.name for field in fields(OutcomeSum)} - {
    "school",
    "major",
    "class_no",
    "id",
    "classes",
    "seats",
    "away",
}


def _counts() -> list[ColumnElement[int]]:
    learning = Enrolment.state.in_(LEARNING)

    def count(name: str, condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0)).label(name)

    def fen(column: ColumnElement[int] | object, name: str) -> ColumnElement[int]:
        return func.sum(case((learning, column), else_=0)).label(name)

    relations = {"selves": Relation.SELF, "children": Relation.CHILD, "spouses": Relation.SPOUSE}
    return [
        count("enrolled", learning),
        count("dropped", Enrolment.state == S.DROPPED),
        count("completed", Enrolment.state.in_(COMPLETED)),
        count("certified", Enrolment.state.in_(CERTIFIED)),
        count("employed", Enrolment.state == S.EMPLOYED),
        fen(Major.hours, "hours"),
        *(
            fen(getattr(Enrolment, name), name)
            for name in ("tuition_fen", "waiver_fen", "government_fen", "centre_fen", "learner_fen")
        ),
        *(count(name, learning & (Enrolment.beneficiary_relation == relation)) for name, relation in relations.items()),
    ]

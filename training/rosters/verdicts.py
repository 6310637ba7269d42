"""What confirming a roster would do, row by row: looked up across the network, reported only about the school's own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import privacy
from centre.batches import batches
from centre.errors import Problem
from centre.people import Person
from centre.person_names import same_name
from centre.scopes import seeing_everything
from centre.translation import N_
from training.attendance.models import Lesson
from training.attendance.queries import lessons_elsewhere, planned
from training.attendance.rules import first_clash
from training.classes.models import TrainingClass
from training.classes.rules import first_overlap
from training.enrolments.models import Enrolment
from training.enrolments.queries import classes_elsewhere, places_of
from training.enrolments.rules import ENDED, ClassOverlap
from training.rosters.models import RosterRow, RosterUpload, index_of
from training.rosters.rules import (
    KEPT_BECAUSE,
    Fate,
    FieldChange,
    FieldOrigin,
    RosterReading,
    RosterVerdict,
    Trainee,
    fate_of,
)

WARNED_BY_RECORDS = frozenset(
    {"left-class", "kept-as-registered", "already-in-class", "known-by-old-number", "name-spelt-otherwise"}
)
"""Warnings from the records, not from the file; they are recomputed with every verdict."""

JUDGED = frozenset({ClassOverlap.code})
"""Errors from the records."""

FIELDS = ("phone", "education", "category", "bank", "card_no")
"""What a roster may write about a person and an enrolment, besides identity."""


@dataclass(slots=True)
class Known:
    """What the network knows about the people of a roster; it never leaves the action that asked."""

    people: dict[str, Person] = field(default_factory=dict)
    places: dict[int, Enrolment] = field(default_factory=dict)
    busy: set[int] = field(default_factory=set)
    kept: dict[tuple[int, str], FieldOrigin] = field(default_factory=dict)

    def person(self, reading: RosterReading) -> Person | None:
        """The person with the identity number of a row."""
        return self.people.get(index_of(reading))


def look_up(session: Session, indexes: Iterable[str], training: TrainingClass) -> Known:
    """The people with these identity indexes at any centre: their enrolment in the class, and clashes with other
    classes."""
    known = Known()
    wanted = sorted(set(indexes) - {""})
    with seeing_everything(session):
        for batch in batches(wanted):
            for person in session.scalars(select(Person).where(Person.identity_index.in_(batch)).order_by(Person.id)):
                known.people[str(person.identity_index)] = person
        ids = sorted(person.id for person in known.people.values())
        known.places = places_of(session, training.id, ids)
        for person_id, classes in classes_elsewhere(session, ids, training.id).items():
            if first_overlap(training, classes) is not None:
                known.busy.add(person_id)
        if ids:
            known.busy |= _busy_by_lessons(session, ids, training)
        known.kept = _kept(session, ids)
    return known


def _busy_by_lessons(session: Session, ids: Sequence[int], training: TrainingClass) -> set[int]:
    """The people whose other classes have a lesson moved into the hours of this one."""
    if session.scalar(select(Lesson.id).order_by(Lesson.id).limit(1)) is None:
        return set()
    here, theirs = planned(session, training), defaultdict[int, list[Lesson]](list)
    for batch in batches(ids):
        for lesson, person_id in session.execute(
            lessons_elsewhere(list(batch), training.id).add_columns(Enrolment.person_id)
        ):
            theirs[person_id].append(lesson)
    return {person_id for person_id, lessons in theirs.items() if first_clash(here, lessons)}


def _kept(session: Session, ids: Sequence[int]) -> dict[tuple[int, str], FieldOrigin]:
    """The values last written by rosters, by person and field."""
    written: dict[tuple[int, str], FieldOrigin] = {}
    for batch in batches(ids):
        rows = session.execute(
            select(RosterRow.trainee_id, RosterRow.filled, RosterUpload.provider_id, RosterUpload.source)
            .join(RosterUpload, RosterUpload.id == RosterRow.upload_id)
            .where(RosterRow.trainee_id.in_(batch))
            .order_by(RosterRow.id)
        )
        for person_id, filled, provider_id, source in rows:
            for name, digest in filled.items():
                written[person_id or 0, name] = FieldOrigin(provider_id, source, digest)
    return written


def digest_of(name: str, value: str) -> str:
    """A keyed digest that recognises a value later without storing it."""
    return privacy.lasting_digest(f"roster:{name}", value)


def judge(training: TrainingClass, upload: RosterUpload, readings: Sequence[RosterReading], known: Known) -> None:
    """Give every readable row its verdict: create, update, unchanged, or the error against it."""
    for reading in readings:
        if reading.trainee is None:
            continue
        reading.problems = [problem for problem in reading.problems if problem.code not in JUDGED]
        reading.warnings = [warning for warning in reading.warnings if warning.code not in WARNED_BY_RECORDS]
        reading.changes = []
        person = known.person(reading)
        place = known.places.get(person.id) if person else None
        if person is None or place is None:
            reading.verdict = RosterVerdict.CREATE
            if person is not None and person.id in known.busy:
                reading.verdict = RosterVerdict.ERROR
                reading.problems.append(Problem("id_number", ClassOverlap.code, ClassOverlap.message))
        else:
            _judge_known(training, upload, reading, reading.trainee, person, place, known)


def _judge_known(
    training: TrainingClass,
    upload: RosterUpload,
    reading: RosterReading,
    trainee: Trainee,
    person: Person,
    place: Enrolment,
    known: Known,
) -> None:
    """The verdict on a person who is in the class already, with the changes."""
    reading.verdict = RosterVerdict.UNCHANGED
    if place.state in ENDED:
        message = N_("此人已退出本班；如需恢复，请单独办理")
        reading.warnings.append(Problem("id_number", "left-class", message))
        return
    if trainee.legacy_number:
        message = N_("按 15 位旧号码认出：已经在班号 {class_no} 的学员名单里，登记的是 18 位号码")
        reading.warnings.append(Problem("id_number", "known-by-old-number", message, {"class_no": training.class_no}))
    else:
        message = N_("已经在班号 {class_no} 的学员名单里，不会重复报名")
        reading.warnings.append(Problem("id_number", "already-in-class", message, {"class_no": training.class_no}))
    if trainee.name != person.name and same_name(trainee.name, person.name):
        message = N_("姓名写法不同，按同一个人处理：档案里写的是“{name}”")
        reading.warnings.append(Problem("name", "name-spelt-otherwise", message, {"name": person.name}))
    reading.changes = differences(upload, trainee, person, place, known)
    if any(change.fate in (Fate.FILL, Fate.REPLACE) for change in reading.changes):
        reading.verdict = RosterVerdict.UPDATE
    for change in reading.changes:
        if change.fate is Fate.KEEP:
            reading.warnings.append(Problem(change.field, "kept-as-registered", KEPT_BECAUSE[change.why]))


def differences(
    upload: RosterUpload, trainee: Trainee, person: Person, place: Enrolment | None, known: Known
) -> list[FieldChange]:
    """What a row would change about a person and an enrolment, by field; empty for a person with another name."""
    if (place is not None and place.to_check == "name") or not same_name(trainee.name, person.name):
        return []
    changes = []
    coming, current = values_of(trainee), values_on_record(person, place)
    for name in FIELDS:
        before, after = current[name], coming[name]
        if not after or after == before or (name == "category" and after in person.categories):
            continue
        kept = known.kept.get((person.id, name))
        fate = fate_of(
            current=before, coming=after, digest=digest_of(name, before) if before else "", kept=kept,
            provider_id=upload.provider_id, source=upload.source,
        )  # fmt: skip
        changes.append(
            FieldChange(name, before, after, fate, _why(kept, name, before, upload) if fate is Fate.KEEP else "")
        )
    return changes


def _why(kept: FieldOrigin | None, name: str, before: str, upload: RosterUpload) -> str:
    if kept is None or kept.digest != digest_of(name, before):
        return "person"
    return "school" if kept.provider_id != upload.provider_id else "software"


def values_of(trainee: Trainee) -> dict[str, str]:
    """The writable fields of a row, as text."""
    return {
        "phone": trainee.phone,
        "education": trainee.education.value if trainee.education else "",
        "category": trainee.category.value if trainee.category else "",
        "bank": trainee.bank,
        "card_no": trainee.card_no,
    }


def values_on_record(person: Person, place: Enrolment | None) -> dict[str, str]:
    """The same fields as stored."""
    return {
        "phone": person.phone,
        "education": person.education.value if person.education else "",
        "category": person.categories[0] if person.categories else "",
        "bank": person.unseal("bank", place.bank_sealed) if place is not None and place.bank_sealed else "",
        "card_no": place.card_no if place is not None else "",
    }

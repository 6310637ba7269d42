"""Import the valid rows of a roster in batches: people, enrolments, ledger and messages (导入)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import privacy
from centre.bulk_writes import insert_rows, new_ids, update_rows
from centre.people import Education, Person, Sex, phone_index
from centre.permissions import Actor
from centre.person_names import name_columns, same_name
from centre.scopes import seeing_everything
from training.classes.models import TrainingClass
from training.enrolments.bulk import Newcomer, admit_together
from training.enrolments.effects import Parts
from training.enrolments.models import Enrolment
from training.enrolments.queries import lock_people
from training.enrolments.rules import Application, Origin
from training.rosters.models import RosterRow, RosterUpload, StoredRow, index_of, read_row, verdict_values
from training.rosters.rules import Fate, FieldChange, RosterReading, RosterVerdict, Trainee
from training.rosters.verdicts import Known, differences, digest_of, judge, look_up, values_of

TRIES = 3
GOOD = (RosterVerdict.CREATE, RosterVerdict.UPDATE, RosterVerdict.UNCHANGED)


class NumberedRow(StoredRow, Protocol):
    """A stored row that can be updated."""

    @property
    def id(self) -> int:
        """Its number."""


@dataclass(slots=True)
class Stranger:
    """A person unknown to the network, about to be registered."""

    id: int
    name: str
    birth_on: date | None
    categories: list[str]
    box: privacy.Box

    def seal(self, column: str, value: str) -> bytes:
        """Encrypt another of the person's values."""
        return self.box.seal(column, value)


def judge_rows(
    session: Session, upload: RosterUpload, training: TrainingClass, rows: Sequence[NumberedRow]
) -> tuple[list[RosterReading], Known]:
    """Read stored rows and judge them again; changed verdicts are written."""
    readings = [read_row(upload, row) for row in rows]
    before = [(reading.verdict, reading.warnings, reading.changes) for reading in readings]
    known = look_up(session, [row.identity for row in rows if row.identity], training)
    judge(training, upload, readings, known)
    changed = [
        {"id": row.id, **verdict_values(upload, reading)}
        for row, reading, old in zip(rows, readings, before, strict=True)
        if (reading.verdict, reading.warnings, reading.changes) != old
    ]
    _write_rows(session, changed)
    return readings, known


def import_rows(
    session: Session, *, actor: Actor, parts: Parts, upload: RosterUpload, rows: Sequence[NumberedRow]
) -> None:
    """Judge rows again and write the valid ones; the seats of the new trainees have been reserved.

    The caller has checked the actor's permission. Raises what `admit_together` raises.
    """
    readings, known = judge_rows(session, upload, parts[0], rows)
    lock_people(session, [person.id for person in known.people.values()])
    # The people may include some whom the school does not see before they are its trainees.
    with seeing_everything(session):
        fresh = _register(session, parts[0], known, readings)
        places = _admit(session, actor, parts, upload, readings, known, fresh)
        upload.reserved -= len(places)
        _correct(readings, known, fresh)
        session.flush()
    written = []
    for row, reading in zip(rows, readings, strict=True):
        if reading.trainee is None or reading.verdict not in GOOD:
            continue
        index = reading.index
        person_id = fresh[index].id if index in fresh else known.people[index].id
        written.append(
            {
                "id": row.id,
                "trainee_id": person_id,
                "enrolment_id": places.get(index) or known.places[person_id].id,
                "filled": _filled(reading, reading.trainee, is_fresh=index in fresh),
                "changes_sealed": None,
                "identity": "",
            }
        )
    _write_rows(session, written)


def _write_rows(session: Session, values: Sequence[dict[str, Any]]) -> None:
    with seeing_everything(session):
        update_rows(session, RosterRow, values)


def _register(
    session: Session, training: TrainingClass, known: Known, readings: Sequence[RosterReading]
) -> dict[str, Stranger]:
    """Register the unknown people, by identity index.

    If another school registers one of them at the same moment, that person is used.
    """
    wanted = {
        index_of(reading): reading.trainee
        for reading in readings
        if reading.trainee and reading.verdict is RosterVerdict.CREATE
    }
    for attempt in range(TRIES):
        indexes = sorted(wanted.keys() - known.people.keys())  # in a fixed order, so that two rosters cannot deadlock
        try:
            with session.begin_nested():
                ids = new_ids(session, Person, len(indexes))
                strangers = [_stranger(number, wanted[index]) for number, index in zip(ids, indexes, strict=True)]
                columns = [
                    _columns(training, stranger, wanted[index], index)
                    for stranger, index in zip(strangers, indexes, strict=True)
                ]
                insert_rows(session, Person, columns)
            return dict(zip(indexes, strangers, strict=True))
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
            known.people |= look_up(session, indexes, training).people
    raise AssertionError("unreachable")


def _stranger(number: int, trainee: Trainee) -> Stranger:
    categories = [trainee.category.value] if trainee.category else []
    return Stranger(number, trainee.name, trainee.birth_on, categories, privacy.Box.fresh())


def _columns(training: TrainingClass, stranger: Stranger, trainee: Trainee, index: str) -> dict[str, Any]:
    """The row of a person, as `centre.people.Person` would fill it."""
    return {
        "id": stranger.id,
        "centre_id": training.centre_id,
        **name_columns(stranger.name),
        "key_name": stranger.box.key_name,
        "wrapped_key": stranger.box.wrapped_key,
        "identity_sealed": stranger.seal("identity", trainee.number),
        "identity_index": index,
        "phone_sealed": stranger.seal("phone", trainee.phone) if trainee.phone else None,
        "phone_index": phone_index(trainee.phone) if trainee.phone else None,
        "birth_on": stranger.birth_on,
        "sex": Sex(trainee.sex),
        "education": trainee.education,
        "categories": stranger.categories,
        "legacy_number": trainee.legacy_number,
        "source": "roster",
        "is_demo": training.is_demo,
    }


def _admit(
    session: Session,
    actor: Actor,
    parts: Parts,
    upload: RosterUpload,
    readings: Sequence[RosterReading],
    known: Known,
    fresh: dict[str, Stranger],
) -> dict[str, int]:
    """Enrol everybody whose verdict is create; returns the enrolments by identity index."""
    newcomers, indexes = [], []
    for reading in readings:
        trainee = reading.trainee
        if trainee is None or reading.verdict is not RosterVerdict.CREATE:
            continue
        person = fresh.get(reading.index) or known.people[reading.index]
        if isinstance(person, Person):
            reading.changes = differences(upload, trainee, person, None, known)
        application = _application(parts[0], person, trainee)
        bank = trainee.bank if not application.to_check else ""
        extra = {
            "bank_sealed": person.seal("bank", bank) if bank else None,
            "card_no": trainee.card_no if not application.to_check else "",
        }
        newcomers.append(Newcomer(person, application, extra))
        indexes.append(reading.index)
    if not newcomers:
        return {}
    ids = admit_together(session, actor, parts=parts, newcomers=newcomers, seated=True)
    return dict(zip(indexes, ids, strict=True))


def _application(training: TrainingClass, person: Person | Stranger, trainee: Trainee) -> Application:
    return Application(
        origin=Origin.ROSTER,
        relation=trainee.relation,
        hardship_no=trainee.hardship_no,
        category=trainee.category,
        trainee_name=trainee.name,
        to_check="" if same_name(trainee.name, person.name) else "name",
        is_demo=person.is_demo if isinstance(person, Person) else training.is_demo,
    )


def _correct(readings: Sequence[RosterReading], known: Known, fresh: dict[str, Stranger]) -> None:
    """Write blank values and those that this school wrote itself; values entered by others stay."""
    for reading in readings:
        if reading.trainee is None or reading.verdict not in (RosterVerdict.CREATE, RosterVerdict.UPDATE):
            continue
        if reading.index in fresh:
            continue
        person = known.people[reading.index]
        for change in reading.changes:
            if change.fate in (Fate.FILL, Fate.REPLACE):
                _write_field(person, known.places.get(person.id), change)


def _write_field(person: Person, place: Enrolment | None, change: FieldChange) -> None:
    if change.field == "phone":
        person.set_phone(change.after)
    elif change.field == "education":
        person.education = Education(change.after)
    elif change.field == "category":
        person.categories = [change.after, *person.categories[1:]]
    elif change.field == "bank" and place is not None:
        place.bank_sealed = person.seal("bank", change.after)
    elif change.field == "card_no" and place is not None:
        place.card_no = change.after


def _filled(reading: RosterReading, trainee: Trainee, *, is_fresh: bool) -> dict[str, str]:
    """The digests of the values that this row wrote; existing values keep their first writer."""
    values = values_of(trainee)
    if is_fresh:
        return {name: digest_of(name, value) for name, value in values.items() if value}
    written = [change.field for change in reading.changes if change.fate in (Fate.FILL, Fate.REPLACE)]
    return {name: digest_of(name, values[name]) for name in written}

"""Bring the good rows of a roster into the records, set by set: people, places, ledger and messages (导入)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import clock
from centre.database import new_ids, seeing_everything
from centre.people import Education, Person, Sex, identity_index, new_person
from centre.permissions import Actor
from centre.text import normalise
from training.attendance import together as _attendance  # noqa: F401  their reactions must be there to be told
from training.classes.models import TrainingClass
from training.enrolments.models import Enrolment
from training.enrolments.queries import lock_people
from training.enrolments.rules import Application, Origin
from training.enrolments.together import Newcomer, admit_together
from training.enrolments.writing import Parts
from training.funds import together as _funds  # noqa: F401
from training.rosters.judging import Known, differences, digest_of, judge, look_up, same_name, values_of
from training.rosters.models import RosterRow, RosterUpload, verdict_values
from training.rosters.rules import Change, Fate, Reading, Trainee, Verdict

TRIES = 3
GOOD = (Verdict.CREATE, Verdict.UPDATE, Verdict.UNCHANGED)


def judge_rows(
    session: Session, upload: RosterUpload, found: TrainingClass, rows: Sequence[RosterRow]
) -> tuple[list[Reading], Known]:
    """Read kept rows and give them fresh verdicts; those that came out otherwise are written."""
    readings = [row.read(upload) for row in rows]
    before = [(reading.verdict, reading.warnings, reading.changes) for reading in readings]
    known = look_up(session, [row.identity for row in rows if row.identity], found)
    judge(found, upload, readings, known)
    changed = [
        {"id": row.id, **verdict_values(upload, reading)}
        for row, reading, old in zip(rows, readings, before, strict=True)
        if (reading.verdict, reading.warnings, reading.changes) != old
    ]
    _write_rows(session, changed)
    return readings, known


def import_rows(
    session: Session, *, actor: Actor, parts: Parts, upload: RosterUpload, rows: Sequence[RosterRow]
) -> None:
    """Judge rows once more and write what the good ones say; the seats of the new trainees were reserved before.

    The caller has asked whether the actor may. Raises what `admit_together` raises.
    """
    readings, known = judge_rows(session, upload, parts[0], rows)
    lock_people(session, [person.id for person in known.people.values()])
    # Among the people are some whom the school does not see before they are its trainees.
    with seeing_everything(session):
        fresh = _register(session, parts[0], known, readings)
        places = _admit(session, actor, parts, upload, readings, known)
        upload.reserved -= len(places)
        _correct(session, readings, known)
    written = []
    for row, reading in zip(rows, readings, strict=True):
        if reading.trainee is None or reading.verdict not in GOOD:
            continue
        index = identity_index(reading.trainee.number)
        written.append(
            {
                "id": row.id,
                "trainee_id": known.people[index].id,
                "enrolment_id": places.get(index) or known.places[known.people[index].id].id,
                "filled": _filled(reading, reading.trainee, is_fresh=index in fresh),
                "cells_sealed": None,
                "changes_sealed": None,
                "identity": "",
            }
        )
    _write_rows(session, written)


def _write_rows(session: Session, values: Sequence[dict[str, Any]]) -> None:
    if values:
        with seeing_everything(session):
            session.execute(update(RosterRow), values)


def _register(session: Session, found: TrainingClass, known: Known, readings: Sequence[Reading]) -> set[str]:
    """Make persons of those whom nobody knew; if another school registers one at this moment, theirs is taken.

    Gives the identity indexes of the persons that were made.
    """
    wanted = {
        identity_index(reading.trainee.number): reading.trainee
        for reading in readings
        if reading.trainee and reading.verdict is Verdict.CREATE
    }
    for attempt in range(TRIES):
        strangers = sorted(wanted.keys() - known.people.keys())  # in one order, so that two rosters cannot deadlock
        made = [_person(found, wanted[index]) for index in strangers]
        if not made:
            return set()
        try:
            with session.begin_nested():
                for person, number in zip(made, new_ids(session, Person, len(made)), strict=True):
                    person.id = number
                session.execute(insert(Person), [_columns(person) for person in made])
        except IntegrityError:
            if attempt == TRIES - 1:
                raise
            known.people |= look_up(session, strangers, found).people
        else:
            known.people |= dict(zip(strangers, made, strict=True))
            return set(strangers)
    raise AssertionError("unreachable")


def _columns(person: Person) -> dict[str, Any]:
    now = clock.now()
    values = {name: value for name, value in vars(person).items() if not name.startswith("_")}
    return values | {"created_at": now, "updated_at": now, "version": 1}


def _person(found: TrainingClass, trainee: Trainee) -> Person:
    person = new_person(centre_id=found.centre_id, name=trainee.name)
    person.name_norm = normalise(trainee.name)
    person.set_identity(trainee.number)
    person.set_phone(trainee.phone)
    person.birth_on, person.sex, person.education = trainee.birth_on, Sex(trainee.sex), trainee.education
    person.categories = [trainee.category.value] if trainee.category else []
    person.legacy_number, person.source, person.is_demo = trainee.legacy_number, "roster", found.is_demo
    return person


def _admit(
    session: Session,
    actor: Actor,
    parts: Parts,
    upload: RosterUpload,
    readings: Sequence[Reading],
    known: Known,
) -> dict[str, int]:
    """Enrol everybody whose row says create; gives the enrolments by identity index."""
    newcomers, indexes = [], []
    for reading in readings:
        trainee = reading.trainee
        if trainee is None or reading.verdict is not Verdict.CREATE:
            continue
        index = identity_index(trainee.number)
        person = known.people[index]
        application = _application(person, trainee)
        extra: dict[str, Any] = {"bank_sealed": None, "card_no": ""}
        if not application.to_check:
            extra["card_no"] = trainee.card_no
            extra["bank_sealed"] = person.seal("bank", trainee.bank) if trainee.bank else None
        newcomers.append(Newcomer(person, application, extra))
        indexes.append(index)
    if not newcomers:
        return {}
    ids = admit_together(session, actor, parts=parts, newcomers=newcomers, seated=True)
    for one, reading in zip(newcomers, _creating(readings), strict=True):
        if reading.trainee and one.person in session:  # somebody whom the network knew before
            reading.changes = differences(upload, reading.trainee, one.person, None, known)
    return dict(zip(indexes, ids, strict=True))


def _creating(readings: Sequence[Reading]) -> list[Reading]:
    return [reading for reading in readings if reading.trainee and reading.verdict is Verdict.CREATE]


def _application(person: Person, trainee: Trainee) -> Application:
    return Application(
        origin=Origin.ROSTER,
        relation=trainee.relation,
        hardship_no=trainee.hardship_no,
        category=trainee.category,
        trainee_name=trainee.name,
        to_check="" if same_name(trainee.name, person.name) else "name",
        is_demo=person.is_demo,
    )


def _correct(session: Session, readings: Sequence[Reading], known: Known) -> None:
    """Write what was blank or what this school wrote itself; what somebody else entered stays as it is."""
    for reading in readings:
        if reading.trainee is None or reading.verdict not in (Verdict.CREATE, Verdict.UPDATE):
            continue
        person = known.people[identity_index(reading.trainee.number)]
        place = known.places.get(person.id)
        for change in reading.changes:
            if change.fate in (Fate.FILL, Fate.REPLACE):
                _write_field(person, place, change)
    session.flush()


def _write_field(person: Person, place: Enrolment | None, change: Change) -> None:
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


def _filled(reading: Reading, trainee: Trainee, *, is_fresh: bool) -> dict[str, str]:
    """The digests of what this row wrote; a value that was there already stays the one's who wrote it first."""
    values = values_of(trainee)
    if is_fresh:
        return {name: digest_of(name, value) for name, value in values.items() if value}
    written = [change.field for change in reading.changes if change.fate in (Fate.FILL, Fate.REPLACE)]
    return {name: digest_of(name, values[name]) for name in written}

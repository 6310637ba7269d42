"""What is done with rosters: upload and check, confirm in one transaction, discard."""

import base64
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import audit, clock, privacy
from centre.database import seeing_everything
from centre.people import Person, Sex, identity_index, new_person
from centre.permissions import Actor, Permission, require
from centre.sheets.reading import read_sheets
from centre.states import move
from centre.text import clean, normalise
from training.classes.models import TrainingClass
from training.classes.queries import class_parts
from training.classes.rules import ClassState
from training.enrolments.actions import Parts, admit
from training.enrolments.models import Enrolment
from training.enrolments.queries import least_age, lock_people
from training.enrolments.rules import Application, ClassFull, ClassNotOpen, Origin
from training.providers.rules import require_responsible
from training.rosters import queries
from training.rosters.judging import Known, gaps, judge, look_up, same_name
from training.rosters.models import RosterRow, RosterUpload
from training.rosters.rules import (
    ROSTERS,
    NothingToImport,
    Reading,
    RosterFull,
    RosterState,
    Trainee,
    Verdict,
)
from training.rosters.sheets import ClassFacts, read_roster

_JUDGED = frozenset({"left-class", "kept-as-registered"})
"""Warnings that come from the records, not from the file; they are told anew with every verdict."""


def upload_roster(session: Session, actor: Actor, *, class_id: int, content: bytes, file_name: str) -> RosterUpload:
    """Read a school's file and give every row its verdict; nobody is enrolled yet.

    The same file sent again while it waits for confirmation is the same upload. Raises SheetRefused, NoHeader,
    TooManyRows, ClassNotOpen or NotFound.
    """
    require(actor, Permission.IMPORT_ROSTER)
    parts = class_parts(session, class_id)
    require_responsible(actor, provider_id=parts[0].provider_id, centre_id=parts[0].centre_id)
    if parts[0].state is not ClassState.RECRUITING:
        raise ClassNotOpen
    digest = sha256(content).hexdigest()
    waiting = session.scalar(
        select(RosterUpload)
        .where(
            RosterUpload.class_id == class_id,
            RosterUpload.file_digest == digest,
            RosterUpload.state == RosterState.CHECKED,
        )
        .order_by(RosterUpload.id)
        .limit(1)
    )
    if waiting is not None:
        _judge_again(session, waiting, parts[0])
        return waiting
    name = clean(file_name.replace("\\", "/").rsplit("/", 1)[-1])[-200:] or "roster"
    roster = read_roster(read_sheets(content, name), _facts(session, parts))
    made = _new_upload(actor, parts[0], name, content, digest)
    made.columns = {
        sheet: {
            "columns": dict(header.columns),
            "header_row": header.last_row,
            "unknown": list(header.unknown.values()),
        }
        for sheet, header in roster.headers.items()
    }
    session.add(made)
    session.flush()
    known = look_up(session, _numbers(roster.readings), class_id)
    judge(parts[0], roster.readings, known)
    for reading in roster.readings:
        row = RosterRow(upload_id=made.id, sheet=reading.sheet, row_no=reading.row_no)
        row.write(made, reading)
        session.add(row)
    _count(made, roster.readings)
    move(session, actor, made, ROSTERS, "check")
    audit.note(session, actor, action="roster.upload", subject=f"roster:{made.id}")
    return made


def confirm_roster(session: Session, actor: Actor, *, upload_id: int) -> RosterUpload:
    """Enrol everybody whose row is good, all or nobody, and delete the file and its cells (确认导入).

    Rows are judged once more, so that what happened since the check counts. Raises RosterFull when there are more new
    trainees than seats, NothingToImport, IllegalMove when it was settled before, ClassNotOpen or NotFound.
    """
    require(actor, Permission.IMPORT_ROSTER)
    upload = _locked(session, upload_id)
    move(session, actor, upload, ROSTERS, "confirm")
    parts = class_parts(session, upload.class_id)
    if parts[0].state is not ClassState.RECRUITING:
        raise ClassNotOpen
    rows, readings, known = _judge_again(session, upload, parts[0])
    if not upload.creates + upload.updates + upload.unchanged:
        raise NothingToImport
    if upload.creates > parts[0].seats_left:
        raise RosterFull(rows=upload.creates, left=parts[0].seats_left)
    lock_people(session, [person.id for person in known.people.values()])
    # Among the people are some whom the school does not see before they are its trainees.
    with seeing_everything(session):
        _register(session, parts[0], known, readings)
    for row, reading in zip(rows, readings, strict=True):
        if reading.trainee is None or reading.verdict not in (Verdict.CREATE, Verdict.UPDATE, Verdict.UNCHANGED):
            continue
        try:
            with seeing_everything(session):
                row.enrolment_id = _import(session, actor, parts, known, reading, reading.trainee).id
        except ClassFull:
            raise RosterFull(rows=upload.creates, left=0) from None
    _wipe(session, upload)
    audit.note(
        session,
        actor,
        action="roster.confirm",
        subject=f"roster:{upload.id}",
        detail={"created": upload.creates, "updated": upload.updates},
    )
    return upload


def discard_roster(session: Session, actor: Actor, *, upload_id: int) -> RosterUpload:
    """Throw an upload away; nothing of it is kept but that it came. Raises IllegalMove or NotFound."""
    require(actor, Permission.IMPORT_ROSTER)
    upload = _locked(session, upload_id)
    move(session, actor, upload, ROSTERS, "discard")
    _wipe(session, upload)
    audit.note(session, actor, action="roster.discard", subject=f"roster:{upload.id}")
    return upload


def _locked(session: Session, upload_id: int) -> RosterUpload:
    queries.upload_of(session, upload_id)
    statement = select(RosterUpload).where(RosterUpload.id == upload_id).with_for_update()
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def _wipe(session: Session, upload: RosterUpload) -> None:
    upload.file_sealed = upload.wrapped_key = None
    upload.settled_at = clock.now()
    session.flush()
    session.execute(
        update(RosterRow)
        .where(RosterRow.upload_id == upload.id)
        .values(cells_sealed=None, version=RosterRow.version + 1)
        .execution_options(synchronize_session=False)
    )


def _new_upload(actor: Actor, found: TrainingClass, name: str, content: bytes, digest: str) -> RosterUpload:
    key_name, wrapped = privacy.new_key()
    made = RosterUpload(
        provider_id=found.provider_id,
        centre_id=found.centre_id,
        class_id=found.id,
        state=RosterState.UPLOADED,
        file_name=name,
        file_digest=digest,
        file_size=len(content),
        key_name=key_name,
        wrapped_key=wrapped,
        sent_by=actor.account_id,
    )
    made.file_sealed = made.seal("file", base64.b64encode(content).decode())
    return made


def _facts(session: Session, parts: Parts) -> ClassFacts:
    found, major, _ = parts
    age = least_age(session, found)
    return ClassFacts(major.name, major.level, found.start_on, found.end_on, age, clock.today())


def _numbers(readings: Sequence[Reading]) -> list[str]:
    return [reading.trainee.number for reading in readings if reading.trainee]


def _judge_again(
    session: Session, upload: RosterUpload, found: TrainingClass
) -> tuple[list[RosterRow], list[Reading], Known]:
    """The rows of an upload with fresh verdicts."""
    rows = list(session.scalars(select(RosterRow).where(RosterRow.upload_id == upload.id).order_by(RosterRow.id)))
    readings = [row.read(upload) for row in rows]
    for reading in readings:
        if reading.trainee:
            reading.problems = []
            reading.warnings = [warning for warning in reading.warnings if warning.code not in _JUDGED]
    known = look_up(session, _numbers(readings), found.id)
    judge(found, readings, known)
    for row, reading in zip(rows, readings, strict=True):
        row.judge(reading)
    _count(upload, readings)
    return rows, readings, known


def _count(upload: RosterUpload, readings: Sequence[Reading]) -> None:
    counted = Counter(reading.verdict for reading in readings)
    upload.creates, upload.updates = counted[Verdict.CREATE], counted[Verdict.UPDATE]
    upload.unchanged, upload.errors = counted[Verdict.UNCHANGED], counted[Verdict.ERROR]
    upload.ignored = counted[Verdict.IGNORED]


def _import(
    session: Session, actor: Actor, parts: Parts, known: Known, reading: Reading, trainee: Trainee
) -> Enrolment:
    person = known.people[identity_index(trainee.number)]
    if reading.verdict is not Verdict.CREATE:
        place = known.places[person.id]
        if reading.verdict is Verdict.UPDATE:
            _fill(person, place, trainee)
        return place
    place = admit(session, actor, parts=parts, person=person, application=_application(person, trainee))
    _fill(person, place, trainee)
    return place


def _register(session: Session, found: TrainingClass, known: Known, readings: Sequence[Reading]) -> None:
    """Make persons of those whom nobody knew; if another school registers one at this moment, theirs is taken."""
    made = [
        _person(found, reading.trainee)
        for reading in readings
        if reading.trainee and reading.verdict is Verdict.CREATE and known.person(reading.trainee) is None
    ]
    try:
        with session.begin_nested():
            session.add_all(made)
    except IntegrityError:
        made = [_one_person(session, person) for person in made]
    known.people |= {str(person.identity_index): person for person in made}


def _one_person(session: Session, person: Person) -> Person:
    existing = session.scalar(select(Person).where(Person.identity_index == person.identity_index))
    if existing is None:
        session.add(person)
        session.flush()
    return existing or person


def _person(found: TrainingClass, trainee: Trainee) -> Person:
    person = new_person(centre_id=found.centre_id, name=trainee.name)
    person.name_norm = normalise(trainee.name)
    person.set_identity(trainee.number)
    person.set_phone(trainee.phone)
    person.birth_on, person.sex, person.education = trainee.birth_on, Sex(trainee.sex), trainee.education
    person.categories = [trainee.category.value] if trainee.category else []
    person.legacy_number, person.source, person.is_demo = trainee.legacy_number, "roster", found.is_demo
    return person


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


def _fill(person: Person, place: Enrolment, trainee: Trainee) -> None:
    """Write what was blank; what somebody entered before stays as it is."""
    blank = gaps(trainee, person, place)
    if "phone" in blank:
        person.set_phone(trainee.phone)
    if "education" in blank:
        person.education = trainee.education
    if "category" in blank and trainee.category:
        person.categories = [trainee.category.value]
    if "bank" in blank:
        place.bank_sealed = person.seal("bank", trainee.bank)
    if "card_no" in blank:
        place.card_no = trainee.card_no

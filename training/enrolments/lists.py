"""The list of trainees that a school or a training officer can export."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from centre import clock
from centre.exports.queries import KINDS, ExportKind, ListQuery
from centre.people import Person
from centre.permissions import Permission
from centre.sheets.cells import Cell
from centre.text import mask_id, mask_phone
from centre.translation import N_, translate
from training.classes.models import TrainingClass
from training.enrolments.models import Enrolment
from training.enrolments.rules import STATE_LABELS
from training.providers.models import Major


def _trainees(class_id: int | None) -> Select[Enrolment, Person, TrainingClass, Major]:
    query = (
        select(Enrolment, Person, TrainingClass, Major)
        .join(Person, Person.id == Enrolment.person_id)
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .join(Major, Major.id == TrainingClass.major_id)
        .order_by(Enrolment.class_id, Enrolment.enrolled_at, Enrolment.id)
    )
    return query.where(Enrolment.class_id == class_id) if class_id else query


def _rows(query: ListQuery, session: Session, locale: str) -> Iterable[Sequence[Cell]]:
    for place, person, group, major in session.execute(query):
        yield (
            f"{major.name} {group.class_no}",
            place.trainee_name,
            mask_id(person.identity_number),
            mask_phone(person.phone),
            translate(locale, STATE_LABELS[place.state]),
            clock.local(place.enrolled_at).date(),
        )


def _centre(session: Session, class_id: int | None) -> int | None:
    return session.scalar(_trainees(class_id).with_only_columns(Enrolment.centre_id).order_by(None).limit(1))


KINDS["trainees"] = ExportKind(
    "trainees",
    N_("学员名单"),
    Permission.IMPORT_ROSTER,
    (N_("班级"), N_("姓名"), N_("身份证号"), N_("手机号码"), N_("状态"), N_("报名日期")),
    _trainees,
    _rows,
    _centre,
)

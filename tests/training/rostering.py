"""Common steps of the roster tests: upload, confirm, count."""

from typing import Any

from sqlalchemy import func, select

from centre.database import open_session
from centre.ledger import ServiceEvent
from centre.people import Person
from tests.training.world import SYSTEM, City
from training.classes.models import TrainingClass
from training.enrolments.models import Enrolment
from training.rosters.actions import confirm_roster, upload_roster
from training.rosters.models import RosterRow, RosterUpload
from training.rosters.queries import rows_of
from training.rosters.rules import RosterReading


def send(
    city: City, class_id: int, content: bytes, name: str = "花名册.xlsx", actor: str = "registrar", **options: Any
) -> RosterUpload:
    """Upload a roster."""
    acting = city.actors[actor]
    with open_session(acting.scope, write=True) as session:
        return upload_roster(session, acting, class_id=class_id, content=content, file_name=name, **options)


def confirm(city: City, upload_id: int, actor: str = "registrar", *, only_good: bool = True) -> RosterUpload:
    """Confirm a roster."""
    acting = city.actors[actor]
    with open_session(acting.scope, write=True) as session:
        return confirm_roster(session, acting, upload_id=upload_id, only_good=only_good)


def counts(upload: RosterUpload) -> tuple[int, int, int, int, int]:
    """New, changed, unchanged, wrong and ignored rows."""
    return upload.creates, upload.updates, upload.unchanged, upload.errors, upload.ignored


def kept() -> tuple[int, int, int]:
    """How many people, enrolments and ledger events there are."""
    with open_session(SYSTEM.scope) as session:
        people, places, events = (
            session.scalar(select(func.count(model.id))) or 0 for model in (Person, Enrolment, ServiceEvent)
        )
        return people, places, events


def readings(upload_id: int) -> list[RosterReading]:
    """The rows of an upload in file order."""
    with open_session(SYSTEM.scope) as session:
        upload = session.get_one(RosterUpload, upload_id)
        return sorted(
            (row.read(upload) for row in session.scalars(rows_of(upload_id))), key=lambda reading: reading.row_no
        )


def row_ids(upload_id: int) -> dict[int, int]:
    """The ids of the rows by their number in the spreadsheet."""
    with open_session(SYSTEM.scope) as session:
        rows = session.scalars(select(RosterRow).where(RosterRow.upload_id == upload_id).order_by(RosterRow.id))
        return {row.row_no: row.id for row in rows}


def upload_now(upload_id: int) -> RosterUpload:
    """The upload as stored."""
    with open_session(SYSTEM.scope) as session:
        return session.get_one(RosterUpload, upload_id)


def taken(class_id: int) -> int:
    """How many seats of a class are taken."""
    with open_session(SYSTEM.scope) as session:
        return session.get_one(TrainingClass, class_id).taken

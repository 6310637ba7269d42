"""Due work of labour export: projects that end, sheets that leave the telephones."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.isolation import apart
from centre.jobs import job
from centre.permissions import Actor
from centre.states import move
from matching.export.queries import due_sheets, ended_projects, escorts, groups
from matching.export.rules import EXPORT_PROJECT


@job("end-export-projects", every=timedelta(days=1))
def end_projects(session: Session) -> None:
    """Close projects after their last day."""
    for project in session.scalars(ended_projects(clock.today())).all():
        with apart(session):
            move(session, Actor.system(), project, EXPORT_PROJECT, "close")


@job("clear-escort-sheets", every=timedelta(hours=6))
def clear_sheets(session: Session) -> None:
    """Thirty days after the hand-over the sheet leaves the telephones of escorts and group leaders (EX-05)."""
    now = clock.now()
    for batch in session.scalars(due_sheets(now)).all():
        with apart(session):
            for duty in session.scalars(escorts(batch.id)).all():
                duty.ended_at = duty.ended_at or now
            for group in session.scalars(groups(batch.id)).all():
                group.ended_at = group.ended_at or now

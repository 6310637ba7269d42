"""How many people a booth talks to at a time, and from when to when; its employer says so, or the organiser for it."""

from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from centre.audit import note
from centre.drafts import Draft
from centre.messages.office import FAIR_TABLES
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything
from employers.fairs.fixed import refuse_over
from employers.fairs.models import Fair
from employers.fairs.organisers import tell_organisers
from employers.fairs.queries import handled_booth
from matching.fairs.interviews.models import InterviewDay
from matching.fairs.interviews.queries import LAST_SLOT, MOST_PANELS, Tables, interview_day, tables_of


class TablesDraft(Draft):
    """The tables of a booth, and its first and last slot (面谈桌数和时间)."""

    tables: Annotated[int, Field(ge=0, le=MOST_PANELS)] = 1
    from_slot: Annotated[int, Field(ge=0, le=LAST_SLOT)] = 0
    until_slot: Annotated[int, Field(ge=0, le=LAST_SLOT)] = LAST_SLOT


def set_tables(session: Session, actor: Actor, *, booth_id: int, draft: TablesDraft) -> Tables:
    """Set how many people a booth talks to at a time, and when. Raises FairFixed, NotFound or OtherCentre.

    Once interviews are planned the organisers hear of it, who plan them again.
    """
    require(actor, Permission.APPLY_FOR_BOOTH)
    booth = handled_booth(session, actor, booth_id)
    refuse_over(booth.fair)
    wished = Tables(draft.tables, *sorted((draft.from_slot, draft.until_slot)))
    if wished == tables_of(interview_day(session, booth.fair_id), booth.id):
        return wished
    with seeing_everything(session):
        day = kept_day(session, booth.fair)
        day.panels = day.panels | {str(booth.id): [wished.count, wished.first, wished.last]}
        session.flush()
        if day.planned_at is not None and booth.employer_id == actor.employer_id:
            message = FAIR_TABLES.of(fair=booth.fair.name, employer=booth.employer.name)
            key = f"fair-tables:{booth.id}:{day.version}"
            tell_organisers(session, booth.fair, message, key=key, part="/interviews")
    note(session, actor, action="interviews.tables", subject=f"booth:{booth.id}", detail={"tables": draft.tables})
    return wished


def kept_day(session: Session, fair: Fair) -> InterviewDay:
    """The conditions of a fair's timetable, made at the first use; the caller sees everything."""
    day = interview_day(session, fair.id)
    if day is None:
        day = InterviewDay(fair_id=fair.id, centre_id=fair.centre_id, panels={}, figures={}, released=[], ended=[])
        session.add(day)
        session.flush()
    return day

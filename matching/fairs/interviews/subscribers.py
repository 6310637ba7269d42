"""Interviews at a booth end with it: nobody waits at a table that stays empty."""

from sqlalchemy.orm import Session

from centre.events import subscribe
from centre.outbox import post
from centre.scopes import seeing_everything
from centre.translation import N_, SOURCE_LOCALE, translate
from employers.fairs.facts import BoothGone
from employers.fairs.models import Fair
from matching.fairs.interviews.models import BookedInterview
from matching.fairs.interviews.queries import booked, interview_day, interview_of
from matching.fairs.interviews.rules import Interview
from matching.fairs.visitors.tickets import spoken

OFF_TITLE = N_("招聘会“{fair}”：一场面谈取消了")
OFF_BODY = N_("{employer}不来了，您和这家单位的面谈取消。别的展位当天都可以直接去谈。")


@subscribe(BoothGone)
def end_interviews(session: Session, fact: BoothGone) -> None:
    """Take the booth's interviews out of the timetable and tell those to whom they had been released."""
    with seeing_everything(session):
        day = interview_day(session, fact.fair_id)
        if day is None:
            return
        fair = session.get_one(Fair, fact.fair_id)
        released = {Interview(*cell) for cell in day.released}
        rows = session.scalars(booked(fair.id).where(BookedInterview.booth_id == fact.booth_id)).all()
        gone = {interview_of(row) for row in rows}
        for row in rows:
            if row.person_id is not None and interview_of(row) in released:
                words = {"fair": fair.name, "employer": row.booth.employer.name}
                post(
                    session,
                    kind="fair-interviews",
                    to_person_id=row.person_id,
                    title=translate(SOURCE_LOCALE, OFF_TITLE, **words)[:200],
                    body=translate(SOURCE_LOCALE, OFF_BODY, **words),
                    link=f"/tickets/{spoken(row.visitor.code)}",
                    dedupe_key=f"interview-off:{day.id}:{day.revision}:{row.id}",
                    expires_at=fair.ends_at,
                )
            session.delete(row)
        day.released = [[cell.seeker, cell.panel, cell.slot] for cell in sorted(released - gone)]
        session.flush()

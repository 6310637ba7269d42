"""The fairness figures are compiled once a day."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.jobs import job
from matching.fairness.models import FairnessReport
from matching.fairness.queries import measured


@job("measure-fairness", every=timedelta(days=1), reading=measured)
def measure_fairness(session: Session, report: tuple[int, list[dict[str, Any]]]) -> None:
    """Compile who is seen, recommended and hired, by sex, age band, county and hardship."""
    lists, figures = report
    if session.scalar(select(FairnessReport.id).where(FairnessReport.day == clock.today())) is None:
        session.add(FairnessReport(day=clock.today(), lists=lists, figures=figures))

"""Due work: workers are asked to compare contract, payslip and work with what was promised."""

from datetime import timedelta

from sqlalchemy.orm import Session

from centre import clock
from centre.isolation import apart
from centre.jobs import job
from centre.messages import send
from centre.messages.jobseekers import TERMS_DUE
from matching.promises.queries import placements_to_compare
from matching.promises.rules import COMPARED_AFTER, STAGE_LABELS


@job("ask-for-terms", every=timedelta(days=1))
def ask_for_terms(session: Session) -> None:
    """Ask workers once for each link of the chain whether it is what was promised, when they hold the paper."""
    today = clock.today()
    for stage, days in COMPARED_AFTER.items():
        for introduction in placements_to_compare(session, stage, today - timedelta(days=days)):
            with apart(session):
                send(
                    session,
                    TERMS_DUE.of(title=introduction.opening.title, stage=STAGE_LABELS[stage]),
                    to_person_id=introduction.person_id,
                    link=f"/me/introductions/{introduction.id}/terms/{stage.value}",
                    dedupe_key=f"terms-due:{introduction.id}:{stage.value}",
                )

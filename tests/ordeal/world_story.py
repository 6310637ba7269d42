"""Rows of letters and interviews in the world of two sides."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from centre import clock
from centre.people import Person
from employers.openings.models import Opening
from employers.openings.terms import Terms
from matching.interviews.models import Interview
from matching.interviews.rules import InterviewState
from matching.introductions.models import FollowUp, Introduction, Placement
from matching.introductions.rules import IntroductionState
from matching.promises.models import StatedTerms
from matching.promises.rules import PromiseStage, StatementState, TermKind, TermsSource
from tests.ordeal.canaries import Canaries


def add_introductions(canaries: Canaries, opening: Opening, code: str, people: Iterable[Person]) -> None:
    """A recommendation for the first person; letters, interviews and placements for the others."""
    now, today = clock.now(), clock.today()
    of: dict[str, Any] = {"employer_id": opening.employer_id, "centre_id": opening.centre_id, "opening_id": opening.id}
    for place, person in enumerate(people):
        own = of | {"person_id": person.id}
        if place == 0:
            canaries.make(
                Introduction, worker_name=person.name, state=IntroductionState.RECOMMENDED, reasons=[], skills=[],
                flag="", **own,
            )  # fmt: skip
            continue
        sent = canaries.make(
            Introduction, worker_name=person.name, state=IntroductionState.HIRED, agreed_at=now, issued_at=now, flag="",
            letter_no=f"{code}-1", expires_on=today, result_at=now, reasons=[], skills=[], **own,
        )  # fmt: skip
        _add_interview(canaries, sent)
        _add_terms(canaries, sent)
        sent.share_phone(person.phone)
        placement = canaries.make(Placement, introduction_id=sent.id, starts_on=today, missed_calls=0, **own)
        canaries.make(
            FollowUp, placement_id=placement.id, centre_id=opening.centre_id, day=7, due_on=today,
            owners={"person_id": person.id},
        )  # fmt: skip


def _add_terms(canaries: Canaries, introduction: Introduction) -> None:
    """What the worker reports, the employer admits and the counter dismissed of one contract."""
    owners = ("centre_id", "person_id", "employer_id", "opening_id")
    of: dict[str, Any] = {name: getattr(introduction, name) for name in owners}
    of |= {"introduction_id": introduction.id, "stage": PromiseStage.CONTRACT, "stated_on": clock.today()}
    of |= {"terms": Terms(pay_min_fen=280_000).as_row(), "worse": [TermKind.PAY.value]}
    canaries.make(StatedTerms, source=TermsSource.EMPLOYER, state=StatementState.CONFIRMED, note="", **of)
    # These two the employer does not see, although they concern it.
    canaries.make(StatedTerms, source=TermsSource.WORKER, state=StatementState.REPORTED, **of)
    canaries.make(StatedTerms, source=TermsSource.CLERK, state=StatementState.DISMISSED, **of)


def _add_interview(canaries: Canaries, introduction: Introduction) -> None:
    """An interview that waits for the worker's answer, for an introduction with a letter."""
    assert introduction.state is not IntroductionState.RECOMMENDED
    canaries.make(
        Interview, introduction_id=introduction.id, centre_id=introduction.centre_id, state=InterviewState.PROPOSED,
        person_id=introduction.person_id, employer_id=introduction.employer_id,
        starts_at=clock.now() + timedelta(days=3),
    )  # fmt: skip

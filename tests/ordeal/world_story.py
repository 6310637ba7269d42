"""Rows of letters and interviews in the world of two sides."""

from datetime import timedelta
from typing import Any

from centre import clock
from matching.interviews.models import Interview
from matching.interviews.rules import InterviewState
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState
from tests.ordeal.canaries import Canaries


def add_interviews(canaries: Canaries, introduction: Introduction) -> Any:
    """An interview that waits for the worker's answer, for an introduction with a letter."""
    assert introduction.state is not IntroductionState.RECOMMENDED
    return canaries.make(
        Interview, introduction_id=introduction.id, centre_id=introduction.centre_id, state=InterviewState.PROPOSED,
        person_id=introduction.person_id, employer_id=introduction.employer_id,
        starts_at=clock.now() + timedelta(days=3),
    )  # fmt: skip

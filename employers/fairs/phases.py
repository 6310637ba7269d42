"""The four phases of an organiser's work on a fair. Pure."""

from enum import StrEnum

from centre.translation import N_
from employers.fairs.rules import ANNOUNCED, FairState


class FairPhase(StrEnum):
    """The four phases of an organiser's work on a fair (办会阶段)."""

    PREPARE = "prepare"
    APPLY = "apply"
    TODAY = "today"
    REPORT = "report"


PHASE_LABELS = {
    FairPhase.PREPARE: N_("筹备"),
    FairPhase.APPLY: N_("报名"),
    FairPhase.TODAY: N_("今天"),
    FairPhase.REPORT: N_("上报"),
}


def phase_of(state: FairState, *, is_today: bool) -> FairPhase | None:
    """The phase of a fair; None when nothing is left to do about it."""
    if state is FairState.LIVE or (is_today and state in ANNOUNCED):
        return FairPhase.TODAY
    if state in ANNOUNCED:
        return FairPhase.APPLY
    if state is FairState.ENDED:
        return FairPhase.REPORT
    done = (FairState.REPORTED, FairState.ARCHIVED, FairState.CANCELLED)
    return None if state in done else FairPhase.PREPARE

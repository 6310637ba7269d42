"""The states of an interview and what its proposal says (面试安排)."""

from datetime import date, time
from enum import StrEnum

from centre.drafts import Draft, Line, NearDay, WallTime
from centre.errors import Conflict
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.translation import N_


class InterviewState(StrEnum):
    """The state of an interview (面试状态)."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


S = InterviewState

INTERVIEW_LABELS = {
    S.PROPOSED: N_("等本人答复"),
    S.ACCEPTED: N_("说好了"),
    S.DECLINED: N_("这个时间不行"),
    S.WITHDRAWN: N_("取消了"),
}

LIVING = (S.PROPOSED, S.ACCEPTED)
"""States in which an appointment stands or may still come about."""

INTERVIEW = Machine(
    "interview",
    [
        Move(S.PROPOSED, "accept", S.ACCEPTED, Permission.INTRODUCE),
        Move(S.PROPOSED, "decline", S.DECLINED, Permission.INTRODUCE),
        Move(S.ACCEPTED, "decline", S.DECLINED, Permission.INTRODUCE),
        *(Move(state, "withdraw", S.WITHDRAWN, Permission.RECORD_RESULT) for state in (S.PROPOSED, S.ACCEPTED)),
    ],
    INTERVIEW_LABELS,
)


class InterviewDraft(Draft):
    """A proposed interview: the day, the time at the place, where, and whom to ask for (约面试)."""

    on: NearDay
    at: WallTime
    place: Line = ""
    note: Line = ""


class InterviewPast(Conflict):
    """An interview is proposed for a time that has passed."""

    code = "interview-past"
    message = N_("面试时间已经过了，请另选一个")


class NoInterview(Conflict):
    """The introduction has no letter in progress, so no interview can be arranged."""

    code = "no-interview"
    message = N_("这封推荐信已经有结果或作废，不能再约面试")


def when(on: date, at: time) -> str:
    """The day and time of an interview as messages say it.

    >>> when(date(2026, 3, 12), time(9, 30))
    '2026-03-12 09:30'
    """
    return f"{on.isoformat()} {at:%H:%M}"

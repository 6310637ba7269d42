"""What organisers and visitors send about interviews. Pure."""

from typing import Annotated

from pydantic import Field

from centre.drafts import Draft, RecordId
from centre.errors import Conflict
from centre.translation import N_


class DayDraft(Draft):
    """The conditions of a timetable (排期条件)."""

    slot_minutes: Annotated[int, Field(ge=5, le=120)] = 15
    gap: Annotated[int, Field(ge=0, le=8)] = 1
    most: Annotated[int, Field(ge=1, le=10)] = 3
    reserve: Annotated[int, Field(ge=0, le=90)] = 15
    breaks: Annotated[tuple[Annotated[int, Field(ge=0, le=300)], ...], Field(max_length=100)] = ()


class GuestDraft(Draft):
    """With whom a visitor wants to talk, in order of preference, and when (面谈意愿)."""

    booth_ids: Annotated[tuple[RecordId, ...], Field(max_length=10)] = ()
    from_slot: Annotated[int, Field(ge=0, le=999)] = 0
    until_slot: Annotated[int, Field(ge=0, le=999)] = 999


class NoTimetable(Conflict):
    """No interview has been requested, or no employer has a confirmed booth."""

    code = "no-timetable"
    message = N_("还没有人想约面谈，或者还没有通过的展位，排不了")


class InterviewsStarted(Conflict):
    """Wishes count until the fair begins; afterwards people go to the booth."""

    code = "interviews-started"
    message = N_("招聘会已经开始，直接到展位去谈就行")


class PlanFaulty(Conflict):
    """The stored plan breaks a rule, for example because a booth has gone; it has to be planned again first."""

    code = "plan-faulty"
    message = N_("排期里有 {count} 处对不上，请重新排一次再公布")

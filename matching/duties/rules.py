"""The services that are due within a time, and how long a step of an introduction may wait. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from centre.translation import N_


class Duty(StrEnum):
    """A service that everybody who is registered gets (基本服务)."""

    GUIDANCE = "guidance"
    INTRODUCTIONS = "introductions"
    TRAINING = "training"


DUTY_LABELS = {
    Duty.GUIDANCE: N_("职业指导，还差 {n} 次"),
    Duty.INTRODUCTIONS: N_("推荐岗位，还差 {n} 个"),
    Duty.TRAINING: N_("培训咨询或报名，还差 {n} 次"),
}


class Stall(StrEnum):
    """Whom an introduction waits for (卡在哪里)."""

    CENTRE = "centre"
    WORKER = "worker"
    RESULT = "result"
    SILENCE = "silence"


STALL_LABELS = {
    Stall.CENTRE: N_("等中心开推荐信"),
    Stall.WORKER: N_("等本人答复去不去"),
    Stall.RESULT: N_("面试过了，单位还没说结果"),
    Stall.SILENCE: N_("推荐信没有回音，问问单位和本人"),
}


@dataclass(frozen=True, slots=True)
class Owed:
    """What one person has not got yet, and until when it is due (待办服务)."""

    person_id: int
    name: str
    due_on: date
    missing: Mapping[Duty, int]

    def is_late(self, today: date) -> bool:
        """Whether the time is over."""
        return self.due_on < today

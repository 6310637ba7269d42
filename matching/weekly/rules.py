"""Steps of a week and when they are meant to be done. Pure.

Whoever writes down when and where she will do a thing does it more often: so each step asks for a day.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from centre.drafts import Draft
from centre.translation import N_, SOURCE_LOCALE, translate

DAYS = 7
HALVES = {"am": N_("上午"), "pm": N_("下午")}
HALF_ENDS = {"am": 12, "pm": 18}
"""The hour in which a half of a day is over and can be chosen no more."""
WEEKDAYS = (N_("周一"), N_("周二"), N_("周三"), N_("周四"), N_("周五"), N_("周六"), N_("周日"))

When = Annotated[str, Field(pattern=r"^([0-6](am|pm))?$")]


class Errand(StrEnum):
    """A kind of step towards work (要办的事)."""

    INTERVIEW = "interview"
    LETTER = "letter"
    PROPOSAL = "proposal"
    PROFILE = "profile"
    MATCHES = "matches"
    FAIR = "fair"
    CENTRE = "centre"


ERRANDS = {
    Errand.INTERVIEW: N_("去面试：{title}"),
    Errand.LETTER: N_("带着推荐信和身份证去单位：{title}"),
    Errand.PROPOSAL: N_("答复中心推荐的工作：{title}"),
    Errand.PROFILE: N_("说说会什么、想去哪里，推荐才准"),
    Errand.MATCHES: N_("看看推荐给我的工作，挑一个请中心推荐"),
    Errand.FAIR: N_("去招聘会：{title}"),
    Errand.CENTRE: N_("到中心窗口问问，带上身份证"),
}


@dataclass(frozen=True, slots=True)
class WeekStep:
    """One step with where to read on; a step that has a time of its own is not asked about (打算)."""

    errand: Errand
    link: str
    words: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None

    @property
    def sentence(self) -> str:
        """The step in the words in which a plan keeps it."""
        return translate(SOURCE_LOCALE, ERRANDS[self.errand], **self.words)


def planned_line(day: date, time: str, step: WeekStep) -> str:
    """A step as a line of a plan: 3月4日周三上午：带着推荐信和身份证去单位：焊工."""
    return f"{_day_words(day)}{time}：{step.sentence}"


def lines_of_day(plan: str, day: date, steps: Iterable[WeekStep]) -> list[str]:
    """The lines of a plan for a day whose steps still stand: what was done or cancelled since is left out.

    `steps` is read only if the plan names the day, since it may come from the database.
    """
    lines = [line for line in plan.splitlines() if line.startswith(_day_words(day))]
    ends = tuple(f"：{step.sentence}" for step in steps) if lines else ()
    return [line for line in lines if line.endswith(ends)]


def _day_words(day: date) -> str:
    return f"{day.month}月{day.day}日{WEEKDAYS[day.weekday()]}"


class WeekPlan(Draft):
    """When each step is meant to be done: `2am` is the morning in two days (一周打算)."""

    interview: When = ""
    letter: When = ""
    proposal: When = ""
    profile: When = ""
    matches: When = ""
    fair: When = ""
    centre: When = ""

    def day_of(self, errand: Errand, today: date) -> tuple[date, str] | None:
        """The day and half of the day that was chosen for a step."""
        chosen: str = getattr(self, errand.value)
        return (today + timedelta(days=int(chosen[0])), chosen[1:]) if chosen else None

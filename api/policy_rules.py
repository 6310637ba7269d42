"""Rules of law and money, the calendar of each year and the texts of messages: read, written, agreed to by another."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path

from api.dependencies import Routes, Unit
from api.wire import Wire
from centre import clock, policy_changes, working_days
from centre.drafts import RecordId
from centre.messages.everything import REGISTER
from centre.messages.names import NAMES
from centre.messages.overlay import text_in_force
from centre.permissions import Permission
from centre.policy import year_plans
from centre.policy_changes import ChangeState, RuleDraft
from centre.translation import translate

routes = Routes(prefix="/rules", tags=["policy_rules"])

Year = Annotated[int, Path(ge=2000, le=2100)]
Verdict = Literal["agree", "refuse"]


class RuleOut(Wire):
    """A rule with the days on which it holds, its place and the document that it rests on."""

    id: int
    key: str
    value: Any
    region_code: str
    from_on: date
    to_on: date | None
    source: str
    is_example: bool


class RuleChangeOut(Wire):
    """A proposed rule on which a second person decides."""

    id: int
    key: str
    value: Any
    region_code: str
    from_on: date
    to_on: date | None
    source: str
    state: ChangeState


class CalendarOut(Wire):
    """The days off and the made-up working days of a year; `entered` says whether this installation entered them."""

    year: int
    entered: bool
    off: list[date]
    work: list[date]


class MessageTextOut(Wire):
    """A kind of message: its texts, in force and standard, the words that they offer and those that they must keep."""

    name: str
    label: str
    title: str
    body: str
    standard_title: str
    standard_body: str
    placeholders: list[str]
    required: list[str]


@routes.get("", allow=Permission.APPROVE_RULES)
def list_rules(unit: Unit) -> list[RuleOut]:
    """List every rule with its days, by key, region and first day."""
    return [RuleOut.model_validate(rule) for rule in policy_changes.rules_kept(unit.session)]


@routes.get("/changes", allow=Permission.APPROVE_RULES)
def list_changes(unit: Unit) -> list[RuleChangeOut]:
    """List the rules that wait for a second person, the oldest first."""
    return [RuleChangeOut.model_validate(change) for change in unit.session.scalars(policy_changes.changes_waiting())]


@routes.post("/changes", allow=Permission.ENTER_RULES, status_code=201)
def propose(unit: Unit, draft: RuleDraft) -> RuleChangeOut:
    """Write a rule for a second person to agree to: of law, a year (`calendar-year`) or a text (`message.<name>`)."""
    return RuleChangeOut.model_validate(policy_changes.propose_rule(unit.session, unit.actor, draft=draft))


@routes.post("/changes/{change_id}/{verdict}", allow=Permission.APPROVE_RULES, status_code=204)
def decide(unit: Unit, change_id: RecordId, verdict: Verdict) -> None:
    """Approve a rule proposed by another person, or refuse it."""
    policy_changes.decide_rule(unit.session, unit.actor, change_id=change_id, agreed=verdict == "agree")


@routes.get("/calendar/{year}", allow=Permission.APPROVE_RULES)
def read_calendar(unit: Unit, year: Year) -> CalendarOut:  # noqa: ARG001
    """Read the calendar that holds for a year."""
    plan = working_days.plan_in_force(year)
    return CalendarOut(year=year, entered=year in year_plans(), off=sorted(plan.off), work=sorted(plan.work))


@routes.get("/messages", allow=Permission.APPROVE_RULES)
def list_texts(unit: Unit) -> list[MessageTextOut]:
    """List every kind of message that the service sends, with its text."""
    texts = [(wording, text_in_force(wording, clock.today())) for wording in REGISTER.values()]
    return [
        MessageTextOut(
            name=wording.name,
            label=translate(unit.locale, NAMES[wording.name]),
            title=text.title,
            body=text.body,
            standard_title=wording.title,
            standard_body=wording.body,
            placeholders=sorted(wording.offers),
            required=sorted(wording.keep),
        )
        for wording, text in texts
    ]

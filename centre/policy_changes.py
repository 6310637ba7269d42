"""Rules of law and money as two persons enter them: one writes the rule with its source, another agrees (规则修订)."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import JSON, CheckConstraint, ColumnElement, Select, String, true
from sqlalchemy import select as choose
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import audit, benefits, clock, regions, working_days
from centre.drafts import Draft, Line, LongWords, Words
from centre.errors import Conflict, Invalid, NotFound, Problem
from centre.messages import send
from centre.messages.office import POLICY_DECIDED
from centre.messages.overlay import kept_texts, wording_of
from centre.messages.overlay import problems_of as problems_of_text
from centre.permissions import Actor, Permission, Scope, require
from centre.policy import CALENDAR, PolicyMissing, PolicyRule, policy, shipped_examples, year_plans
from centre.tables import Record, coded
from centre.translation import N_

ONE_DAY = timedelta(days=1)


class ChangeState(StrEnum):
    """Where a change of a rule stands (修订状态)."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


CHANGE_LABELS = {
    ChangeState.WAITING: N_("等另一位同意"),
    ChangeState.DONE: N_("已生效或到日子生效"),
    ChangeState.REFUSED: N_("没有同意"),
}


class PolicyChange(Record):
    """A rule that has been proposed and still needs the approval of a second person (规则修订)."""

    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="second"),
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="days"),
    )

    key: Mapped[str] = mapped_column(String(60))
    value: Mapped[Any] = mapped_column(JSON)
    region_code: Mapped[str] = mapped_column(String(6), default="")
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(300))
    state: Mapped[ChangeState] = mapped_column(coded(ChangeState), default=ChangeState.WAITING)
    asked_by: Mapped[int | None]
    decided_by: Mapped[int | None]

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:  # noqa: ARG003
        """Rules are no secret; pages ask for the permission to write or to agree."""
        return true()


class RuleDraft(Draft):
    """A rule as it is written: the value as JSON, the days, the place and the document that it rests on (规则)."""

    key: Annotated[Words, StringConstraints(max_length=60)]
    value: LongWords
    region_code: Annotated[Line, StringConstraints(max_length=6)] = ""
    from_on: date
    to_on: date | None = None
    source: Annotated[LongWords, StringConstraints(min_length=4, max_length=300)]


class SecondPerson(Conflict):
    """Who wrote a rule may not be the one who agrees."""

    code = "second-person"
    message = N_("规则要由另一位同意，不能自己批自己写的")


@dataclass(frozen=True, slots=True)
class Boundary:
    """What holds on one day without and with the change; None where no rule says anything (边界日)."""

    day: date
    before: Any
    after: Any


def rules_kept(session: Session) -> list[PolicyRule]:
    """Every rule with its days, by key, region and first day."""
    return list(
        session.scalars(choose(PolicyRule).order_by(PolicyRule.key, PolicyRule.region_code, PolicyRule.from_on))
    )


def changes_waiting() -> Select[PolicyChange]:
    """Changes that await approval, the oldest first."""
    return choose(PolicyChange).where(PolicyChange.state == ChangeState.WAITING).order_by(PolicyChange.id)


def rule_to_follow(session: Session, key: str) -> PolicyRule | None:
    """A rule whose value shows how to write another of its key: the last one kept, else the shipped example."""
    kept = session.scalars(choose(PolicyRule).where(PolicyRule.key == key).order_by(PolicyRule.id.desc())).first()
    return kept or next((rule for rule in shipped_examples() if rule.key == key), None)


def checked_value(session: Session, draft: RuleDraft) -> Any:
    """The value of a draft, of the same kind as those that the rule has had. Raises Invalid."""
    problems: list[Problem] = []
    known = rule_to_follow(session, draft.key)
    value: Any = None
    wording = wording_of(draft.key)
    if known is None and wording is None and draft.key != CALENDAR:
        problems.append(Problem("key", "rule-unknown", N_("没有这条规则，请从列表里选")))
    else:
        try:
            value = json.loads(draft.value)
        except ValueError:
            problems.append(Problem("value", "rule-value", N_("值写法不对；照现在的样子写，文字加英文双引号")))
        else:
            if wording is not None:
                problems += problems_of_text(wording, value, draft.region_code)
            elif draft.key == CALENDAR:
                problems += working_days.problems_of(value, draft.from_on, draft.to_on, draft.region_code)
            elif draft.key.startswith(benefits.PREFIX):
                if fault := benefits.fault_of(value):
                    problems.append(Problem("value", "rule-examples", fault))
            elif known is not None and not _alike(known.value, value):
                problems.append(Problem("value", "rule-kind", N_("值要和现在的写法一样：数字、日期或同样的几项")))
    if draft.region_code and not regions.exists(draft.region_code):
        problems.append(Problem("region_code", "region_unknown", N_("没有这个地区代码，请从列表里选")))
    if draft.to_on is not None and draft.to_on < draft.from_on:
        problems.append(Problem("to_on", "days-swapped", N_("最后一天不能早于第一天")))
    if problems:
        raise Invalid(problems)
    return value


def _alike(known: Any, value: Any) -> bool:
    """Whether two values have one shape: a number stays a number, a table keeps the names of its parts."""
    if isinstance(known, bool) or isinstance(value, bool):
        return type(known) is type(value)
    if isinstance(known, (int, float)):
        return isinstance(value, (int, float)) and value >= 0
    if isinstance(known, list):
        return isinstance(value, list) and (not known or all(any(_alike(of, part) for of in known) for part in value))
    if isinstance(known, dict):
        return isinstance(value, dict) and set(known) == set(value) and all(_alike(known[k], value[k]) for k in known)
    return type(known) is type(value)


def boundaries(session: Session, draft: RuleDraft, value: Any) -> list[Boundary]:
    """What changes on the days at which a rule begins and ends, and today, for the place of the rule itself."""
    days = {clock.today(), draft.from_on - ONE_DAY, draft.from_on}
    if draft.to_on is not None:
        days |= {draft.to_on, draft.to_on + ONE_DAY}
    return [_boundary(session, draft, value, day) for day in sorted(days)]


def _boundary(session: Session, draft: RuleDraft, value: Any, day: date) -> Boundary:
    """The same question asked of the real rules with and without the new one, which is taken back at once."""
    before = _held(session, draft, day)
    trial = session.begin_nested()
    try:
        session.add(_rule(draft, value))
        session.flush()
        return Boundary(day, before, _held(session, draft, day))
    finally:
        trial.rollback()


def _held(session: Session, draft: RuleDraft, day: date) -> Any:
    try:
        return policy(session, draft.key, on=day, region=draft.region_code)
    except PolicyMissing:
        return None


def _rule(draft: RuleDraft | PolicyChange, value: Any) -> PolicyRule:
    return PolicyRule(
        key=draft.key,
        value=value,
        region_code=draft.region_code,
        from_on=draft.from_on,
        to_on=draft.to_on,
        source=draft.source,
        is_example=False,
    )


def propose_rule(session: Session, actor: Actor, *, draft: RuleDraft) -> PolicyChange:
    """Write a rule down for a second person to agree to; nothing changes before. Raises Invalid."""
    require(actor, Permission.ENTER_RULES)
    change = PolicyChange(
        key=draft.key,
        value=checked_value(session, draft),
        region_code=draft.region_code,
        from_on=draft.from_on,
        to_on=draft.to_on,
        source=draft.source,
        asked_by=actor.account_id,
    )
    session.add(change)
    session.flush()
    detail = {"key": change.key, "from": change.from_on.isoformat(), "region": change.region_code}
    audit.note(session, actor, action="policy.propose", subject=f"policy-change:{change.id}", detail=detail)
    return change


def decide_rule(session: Session, actor: Actor, *, change_id: int, agreed: bool) -> None:
    """Approve a rule proposed by another person from its first day, or refuse it. Raises NotFound and SecondPerson."""
    require(actor, Permission.APPROVE_RULES)
    change = session.scalar(changes_waiting().where(PolicyChange.id == change_id))
    if change is None:
        raise NotFound
    if actor.account_id is None or change.asked_by == actor.account_id:
        raise SecondPerson
    change.state = ChangeState.DONE if agreed else ChangeState.REFUSED
    change.decided_by = actor.account_id
    if agreed:
        session.add(_rule(change, change.value))
    session.flush()
    if agreed:
        year_plans.forget_after(session)
        kept_texts.forget_after(session)
    if change.asked_by is not None:
        send(
            session,
            POLICY_DECIDED.of(state=CHANGE_LABELS[change.state]),
            to_account_id=change.asked_by,
            link="/administration/rules",
            dedupe_key=f"policy-change:{change.id}",
        )
    verdict = "agree" if agreed else "refuse"
    audit.note(
        session, actor, action=f"policy.{verdict}", subject=f"policy-change:{change.id}", detail={"key": change.key}
    )

"""Rules of law and money: rules in force, proposals, their effects, and a second person's approval."""

import json
from typing import Annotated, Any

from fastapi import Path
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock, policy_changes
from centre.drafts import BIGGEST_ID
from centre.errors import Forbidden, NotFound, Refusal
from centre.messages.names import NAMES
from centre.messages.overlay import PREFIX
from centre.network import home
from centre.permissions import Permission
from centre.policy import rule_gaps
from centre.policy_changes import RuleDraft
from centre.policy_names import POLICY_NAMES
from centre.privacy import token_digest
from web import choices
from web.forms import Bound, bind, blank
from web.rendering import page

routes = Pages("/administration/rules")

RULE_NAMES = POLICY_NAMES | {PREFIX + name: label for name, label in NAMES.items()}

Number = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class RuleForm(RuleDraft):
    """A rule with the mark of its preview (规则表单)."""

    seen: str = ""

    @property
    def rule(self) -> RuleDraft:
        """The rule alone."""
        return RuleDraft.model_validate(self.model_dump(exclude={"seen"}))


@routes.get("", allow=Permission.APPROVE_RULES)
def rules(unit: Unit) -> Response:
    """Every rule with its days and its source, and what waits for a second person."""
    kept = policy_changes.rules_kept(unit.session)
    today = clock.today()
    return page(
        unit,
        "staff/administration/rules.html",
        rules=kept,
        in_force={rule.id for rule in kept if rule.from_on <= today and (rule.to_on is None or rule.to_on >= today)},
        gaps=rule_gaps(unit.session, on=today, region=home()),
        waiting=unit.session.scalars(policy_changes.changes_waiting()).all(),
        may_enter=unit.actor.may(Permission.ENTER_RULES),
        shown=_shown,
        place=choices.place,
        names=RULE_NAMES,
    )


@routes.get("/new", allow=Permission.ENTER_RULES)
def ask_rule(unit: Unit) -> Response:
    """The form for a rule, begun from the one that holds today."""
    key = unit.request.query_params.get("key", "")
    held = policy_changes.rule_to_follow(unit.session, key)
    place = held.region_code if held is not None and held.is_example is False else ""
    typed = {"key": key, "value": _shown(held.value), "region_code": place} if held is not None else {}
    return _form(unit, blank(unit, RuleForm, **typed))


@routes.post("/new", allow=Permission.ENTER_RULES, keep=False)
def write_rule(unit: Unit) -> Response:
    """Show what a rule would change; when that was seen, submit it to a second person."""
    bound = bind(unit, RuleForm)
    if bound.draft is None:
        return _form(unit, bound, 422)
    rule = bound.draft.rule
    try:
        value = policy_changes.checked_value(unit.session, rule)
        if bound.draft.seen != _seen(rule):
            preview = policy_changes.boundaries(unit.session, rule, value)
            return _form(unit, bound, preview=preview, seen=_seen(rule))
        policy_changes.propose_rule(unit.session, unit.actor, draft=rule)
    except Forbidden:
        raise
    except Refusal as refusal:
        return _form(unit, bound.refuse(refusal), refusal.status)
    return RedirectResponse("/administration/rules", 303)


@routes.post("/changes/{change_id}/{verdict}", allow=Permission.APPROVE_RULES)
def decide(unit: Unit, change_id: Number, verdict: str) -> Response:
    """Approve a rule proposed by another person, or refuse it."""
    if verdict not in ("agree", "refuse"):
        raise NotFound
    policy_changes.decide_rule(unit.session, unit.actor, change_id=change_id, agreed=verdict == "agree")
    return RedirectResponse("/administration/rules", 303)


def _seen(rule: RuleDraft) -> str:
    """What the button carries that follows a preview: another rule is shown again before it goes on."""
    return token_digest(rule.model_dump_json())


def _form(
    unit: Unit,
    bound: Bound[RuleForm],
    status_code: int = 200,
    *,
    preview: list[policy_changes.Boundary] | None = None,
    seen: str = "",
) -> Response:
    kept = {rule.key for rule in policy_changes.rules_kept(unit.session)}
    keys = sorted(key for key in kept | POLICY_NAMES.keys() if not key.startswith(PREFIX))
    return page(
        unit,
        "staff/administration/rule.html",
        status_code,
        bound=bound,
        keys=keys,
        names=RULE_NAMES,
        preview=preview,
        seen=seen,
        shown=_shown,
    )


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if value is not None else "—"

"""Replaying a rule: what a change would do to past decisions, before anybody takes it. Nothing is stored."""

from typing import Any

from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre import clock
from centre.errors import Refusal
from centre.permissions import Permission
from centre.replays import REPLAYS, replay_of
from centre.translation import N_
from matching.replay import weights
from matching.replay.queries import ReplayOutcome, outcome
from matching.replay.rules import ReplayDraft
from training.claims import replay as claims
from web.formats import yuan
from web.forms import Bound, bind_query, blank
from web.rendering import page

routes = Pages("/replay")

RULES = (*claims.SUBSIDIES, claims.MOST, weights.KEY)
"""The rules of our own packages in the order of the list; others register theirs behind them."""

KIND_LABELS = {
    "all": N_("全部"),
    "county": N_("中心"),
    "sex": N_("性别"),
    "age": N_("年龄"),
    "hardship": N_("是否困难"),
}


@routes.get("", allow=Permission.REPLAY_RULES)
def ask(unit: Unit) -> Response:
    """Choose a rule, write what it would say, and see who would gain and who would lose."""
    if not unit.request.query_params.get("value"):
        since = clock.today().replace(month=1, day=1)
        rule = unit.request.query_params.get("rule") or RULES[0]
        sample = REPLAYS[rule].sample if rule in REPLAYS else ""
        return _page(unit, blank(unit, ReplayDraft, since=since, rule=rule, value=sample))
    bound = bind_query(unit, ReplayDraft)
    if bound.draft is None:
        return _page(unit, bound, status_code=422)
    try:
        draft = bound.draft
        result = outcome(unit.session, unit.actor, rule=draft.rule, value=draft.content(), since=draft.since)
    except Refusal as refusal:
        return _page(unit, bound.refuse(refusal), status_code=refusal.status)
    return _page(unit, bound, result, is_money=replay_of(bound.draft.rule).is_money)


def _page(
    unit: UnitOfWork,
    bound: Bound[Any],
    result: ReplayOutcome | None = None,
    *,
    is_money: bool = True,
    status_code: int = 200,
) -> Response:
    return page(
        unit,
        "staff/overview/replay.html",
        status_code,
        bound=bound,
        rules=[(key, replay.label) for key, replay in REPLAYS.items()],
        result=result,
        kinds=KIND_LABELS,
        shown=yuan if is_money else lambda value: f"{value:,}",
        is_money=is_money,
    )

"""Claims, flags and funds; consecutive steps are taken by different people."""

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre import clock
from centre.drafts import Draft, Line, RecordId
from centre.funds import actions as funding
from centre.funds import queries as funds
from centre.funds.rules import KIND_LABELS, PURPOSE_LABELS, FundDraft, FundPurpose, GrantDraft
from centre.permissions import Permission
from training.claims import actions, queries
from training.claims.rules import CLAIMS, PROGRAMME_LABELS, REASONS, VERDICT_LABELS, ClawbackDraft, PaymentDraft
from training.claims.rules import STATE_LABELS as CLAIM_STATES
from training.classes.queries import class_parts
from training.enrolments.queries import names_of
from training.integrity import actions as checking
from training.integrity import queries as integrity
from training.integrity.rules import FLAG_LABELS, RULE_LABELS, ClearDraft
from web.forms import Bound, ReasonForm, attempt, bind, blank
from web.rendering import page

routes = Pages("/training-desk")

LABELS: dict[str, Any] = {
    "claim_states": CLAIM_STATES,
    "programmes": PROGRAMME_LABELS,
    "verdicts": VERDICT_LABELS,
    "reasons": REASONS,
    "flag_states": FLAG_LABELS,
    "rules": RULE_LABELS,
    "purposes": PURPOSE_LABELS,
    "kinds": KIND_LABELS,
}


class Voucher(Draft):
    """The voucher of money that came back (凭证号)."""

    voucher: Line = ""


@routes.get("/claims/{claim_id}", allow=Permission.CLAIM_SUBSIDY)
def claim(unit: Unit, claim_id: RecordId) -> Response:
    """One claim: each trainee with an amount or a reason for refusal, and the next step."""
    return _claim_page(unit, claim_id, blank(unit, ReasonForm))


@routes.post("/claims/{claim_id}/review", allow=Permission.REVIEW_CLAIM)
def review(unit: Unit, claim_id: RecordId) -> Response:
    """Approve the review of a claim."""
    return _try(unit, claim_id, ReasonForm, lambda _: actions.review_claim(unit.session, unit.actor, claim_id=claim_id))


@routes.post("/claims/{claim_id}/notice", allow=Permission.REVIEW_CLAIM)
def show(unit: Unit, claim_id: RecordId) -> Response:
    """Publish the claim for objections."""
    return _try(unit, claim_id, ReasonForm, lambda _: actions.show_claim(unit.session, unit.actor, claim_id=claim_id))


@routes.post("/claims/{claim_id}/release", allow=Permission.REVIEW_CLAIM)
def release(unit: Unit, claim_id: RecordId) -> Response:
    """Release the payment after the notice period."""
    return _try(
        unit, claim_id, ReasonForm, lambda _: actions.release_claim(unit.session, unit.actor, claim_id=claim_id)
    )


@routes.post("/claims/{claim_id}/pay", allow=Permission.PAY_CLAIM)
def pay(unit: Unit, claim_id: RecordId) -> Response:
    """Pay a claim from a fund."""
    return _try(
        unit,
        claim_id,
        PaymentDraft,
        lambda draft: actions.pay_claim(unit.session, unit.actor, claim_id=claim_id, draft=draft),
    )


@routes.post("/claims/{claim_id}/return", allow=Permission.REVIEW_CLAIM)
def send_back(unit: Unit, claim_id: RecordId) -> Response:
    """Return a claim to the school."""
    return _try(
        unit,
        claim_id,
        ReasonForm,
        lambda form: actions.return_claim(unit.session, unit.actor, claim_id=claim_id, reason=form.reason),
    )


@routes.post("/claims/{claim_id}/claw-back", allow=Permission.REVIEW_CLAIM)
def claw_back(unit: Unit, claim_id: RecordId) -> Response:
    """Claw back paid subsidies."""
    return _try(
        unit,
        claim_id,
        ClawbackDraft,
        lambda draft: actions.claw_back(unit.session, unit.actor, claim_id=claim_id, draft=draft),
    )


@routes.post("/claims/{claim_id}/repay", allow=Permission.PAY_CLAIM)
def repay(unit: Unit, claim_id: RecordId) -> Response:
    """Record the repayment of a clawback."""
    return _try(
        unit,
        claim_id,
        Voucher,
        lambda form: actions.record_repayment(unit.session, unit.actor, claim_id=claim_id, voucher=form.voucher),
    )


@routes.post("/claims/{claim_id}/archive", allow=Permission.REVIEW_CLAIM)
def archive(unit: Unit, claim_id: RecordId) -> Response:
    """Archive a paid claim."""
    return _try(
        unit, claim_id, ReasonForm, lambda _: actions.archive_claim(unit.session, unit.actor, claim_id=claim_id)
    )


@routes.get("/flags", allow=Permission.CLEAR_FLAG)
def flags(unit: Unit) -> Response:
    """Unresolved flags with their signatures."""
    return _flags_page(unit, blank(unit, ClearDraft))


@routes.post("/flags/{flag_id}/clear", allow=Permission.CLEAR_FLAG)
def clear(unit: Unit, flag_id: RecordId) -> Response:
    """Add one of the two signatures that clear a flag."""
    return _judge(unit, flag_id, checking.clear_flag)


@routes.post("/flags/{flag_id}/confirm", allow=Permission.CLEAR_FLAG)
def confirm(unit: Unit, flag_id: RecordId) -> Response:
    """Confirm a flag."""
    return _judge(unit, flag_id, checking.confirm_flag)


@routes.get("/funds", allow=Permission.REVIEW_CLAIM)
def all_funds(unit: Unit) -> Response:
    """Funds with their balances."""
    return _funds_page(unit, blank(unit, FundDraft))


@routes.post("/funds", allow=Permission.MANAGE_FUNDS)
def open_fund(unit: Unit) -> Response:
    """Open a fund."""
    return attempt(
        unit,
        bind(unit, FundDraft),
        lambda draft: funding.open_fund(unit.session, unit.actor, draft=draft),
        partial(_funds_page, unit),
        lambda fund: f"/training-desk/funds/{fund.id}",
    )


@routes.get("/funds/{fund_id}", allow=Permission.REVIEW_CLAIM)
def one_fund(unit: Unit, fund_id: RecordId) -> Response:
    """One fund with its movements."""
    return _fund_page(unit, fund_id, blank(unit, GrantDraft))


@routes.post("/funds/{fund_id}/grants", allow=Permission.MANAGE_FUNDS)
def grant(unit: Unit, fund_id: RecordId) -> Response:
    """Add a grant to a fund."""
    bound = bind(unit, GrantDraft)
    if bound.draft is None:
        return _fund_page(unit, fund_id, bound, 422)
    funding.grant_money(unit.session, unit.actor, fund_id=fund_id, draft=bound.draft)
    return RedirectResponse(f"/training-desk/funds/{fund_id}", 303)


def _try(unit: UnitOfWork, claim_id: int, model: type[Any], action: Callable[[Any], object]) -> Response:
    again, there = partial(_claim_page, unit, claim_id), f"/training-desk/claims/{claim_id}"
    return attempt(unit, bind(unit, model), action, again, there)


def _judge(unit: UnitOfWork, flag_id: int, action: Callable[..., object]) -> Response:
    return attempt(
        unit,
        bind(unit, ClearDraft),
        lambda draft: action(unit.session, unit.actor, flag_id=flag_id, reason=draft.reason),
        partial(_flags_page, unit),
        "/training-desk/flags",
    )


def _claim_page(unit: UnitOfWork, claim_id: int, bound: Bound[Any], status_code: int = 200) -> Response:
    claim = queries.claim(unit.session, claim_id)
    training, major, provider = class_parts(unit.session, claim.class_id)
    own = unit.actor.account_id == claim.entered_by or unit.actor.scope.provider_id == claim.provider_id
    return page(
        unit,
        "staff/training/claim.html",
        status_code,
        claim=claim,
        training=training,
        major=major,
        provider=provider,
        lines=unit.session.execute(queries.lines(claim_id)).all(),
        elsewhere=queries.schools_in_the_way(unit.session, claim_id) if unit.actor.scope.staff else {},
        flags=integrity.unsettled_flags(unit.session, claim.class_id) if unit.actor.scope.staff else 0,
        missing=integrity.calls_missing(unit.session, claim.class_id) if unit.actor.scope.staff else 0,
        events=[] if own else CLAIMS.events(claim.state, unit.actor),
        is_own=own,
        funds=list(unit.session.scalars(funds.funds(FundPurpose.SUBSIDY))),
        today=clock.today(),
        bound=bound,
        **LABELS,
    )


def _flags_page(unit: UnitOfWork, bound: Bound[ClearDraft], status_code: int = 200) -> Response:
    rows = unit.session.execute(integrity.flags(unsettled=True)).all()
    names = names_of(unit.session, [number for flag, _, _ in rows for number in flag.enrolment_ids])
    return page(unit, "staff/training/flags.html", status_code, rows=rows, names=names, bound=bound, **LABELS)


def _funds_page(unit: UnitOfWork, bound: Bound[FundDraft], status_code: int = 200) -> Response:
    return page(
        unit,
        "staff/training/funds.html",
        status_code,
        funds=list(unit.session.scalars(funds.funds())),
        may_manage=unit.actor.may(Permission.MANAGE_FUNDS),
        bound=bound,
        **LABELS,
    )


def _fund_page(unit: UnitOfWork, fund_id: int, bound: Bound[GrantDraft], status_code: int = 200) -> Response:
    return page(
        unit,
        "staff/training/fund.html",
        status_code,
        fund=funds.fund(unit.session, fund_id),
        movements=list(unit.session.scalars(funds.movements(fund_id).limit(200))),
        may_manage=unit.actor.may(Permission.MANAGE_FUNDS),
        bound=bound,
        **LABELS,
    )

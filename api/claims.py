"""Subsidy claims: entered by schools or officers, decided by others, with a reason for each line."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal

from fastapi import Query

from api.dependencies import Routes, Unit
from api.paging import Cursor, Offset, page_of
from api.wire import Wire
from centre.drafts import Draft, Line, RecordId
from centre.funds import actions as funding
from centre.permissions import Permission
from centre.translation import translate
from training.claims import actions, queries
from training.claims.models import Claim, ClaimLine
from training.claims.rules import REASONS, ClaimDraft, ClaimState, ClaimVerdict, ClawbackDraft, PaymentDraft, Programme
from training.enrolments.models import Enrolment

routes = Routes(prefix="/claims", tags=["claims"])

Limit = Annotated[int, Query(ge=1, le=100)]
Step = Callable[..., Claim]
STEPS: dict[str, Step] = {
    "review": actions.review_claim,
    "notice": actions.show_claim,
    "release": actions.release_claim,
}


class ClaimOut(Wire):
    """The figures of a claim; money in fen (补贴申请)."""

    id: int
    class_id: int
    programme: Programme
    state: ClaimState
    completed_on: date
    persons: int
    refused: int
    amount_fen: int
    repaid_fen: int
    notice_until_on: date | None
    reason: str

    @classmethod
    def of(cls, claim: Claim) -> "ClaimOut":
        """A claim as the school and the centre see it."""
        return cls(
            id=claim.id, class_id=claim.class_id, programme=claim.programme, state=claim.state,
            completed_on=claim.completed_on, persons=claim.persons, refused=claim.refused,
            amount_fen=claim.amount_fen, repaid_fen=claim.repaid_fen, notice_until_on=claim.notice_until_on,
            reason=claim.reason,
        )  # fmt: skip


class ClaimLineOut(Wire):
    """One trainee of a claim: an amount in fen, or the reason for refusal (补贴明细)."""

    enrolment_id: int
    name: str
    verdict: ClaimVerdict
    amount_fen: int
    demanded_fen: int
    code: str
    reason: str

    @classmethod
    def of(cls, line: ClaimLine, place: Enrolment, locale: str) -> "ClaimLineOut":
        """A line in the reader's language; other schools are never named."""
        reason = translate(locale, REASONS[line.reason], **line.params) if line.reason else ""
        return cls(
            enrolment_id=place.id, name=place.trainee_name, verdict=line.verdict, amount_fen=line.amount_fen,
            demanded_fen=line.demanded_fen, code=line.reason, reason=reason,
        )  # fmt: skip


class ClaimStep(Draft):
    """A step of a claim that needs no further data."""

    step: Literal["review", "notice", "release"]


class ClaimReturn(Draft):
    """The reason for returning a claim (退回原因)."""

    reason: Line


class ClaimRepayment(Draft):
    """The voucher of a repayment (追回凭证)."""

    voucher: Line = ""


@routes.get("", allow=Permission.CLAIM_SUBSIDY)
def claims(
    unit: Unit, state: ClaimState | None = None, limit: Limit = 50, offset: Offset = 0, cursor: Cursor = ""
) -> list[ClaimOut]:
    """List the caller's claims, newest first; officers see those of their centre."""
    part = page_of(unit, queries.claims(state), limit=limit, cursor=cursor, offset=offset)
    return [ClaimOut.of(claim) for claim in part.records]


@routes.post("", allow=Permission.CLAIM_SUBSIDY, status_code=201)
def enter(unit: Unit, draft: ClaimDraft) -> ClaimOut:
    """Claim the subsidies of an assessed class."""
    return ClaimOut.of(actions.enter_claim(unit.session, unit.actor, draft=draft))


@routes.get("/{claim_id}", allow=Permission.CLAIM_SUBSIDY)
def claim(unit: Unit, claim_id: RecordId) -> ClaimOut:
    """Get one claim."""
    return ClaimOut.of(queries.claim(unit.session, claim_id))


@routes.get("/{claim_id}/lines", allow=Permission.CLAIM_SUBSIDY)
def lines(unit: Unit, claim_id: RecordId) -> list[ClaimLineOut]:
    """List the trainees of a claim, each with an amount or a reason for refusal."""
    queries.claim(unit.session, claim_id)
    rows = unit.session.execute(queries.lines(claim_id))
    return [ClaimLineOut.of(line, place, unit.locale) for line, place in rows]


@routes.post("/{claim_id}/decisions", allow=Permission.REVIEW_CLAIM)
def decide(unit: Unit, claim_id: RecordId, decision: ClaimStep) -> ClaimOut:
    """Review, publish or release a claim; never by the account that entered it."""
    return ClaimOut.of(STEPS[decision.step](unit.session, unit.actor, claim_id=claim_id))


@routes.post("/{claim_id}/payment", allow=Permission.PAY_CLAIM)
def pay(unit: Unit, claim_id: RecordId, draft: PaymentDraft) -> ClaimOut:
    """Pay a released claim; never by the account that released it."""
    return ClaimOut.of(actions.pay_claim(unit.session, unit.actor, claim_id=claim_id, draft=draft))


@routes.post("/{claim_id}/return", allow=Permission.REVIEW_CLAIM)
def send_back(unit: Unit, claim_id: RecordId, reason: ClaimReturn) -> ClaimOut:
    """Return a claim to the school with a reason."""
    return ClaimOut.of(actions.return_claim(unit.session, unit.actor, claim_id=claim_id, reason=reason.reason))


@routes.post("/{claim_id}/clawback", allow=Permission.REVIEW_CLAIM)
def claw_back(unit: Unit, claim_id: RecordId, draft: ClawbackDraft) -> ClaimOut:
    """Claw back paid subsidies."""
    return ClaimOut.of(actions.claw_back(unit.session, unit.actor, claim_id=claim_id, draft=draft))


@routes.post("/{claim_id}/repayment", allow=Permission.PAY_CLAIM)
def repay(unit: Unit, claim_id: RecordId, draft: ClaimRepayment) -> ClaimOut:
    """Record the repayment of a clawback."""
    done = actions.record_repayment(unit.session, unit.actor, claim_id=claim_id, voucher=draft.voucher)
    return ClaimOut.of(done)


__all__ = ["funding", "routes"]

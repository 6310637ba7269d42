"""Promises: the terms at the application, compared with contract, payslip and work."""

from datetime import date
from typing import Annotated

from fastapi import Path

from api.dependencies import Routes, Unit
from api.wire import Wire
from centre.drafts import BIGGEST_ID, Draft, Line
from centre.permissions import Permission
from employers.openings.rules import Provision, WageUnit
from employers.openings.terms import Signatory, Terms
from matching.introductions.queries import introduction_in_sight
from matching.promises.actions import judge_terms, state_terms
from matching.promises.models import StatedTerms
from matching.promises.queries import promise_chain
from matching.promises.rules import PromiseStage, StatementState, TermKind, TermsDraft, TermsSource

routes = Routes(tags=["promises"])

RowId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class TermsOut(Wire):
    """Terms of a job. Money in fen; `days_worked` belongs to a payslip that covers these days only."""

    pay_min_fen: int | None
    pay_max_fen: int | None
    pay_unit: WageUnit
    days_worked: int | None
    base_pay_fen: int | None
    region_code: str
    hours_per_week: int | None
    night_shift: bool | None
    lodging: Provision
    board: Provision
    signatory: Signatory | None


class StatementOut(Wire):
    """What one side stated at one link of the chain, and which terms are worse than promised."""

    id: int
    stage: PromiseStage
    source: TermsSource
    state: StatementState
    stated_on: date
    terms: TermsOut | None
    worse: list[TermKind]


class PromiseOut(Wire):
    """The terms at the application, and every statement since that the caller may see."""

    promised: TermsOut | None
    statements: list[StatementOut]
    worse: list[TermKind]


class Statement(Draft):
    """The terms of one link, as the caller states them."""

    stage: PromiseStage
    terms: TermsDraft


class TermsJudgement(Draft):
    """Whether a look at the paper confirms a statement."""

    confirms: bool
    reason: Line = ""


@routes.get("/introductions/{introduction_id}/terms", allow=Permission.STATE_TERMS)
def chain(unit: Unit, introduction_id: RowId) -> PromiseOut:
    """Get what was promised at the application and the outcome."""
    known = promise_chain(unit.session, introduction_in_sight(unit.session, introduction_id))
    return PromiseOut(
        promised=_terms_out(known.promised),
        statements=[_statement_out(row) for row in known.statements],
        worse=list(known.worse_kinds),
    )


@routes.post("/introductions/{introduction_id}/terms", allow=Permission.STATE_TERMS, status_code=201)
def state(unit: Unit, introduction_id: RowId, statement: Statement) -> StatementOut:
    """State the terms of a contract, a payslip or the work as worker, employer or clerk; worse ones are named."""
    return _statement_out(
        state_terms(
            unit.session, unit.actor, introduction_id=introduction_id, stage=statement.stage, draft=statement.terms
        )
    )


@routes.post("/stated-terms/{statement_id}/judge", allow=Permission.RECORD_SERVICE)
def judge(unit: Unit, statement_id: RowId, judgement: TermsJudgement) -> StatementOut:
    """Confirm or dismiss a statement after a look at the paper; a dismissal needs a reason."""
    return _statement_out(
        judge_terms(
            unit.session, unit.actor, statement_id=statement_id, confirms=judgement.confirms, reason=judgement.reason
        )
    )


def _terms_out(terms: Terms | None) -> TermsOut | None:
    return None if terms is None else TermsOut.model_validate(terms)


def _statement_out(row: StatedTerms) -> StatementOut:
    return StatementOut(
        id=row.id,
        stage=row.stage,
        source=row.source,
        state=row.state,
        stated_on=row.stated_on,
        terms=_terms_out(row.stated),
        worse=list(row.worse_kinds),
    )

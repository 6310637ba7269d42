"""What is done with claims: enter, check, show in public, release, pay, claw back; no two steps of trust by one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.calendar import add_working_days
from centre.errors import Invalid, Problem
from centre.funds.models import FundMovement
from centre.funds.movements import bring_in, spend
from centre.funds.rules import FundPurpose, MovementKind
from centre.messages import Filled, send
from centre.messages.training import CLAIM_CLAWBACK, CLAIM_PAID, CLAIM_RETURNED
from centre.permissions import Actor, Permission, Role, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from training.claims import queries
from training.claims.grounds import cases
from training.claims.models import Claim, ClaimLine
from training.claims.replay import facts_of
from training.claims.rules import (
    CLAIMS,
    ClaimBlocked,
    ClaimDraft,
    ClaimOpen,
    ClaimState,
    ClaimVerdict,
    ClawbackDraft,
    LineState,
    NothingGranted,
    NoticeRunning,
    OwnClaim,
    PaymentDraft,
    Programme,
    SamePerson,
    SubsidyCase,
    Terms,
    decide,
    read_terms,
)
from training.classes.models import TrainingClass
from training.classes.queries import class_parts, training_class
from training.classes.rules import CLASSES
from training.enrolments.models import Enrolment
from training.enrolments.queries import lock_people
from training.integrity.actions import check_class
from training.integrity.queries import calls_missing, unsettled_flags
from training.integrity.rules import SampleMissing
from training.providers.queries import provider
from training.providers.rules import require_active, require_responsible


def enter_claim(session: Session, actor: Actor, *, draft: ClaimDraft, is_demo: bool = False) -> Claim:
    """Claim the subsidies of an assessed class: every trainee gets an amount or the reason for none.

    The terms are those of the last day of the class. Raises ClaimOpen, NothingGranted, ProviderNotActive, IllegalMove
    or NotFound.
    """
    require(actor, Permission.CLAIM_SUBSIDY)
    training, _, provider = class_parts(session, draft.class_id)
    require_responsible(actor, provider_id=training.provider_id, centre_id=training.centre_id)
    require_active(provider.state)
    living = select(Claim.id).where(Claim.class_id == training.id, Claim.state != ClaimState.RETURNED)
    if session.scalar(living) is not None:
        raise ClaimOpen(field="class_id")
    kept = policy(session, f"subsidy-{draft.programme.value}", on=training.end_on, region=provider.region_code)
    most = int(policy(session, "trainings-per-year", on=training.end_on, region=provider.region_code))
    with seeing_everything(session):
        move(session, Actor.system(), training, CLASSES, "claim")
        session.flush()
    claim = Claim(
        class_id=training.id, provider_id=training.provider_id, centre_id=training.centre_id, programme=draft.programme,
        terms=kept, completed_on=training.end_on, entered_by=actor.account_id, is_demo=is_demo,
    )  # fmt: skip
    session.add(claim)
    session.flush()
    with seeing_everything(session):
        _write_lines(session, claim, training, terms=read_terms(kept), most=most)
    if not claim.amount_fen:
        raise NothingGranted(field="class_id")
    audit.note(session, actor, action="claim.enter", subject=f"claim:{claim.id}")
    check_class(session, actor, class_id=training.id)
    return claim


def review_claim(session: Session, actor: Actor, *, claim_id: int) -> Claim:
    """Let a claim pass the checks. Raises OwnClaim, ClaimBlocked while doubts stand, SampleMissing, or IllegalMove."""
    require(actor, Permission.REVIEW_CLAIM)
    claim = _others_claim(session, actor, claim_id)
    check_class(session, actor, class_id=claim.class_id)
    _refuse_doubts(session, claim)
    missing = calls_missing(session, claim.class_id)
    if missing is None or missing:
        raise SampleMissing(count=missing or 1)
    _step(session, actor, claim, "review")
    claim.reviewed_by = actor.account_id
    session.flush()
    return claim


def show_claim(session: Session, actor: Actor, *, claim_id: int) -> Claim:
    """Put the list of a reviewed claim up for objections (公示). Raises OwnClaim or IllegalMove."""
    require(actor, Permission.REVIEW_CLAIM)
    claim = _others_claim(session, actor, claim_id)
    days = int(policy(session, "claim-notice-working-days", on=clock.today()))
    _step(session, actor, claim, "notice")
    claim.notice_until_on = add_working_days(clock.today(), days)
    session.flush()
    return claim


def release_claim(session: Session, actor: Actor, *, claim_id: int) -> Claim:
    """Allow the payment once the notice is over.

    Raises NoticeRunning, OwnClaim, ClaimBlocked, ProviderNotActive or IllegalMove.
    """
    require(actor, Permission.REVIEW_CLAIM)
    claim = _others_claim(session, actor, claim_id)
    CLAIMS.find(claim.state, "release")
    if claim.notice_until_on is None or clock.today() <= claim.notice_until_on:
        raise NoticeRunning(until=claim.notice_until_on.isoformat() if claim.notice_until_on else "")
    require_active(provider(session, claim.provider_id).state)
    _refuse_doubts(session, claim)
    move(session, actor, claim, CLAIMS, "release")
    claim.released_by = actor.account_id
    audit.note(session, actor, action="claim.release", subject=f"claim:{claim.id}")
    session.flush()
    return claim


def pay_claim(session: Session, actor: Actor, *, claim_id: int, draft: PaymentDraft) -> Claim:
    """Pay a released claim out of a fund for subsidies (拨付).

    Every line is recalculated: people who have lost the certificate, the attendance or the right to the subsidy
    since the claim was entered are left out, with the reason. Raises SamePerson for whoever released it, OwnClaim,
    ClaimBlocked, NothingGranted when nobody is left, ProviderNotActive, FundShort, FundPurposeDiffers or IllegalMove.
    """
    require(actor, Permission.PAY_CLAIM)
    claim = _others_claim(session, actor, claim_id)
    if actor.account_id == claim.released_by:
        raise SamePerson
    CLAIMS.find(claim.state, "pay")
    require_active(provider(session, claim.provider_id).state)
    check_class(session, Actor.system(), class_id=claim.class_id)
    _refuse_doubts(session, claim)
    _calculate_again(session, claim)
    paid = spend(
        session,
        fund_id=draft.fund_id,
        purpose=FundPurpose.SUBSIDY,
        kind=MovementKind.PAYMENT,
        amount_fen=claim.amount_fen,
        subject=f"claim:{claim.id}",
        account_id=actor.account_id,
        voucher=draft.voucher,
    )
    claim.movement_id, claim.voucher = paid.id, draft.voucher
    claim.paid_by, claim.paid_at = actor.account_id, clock.now()
    for line in _lines(session, claim, LineState.GRANTED):
        line.state = LineState.PAID
    _step(session, actor, claim, "pay")
    _tell_school(session, claim, CLAIM_PAID.of(class_no=_class_no(session, claim), voucher=claim.voucher))
    session.flush()
    return claim


def return_claim(session: Session, actor: Actor, *, claim_id: int, reason: str) -> Claim:
    """Send a claim back before it is released; its people are free for another one. Raises Invalid or IllegalMove."""
    require(actor, Permission.REVIEW_CLAIM)
    if not reason.strip():
        raise Invalid([Problem("reason", "missing", N_("请写明退回原因"))])
    claim = _others_claim(session, actor, claim_id)
    _step(session, actor, claim, "return", reason=reason)
    claim.reason = reason.strip()[:200]
    for line in _lines(session, claim, LineState.GRANTED):
        line.once, line.state = None, LineState.RETURNED
    _tell_school(session, claim, CLAIM_RETURNED.of(class_no=_class_no(session, claim), reason=claim.reason))
    session.flush()
    return claim


def claw_back(session: Session, actor: Actor, *, claim_id: int, draft: ClawbackDraft) -> Claim:
    """Demand paid subsidies back, of some trainees or of all who were paid and are not yet asked (追回).

    It may be done again, while an earlier demand is open and after it was repaid, up to what was paid. Raises OwnClaim,
    Invalid or IllegalMove.
    """
    require(actor, Permission.REVIEW_CLAIM)
    claim = _others_claim(session, actor, claim_id)
    CLAIMS.find(claim.state, "claw-back")
    paid = _lines(session, claim, LineState.PAID)
    wanted = [line for line in paid if not draft.enrolment_ids or line.enrolment_id in draft.enrolment_ids]
    if not wanted or not set(draft.enrolment_ids) <= {line.enrolment_id for line in paid}:
        raise Invalid([Problem("enrolment_ids", "not-paid", N_("名单里有没领过这笔补贴或已经要求退回的人"))])
    _step(session, actor, claim, "claw-back", reason=draft.reason)
    claim.reason = draft.reason
    for line in wanted:
        line.demanded_fen, line.state = line.amount_fen, LineState.DEMANDED
    message = CLAIM_CLAWBACK.of(class_no=_class_no(session, claim), reason=draft.reason)
    _tell_school(session, claim, message, mark=min(line.id for line in wanted))
    session.flush()
    return claim


def record_repayment(session: Session, actor: Actor, *, claim_id: int, voucher: str) -> Claim:
    """Take in what was demanded back; it returns to the fund that paid. Raises OwnClaim or IllegalMove."""
    require(actor, Permission.PAY_CLAIM)
    claim = _others_claim(session, actor, claim_id)
    CLAIMS.find(claim.state, "repay")
    with seeing_everything(session):
        paid = session.scalars(select(FundMovement).where(FundMovement.id == claim.movement_id)).one()
        demanded = _lines(session, claim, LineState.DEMANDED)
        total = sum(line.demanded_fen for line in demanded)
        bring_in(
            session,
            fund_id=paid.fund_id,
            kind=MovementKind.REPAYMENT,
            amount_fen=total,
            subject=f"claim:{claim.id}",
            account_id=actor.account_id,
            reverses=None if claim.repaid_fen else paid,  # a payment is reversed once; later sums only name the claim
            voucher=voucher[:60],
        )
        for line in demanded:
            line.once, line.state = None, LineState.REPAID
    claim.repaid_fen += total
    _step(session, actor, claim, "repay")
    session.flush()
    return claim


def archive_claim(session: Session, actor: Actor, *, claim_id: int) -> Claim:
    """Put a paid claim and its class into the archive (归档). Raises OwnClaim or IllegalMove."""
    require(actor, Permission.REVIEW_CLAIM)
    claim = _others_claim(session, actor, claim_id)
    _step(session, actor, claim, "archive")
    session.flush()
    return claim


def _others_claim(session: Session, actor: Actor, claim_id: int) -> Claim:
    """A claim on which the actor may decide: entered by another user, of a school that is not theirs (SE-05)."""
    claim = queries.claim(session, claim_id)
    require_responsible(actor, provider_id=claim.provider_id, centre_id=claim.centre_id)
    own_school = Role.REGISTRAR in actor.roles and actor.provider_id == claim.provider_id
    if own_school or (not actor.is_system and actor.account_id == claim.entered_by):
        raise OwnClaim
    return claim


def _lines(session: Session, claim: Claim, state: LineState) -> list[ClaimLine]:
    return [line for line, _ in session.execute(queries.lines(claim.id)) if line.state is state]


def _calculate_again(session: Session, claim: Claim) -> None:
    """Leave out of a claim people no longer entitled to its money. Raises NothingGranted if none are left."""
    with seeing_everything(session):
        training, _, school = class_parts(session, claim.class_id)
        granted = {line.enrolment_id: line for line in _lines(session, claim, LineState.GRANTED)}
        places = list(session.scalars(select(Enrolment).where(Enrolment.id.in_(granted)).order_by(Enrolment.id)))
        lock_people(session, [place.person_id for place in places])
        most = int(policy(session, "trainings-per-year", on=training.end_on, region=school.region_code))
        known = cases(session, training, places, before=claim)
        for place in places:
            line = granted[place.id]
            decision = decide(read_terms(claim.terms), known[place.id], most_a_year=most)
            if decision.fen >= line.amount_fen:
                continue
            line.facts = facts_of(known[place.id], most)
            if decision.fen:
                claim.amount_fen -= line.amount_fen - decision.fen
                line.amount_fen = decision.fen
                continue
            claim.amount_fen -= line.amount_fen
            claim.persons, claim.refused = claim.persons - 1, claim.refused + 1
            line.amount_fen, line.once = 0, None
            line.verdict, line.state, line.reason = ClaimVerdict.REFUSED, LineState.REFUSED, decision.reason
            line.params, line.other_line_id = decision.params, decision.line_id
            audit.note(session, Actor.system(), action="claim.leave-out", subject=f"enrolment:{place.id}")
        session.flush()
        if not claim.amount_fen:
            raise NothingGranted(field="class_id")


def _refuse_doubts(session: Session, claim: Claim) -> None:
    doubts = unsettled_flags(session, claim.class_id)
    if doubts:
        raise ClaimBlocked(count=doubts)


_CLASS_EVENTS = {"claw-back": "claw-back", "repay": "repay", "review": "review", "notice": "notice", "pay": "pay"}


def _step(session: Session, actor: Actor, claim: Claim, event: str, *, reason: str = "") -> None:
    """Move a claim, and its class along with it."""
    move(session, actor, claim, CLAIMS, event, reason=reason)
    training = training_class(session, claim.class_id)
    move(session, Actor.system(), training, CLASSES, _CLASS_EVENTS.get(event, event), reason=reason)
    audit.note(session, actor, action=f"claim.{event}", subject=f"claim:{claim.id}")


def _write_lines(session: Session, claim: Claim, training: TrainingClass, *, terms: Terms, most: int) -> None:
    places = list(session.scalars(queries.claimed_places(training.id)))
    # The same people may be claimed at another school at this moment: the second transaction waits for the first.
    lock_people(session, [place.person_id for place in places])
    known = cases(session, training, places)
    for place in places:
        _add_line(session, claim, place, known[place.id], terms, most)
    session.flush()


def _add_line(session: Session, claim: Claim, place: Enrolment, case: SubsidyCase, terms: Terms, most: int) -> None:
    decision = decide(terms, case, most_a_year=most)
    granted = decision.fen > 0
    once = f"{place.person_id}:{case.occupation}:{case.level}" if granted else None
    session.add(
        ClaimLine(
            claim_id=claim.id, enrolment_id=place.id, person_id=place.person_id, provider_id=claim.provider_id,
            centre_id=claim.centre_id, programme=Programme(claim.programme), occupation_code=case.occupation,
            level=case.level, completed_on=case.completed_on, days=case.days, hours=case.hours,
            verdict=ClaimVerdict.GRANTED if granted else ClaimVerdict.REFUSED, amount_fen=decision.fen,
            reason=decision.reason, params=decision.params, facts=facts_of(case, most),
            other_line_id=decision.line_id, once=once, demanded_fen=0,
            state=LineState.GRANTED if granted else LineState.REFUSED,
        )
    )  # fmt: skip
    claim.amount_fen = (claim.amount_fen or 0) + decision.fen
    claim.persons = (claim.persons or 0) + granted
    claim.refused = (claim.refused or 0) + (not granted)


def _class_no(session: Session, claim: Claim) -> str:
    return training_class(session, claim.class_id).class_no


def _tell_school(session: Session, claim: Claim, message: Filled, *, mark: int = 0) -> None:
    if claim.entered_by is None:
        return
    with seeing_everything(session):
        send(
            session,
            message,
            to_account_id=claim.entered_by,
            link=f"/training-desk/claims/{claim.id}",
            dedupe_key=f"claim:{claim.id}:{claim.state.value}:{claim.version}:{mark}",
        )
        session.flush()

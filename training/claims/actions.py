"""What is done with claims: enter, check, show in public, release, pay, claw back; no two steps of trust by one."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.calendar import add_working_days, retirement_rules
from centre.errors import Invalid, Problem
from centre.outbox import post
from centre.people import Person
from centre.permissions import Actor, Permission, Role, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_, SOURCE_LOCALE, translate
from training.attendance.queries import hours_of
from training.attendance.rules import Hours
from training.claims import queries
from training.claims.models import Claim, ClaimLine
from training.claims.rules import (
    CLAIMS,
    Case,
    ClaimBlocked,
    ClaimDraft,
    ClaimOpen,
    ClaimState,
    ClaimVerdict,
    ClawbackDraft,
    Decision,
    Earlier,
    NothingGranted,
    NoticeRunning,
    OwnClaim,
    PaymentDraft,
    Programme,
    SamePerson,
    Terms,
    decide,
    read_terms,
)
from training.classes.models import TrainingClass
from training.classes.queries import class_parts, training_class
from training.classes.rules import CLASSES, meeting_days
from training.enrolments.models import Enrolment
from training.enrolments.queries import lock_people
from training.enrolments.rules import EnrolmentState
from training.funds.models import FundMovement
from training.funds.movements import bring_in, spend
from training.funds.rules import FundPurpose, MovementKind
from training.integrity.actions import check_class
from training.integrity.queries import calls_missing, trainee_of, unsettled_flags
from training.integrity.rules import SampleMissing, retired
from training.providers.models import Major
from training.providers.rules import require_responsible

CERTIFIED = frozenset({EnrolmentState.CERTIFIED, EnrolmentState.EMPLOYED})
COMPLETED = CERTIFIED | {EnrolmentState.COMPLETED, EnrolmentState.RESIT, EnrolmentState.FAILED}
RETURNED_TITLE = N_("补贴申请被退回：{class_no}")
CLAWBACK_TITLE = N_("需退回培训补贴：{class_no}")


def enter_claim(session: Session, actor: Actor, *, draft: ClaimDraft, is_demo: bool = False) -> Claim:
    """Claim the subsidies of an assessed class: every trainee gets an amount or the reason for none.

    The terms are those of the last day of the class. Raises ClaimOpen, NothingGranted, IllegalMove or NotFound.
    """
    require(actor, Permission.CLAIM_SUBSIDY)
    found, major, provider = class_parts(session, draft.class_id)
    require_responsible(actor, provider_id=found.provider_id, centre_id=found.centre_id)
    living = select(Claim.id).where(Claim.class_id == found.id, Claim.state != ClaimState.RETURNED)
    if session.scalar(living) is not None:
        raise ClaimOpen(field="class_id")
    kept = policy(session, f"subsidy-{draft.programme.value}", on=found.end_on, region=provider.region_code)
    most = int(policy(session, "trainings-per-year", on=found.end_on, region=provider.region_code))
    with seeing_everything(session):
        move(session, Actor.system(), found, CLASSES, "claim")
        session.flush()
    made = Claim(
        class_id=found.id, provider_id=found.provider_id, centre_id=found.centre_id, programme=draft.programme,
        terms=kept, completed_on=found.end_on, entered_by=actor.account_id, is_demo=is_demo,
    )  # fmt: skip
    session.add(made)
    session.flush()
    with seeing_everything(session):
        _write_lines(session, made, found, major, terms=read_terms(kept), most=most)
    if not made.amount_fen:
        raise NothingGranted(field="class_id")
    audit.note(session, actor, action="claim.enter", subject=f"claim:{made.id}")
    check_class(session, actor, class_id=found.id)
    return made


def review_claim(session: Session, actor: Actor, *, claim_id: int) -> Claim:
    """Let a claim pass the checks. Raises OwnClaim, ClaimBlocked while doubts stand, SampleMissing, or IllegalMove."""
    require(actor, Permission.REVIEW_CLAIM)
    found = _others_claim(session, actor, claim_id)
    check_class(session, actor, class_id=found.class_id)
    _refuse_doubts(session, found)
    missing = calls_missing(session, found.class_id)
    if missing is None or missing:
        raise SampleMissing(count=missing or 1)
    _step(session, actor, found, "review")
    found.reviewed_by = actor.account_id
    session.flush()
    return found


def show_claim(session: Session, actor: Actor, *, claim_id: int) -> Claim:
    """Put the list of a reviewed claim up for objections (公示). Raises OwnClaim or IllegalMove."""
    require(actor, Permission.REVIEW_CLAIM)
    found = _others_claim(session, actor, claim_id)
    days = int(policy(session, "claim-notice-working-days", on=clock.today()))
    _step(session, actor, found, "notice")
    found.notice_until_on = add_working_days(clock.today(), days)
    session.flush()
    return found


def release_claim(session: Session, actor: Actor, *, claim_id: int) -> Claim:
    """Allow the payment once the notice is over. Raises NoticeRunning, OwnClaim, ClaimBlocked or IllegalMove."""
    require(actor, Permission.REVIEW_CLAIM)
    found = _others_claim(session, actor, claim_id)
    CLAIMS.find(found.state, "release")
    if found.notice_until_on is None or clock.today() <= found.notice_until_on:
        raise NoticeRunning(until=found.notice_until_on.isoformat() if found.notice_until_on else "")
    _refuse_doubts(session, found)
    move(session, actor, found, CLAIMS, "release")
    found.released_by = actor.account_id
    audit.note(session, actor, action="claim.release", subject=f"claim:{found.id}")
    session.flush()
    return found


def pay_claim(session: Session, actor: Actor, *, claim_id: int, draft: PaymentDraft) -> Claim:
    """Pay a released claim out of a fund for subsidies (拨付).

    Raises SamePerson for whoever released it, OwnClaim, ClaimBlocked, FundShort, FundPurposeDiffers or IllegalMove.
    """
    require(actor, Permission.PAY_CLAIM)
    found = _others_claim(session, actor, claim_id)
    if actor.account_id == found.released_by:
        raise SamePerson
    _refuse_doubts(session, found)
    CLAIMS.find(found.state, "pay")
    paid = spend(
        session,
        fund_id=draft.fund_id,
        purpose=FundPurpose.SUBSIDY,
        kind=MovementKind.PAYMENT,
        amount_fen=found.amount_fen,
        subject=f"claim:{found.id}",
        account_id=actor.account_id,
        voucher=draft.voucher,
    )
    found.movement_id, found.voucher = paid.id, draft.voucher
    found.paid_by, found.paid_at = actor.account_id, clock.now()
    _step(session, actor, found, "pay")
    session.flush()
    return found


def return_claim(session: Session, actor: Actor, *, claim_id: int, reason: str) -> Claim:
    """Send a claim back before it is released; its people are free for another one. Raises Invalid or IllegalMove."""
    require(actor, Permission.REVIEW_CLAIM)
    if not reason.strip():
        raise Invalid([Problem("reason", "missing", N_("请写明退回原因"))])
    found = _others_claim(session, actor, claim_id)
    _step(session, actor, found, "return", reason=reason)
    found.reason = reason.strip()[:200]
    for line, _ in session.execute(queries.lines(found.id)):
        line.once = None
    _tell_school(session, found, RETURNED_TITLE, found.reason)
    session.flush()
    return found


def claw_back(session: Session, actor: Actor, *, claim_id: int, draft: ClawbackDraft) -> Claim:
    """Demand paid subsidies back, of some trainees or of all (追回). Raises OwnClaim, Invalid or IllegalMove."""
    require(actor, Permission.REVIEW_CLAIM)
    found = _others_claim(session, actor, claim_id)
    paid = [line for line, _ in session.execute(queries.lines(found.id)) if line.verdict is ClaimVerdict.GRANTED]
    wanted = [line for line in paid if not draft.enrolment_ids or line.enrolment_id in draft.enrolment_ids]
    if not wanted or not set(draft.enrolment_ids) <= {line.enrolment_id for line in paid}:
        raise Invalid([Problem("enrolment_ids", "not-paid", N_("名单里有没领过这笔补贴的人"))])
    _step(session, actor, found, "claw-back", reason=draft.reason)
    found.reason = draft.reason
    for line in wanted:
        line.demanded_fen = line.amount_fen
    _tell_school(session, found, CLAWBACK_TITLE, draft.reason)
    session.flush()
    return found


def record_repayment(session: Session, actor: Actor, *, claim_id: int, voucher: str) -> Claim:
    """Take in what was demanded back; it returns to the fund that paid. Raises OwnClaim or IllegalMove."""
    require(actor, Permission.PAY_CLAIM)
    found = _others_claim(session, actor, claim_id)
    CLAIMS.find(found.state, "repay")
    with seeing_everything(session):
        paid = session.scalars(select(FundMovement).where(FundMovement.id == found.movement_id)).one()
        demanded = [line for line, _ in session.execute(queries.lines(found.id)) if line.demanded_fen]
        total = sum(line.demanded_fen for line in demanded)
        bring_in(
            session,
            fund_id=paid.fund_id,
            kind=MovementKind.REPAYMENT,
            amount_fen=total,
            subject=f"claim:{found.id}",
            account_id=actor.account_id,
            reverses=paid,
            voucher=voucher[:60],
        )
        for line in demanded:
            line.once = None
    found.repaid_fen = total
    _step(session, actor, found, "repay")
    session.flush()
    return found


def archive_claim(session: Session, actor: Actor, *, claim_id: int) -> Claim:
    """Put a paid claim and its class into the archive (归档). Raises OwnClaim or IllegalMove."""
    require(actor, Permission.REVIEW_CLAIM)
    found = _others_claim(session, actor, claim_id)
    _step(session, actor, found, "archive")
    session.flush()
    return found


def _others_claim(session: Session, actor: Actor, claim_id: int) -> Claim:
    """A claim that the actor may decide on: entered by somebody else, of a school that is not theirs (SE-05)."""
    found = queries.claim(session, claim_id)
    require_responsible(actor, provider_id=found.provider_id, centre_id=found.centre_id)
    own_school = Role.REGISTRAR in actor.roles and actor.provider_id == found.provider_id
    if own_school or (not actor.is_system and actor.account_id == found.entered_by):
        raise OwnClaim
    return found


def _refuse_doubts(session: Session, found: Claim) -> None:
    doubts = unsettled_flags(session, found.class_id)
    if doubts:
        raise ClaimBlocked(count=doubts)


_CLASS_EVENTS = {"claw-back": "claw-back", "repay": "repay", "review": "review", "notice": "notice", "pay": "pay"}


def _step(session: Session, actor: Actor, found: Claim, event: str, *, reason: str = "") -> None:
    """Move a claim, and its class along with it."""
    move(session, actor, found, CLAIMS, event, reason=reason)
    training = training_class(session, found.class_id)
    move(session, Actor.system(), training, CLASSES, _CLASS_EVENTS.get(event, event), reason=reason)
    audit.note(session, actor, action=f"claim.{event}", subject=f"claim:{found.id}")


def _write_lines(session: Session, made: Claim, found: TrainingClass, major: Major, *, terms: Terms, most: int) -> None:
    places = list(session.scalars(queries.claimed_places(found.id)))
    # The same people may be claimed at another school at this moment: whoever comes second has to wait and see.
    lock_people(session, [place.person_id for place in places])
    people = {
        person.id: person
        for person in session.scalars(select(Person).where(Person.id.in_([place.person_id for place in places])))
    }
    earlier = queries.earlier_subsidies(session, list(people))
    hours = hours_of(session, found.id)
    days = sum(1 for _ in meeting_days(found))
    threshold = float(policy(session, "attendance-threshold", on=found.end_on))
    for place in places:
        person = people[place.person_id]
        case = _case(place, person, major, found, days, hours[place.id], threshold, earlier[person.id])
        _add_line(session, made, place, case, decide(terms, case, most_a_year=most))
    session.flush()


def _case(
    place: Enrolment,
    person: Person,
    major: Major,
    found: TrainingClass,
    days: int,
    hours: Hours,
    threshold: float,
    earlier: list[Earlier],
) -> Case:
    return Case(
        occupation=major.occupation_code,
        level=major.level or 0,
        completed_on=found.end_on,
        days=days,
        hours=hours.attended,
        completed=place.state in COMPLETED and hours.reaches(threshold),
        certified=place.state in CERTIFIED,
        percent=hours.percent,
        retired=retired(trainee_of(place, person), found.end_on, retirement_rules(), surely=True),
        earlier=earlier,
    )


def _add_line(session: Session, made: Claim, place: Enrolment, case: Case, decision: Decision) -> None:
    granted = decision.fen > 0
    once = f"{place.person_id}:{case.occupation}:{case.level}" if granted else None
    session.add(
        ClaimLine(
            claim_id=made.id, enrolment_id=place.id, person_id=place.person_id, provider_id=made.provider_id,
            centre_id=made.centre_id, programme=Programme(made.programme), occupation_code=case.occupation,
            level=case.level, completed_on=case.completed_on, days=case.days, hours=case.hours,
            verdict=ClaimVerdict.GRANTED if granted else ClaimVerdict.REFUSED, amount_fen=decision.fen,
            reason=decision.reason, params=decision.params, other_line_id=decision.line_id, once=once, demanded_fen=0,
        )
    )  # fmt: skip
    made.amount_fen = (made.amount_fen or 0) + decision.fen
    made.persons = (made.persons or 0) + granted
    made.refused = (made.refused or 0) + (not granted)


def _tell_school(session: Session, found: Claim, title: str, body: str) -> None:
    if found.entered_by is None:
        return
    class_no = training_class(session, found.class_id).class_no
    with seeing_everything(session):
        post(
            session,
            kind="claim",
            to_account_id=found.entered_by,
            title=translate(SOURCE_LOCALE, title, class_no=class_no),
            body=body,
            link=f"/training-desk/claims/{found.id}",
            dedupe_key=f"claim:{found.id}:{found.state.value}",
        )
        session.flush()

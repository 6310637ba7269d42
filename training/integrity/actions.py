"""Actions of the integrity desk: check a class, draw and call a sample, clear or confirm a flag."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.permissions import Actor, Permission, Role, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import move
from training.classes.models import TrainingClass
from training.classes.queries import class_parts, training_class
from training.integrity import queries
from training.integrity.models import Flag, IntegrityCheck, PhoneCall, PhoneSample
from training.integrity.rules import (
    CHECKS,
    FLAGS,
    PHONE_CHECK,
    SOURCES,
    CallDraft,
    CallOutcome,
    CheckFinding,
    CheckOutcome,
    CheckRule,
    Facts,
    FlagState,
    OwnFlag,
    SampleMissing,
    Terms,
    Unknown,
    phone_sample,
)
from training.integrity.sources import known_to
from training.providers.rules import require_responsible


def check_class(session: Session, actor: Actor, *, class_id: int) -> list[IntegrityCheck]:
    """Run every check of a class again; a new finding becomes a flag that blocks the claim. Raises NotFound."""
    require(actor, Permission.CLAIM_SUBSIDY)
    training, _, provider = class_parts(session, class_id)
    require_responsible(actor, provider_id=training.provider_id, centre_id=training.centre_id)
    rules = policy(session, "integrity-rules", on=training.end_on, region=provider.region_code)
    facts = queries.facts_of(session, class_id)
    with seeing_everything(session):
        for name, check in CHECKS.items():
            if name in rules:
                _look(session, training, name, check, facts, rules[name])
        for source in SOURCES:
            _ask(session, training, source)
        _phone(session, training)
        session.flush()
        checks = list(session.scalars(queries.checks(class_id)))
    audit.note(session, actor, action="class.check", subject=f"class:{class_id}")
    return checks


def draw_sample(session: Session, actor: Actor, *, class_id: int, seed: str = "") -> PhoneSample:
    """Draw the trainees to be telephoned, once per class; anybody can repeat the draw with the seed."""
    require(actor, Permission.CLEAR_FLAG)
    training = training_class(session, class_id)
    require_responsible(actor, provider_id=training.provider_id, centre_id=training.centre_id)
    known = queries.sample_of(session, class_id)
    if known is not None:
        return known
    share = float(policy(session, "phone-sample-share", on=training.end_on))
    everybody = [place.id for place, _ in queries.trainees_checked(session, class_id)]
    chosen = seed or secrets.token_hex(16)
    sample = PhoneSample(
        class_id=class_id, centre_id=training.centre_id, seed=chosen, share=share, drawn_from=everybody,
        enrolment_ids=phone_sample(everybody, share=share, seed=chosen), account_id=actor.account_id,
    )  # fmt: skip
    session.add(sample)
    session.flush()
    audit.note(session, actor, action="sample.draw", subject=f"class:{class_id}", detail={"seed": chosen})
    return sample


def record_call(session: Session, actor: Actor, *, class_id: int, draft: CallDraft) -> PhoneCall:
    """Record what a trainee of the sample said; a second call replaces the first. Raises SampleMissing."""
    require(actor, Permission.CLEAR_FLAG)
    training = training_class(session, class_id)
    require_responsible(actor, provider_id=training.provider_id, centre_id=training.centre_id)
    sample = queries.sample_of(session, class_id)
    if sample is None or draft.enrolment_id not in sample.enrolment_ids:
        raise SampleMissing(field="enrolment_id", count=len(sample.enrolment_ids) if sample else 1)
    call = queries.calls_of(session, sample).get(draft.enrolment_id)
    if call is None:
        call = PhoneCall(
            sample_id=sample.id, class_id=class_id, centre_id=training.centre_id, enrolment_id=draft.enrolment_id
        )
        session.add(call)
    call.outcome, call.note, call.account_id = draft.outcome, draft.note, actor.account_id
    session.flush()
    _phone(session, training)
    session.flush()
    return call


def clear_flag(session: Session, actor: Actor, *, flag_id: int, reason: str) -> Flag:
    """Give one of the two signatures that clear a flag. Raises OwnFlag for the same person twice, or the school."""
    require(actor, Permission.CLEAR_FLAG)
    flag = queries.flag(session, flag_id)
    _refuse_own(session, actor, flag)
    if actor.account_id is None or actor.account_id == flag.first_by:
        raise OwnFlag
    move(session, actor, flag, FLAGS, "clear", reason=reason)
    if flag.first_by is None:
        flag.first_by, flag.first_reason = actor.account_id, reason[:200]
    else:
        flag.second_by, flag.second_reason = actor.account_id, reason[:200]
    audit.note(session, actor, action="flag.clear", subject=f"flag:{flag_id}")
    session.flush()
    return flag


def confirm_flag(session: Session, actor: Actor, *, flag_id: int, reason: str) -> Flag:
    """Confirm that the flag was justified; the claim stays blocked. Raises OwnFlag, IllegalMove or NotFound."""
    require(actor, Permission.CLEAR_FLAG)
    flag = queries.flag(session, flag_id)
    _refuse_own(session, actor, flag)
    move(session, actor, flag, FLAGS, "confirm", reason=reason)
    audit.note(session, actor, action="flag.confirm", subject=f"flag:{flag_id}")
    session.flush()
    return flag


def _refuse_own(session: Session, actor: Actor, flag: Flag) -> None:
    training = training_class(session, flag.class_id)
    require_responsible(actor, provider_id=training.provider_id, centre_id=flag.centre_id)
    if Role.REGISTRAR in actor.roles and actor.provider_id == training.provider_id:
        raise OwnFlag


def _look(session: Session, training: TrainingClass, name: str, check: CheckRule, facts: Facts, terms: Terms) -> None:
    try:
        _settle(session, training, name, check.look(facts, terms))
    except Unknown:
        _write(session, training, name, CheckOutcome.NOT_CHECKED, 0)


def _ask(session: Session, training: TrainingClass, source: str) -> None:
    people = queries.trainees_checked(session, training.id)
    numbers = {person.identity_number: place.id for place, person in people if person.identity_sealed}
    hits = known_to(source, frozenset(numbers))
    if hits is None:
        _write(session, training, source, CheckOutcome.NOT_CHECKED, 0)
        return
    places = tuple(sorted(numbers[number] for number in hits if number in numbers))
    _settle(session, training, source, CheckFinding(len(places), places) if places else None)


def _phone(session: Session, training: TrainingClass) -> None:
    missing = queries.calls_missing(session, training.id)
    sample = queries.sample_of(session, training.id)
    calls = queries.calls_of(session, sample) if sample else {}
    denied = tuple(sorted(enrolment_id for enrolment_id, call in calls.items() if call.outcome is CallOutcome.DENIED))
    # An unanswered call confirms nothing: once all have been called, two people review it like a denial.
    silent = tuple(
        sorted(enrolment_id for enrolment_id, call in calls.items() if call.outcome is not CallOutcome.CONFIRMED)
    )
    doubted = silent if missing == 0 else denied
    if doubted or missing == 0:
        _settle(session, training, PHONE_CHECK, CheckFinding(len(doubted), doubted) if doubted else None)
    else:
        _write(session, training, PHONE_CHECK, CheckOutcome.NOT_CHECKED, missing or 0)


def _settle(session: Session, training: TrainingClass, rule: str, finding: CheckFinding | None) -> None:
    digest = finding.digest(rule) if finding else ""
    flag = session.scalar(
        select(Flag).where(Flag.class_id == training.id, Flag.rule == rule, Flag.digest == digest)
    )  # fmt: skip
    if finding is not None and flag is None:
        session.add(
            Flag(
                class_id=training.id, centre_id=training.centre_id, rule=rule, digest=digest, found=finding.count,
                enrolment_ids=list(finding.enrolment_ids), params=dict(finding.params), state=FlagState.OPEN,
            )
        )  # fmt: skip
    _write(
        session, training, rule, CheckOutcome.FLAGGED if finding else CheckOutcome.OK, finding.count if finding else 0
    )


def _write(session: Session, training: TrainingClass, rule: str, outcome: CheckOutcome, count: int) -> None:
    row = session.scalar(
        select(IntegrityCheck).where(IntegrityCheck.class_id == training.id, IntegrityCheck.rule == rule)
    )  # fmt: skip
    if row is None:
        row = IntegrityCheck(class_id=training.id, centre_id=training.centre_id, rule=rule)
        session.add(row)
    row.outcome, row.found, row.checked_at = outcome, count, clock.now()
    session.flush()

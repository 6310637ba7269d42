"""What is done with results and certificates: enter a mark, issue the paper, take it back."""

import secrets

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import audit, clock, events
from centre.errors import Forbidden, Invalid, Problem
from centre.isolation import apart
from centre.messages import send
from centre.messages.training import CERTIFICATE_ISSUED, CERTIFICATE_REVOKED, RESIT_OVER
from centre.numbers import parse_certificate
from centre.permissions import Actor, Permission, Role, require
from centre.policy import policy
from centre.scopes import seeing_everything
from centre.states import move
from centre.translation import N_
from training.certificates import queries
from training.certificates.models import Assessment, TrainingCertificate
from training.certificates.rules import (
    ALPHABET,
    AssessmentDraft,
    CertificateRevoked,
    CertificateState,
    Certified,
    NumberTaken,
    ResitOver,
    ResultsMissing,
    certificate_code,
)
from training.classes.models import TrainingClass
from training.classes.queries import class_parts, training_class
from training.classes.rules import CLASSES
from training.enrolments.models import Enrolment
from training.enrolments.queries import enrolment
from training.enrolments.rules import ENROLMENTS, EnrolmentState
from training.providers.rules import require_responsible


class OwnAssessment(Forbidden):
    """Who teaches does not assess (考培分离)."""

    code = "own-assessment"
    message = N_("培训学校不能登记本校学员的考核成绩")


def record_result(session: Session, actor: Actor, *, draft: AssessmentDraft) -> TrainingCertificate | None:
    """Enter the marks of one attempt (考核); who passes is certified, who fails once may sit again.

    Returns the certificate, or None. Raises IllegalMove without a completed course, OwnAssessment, ResitOver,
    CertificateForm and its kin for an official number that does not fit level and year, NumberTaken, Invalid or
    NotFound.
    """
    require(actor, Permission.CERTIFY)
    place = enrolment(session, draft.enrolment_id)
    _refuse_own_school(actor, place.provider_id)
    require_responsible(actor, provider_id=place.provider_id, centre_id=place.centre_id)
    if draft.assessed_on > clock.today():
        raise Invalid([Problem("assessed_on", "future", N_("考核日期不能晚于今天"))])
    least = int(policy(session, "assessment-pass-mark", on=draft.assessed_on))
    passed = min(draft.theory, draft.practice) >= least
    attempt = 2 if place.state is EnrolmentState.RESIT else 1
    if attempt == 2 and draft.assessed_on > queries.resit_until(session, place.id):
        raise ResitOver(field="assessed_on", until=queries.resit_until(session, place.id).isoformat())
    move(session, actor, place, ENROLMENTS, "pass" if passed else "fail")
    session.add(
        Assessment(
            enrolment_id=place.id, class_id=place.class_id, person_id=place.person_id, provider_id=place.provider_id,
            centre_id=place.centre_id, attempt=attempt, theory=draft.theory, practice=draft.practice, passed=passed,
            assessed_on=draft.assessed_on, body=draft.body, account_id=actor.account_id,
        )
    )  # fmt: skip
    audit.note(session, actor, action="assessment.record", subject=f"enrolment:{place.id}", detail={"attempt": attempt})
    session.flush()
    return _issue(session, actor, place, draft) if passed else None


def end_resits(session: Session, actor: Actor) -> int:
    """Fail those who did not sit again in time, and tell them; returns how many. Done twice it changes nothing."""
    require(actor, Permission.CERTIFY)
    ended = 0
    with seeing_everything(session):
        waiting = select(Enrolment).where(Enrolment.state == EnrolmentState.RESIT).order_by(Enrolment.id)
        for place in session.scalars(waiting).all():
            until = queries.resit_until(session, place.id)
            if clock.today() <= until:
                continue
            with apart(session):
                move(session, Actor.system(), place, ENROLMENTS, "expire", reason=until.isoformat())
                _, major, _ = class_parts(session, place.class_id)
                send(
                    session,
                    RESIT_OVER.of(course=major.name, until=until.isoformat()),
                    to_person_id=place.person_id,
                    link="/training",
                    dedupe_key=f"resit-over:{place.id}",
                )
                ended += 1
        session.flush()
    return ended


def close_assessment(session: Session, actor: Actor, *, class_id: int) -> TrainingClass:
    """Mark a class as assessed once everybody who completed it has a result. Raises ResultsMissing or IllegalMove."""
    require(actor, Permission.CERTIFY)
    training = training_class(session, class_id)
    require_responsible(actor, provider_id=training.provider_id, centre_id=training.centre_id)
    without = session.scalar(
        select(func.count()).where(Enrolment.class_id == class_id, Enrolment.state == EnrolmentState.COMPLETED)
    )
    if without:
        raise ResultsMissing(count=without)
    move(session, actor, training, CLASSES, "assess")
    audit.note(session, actor, action="class.assess", subject=f"class:{class_id}")
    session.flush()
    return training


def revoke_certificate(session: Session, actor: Actor, *, code: str, reason: str) -> TrainingCertificate:
    """Take a certificate back for good; what followed from it is reversed (撤销证书). Raises Invalid or NotFound."""
    require(actor, Permission.CERTIFY)
    if not reason.strip():
        raise Invalid([Problem("reason", "missing", N_("请写明撤销原因"))])
    certificate = queries.certificate(session, code)
    require_responsible(actor, provider_id=certificate.provider_id, centre_id=certificate.centre_id)
    if certificate.state is CertificateState.REVOKED:
        return certificate
    certificate.state, certificate.revoked_at, certificate.revoked_by = (
        CertificateState.REVOKED,
        clock.now(),
        actor.account_id,
    )
    certificate.reason = reason.strip()[:200]
    move(
        session,
        Actor.system(),
        enrolment(session, certificate.enrolment_id),
        ENROLMENTS,
        "revoke",
        reason=certificate.reason,
    )
    with seeing_everything(session):
        send(
            session,
            CERTIFICATE_REVOKED.of(course=certificate.course, reason=certificate.reason),
            to_person_id=certificate.person_id,
            dedupe_key=f"certificate-revoked:{certificate.id}",
        )
    audit.note(session, actor, action="certificate.revoke", subject=f"certificate:{certificate.id}")
    session.flush()
    events.publish(session, CertificateRevoked(certificate.id, certificate.person_id, certificate.occupation_code))
    return certificate


def _refuse_own_school(actor: Actor, provider_id: int) -> None:
    if Role.REGISTRAR in actor.roles and actor.provider_id == provider_id:
        raise OwnAssessment


def _issue(session: Session, actor: Actor, place: Enrolment, draft: AssessmentDraft) -> TrainingCertificate:
    training, major, provider = class_parts(session, place.class_id)
    official = _official(session, draft, major.level)
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(9))
    certificate = TrainingCertificate(
        code=certificate_code(draft.assessed_on.year, drawn), enrolment_id=place.id, class_id=training.id,
        person_id=place.person_id, provider_id=provider.id, centre_id=place.centre_id, course=major.name,
        occupation_code=major.occupation_code, level=major.level, hours=major.hours, issued_on=draft.assessed_on,
        official_no=official, is_demo=place.is_demo,
    )  # fmt: skip
    session.add(certificate)
    session.flush()
    audit.note(session, actor, action="certificate.issue", subject=f"certificate:{certificate.id}")
    events.publish(
        session,
        Certified(
            certificate.id, place.id, place.person_id, certificate.occupation_code, certificate.level,
            official or certificate.code, official is not None, provider.name, training.class_no, certificate.issued_on,
        ),
    )  # fmt: skip
    with seeing_everything(session):
        send(
            session,
            CERTIFICATE_ISSUED.of(course=certificate.course, code=certificate.code),
            to_person_id=place.person_id,
            link=f"/certificates/{certificate.code}/paper",
            dedupe_key=f"certificate:{certificate.id}",
        )
    return certificate


def _official(session: Session, draft: AssessmentDraft, level: int | None) -> str | None:
    if not draft.official_no:
        return None
    number: str = parse_certificate(draft.official_no, level=level, year=draft.assessed_on.year).value
    with seeing_everything(session):
        known = session.scalar(select(TrainingCertificate.id).where(TrainingCertificate.official_no == number))
    if known is not None:
        raise NumberTaken(field="official_no")
    return number

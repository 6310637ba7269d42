"""Certificates: public verification; entry of results and revocation for officers."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import Path

from api.dependencies import PUBLIC, Routes, Unit
from api.wire import Wire
from centre.drafts import Draft, RecordId, Words
from centre.permissions import Permission
from training.certificates import actions, queries
from training.certificates.rules import AssessmentDraft, CertificateState, PublicCertificate
from training.enrolments.queries import enrolment
from training.enrolments.rules import EnrolmentState

routes = Routes(tags=["certificates"])

Code = Annotated[str, Path(max_length=40)]


class PublicCertificateOut(Wire):
    """The public part of a certificate, with a masked name (证书核验)."""

    code: str
    holder: str
    course: str
    level: int | None
    hours: int
    school: str
    issued_on: date
    state: CertificateState
    revoked_on: date | None

    @classmethod
    def of(cls, certificate: PublicCertificate) -> "PublicCertificateOut":
        """The public part of a certificate."""
        return cls(**asdict(certificate))


class AssessmentOut(Wire):
    """The trainee's state after a result, with the certificate number for a pass."""

    enrolment_id: int
    state: EnrolmentState
    certificate: str | None


class CertificateRevocation(Draft):
    """The reason for revoking a certificate (撤销原因)."""

    reason: Words


@routes.get("/certificates/{code}", allow=PUBLIC)
def verify(unit: Unit, code: Code) -> PublicCertificateOut:
    """Verify a certificate by its number: 422 for a mistyped number, 404 for an unknown one."""
    return PublicCertificateOut.of(queries.verified(unit.session, code))


@routes.post("/results", allow=Permission.CERTIFY, status_code=201)
def record_result(unit: Unit, draft: AssessmentDraft) -> AssessmentOut:
    """Enter the marks of one attempt; a pass issues the certificate."""
    issued = actions.record_result(unit.session, unit.actor, draft=draft)
    place = enrolment(unit.session, draft.enrolment_id)
    return AssessmentOut(enrolment_id=place.id, state=place.state, certificate=issued.code if issued else None)


@routes.post("/classes/{class_id}/assessment", allow=Permission.CERTIFY, status_code=204)
def close_assessment(unit: Unit, class_id: RecordId) -> None:
    """Mark a class as assessed; everybody who completed it must have a result."""
    actions.close_assessment(unit.session, unit.actor, class_id=class_id)


@routes.post("/certificates/{code}/revocation", allow=Permission.CERTIFY)
def revoke(unit: Unit, code: Code, revocation: CertificateRevocation) -> PublicCertificateOut:
    """Revoke a certificate; the profile loses what was based on it."""
    actions.revoke_certificate(unit.session, unit.actor, code=code, reason=revocation.reason)
    return PublicCertificateOut.of(queries.verified(unit.session, code))

"""Results, the numbers of certificates, and what anybody may read of one: TR-15, VR20, SE-05."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.errors import Forbidden, Invalid, NotFound
from centre.numbers import CertificateLevel
from centre.outbox import Message
from centre.permissions import Actor
from centre.states import IllegalMove
from matching.profiles.models import HeldCertificate, WorkedOccupation
from tests.training.course import acting, begin, do, enrol_all, finish, people, state_of, teach
from tests.training.world import SYSTEM, City, add_class
from training.certificates import queries
from training.certificates.actions import close_assessment, record_result, revoke_certificate
from training.certificates.jobs import end_overdue_resits
from training.certificates.models import TrainingCertificate
from training.certificates.rules import (
    ALPHABET,
    AssessmentDraft,
    CertificateState,
    CodeForm,
    NumberTaken,
    ResultsMissing,
    certificate_code,
    parse_code,
    shown,
)
from training.enrolments.models import Enrolment
from training.enrolments.rules import EnrolmentState

AFTER = datetime(2026, 4, 1, 2, 0, tzinfo=UTC)
DRAWN = st.text(alphabet=ALPHABET, min_size=9, max_size=9)


def completed(city: City, count: int = 1, major: str = "服装缝纫") -> tuple[int, list[int]]:
    class_id = add_class(city, major)
    places = enrol_all(city, class_id, people(city, count))
    begin(city, class_id)
    teach(city, class_id, places)
    finish(city, class_id)
    return class_id, places


def mark(
    city: City, place: int, points: int = 80, actor: str = "officer", **more: object
) -> TrainingCertificate | None:
    content = {"enrolment_id": place, "theory": points, "practice": points, "assessed_on": date(2026, 3, 30),
               "body": "第三方考核站"} | more  # fmt: skip
    with clock.frozen(AFTER):
        return do(city, actor, record_result, draft=AssessmentDraft.model_validate(content))


@given(DRAWN, st.integers(0, 10), st.sampled_from(ALPHABET))
def test_one_wrong_character_never_passes(drawn: str, place: int, other: str) -> None:
    code = certificate_code(2026, drawn)
    assert parse_code(shown(code).lower()) == code
    wrong = code[: 4 + place % 10] + other + code[5 + place % 10 :]
    if wrong != code:
        with pytest.raises(CodeForm):
            parse_code(wrong)


@given(DRAWN, st.integers(4, 12))
def test_two_swapped_characters_never_pass(drawn: str, place: int) -> None:
    code = certificate_code(2026, drawn)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    if swapped != code:
        with pytest.raises(CodeForm):
            parse_code(swapped)


def test_look_alike_and_full_width_characters_are_read_as_intended() -> None:
    code = certificate_code(2026, "0150AB251")
    assert parse_code(code.replace("0", "O").replace("1", "I").replace("5", "S")) == code
    assert parse_code(f" {code[:4]} － {code[4:]}".replace("－", "-")) == code


@pytest.mark.rule("resit-ends", "action")
def test_passing_certifies_and_failing_twice_is_final(any_city: City) -> None:
    class_id, (good, late, bad) = completed(any_city, 3)
    assert mark(any_city, good) is not None
    assert mark(any_city, late, 59) is None
    assert state_of(late) is EnrolmentState.RESIT
    assert mark(any_city, late, 60) is not None
    with pytest.raises(ResultsMissing) as refused:
        do(any_city, "officer", close_assessment, class_id=class_id)
    assert refused.value.params == {"count": 1}
    assert [mark(any_city, bad, 10), mark(any_city, bad, 20)] == [None, None]
    assert [state_of(place) for place in (good, late, bad)] == [
        EnrolmentState.CERTIFIED,
        EnrolmentState.CERTIFIED,
        EnrolmentState.FAILED,
    ]
    do(any_city, "officer", close_assessment, class_id=class_id)
    with open_session(SYSTEM.scope) as session:
        assert [result.attempt for result in session.scalars(queries.results(class_id))] == [1, 1, 1, 2, 2]


@pytest.mark.rule("resit-ends", "job")
def test_a_second_attempt_that_nobody_took_in_time_fails_and_is_notified_once(city: City) -> None:
    _, (place,) = completed(city)
    mark(city, place, 10)
    with acting(city, "system") as (session, _):
        until = queries.resit_until(session, place)
        person_id = session.get_one(Enrolment, place).person_id
    for days, state in ((0, EnrolmentState.RESIT), (1, EnrolmentState.FAILED), (2, EnrolmentState.FAILED)):
        day = datetime.combine(until + timedelta(days=days), time(3), UTC)
        with clock.frozen(day), acting(city, "system") as (session, _):
            end_overdue_resits(session)
        assert state_of(place) is state
    with open_session(SYSTEM.scope) as session:
        kinds = session.scalars(select(Message.kind).where(Message.person_id == person_id)).all()
        assert kinds.count("resit-over") == 1
    with pytest.raises(IllegalMove):
        mark(city, place, 80)


def test_nobody_is_assessed_before_completion_and_no_school_assesses_its_own_trainees(city: City) -> None:
    class_id = add_class(city)
    (place,) = enrol_all(city, class_id, people(city, 1))
    begin(city, class_id)
    with pytest.raises(IllegalMove):
        mark(city, place)
    with pytest.raises(Forbidden):
        mark(city, place, actor="registrar")


@pytest.mark.rule("certificate-number", "action")
def test_an_official_number_must_fit_level_and_year_and_belongs_to_one_trainee(city: City) -> None:
    _, (first, second) = completed(city, 2)
    with pytest.raises(CertificateLevel):
        mark(city, first, official_no="S000061000001264000001")
    issued = mark(city, first, official_no="S000061000001265000001")
    assert issued is not None
    assert issued.official_no == "S000061000001265000001"
    with pytest.raises(NumberTaken):
        mark(city, second, official_no="S000061000001265000001")


def test_the_public_reads_a_masked_name_and_whether_it_still_holds(city: City) -> None:
    _, (place,) = completed(city)
    issued = mark(city, place)
    assert issued is not None
    with open_session(Actor.public().scope) as session:
        seen = queries.verified(session, shown(issued.code).lower())
        assert (seen.holder, seen.course, seen.level, seen.state) == ("学***1", "服装缝纫", 5, CertificateState.VALID)
        with pytest.raises(NotFound):
            queries.certificate(session, issued.code)
        with pytest.raises(NotFound):
            queries.verified(session, certificate_code(2026, "000000000"))
    with pytest.raises(Invalid):
        do(city, "officer", revoke_certificate, code=issued.code, reason=" ")
    do(city, "officer", revoke_certificate, code=issued.code, reason="替考")
    with open_session(Actor.public().scope) as session:
        assert queries.verified(session, issued.code).state is CertificateState.REVOKED
    assert state_of(place) is EnrolmentState.FAILED


@pytest.mark.rule("certificate-writes-back", "action")
def test_certification_adds_the_occupation_to_the_profile_and_revoking_removes_it(any_city: City) -> None:
    """TR-15."""
    _, (place, practised) = completed(any_city, 2)
    issued = [mark(any_city, enrolment_id) for enrolment_id in (place, practised)]
    with acting(any_city, "system") as (session, _):
        rows = session.scalars(select(WorkedOccupation).order_by(WorkedOccupation.id)).all()
        assert [(row.occupation, row.verified_level, row.verified_by) for row in rows] == [
            ("6-05-01-03", 5, "咸阳扶贫技校 2026-01")
        ] * 2
        rows[1].years = 3
    for certificate in issued:
        assert certificate is not None
        do(any_city, "officer", revoke_certificate, code=certificate.code, reason="作弊")
    with open_session(SYSTEM.scope) as session:
        (left,) = session.scalars(select(WorkedOccupation)).all()
        assert (left.years, left.verified_level, left.verified_by) == (3, None, "")
        assert session.scalars(select(HeldCertificate)).all() == []

"""The posting form has a field for all that an opening may state, and what is stated is shown to the worker."""

from typing import Any

import pytest

from centre.database import open_session
from employers.openings.actions import publish_opening, verify_opening
from employers.openings.models import Opening
from employers.openings.rules import OPENING as MACHINE
from employers.openings.rules import CertificateKind, OpeningDraft, OpeningState, ReservedFor, SexGround
from tests.employers.browser import Opener
from tests.employers.world import SYSTEM
from tests.web.desks import words
from tests.web.pages.employer.test_desk import OPENING
from web.pages.employer.posting import PARTS, can_be_changed

MORE: dict[str, Any] = {
    "occupation_code": "6-05-01-03", "skills": "平车*、锁边", "age_min": "18", "age_max": "55",
    "age_reason": "高温作业，规定满十八岁", "overtime_rule": "按 1.5 倍算", "pay_day": "15", "hours_per_week": "44",
    "hazardous": "true", "social_insurance": "养老、医疗", "travel_paid_by": "employer", "medical_paid_by": "self",
    "min_education": "junior", "certificates": "health",
}  # fmt: skip
ELSEWHERE = {
    "employer_id", "kind", "valid_from", "source", "source_name", "skill_requirements", "certificate_requirements",
}  # fmt: skip
"""What the form does not ask: who posts, which programme, since when, from where; and lists under other names."""
SHOWN = (
    "一周 44 小时", "平车、锁边", "每月 15 号", "按 1.5 倍算", "养老、医疗", "健康证", "初中",
    "用人单位", "本人", "18–55",
)  # fmt: skip


def stored(opening_id: int = 1) -> Opening:
    with open_session(SYSTEM.scope) as session:
        return session.get_one(Opening, opening_id)


def test_the_form_asks_for_all_that_an_opening_may_state() -> None:
    assert set(OpeningDraft.model_fields) - {name for names in PARTS.values() for name in names} == ELSEWHERE


def test_what_is_stated_is_kept_shown_to_the_worker_and_survives_a_second_save(as_: Opener) -> None:
    employer = as_("employer1")
    path = employer.send_form("/employer/openings/new", **OPENING | MORE).headers["location"]
    kept = stored()
    assert (kept.hours_per_week, kept.pay_day, kept.age_min, kept.hazardous) == (44, 15, 18, True)
    assert kept.social_insurance == ["养老", "医疗"]
    assert [(need["term"], need["must"]) for need in kept.skill_requirements] == [("平车", True), ("锁边", False)]
    assert [need["kind"] for need in kept.certificate_requirements] == [CertificateKind.HEALTH.value]
    shown = words(employer.get(path).text)
    assert [fact for fact in SHOWN if fact not in shown] == []
    again = {"part": "work", "title": "锁边工", "headcount": "5", "content": "做校服", "step": "keep"}
    hidden = OPENING | MORE | again | {"skills": "平车*;锁边", "social_insurance": "养老;医疗"}
    employer.send_form(f"{path}/edit", **hidden)
    after = stored()
    assert after.title == "锁边工"
    assert (after.skill_requirements, after.social_insurance) == (kept.skill_requirements, kept.social_insurance)


def test_the_public_reads_what_is_stated(as_: Opener) -> None:
    as_("employer1").send_form("/employer/openings/new", **OPENING | MORE)
    with open_session(SYSTEM.scope, write=True) as session:
        verify_opening(session, SYSTEM, opening_id=1)
        publish_opening(session, SYSTEM, opening_id=1)
    page = words(as_().get("/openings/1").text)
    assert all(fact in page for fact in ("一周 44 小时", "平车、锁边", "每月 15 号", "健康证"))


def test_skills_that_cannot_be_read_are_queried_at_their_field(as_: Opener) -> None:
    answer = as_("employer1").send_form("/employer/openings/new", **OPENING | {"skills": "平车(9)", "step": "keep"})
    assert answer.status_code == 422
    assert "技能看不懂" in answer.text


@pytest.mark.rule("reserved-opening", "page")
def test_an_employer_keeps_an_opening_for_a_group_by_the_form(as_: Opener) -> None:
    employer = as_("employer1")
    employer.send_form("/employer/openings/new", **OPENING | {"reserved_for": "union_hardship"})
    assert stored().reserved_for == [ReservedFor.UNION_HARDSHIP.value]
    with open_session(SYSTEM.scope, write=True) as session:
        verify_opening(session, SYSTEM, opening_id=1)
        publish_opening(session, SYSTEM, opening_id=1)
    assert as_().get("/openings/1").status_code == 404
    assert as_().get("/api/v1/openings").json()["total"] == 0


def test_a_limit_by_sex_needs_its_evidence_in_the_form(as_: Opener) -> None:
    employer = as_("employer1")
    limited = OPENING | {"sex_limit_ground": SexGround.MINE_UNDERGROUND.value}
    refused = employer.send_form("/employer/openings/new", **limited)
    assert refused.status_code == 422
    assert "按性别限制招用，要写明依据" in refused.text
    answer = employer.send_form("/employer/openings/new", **limited | {"sex_limit_evidence": "检字12号"})
    assert answer.status_code == 303


@pytest.mark.parametrize("state", list(OpeningState))
def test_an_opening_can_be_changed_where_a_changed_one_could_be_saved(state: OpeningState) -> None:
    may = state is OpeningState.DRAFT or "revise" in MACHINE.events(state, SYSTEM)
    assert can_be_changed(Opening(state=state)) is may
    assert may is (state in {"draft", "to_verify", "verified", "paused", "expired"})

"""A promise over the pages: the worker, the counter and the employer state terms; the next worker is warned."""

import re

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.permissions import Actor, Role
from employers.openings.models import Opening
from matching.introductions.actions import agree_to_introduction, begin_work, record_result
from matching.introductions.models import FollowUp, Introduction, Placement
from matching.introductions.rules import IntroductionResultDraft, Result
from matching.promises.models import StatedTerms
from tests.web.desks import Hall, number, words

SYSTEM = Actor.system().scope
V1 = "/api/v1"
TITLE = "缝纫工（平车）"


def hired(hall: Hall) -> Introduction:
    """The introduction of a worker of the demo town who was hired today."""
    opening = number(Opening, title=TITLE)
    asked = int(hall.enter("wang").send(f"/openings/{opening}/ask").rsplit("/", 1)[1])
    with open_session(SYSTEM) as session:
        centre_id = session.scalars(select(Introduction.centre_id).where(Introduction.id == asked)).one()
    clerk = Actor(account_id=1, roles=frozenset({Role.CLERK}), centre_id=centre_id)
    with open_session(clerk.scope, write=True) as session:
        agree_to_introduction(session, clerk, introduction_id=asked)
        draft = IntroductionResultDraft(result=Result.HIRED, starts_on=clock.today())
        return record_result(session, clerk, introduction_id=asked, draft=draft)


def test_a_worker_compares_her_contract_the_counter_confirms_and_the_next_worker_is_warned(hall: Hall) -> None:
    job, worker, clerk = hired(hall), hall.enter("wang"), hall.enter("clerk2")
    mine, desk = f"/me/introductions/{job.id}", f"/counter/introductions/{job.id}"
    seen = words(worker.get(mine))
    assert all(part in seen for part in ("说好的，兑现了吗", "报名时说好的", "劳动合同", "第一个月工资条"))
    form = words(worker.get(f"{mine}/terms/contract"))
    assert "说好的：" in form
    assert worker.send(f"{mine}/terms/contract", pay_min_fen="900", pay_unit="month") == f"{mine}#promise"
    seen = words(worker.get(mine))
    assert all(part in seen for part in ("900 元/月", "变差了", "等中心核实", "和报名时说好的不一样：工资"))
    opening = f"/openings/{job.opening_id}"
    assert "来了以后条件变差了" not in words(hall.enter().get(opening))
    assert "条件比说好的差" in words(clerk.get("/counter"))
    assert "看过原件，确实变差了" in words(clerk.get(desk))
    with open_session(SYSTEM) as session:
        statement_id = session.scalars(select(StatedTerms.id)).one()
    clerk.send(f"/counter/terms/{statement_id}", 422, verdict="dismiss")
    assert clerk.send(f"/counter/terms/{statement_id}", verdict="confirm") == f"{desk}#promise"
    assert "最近半年，有 1 位求职者来了以后条件变差了（包括这个岗位）：工资" in words(hall.enter().get(opening))
    assert "已确认" in words(worker.get(mine))


def test_a_form_with_nothing_or_nonsense_comes_back_with_the_reason(hall: Hall) -> None:
    job, worker = hired(hall), hall.enter("wang")
    form = f"/me/introductions/{job.id}/terms/contract"
    assert "请至少填一项" in worker.send(form, 422, pay_unit="month")
    assert "金额请写成" in worker.send(form, 422, pay_min_fen="很多", pay_unit="month")
    assert "最高工资不能低于最低工资" in worker.send(form, 422, pay_min_fen="3000", pay_max_fen="2000")
    worker.get(f"/me/introductions/{job.id}/terms/letterhead", 404)


def test_each_field_repeats_what_was_promised_of_it_and_what_the_reader_stated_before(hall: Hall) -> None:
    job, worker = hired(hall), hall.enter("wang")
    form = f"/me/introductions/{job.id}/terms/contract"
    seen = worker.get(form)
    hints = dict(re.findall(r'id="f-([a-z_]+)-hint">([^<]*)<', seen))
    assert (hints["night_shift"], hints["base_pay_fen"]) == ("说好的：没有夜班", "说好的：每月固定发 2,200 元")
    assert hints["pay_min_fen"].startswith("说好的：3,200")
    assert "hours_per_week" not in hints
    worker.send(form, pay_min_fen="3600.50", pay_unit="month", night_shift="false", lodging="free", note="押一付一")
    again = worker.get(form)
    for name, value in (("pay_min_fen", "3600.50"), ("pay_max_fen", ""), ("note", "押一付一")):
        assert re.search(rf'name="{name}"[^>]* value="{re.escape(value)}"', again), name
    for value in ("month", "false", "free"):
        assert f'<option value="{value}" selected>' in again, value
    # The counter has a line of its own, so nothing that the worker typed is in its form.
    assert "3600.50" not in hall.enter("clerk2").get(f"/counter/introductions/{job.id}/terms/contract")


def test_a_payslip_shows_another_place_and_another_payer(hall: Hall) -> None:
    job, worker = hired(hall), hall.enter("wang")
    mine = f"/me/introductions/{job.id}"
    assert "合同是跟谁签的" in words(worker.get(f"{mine}/terms/payslip"))
    slip = {"pay_min_fen": "5000", "days_worked": "26", "region_code": "320281", "signatory": "other"}
    worker.send(f"{mine}/terms/payslip", **slip)
    seen = words(worker.get(mine))
    assert "和报名时说好的不一样：上班地点、跟谁签合同" in seen
    assert "江苏省无锡市江阴市" in seen


def test_a_call_that_is_due_leads_to_the_paper_that_it_asks_about(hall: Hall) -> None:
    job = hired(hall)
    with open_session(SYSTEM, write=True) as session:
        placement = session.scalars(select(Placement).where(Placement.introduction_id == job.id)).one()
        begin_work(session, Actor.system(), placement_id=placement.id, on=clock.today())
        for call in session.scalars(select(FollowUp).where(FollowUp.placement_id == placement.id, FollowUp.day == 7)):
            call.due_on = clock.today()
    clerk = hall.enter("clerk2")
    desk, form = clerk.get("/counter"), f"/counter/introductions/{job.id}/terms/contract"
    assert f'<a href="{form}">和说好的对一对：劳动合同</a>' in desk
    assert "说好的：" in words(clerk.get(form))


def test_an_employer_states_its_own_contract_once(hall: Hall) -> None:
    job = hired(hall)
    with open_session(SYSTEM) as session:
        low = session.get_one(Opening, job.opening_id).wage_min_fen or 0
    boss = hall.enter("employer")
    base = f"/employer/applicants/{job.id}"
    assert "说好的，兑现了吗" in words(boss.get(base))
    assert boss.send(f"{base}/terms/contract", pay_min_fen=str(low // 100)) == f"{base}#promise"
    assert "单位已经填过这一项" in boss.send(f"{base}/terms/contract", 409, pay_min_fen="1")
    assert "变差了" not in words(boss.get(base))
    assert "单位填写" in words(hall.enter("wang").get(f"/me/introductions/{job.id}"))


@pytest.mark.parametrize("who", ["ma", "", "school", "employer2", "clerk"])
def test_strangers_find_nothing(hall: Hall, who: str) -> None:
    job = hired(hall)
    stranger = hall.enter(who)
    for path in (f"/me/introductions/{job.id}", f"/employer/applicants/{job.id}", f"/counter/introductions/{job.id}"):
        answer = stranger.client.get(f"{path}/terms/contract")
        assert answer.status_code in (303, 403, 404), (path, answer.status_code)
        assert TITLE not in answer.text


def test_the_chain_runs_over_the_api(hall: Hall) -> None:
    job, worker, clerk = hired(hall), hall.enter("wang").client, hall.enter("clerk2").client
    address = f"{V1}/introductions/{job.id}/terms"
    before = worker.get(address).json()
    assert (before["statements"], before["worse"]) == ([], [])
    said = {"stage": "payslip", "terms": {"pay_min_fen": 100_000, "days_worked": 26, "lodging": "none"}}
    stated = worker.post(address, json=said)
    assert (stated.status_code, stated.json()["state"], "pay" in stated.json()["worse"]) == (201, "reported", True)
    judge = f"{V1}/stated-terms/{stated.json()['id']}/judge"
    assert worker.post(judge, json={"confirms": True}).status_code == 403
    assert clerk.post(judge, json={"confirms": False}).status_code == 422
    assert clerk.post(judge, json={"confirms": False, "reason": "看过原件"}).json()["state"] == "dismissed"
    assert worker.get(address).json()["worse"] == []
    early = {"stage": "letter", "terms": {"pay_min_fen": 1}}
    refused = worker.post(address, json=early)
    assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (409, "promise-too-early")

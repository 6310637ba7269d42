"""Pay in the text of an advertisement: read completely, compared with the minimum wage, flagged (VR14)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.errors import Invalid
from centre.outbox import Message
from centre.policy import PolicyRule
from employers.openings.actions import (
    create_opening,
    publish_opening,
    resume_opening,
    submit_opening,
    verify_opening,
)
from employers.openings.adverts.pay import below_minimum, written_pays
from employers.openings.checks import PAY_IN_TEXT
from employers.openings.imports import ImportVerdict, import_openings
from employers.openings.jobs import check_minimum_pay
from employers.openings.lists import ListRow
from employers.openings.rules import OpeningState, WageUnit
from employers.openings.screening import Reaction, restore
from tests.employers.browser import Opener
from tests.employers.world import OFFICER, OPENING, SYSTEM, add_employer, boss, draft, published

LEAST = {WageUnit.MONTH: 218_000, WageUnit.DAY: 8_384, WageUnit.HOUR: 1_048}
LOW = "月薪1200元包吃住"


@pytest.mark.parametrize(
    "text",
    [
        "月薪1200元", "每月800元包吃住", "工资1500元/月", "底薪1800元，提成另算", "底薪1500+提成", "时薪8元",
        "时薪：9元/小时",
        "日结60元一天", "60元一天", "一天六十块", "试用期工资1000", "月薪1.5k", "工资1-2千", "工资1500-3000元",
        "工资1500—3000",
        "月薪一千五", "年薪2万", "年薪1.8万-2万元", "每天50元", "工资50元/天", "薪资1,500元/月", "保底1600元",
        "月薪1500（包吃住）",
        "基本工资1200元，加班另算", "学徒工资800元", "月收入1800左右", "待遇1500元每月", "普工月薪１２００元",
        "工资1500以上",
        "工资最低1500元", "月工资只有一千二百元", "干一个月给1200元", "五十块一天包午饭", "1500元/月",
        "monthly salary 1200 yuan",
        "wage 8 yuan per hour", "salary 1500-2000 RMB/month",
    ],
)  # fmt: skip
def test_pay_below_the_minimum_is_read_in_every_wording(text: str) -> None:
    assert [pay.clause for pay in below_minimum(text, LEAST)]


@pytest.mark.parametrize(
    "text",
    [
        "工资面议", "包吃住", "月薪4500元", "工资3500-5000元/月", "每月餐补300元", "全勤奖200元/月",
        "工龄工资每月100元", "工资5号发",
        "工资15日发放", "每月10号发工资", "工资3天一结", "工资1.5倍", "待遇500强企业", "住宿费每月200元", "月休4天",
        "每天工作8小时",
        "每天8小时，月休4天", "工资2026年上调", "加班工资20元/小时", "夜班补贴30元/天", "提成每单10元",
        "计件单价0.5元/件",
        "日产量800件，工资4500", "每小时15元", "时薪18元", "日薪150元", "一天200元", "工资日结150元",
        "兼职，每天3小时，每天60元",
        "房租每月500元", "社保每月交500元", "绩效工资1500元", "岗位工资800+绩效", "13薪", "年薪8万", "年薪6-8万",
        "月薪1.2万", "工资4-6k",
        "月薪五千", "月薪3500-5000，餐补15元/天", "每月销售500元以上产品", "每月1500件产量", "水电费每月50元",
        "工资按月发放，每月1号",
        "工资次月15日发", "招10人，月薪5000", "每天接待100人", "每天50公里", "每天100元补助", "三餐每天15元标准",
        "每年涨工资200元",
        "实习每月1500元", "一年一次体检500元", "待遇五险一金", "工资不低于3000", "月入过万", "工资2千8到3千5",
        "24小时值班",
        "一个月一次聚餐", "每月1-5日报名", "一天一结", "月薪3,500-5,000元", "月薪3500到5000", "每月30天计薪", "",
    ],
)  # fmt: skip
def test_what_is_no_pay_or_enough_raises_no_question(text: str) -> None:
    assert list(below_minimum(text, LEAST)) == []


@pytest.mark.parametrize(
    ("text", "least_fen", "unit"),
    [
        ("年薪2.4万", 200_000, WageUnit.MONTH), ("3-5千工资2-3千", 200_000, WageUnit.MONTH),
        ("工资80元每天", 8_000, WageUnit.DAY), ("时薪十块", 1_000, WageUnit.HOUR),
        ("月薪2千到3千元", 200_000, WageUnit.MONTH),
    ],
)  # fmt: skip
def test_figures_multiples_and_units_are_read_together(text: str, least_fen: int, unit: WageUnit) -> None:
    assert [(pay.least_fen, pay.unit) for pay in written_pays(text)] == [(least_fen, unit)]


def test_two_units_that_differ_are_left_to_people_who_read() -> None:
    assert list(written_pays("月薪100元/天")) == []


@pytest.mark.rule("pay-in-text", "action")
def test_low_pay_in_a_text_is_flagged_to_an_officer_before_anybody_reads_it(session: Session) -> None:
    add_employer(session)
    opening = create_opening(session, boss(), draft(content=f"看管细纱机。{LOW}"))
    (finding,) = restore(opening.screening)
    assert (finding.key, finding.reaction, finding.field) == (PAY_IN_TEXT, Reaction.ASK, "content")
    assert finding.words == f"{LOW}（<2180元/月）"
    assert "最低工资" in finding.text("message", "zh-Hans")
    submit_opening(session, boss(), opening_id=opening.id)
    with pytest.raises(Invalid) as refused:
        verify_opening(session, OFFICER, opening_id=opening.id)
    assert [problem.code for problem in refused.value.problems] == ["wording-open"]
    verify_opening(session, OFFICER, opening_id=opening.id, wording_lawful=True)
    publish_opening(session, boss(), opening_id=opening.id)
    elsewhere = create_opening(session, boss(), draft(content=LOW, region_code="320583"))
    assert [finding.words for finding in restore(elsewhere.screening)] == [f"{LOW}（<2000元/月）"]


@pytest.mark.rule("pay-in-text", "import")
def test_a_listed_opening_with_low_pay_in_its_text_stays_unpublished(session: Session) -> None:
    cells = {
        "title": "缝纫工", "area": "渭城区", "wage": "3200-5000", "base_pay": "2500", "headcount": "2",
        "content": f"做校服，{LOW}", "conditions": "会用平车", "uscc": "91610499MA6DEM0013", "employer": "新棉制衣",
    }  # fmt: skip
    report = import_openings(session, SYSTEM, [ListRow(2, cells)], source_name="市就业网", publish=True)
    (row,) = report.rows
    assert (row.verdict, [problem.code for problem in row.problems]) == (ImportVerdict.KEPT, ["wording-open"])


@pytest.mark.rule("pay-in-text", "page", "api")
def test_pages_and_programs_ask_about_low_pay_in_a_text(as_: Opener) -> None:
    employer, officer = as_("employer1"), as_("officer")
    fields = {name: str(value) for name, value in OPENING.items() if not name.endswith("_fen")}
    fields |= {"wage_min_fen": "3500", "base_pay_fen": "2500", "content": LOW, "wage_unit": "month"}
    assert LOW in employer.send_form("/employer/openings/check", **fields).text
    path = employer.send_form("/employer/openings/new", **fields, employment_type="direct", step="submit")
    number = path.headers["location"].rsplit("/", 1)[1]
    assert LOW in officer.get(f"/counter/verify/openings/{number}").text
    verify = f"/api/v1/openings/{number}/verify"
    assert officer.post(verify, json={}).status_code == 422
    assert officer.post(verify, json={"wording_lawful": True}).json()["state"] == "verified"


@pytest.mark.rule("minimum-pay", "job")
def test_an_opening_below_a_raised_minimum_is_unpublished_and_its_employer_notified(session: Session) -> None:
    add_employer(session)
    low = published(session, wage_min_fen=230_000, base_pay_fen=220_000)
    enough, elsewhere = published(session), published(session, region_code="320583", wage_min_fen=230_000)
    check_minimum_pay(session)
    assert low.state is OpeningState.OPEN
    raised = PolicyRule(
        key="minimum-wage-month-fen", value=225_000, from_on=clock.today(), region_code="610000", source="陕政发"
    )
    session.add(raised)
    session.flush()
    check_minimum_pay(session)
    assert (low.state, enough.state, elsewhere.state) == (OpeningState.PAUSED, OpeningState.OPEN, OpeningState.OPEN)
    messages = session.scalars(select(Message).where(Message.kind == "opening-paused")).all()
    assert [message.body for message in messages] == ["低于当地月最低工资 2250 元"]
    with pytest.raises(Invalid):
        resume_opening(session, boss(), opening_id=low.id)

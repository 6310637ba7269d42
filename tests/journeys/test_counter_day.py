"""A day at one counter: thirty visits of every kind, played at a telephone's and at a desk's width, and counted."""

import re
import sys
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from centre.numbers import identity_check
from tests.journeys.conftest import OpenPage
from tests.journeys.counter import Counter, Visit, table_of

MA, LI, SUN = "610499198304150088", "李桂芳", "13809100007"
LETTERS = {360: "九", 1280: "十"}


@pytest.fixture(scope="module", params=[360, 1280])
def width(request: pytest.FixtureRequest) -> int:
    """The width of the screen; each has a town of its own, where nobody was served today."""
    return int(request.param)


def number_for(width: int) -> str:
    digits = f"61049919900101{width % 1000:03}"
    return digits + identity_check(digits)


def newcomer(desk: Counter) -> None:
    desk.begins("newcomer: registered")
    desk.press("登记新来的人")
    desk.type("id_number", number_for(desk.width))
    desk.type("name", f"新来{LETTERS[desk.width]}")
    desk.type("phone", f"1391111{desk.width:04}")
    desk.choose("live_region", "610402")
    desk.tick("consent")
    desk.press("登记")
    desk.page.wait_for_url("**/counter/people/*")


def newcomers_profile(desk: Counter) -> None:
    desk.begins("newcomer: trade and wish, then introduced")
    desk.finds(number_for(desk.width))
    desk.press("改档案和意向")
    desk.choose("trade_1", "4-10-04-02")
    desk.type("years_1", "3")
    desk.choose("wanted", "4-10-04-02")
    desk.press("保存")
    desk.tick("agreed")
    desk.tap("main button[name=opening_id]")
    expect(desk.page.locator("main")).to_contain_text("职业介绍推荐信")


def returning_letter(desk: Counter) -> None:
    desk.begins("returning: introduced, letter to print")
    desk.finds(MA)
    desk.tick("agreed")
    desk.tap("main button[name=opening_id]")
    expect(desk.page.locator("#letter")).to_be_visible()
    expect(desk.page.get_by_role("button", name="打印")).to_be_visible()


def returning_search(desk: Counter) -> None:
    desk.begins("returning: openings searched for them, one offered")
    desk.finds(LI)
    desk.starts("找岗位")
    desk.type("q", "缝纫")
    desk.press("搜索")
    desk.tap("#results button[name=opening_id]")
    desk.page.wait_for_url("**/counter/introductions/*")


def returning_class(desk: Counter) -> None:
    desk.begins("returning: enrolled in a class")
    desk.finds(SUN)
    desk.starts("报培训班")
    desk.tap("#results button[name=class_id]")
    desk.page.wait_for_url("**#enrolments")
    expect(desk.page.locator("#enrolments tbody tr")).not_to_have_count(0)


def anonymous(desk: Counter) -> None:
    desk.begins("anonymous: a question")
    desk.choose("topic", "培训咨询", "#visit")
    desk.press("记下")
    expect(desk.page.get_by_role("status")).to_contain_text("已记下")


def anonymous_call(desk: Counter) -> None:
    desk.begins("anonymous, by telephone")
    desk.choose("channel", "hotline", "#visit")
    desk.choose("topic", "拖欠工资", "#visit")
    desk.press("记下")
    expect(desk.page.get_by_role("status")).to_contain_text("已记下")


def mistaken_visit(desk: Counter) -> None:
    anonymous(desk)
    desk.visit.name = "anonymous: entered by mistake, taken back"
    desk.press("记错了，作废")
    expect(desk.page.get_by_role("status")).to_contain_text("已记下")


def case_of(person: str, business: str, name: str, fill: Callable[[Counter], None]) -> Callable[[Counter], None]:
    def played(desk: Counter) -> None:
        desk.begins(name)
        desk.finds(person)
        desk.starts(business)
        fill(desk)
        desk.press("登记")
        desk.page.wait_for_url(re.compile("/desk/[a-z-]+/[0-9]+$"))

    return played


def call(desk: Counter) -> None:
    desk.choose("channel", "hotline")
    desk.choose("topic", "work")
    desk.type("wait_seconds", "12")


def by_goods(desk: Counter) -> None:
    desk.choose("form", "goods")
    desk.type("asked_fen", "120")
    desk.type("goods", "大米一袋")
    desk.tick("can_work")


def with_household(desk: Counter) -> None:
    assert int(desk.page.input_value("[name=household]")) > 0
    desk.type("asked_fen", "200")


def union_file(desk: Counter) -> None:
    desk.choose("system", "union")
    desk.choose("ground", "deep")
    desk.type("household", "4")
    desk.type("income_fen", "500")


def employment_file(desk: Counter) -> None:
    desk.choose("system", "employment")
    desk.choose("ground", "long_unemployed")
    household = desk.page.input_value("[name=household]")
    assert household == "4", f"the household of the first file is asked again: {household}"


def wages(desk: Counter) -> None:
    desk.type("employer_name", "某某建筑队")
    desk.type("claimed_fen", "8600")


def helped(desk: Counter) -> None:
    desk.choose("campaign")
    desk.type("helper", "赵老板")


def choosing(**choices: str) -> Callable[[Counter], None]:
    def fill(desk: Counter) -> None:
        for name, value in choices.items():
            desk.choose(name, value)

    return fill


def typing(**fields: str) -> Callable[[Counter], None]:
    def fill(desk: Counter) -> None:
        for name, value in fields.items():
            desk.type(name, value)

    return fill


def corrected(desk: Counter) -> None:
    desk.begins("telephone and address corrected")
    desk.finds(SUN)
    desk.unfold("改电话和住址")
    desk.type("phone", "13809100077")
    desk.choose("live_region", "610404", "main details")
    desk.press("改过来")
    expect(desk.page.locator(".summary")).to_have_count(0)
    desk.unfold("改电话和住址")
    desk.page.locator("main [name=phone]").fill(SUN)
    desk.page.get_by_role("button", name="改过来").click()


def counted_visit(desk: Counter) -> None:
    desk.begins("returning: a question, noted on the person")
    desk.finds(LI)
    desk.unfold("记一次来访或热线")
    desk.choose("topic", "看病减免", "#services")
    desk.press("记下")
    desk.page.wait_for_url("**#services")


def mistaken_petition(desk: Counter) -> None:
    case_of(LI, "登记来访、来信、来电", "petition: entered by mistake, voided", choosing(topic="other"))(desk)
    desk.unfold("记错了，作废")
    desk.type("reason", "登记错人了", "main details[open]")
    desk.press("记错了，作废")
    expect(desk.page.locator(".chips").first).to_contain_text("记错作废")


def answered_petition(desk: Counter) -> None:
    case_of(SUN, "登记来访、来信、来电", "petition: answered and closed at once", choosing(topic="insurance"))(desk)
    desk.unfold("答复")
    desk.type("answer", "已告知社保转移办法", "main details[open]")
    desk.press("答复")
    desk.unfold("办结")
    desk.choose("satisfaction", "satisfied", "main details[open]")
    desk.press("办结")
    expect(desk.page.locator(".chips").first).to_contain_text("已办结")


def looking_for_work(desk: Counter) -> None:
    case_of(SUN, "登记来访、来信、来电", "by telephone: looks for work, registered in one tap", call)(desk)
    desk.press("办求职登记、填技能和意向")
    desk.page.wait_for_url("**/profile")


def referred(desk: Counter) -> None:
    case_of(LI, "申请法律援助", "legal aid, referred to 12348", choosing(matter="wages"))(desk)
    desk.unfold("转")
    desk.type("body", "12348", "main details[open]")
    desk.tap("main details[open] form button")


def offered_work(desk: Counter) -> None:
    case_of(MA, "申请生活救助", "relief in goods; could work: openings offered", by_goods)(desk)
    desk.press("推荐岗位")
    desk.page.wait_for_url("**#matches")


def anonymous_donation(desk: Counter) -> None:
    desk.begins("donation, without a name in public")
    desk.press("帮扶业务")
    desk.tap("main a[href='/desk/donations']")
    desk.press("登记捐款捐物")
    desk.type("donor", "路过的人")
    desk.tick("anonymous")
    desk.type("amount_fen", "50")
    desk.press("登记")


def queue(desk: Counter) -> None:
    desk.begins("queue: number drawn and called")
    desk.press("排队叫号")
    desk.press("取号")
    desk.press("叫下一位")
    expect(desk.page.locator("tbody tr")).not_to_have_count(0)


def lent_and_returned(desk: Counter) -> None:
    case_of(LI, "借书", "reading room: lent and given back", typing(title="家政服务员读本"))(desk)
    desk.unfold("还")
    desk.tap("main details[open] form button")


VISITS: tuple[Callable[[Counter], None], ...] = (
    queue, newcomer, newcomers_profile, returning_letter, returning_search, returning_class, anonymous, anonymous_call,
    mistaken_visit, counted_visit, corrected, looking_for_work, answered_petition, mistaken_petition,
    case_of(SUN, "登记来访、来信、来电", "a letter with a request", choosing(channel="letter", topic="hardship")),
    case_of(MA, "申请困难认定", "hardship, the union's file, with a household", union_file),
    case_of(MA, "申请困难认定", "hardship, the second file: household known", employment_file),
    case_of(MA, "申请生活救助", "relief in cash: household known", with_household),
    offered_work,
    case_of(SUN, "申请生活救助", "relief above the fast limit", typing(asked_fen="3000")),
    case_of(MA, "办减免卡", "card for school fees", choosing(type="education")),
    case_of(MA, "办减免卡", "card for medical fees", choosing(type="medical")),
    referred,
    case_of(SUN, "登记欠薪投诉", "unpaid wages", wages),
    case_of(SUN, "办工会入会", "joins the union", typing(branch="秦都区家政工会")),
    case_of(LI, "申请小额贷款", "micro-loan", typing(purpose="开小吃店", asked_fen="20000")),
    lent_and_returned,
    case_of(SUN, "登记结对", "paired with a helper", helped),
    case_of(SUN, "登记创业学员", "trained as a founder", typing(course="SYB 创业培训", trained_on="2026-06-01")),
    anonymous_donation,
)  # fmt: skip


def approved_and_paid(clerk: Counter, manager: Counter) -> Visit:
    """Relief below the fast limit on the same day: the clerk, a second person, the clerk again."""
    case_of(MA, "申请生活救助", "relief on one page, approved, paid and signed for", with_household)(clerk)
    visit, path = clerk.visit, clerk.page.url
    manager.goes_on(visit, path)
    manager.unfold("快速批准")
    manager.choose("fund_id", within="main details[open]")
    manager.tap("main details[open] form button")
    expect(manager.page.locator(".chips").first).to_contain_text("已批准")
    clerk.goes_on(visit, path)
    clerk.unfold("发放")
    clerk.type("voucher", "PZ-001", "main details[open]")
    clerk.tap("main details[open] form button")
    expect(clerk.page.locator(".chips").first).to_contain_text("已发放")
    clerk.unfold("本人签收")
    clerk.type("receipt_no", "SJ-001", "main details[open]")
    clerk.tap("main details[open] form button")
    expect(clerk.page.locator(".chips").first).to_contain_text("已签收")
    return visit


def test_a_day_at_the_counter(open_page: OpenPage, width: int) -> None:
    book: list[Visit] = []
    clerk = Counter(open_page("/counter", width=width, login="clerk"), book, width)
    manager = Counter(open_page("/desk", width=width, login="county"), book, width)
    for visit in VISITS:
        visit(clerk)
        assert clerk.too_wide() == [], clerk.visit.name
    approved_and_paid(clerk, manager)
    sys.stdout.write(f"\n{width} px\n{table_of(book)}\n")
    assert len(book) > 30
    assert {visit.name: visit.asked_again for visit in book if visit.asked_again} == {}
    slow = {visit.name: round(visit.seconds) for visit in book if visit.seconds >= 60}
    assert set(slow) <= {"newcomer: registered"}, "a returning person is served in under a minute"


def test_a_field_that_the_record_knows_is_noticed(open_page: OpenPage) -> None:
    desk = Counter(open_page("/counter", login="clerk"), [], 360)
    desk.begins("planted")
    desk.finds(SUN)
    desk.page.evaluate("""() => {
      const form = document.createElement("form");
      form.method = "post";
      form.innerHTML = "<input name=phone>";
      document.querySelector("main").append(form);
      for (const link of document.querySelectorAll("#start a")) link.href = "#start";
    }""")
    desk.starts("申请生活救助")
    assert desk.visit.asked_again == ["phone"]

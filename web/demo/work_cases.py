"""The desk of the demo town where employers and schools take part: arrears, association, pairing, the own school."""

from typing import Any

from sqlalchemy import select

from employers.companies.models import Employer
from employers.companies.rules import EmployerState
from web.demo.desk import Desk, Steps, day_before

SCHOOL_COURSE = "足部按摩（市足疗保健培训学校）"


def fill(desk: Desk) -> None:
    """Insert the cases that know an employer or a school."""
    active = select(Employer).where(Employer.state == EmployerState.ACTIVE, Employer.is_demo)
    firm = desk.session.scalars(active.order_by(Employer.id.desc()).limit(1)).one()
    _visits(desk, firm)
    _arrears(desk)
    _association(desk)
    _pairings(desk, firm)
    _school(desk)


def _visits(desk: Desk, firm: Employer) -> None:
    needs = ({"need": "workers", "note": "缝纫工十二人，最好会平车"}, {"need": "contracts", "note": "新的合同文本"})
    seen = {"visited_on": day_before(8), "met": "人事李经理(虚构)", "wanted": 12, "due_on": day_before(-6)}
    known = {"firm_id": firm.id, "firm": firm.name, "due_on": day_before(8)}
    desk.case("employer_visit", "officer", known, [("visit", "officer", seen)], days=9, lines=needs, lines_after=1)
    new = {"firm": "新开的服装厂(虚构)", "due_on": day_before(-3)}
    desk.case("employer_visit", "officer", new, [], days=2)


def _arrears(desk: Desk) -> None:
    workers = tuple({"trainee_name": f"工人{number}(虚构)", "owed_fen": 1_500_000} for number in range(1, 4))
    complaint = {
        "channel": "hotline", "employer_name": "某建筑队(虚构)", "site": "三号工地", "people": 18,
        "claimed_fen": 28_600_000, "evidence": "考勤本、欠条", "words": "干了四个月没有发工资",
    }  # fmt: skip
    desk.case("arrears", "officer", complaint, [
        ("register", "officer", {}), ("accept", "officer", {}),
        ("verify", "city", {"verified_fen": 28_600_000, "partner": "劳动监察、住建局"}),
        ("recover", "officer", {"recovered_now_fen": 20_000_000}),
    ], days=30, lines=workers)  # fmt: skip
    small = {"employer_name": "某餐馆(虚构)", "people": 2, "claimed_fen": 640_000}
    desk.case("arrears", "officer", small, [("register", "officer", {})], days=16)


def _association(desk: Desk) -> None:
    hygiene = {"type": "hygiene", "number": "卫字(虚构)001", "expires_on": day_before(-200)}
    licence = {"type": "licence", "number": "虚构-001", "expires_on": day_before(-900)}
    for number, (shop, staff, laid_off) in enumerate((("一心足疗店", 12, 7), ("康足堂", 20, 9), ("福满足浴", 8, 5))):
        member: dict[str, Any] = {
            "association": "市足疗协会(虚构)", "shop": f"{shop}(虚构)", "premises": 1 + number, "staff": staff,
            "laid_off_staff": laid_off, "certified_staff": staff - number, "grade": "三星",
        }  # fmt: skip
        admission: Steps = [("admit", "city", {})] if number < 2 else []
        desk.case("member", "officer", member, admission, days=40, lines=(hygiene, licence))
    rules = {"title": "足疗行业管理办法(演示)", "issuer": "市政府(虚构)", "edition": "2026", "from_on": day_before(100)}
    desk.case("document", "officer", rules, [("issue", "city", {})], days=90)
    policy = {
        "title": "发展足疗行业的若干意见",
        "issuer": "市政府(虚构)",
        "from_on": day_before(80),
        "favours": True,
    }
    desk.case("document", "officer", policy, [("issue", "city", {})], days=70)


def _pairings(desk: Desk, firm: Employer) -> None:
    pair = {"campaign": "owners", "helper_id": firm.id, "helper": firm.name}
    job = {"promise": "job", "due_on": day_before(-20)}
    desk.case("pairing", "officer", pair, [("commit", "officer", job)], person="W2", days=25,
              lines=({"visited_on": day_before(20), "note": "上门看望，谈好去厂里试工"},))  # fmt: skip
    money = {"promise": "study", "value_fen": 200_000, "due_on": day_before(5)}
    desk.case("pairing", "officer", {"campaign": "members", "helper": "某委员(虚构)"},
              [("commit", "officer", money), ("keep", "officer", {})], person="W7", days=30)  # fmt: skip


def _school(desk: Desk) -> None:
    """The centre's own school of foot therapy: practice shops, health papers, and income afterwards (S01)."""
    trainees = (("W10", 120, "一心足疗店(虚构)"), ("W1", 60, "康足堂(虚构)"), ("W12", 10, "康足堂(虚构)"))
    for number, (person, days, shop) in enumerate(trainees, 1):
        practice: dict[str, Any] = {
            "course": SCHOOL_COURSE,
            "shop": shop,
            "health_no": f"健字(虚构){number:03}",
            "expires_on": day_before(-300),
        }
        steps: Steps = [("hire", "trainer", {"started_on": day_before(days - 1)})] if days > 20 else []
        if days > 30:
            steps.append(("day-30", "trainer", {"income_30_fen": 320_000}))
        if days > 90:
            steps.append(("day-90", "trainer", {"income_90_fen": 460_000}))
        desk.case("practice", "trainer", practice, steps, person=person, days=days)
    course = {"course": "创业培训(演示)", "trained_on": day_before(120), "plan": "开一家小店"}
    started = {"business": "社区早餐店(虚构)", "started_on": day_before(100), "jobs": 3}
    desk.case("startup", "trainer", course, [("start", "trainer", started), ("confirm", "trainer", {"jobs": 4})],
              person="W7", days=110)  # fmt: skip
    desk.case("startup", "trainer", course, [], person="W5", days=60)

"""The desk of the demo town: cases of every kind in several states, taken there by the same steps as at the counter."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.desk import KINDS
from centre import clock
from centre.accounts.models import Account
from centre.desk.cases import actions
from centre.funds.models import Fund
from centre.funds.rules import FundPurpose
from centre.people import Person
from centre.permissions import Actor

BY_NAME = {kind.name: kind for kind in KINDS}
Steps = list[tuple[str, str, dict[str, Any]]]


class Desk:
    """Cases opened and moved by the demo's accounts, each some days ago."""

    def __init__(self, session: Session, people: dict[str, Person]) -> None:
        self.session = session
        self.people = people
        self.actors: dict[str, Actor] = {
            account.login: account.actor for account in session.scalars(select(Account).order_by(Account.id))
        }
        funds = select(Fund).where(Fund.purpose == FundPurpose.RELIEF).order_by(Fund.id)
        self.fund_id = session.scalars(funds).first().id  # type: ignore[union-attr]

    def case(
        self, name: str, who: str, values: dict[str, Any], steps: Steps, *, person: str = "", days: int = 20,
        lines: tuple[dict[str, Any], ...] = (), lines_after: int = 0,
    ) -> None:  # fmt: skip
        """Open a case so many days ago, take the steps a day apart, and add the lines after some of them."""
        kind = BY_NAME[name]
        person_id = self.people[person].id if person else None
        actors = self.actors
        if person:
            home = self.people[person].centre_id
            actors = {login: replace(actor, centre_id=home) for login, actor in actors.items()}
        with clock.frozen(_ago(days)):
            draft = kind.draft.model_validate(values)
            case = actions.open_case(
                self.session, actors[who], kind=kind, draft=draft, person_id=person_id, is_demo=True
            )
        for at, (event, actor, given) in enumerate([("", "", {}), *steps]):
            with clock.frozen(_ago(max(0, days - at))):
                if event:
                    step = kind.step(event)
                    draft = step.draft.model_validate(given)  # type: ignore[union-attr]
                    actions.take_step(self.session, actors[actor], kind=kind, case_id=case.id, event=event, draft=draft)
                if at == lines_after and kind.lines is not None:
                    for line in lines:
                        filled = kind.lines.draft.model_validate(line)
                        actions.add_line(
                            self.session, actors[who], kind=kind, case_id=case.id, draft=filled, is_demo=True
                        )


def _ago(days: int) -> datetime:
    return datetime.combine(clock.today() - timedelta(days=days), time(10), clock.SHANGHAI)


def day_before(days: int) -> str:
    """A day so many days ago, or ahead when negative, as forms send it."""
    return (clock.today() - timedelta(days=days)).isoformat()


def fill(session: Session, people: dict[str, Person]) -> Desk:
    """Insert the cases of people and money; returns the desk for those who add others."""
    desk = Desk(session, people)
    _petitions(desk)
    _relief(desk)
    _rights(desk)
    _money(desk)
    _places(desk)
    session.flush()
    return desk


def _petitions(desk: Desk) -> None:
    hotline = {"channel": "hotline", "wait_seconds": 12}
    desk.case("petition", "officer", hotline | {"topic": "wages", "words": "工地欠三个月工资，十几个人"}, [], days=9)
    desk.case("petition", "officer", hotline | {"topic": "insurance", "wait_seconds": 45, "words": "问养老保险"}, [
        ("assign", "officer", {"handler": "社保窗口"}), ("contact", "officer", {}),
        ("answer", "officer", {"answer": "已告知手续"}), ("close", "officer", {"satisfaction": "satisfied"}),
    ])  # fmt: skip
    desk.case("petition", "officer", {"topic": "work", "words": "下岗两年，想找附近的活"}, [], person="W1", days=1)
    desk.case("petition", "clerk", {"topic": "training", "words": "想学养老护理"}, [
        ("assign", "clerk", {"handler": "培训窗口"}),
    ], person="W2", days=2)  # fmt: skip


def _relief(desk: Desk) -> None:
    fund = {"fund_id": desk.fund_id}
    paid: Steps = [
        ("approve-fast", "city", fund), ("pay", "officer", {"voucher": "JZ-0001"}),
        ("sign", "officer", {"receipt_no": "SJ-0001"}), ("close", "officer", {}),
    ]  # fmt: skip
    cash = {"form": "cash", "asked_fen": 30_000, "household": 3, "can_work": True, "words": "孩子上学，这个月接不上"}
    desk.case("relief", "officer", cash, paid, person="W7")
    large = {"form": "medical", "asked_fen": 300_000, "household": 4, "words": "丈夫住院"}
    desk.case("relief", "officer", large, [("review", "trainer", {})], person="W2", days=4)
    desk.case(
        "relief", "officer", {"form": "goods", "asked_fen": 12_000, "goods": "米面油各一份"}, [], person="W12", days=1
    )
    desk.case("hardship", "officer", {"system": "union", "ground": "deep", "income_fen": 45_000, "household": 3}, [
        ("check", "trainer", {"evidence": "入户核查表、低保证"}), ("notice", "officer", {}),
    ], person="W2", days=3)  # fmt: skip
    desk.case("hardship", "officer", {"system": "employment", "ground": "single_parent"}, [], person="W7", days=8)
    used = ({"used_on": day_before(10), "item": "registration", "place": "县医院(虚构)", "gross_fen": 500},
            {"used_on": day_before(10), "item": "medicine", "place": "县医院(虚构)", "gross_fen": 30_000},
            {"used_on": day_before(9), "item": "hospital", "place": "县医院(虚构)", "gross_fen": 200_000})  # fmt: skip
    desk.case("card", "officer", {"type": "medical", "partner": "县医院(虚构)", "relation": "本人"},
              [("activate", "city", {})], person="W7", lines=used, lines_after=1)  # fmt: skip
    desk.case("card", "officer", {"type": "education", "partner": "小学(虚构)", "relation": "女儿"}, [], person="W2",
              days=2)  # fmt: skip


def _rights(desk: Desk) -> None:
    desk.case("legal_aid", "officer", {"matter": "injury", "opponent": "某建筑公司(虚构)", "words": "摔伤"}, [
        ("refer", "officer", {}), ("accept", "officer", {}), ("begin", "officer", {}),
    ], person="W11")  # fmt: skip
    desk.case("legal_aid", "officer", {"matter": "contract"}, [("refer", "officer", {})], person="W5", days=15)
    desk.case("union", "officer", {"channel": "site", "branch": "建筑工会联合会(虚构)", "site": "三号工地"}, [
        ("enrol", "officer", {"card_no": "GH-0001"}),
    ], person="W11")  # fmt: skip


def _money(desk: Desk) -> None:
    desk.case("loan", "officer", {"purpose": "开足疗店", "bank": "某银行(虚构)", "asked_fen": 5_000_000}, [
        ("submit", "city", {}), ("grant", "officer", {"granted_fen": 4_000_000, "months": 24}),
        ("pay-out", "officer", {}),
    ], person="W10", lines=({"paid_on": day_before(5), "amount_fen": 200_000},), lines_after=3)  # fmt: skip
    given: Steps = [
        ("receive", "officer", {"voucher": "JK-0001"}), ("receipt", "officer", {"receipt_no": "JS-0001"}),
        ("allocate", "city", {"fund_id": desk.fund_id}),
    ]  # fmt: skip
    gift = {"donor": "某纺织厂(虚构)", "campaign": "困难职工子女上大学", "wish": "relief", "amount_fen": 2_000_000}
    desk.case("donation", "officer", gift, given)
    private = {
        "donor": "李先生(虚构)",
        "anonymous": True,
        "amount_fen": 100_000,
        "campaign": "帮扶零就业家庭",
    }
    desk.case("donation", "officer", private, given[:2], days=6)
    desk.case("donation", "officer", {"donor": "某超市(虚构)", "amount_fen": 50_000, "goods": "棉被二十床"}, [
        ("receive", "officer", {"voucher": "JK-0003"}), ("receipt", "officer", {"receipt_no": "JS-0003"}),
        ("hand-out", "city", {"used_for": "安居社区二十户(虚构)"}),
    ], days=4)  # fmt: skip


def _places(desk: Desk) -> None:
    guests = tuple({"trainee_name": f"住户{number}(虚构)", "amount_fen": 20_000} for number in range(1, 7))
    event = {
        "kind": "relief",
        "title": "入冬慰问",
        "place": "社区广场(虚构)",
        "held_on": day_before(7),
        "volunteers": 5,
    }
    desk.case("gathering", "officer", event, [("publish", "city", {}), ("hold", "officer", {"attendance": 6})],
              days=7, lines=guests)  # fmt: skip
    skills = {"kind": "skills", "title": "送技能进工地(演示)", "place": "三号工地(虚构)", "held_on": day_before(-10)}
    desk.case("gathering", "officer", skills, [("publish", "city", {})], days=3)
    desk.case("lending", "officer", {"title": "电工入门", "days": 14}, [], person="W11", days=20)
    desk.case("lending", "officer", {"title": "缝纫技法"}, [("give-back", "officer", {})], person="W1")
    leader = {"leader": "张局长(虚构)", "department": "工业局(虚构)", "year": clock.today().year, "goal": "帮一人就业"}
    desk.case("contact", "officer", leader, [("visit", "officer", {})], person="W2",
              lines=({"visited_on": day_before(15), "note": "送去课本，了解求职意向"},))  # fmt: skip
    items = tuple({"item": item, "proof": "照片", "score": score}
                  for item, score in (("标牌", 95), ("窗口和人员", 80), ("热线", 85), ("档案", 75)))  # fmt: skip
    desk.case("standard", "city", {"title": "规范化建设标准（演示）第1版"}, [
        ("build", "officer", {}), ("self-check", "officer", {}),
    ], lines=items)  # fmt: skip
    for year, fen in ((clock.today().year - 1, 60_000_000), (clock.today().year, 80_000_000)):
        budget = {"year": year, "budgeted_fen": fen, "posts": 12, "in_post": 10}
        desk.case("budget", "city", budget, [("receive", "city", {"received_fen": fen})], days=2)

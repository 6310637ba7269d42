"""R4 for money: under concurrency a fund pays what it holds and no more, and nobody gets fast relief twice."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from centre.database import open_session
from centre.desk.relief import Relief, ReliefState
from centre.funds.models import Fund, FundMovement
from centre.permissions import Actor
from tests.ordeal.crowd import Needy, plead
from tests.ordeal.lengths import length
from tests.ordeal.servers import Server, serving_many, sign_in

PROCESSES, HANDS = 3, 8
PAYMENTS = length(120, 5_000)
PEOPLE, EACH = length(15, 500), 5
SUM_FEN = 20_000
REFUSED = 409


def take(
    servers: Sequence[Server], login: str, event: str, case_ids: Sequence[int], body: Mapping[str, object]
) -> Counter[int]:  # fmt: skip
    """Take one step of many cases at once, spread over all servers; returns the statuses."""
    clients = [sign_in(server.url, login) for server in servers]

    def ask(number: int) -> int:
        client = clients[number % len(clients)]
        return int(client.post(f"/api/v1/desk/relief/{case_ids[number]}/{event}", json=dict(body)).status_code)

    with ThreadPoolExecutor(HANDS) as pool:
        statuses = Counter(pool.map(ask, range(len(case_ids))))
    for client in clients:
        client.close()
    return statuses


def approve_all(servers: Sequence[Server], needy: Needy) -> Counter[int]:
    return take(servers, needy.colleague, "approve-fast", needy.case_ids, {"fund_id": needy.fund_id})


def pay_all(servers: Sequence[Server], needy: Needy) -> Counter[int]:
    return take(servers, needy.clerk, "pay", needy.case_ids, {"voucher": "R4"})


def overspent(needy: Needy, statuses: Counter[int]) -> list[str]:
    """Violations of the promise for a fund; empty when it holds."""
    affordable = min(needy.money_fen // needy.each_fen, len(needy.case_ids))
    with open_session(Actor.system().scope) as session:
        balance = session.get_one(Fund, needy.fund_id).balance_fen
        moved = session.scalar(select(func.sum(FundMovement.amount_fen)).where(FundMovement.fund_id == needy.fund_id))
        paid = session.scalar(select(func.count()).where(Relief.state == ReliefState.PAID))
    problems = []
    if balance < 0 or balance != moved:
        problems.append(f"balance {balance}, movements {moved}")
    if statuses != Counter({200: affordable, REFUSED: len(needy.case_ids) - affordable}) or paid != affordable:
        problems.append(f"answers {dict(statuses)}, {paid} paid, money for {affordable}")
    return problems


def helped_twice(statuses: Counter[int]) -> list[str]:
    """Violations of the yearly limit of fast relief; empty when it holds."""
    with open_session(Actor.system().scope) as session:
        rows = select(Relief.person_id, func.count()).where(Relief.state == ReliefState.APPROVED)
        times = Counter(count for _, count in session.execute(rows.group_by(Relief.person_id)))
    wanted = Counter({200: PEOPLE, REFUSED: PEOPLE * (EACH - 1)})
    return [] if times == {1: PEOPLE} and statuses == wanted else [f"{dict(times)}, answers {dict(statuses)}"]


def paying(servers: Sequence[Server], needy: Needy) -> list[str]:
    problems = approve_all(servers, needy)
    assert problems == Counter({200: len(needy.case_ids)})
    return overspent(needy, pay_all(servers, needy))


def test_a_fund_pays_exactly_what_it_holds(any_database: str) -> None:
    needy = plead(people=PAYMENTS, cases_each=1, each_fen=SUM_FEN, money_fen=SUM_FEN * PAYMENTS // 3 + 1)
    with serving_many(PROCESSES) as servers:
        problems = paying(servers, needy)
    print(json.dumps({"name": "R4 money", "payments": PAYMENTS, "database": any_database.split(":")[0]}))
    assert problems == []


@pytest.mark.usefixtures("any_database")
def test_fast_relief_is_approved_once_for_everybody() -> None:
    needy = plead(people=PEOPLE, cases_each=EACH, each_fen=SUM_FEN, money_fen=SUM_FEN)
    with serving_many(PROCESSES) as servers:
        statuses = approve_all(servers, needy)
    assert helped_twice(statuses) == []


@pytest.mark.usefixtures("any_database")
def test_planted_spending_of_a_remembered_balance_is_caught() -> None:
    needy = plead(people=60, cases_each=1, each_fen=SUM_FEN, money_fen=SUM_FEN * 20)
    with serving_many(PROCESSES, "tests.ordeal.mutants:overspending_app") as servers:
        assert paying(servers, needy)


@pytest.mark.usefixtures("any_database")
def test_planted_approval_that_overlooks_promises_is_caught() -> None:
    needy = plead(people=PEOPLE, cases_each=EACH, each_fen=SUM_FEN, money_fen=SUM_FEN)
    with serving_many(PROCESSES, "tests.ordeal.mutants:overspending_app") as servers:
        statuses = approve_all(servers, needy)
    assert helped_twice(statuses)

"""R1, R5, R8 and R11 for every kind of desk case, on both databases; a new kind takes part without a word here."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import count
from threading import Thread
from time import sleep
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import Date, String, func, inspect, select, text
from sqlalchemy.exc import IntegrityError

from api.desk import KINDS
from centre import clock, privacy
from centre.database import engine, open_session
from centre.desk.cases.kinds import Kind
from centre.ledger import ServiceEvent
from centre.permissions import Actor
from tests.ordeal.desk_kinds import LOGIN, filled, opening_address, staff
from tests.ordeal.lengths import length
from tests.ordeal.servers import Server, serving_many, sign_in

SYSTEM = Actor.system()
NOBODY = 999
"""An account that opened a case, so that no other one shares its signature."""
BY_ITSELF = frozenset({"opened_by", "state", "centre_id", "person_id"})
_numbers = count(1)
KILLS, TIMES, PROCESSES, HANDS = length(5, 300), 5, 2, 4
REPEATS = length(1, 20)


@pytest.fixture
def people(any_database: str) -> tuple[int, ...]:
    """A centre with its manager; one person for each repetition, so that no rule of theirs stands in the way."""
    del any_database
    privacy.forget_keys()
    return staff(max(REPEATS, 3))


@dataclass
class Book:
    """What clients sent, and what was acknowledged, by the name of the kind."""

    sent: list[str] = field(default_factory=list)
    kept: dict[str, list[int]] = field(default_factory=lambda: {kind.name: [] for kind in KINDS})
    refused: list[str] = field(default_factory=list)


def write(servers: Sequence[Server], person_id: int, book: Book, numbers: Iterator[int], hand: int) -> None:
    """Open cases of all kinds, one after another, until the server is gone."""
    with suppress(httpx.HTTPError, RuntimeError), closing(sign_in(servers[hand % len(servers)].url, LOGIN)) as client:
        while True:
            number = next(numbers)
            kind = KINDS[number % len(KINDS)]
            book.sent.append(kind.name)
            answer = client.post(opening_address(kind, person_id), json=filled(kind.draft, number))
            if answer.status_code == 201:
                book.kept[kind.name].append(answer.json()["id"])
            else:
                book.refused.append(f"{kind.name} {answer.status_code}")


def kill_while_writing(person_id: int, kills: int, app: str = "web.app:app", processes: int = PROCESSES) -> Book:
    """Kill all servers while they write, as often as that."""
    book, numbers = Book(), count()
    for _ in range(kills):
        with serving_many(processes, app) as servers:
            hands = [Thread(target=write, args=(servers, person_id, book, numbers, hand)) for hand in range(HANDS)]
            for thread in hands:
                thread.start()
            before = sum(map(len, book.kept.values()))
            for _ in range(600):
                if sum(map(len, book.kept.values())) > before + len(KINDS):
                    break
                sleep(0.05)
            for server in servers:
                server.kill()
            for thread in hands:
                thread.join()
    return book


def unkept(book: Book) -> list[str]:
    """Violations of the promise: writes lost, rows that nobody sent, a case without its line in the ledger."""
    problems, sent = [], Counter(book.sent) - Counter(name.split()[0] for name in book.refused)
    with open_session(SYSTEM.scope) as session:
        for kind in KINDS:
            rows = set(session.scalars(select(kind.model.id)))
            lost = set(book.kept[kind.name]) - rows
            problems += [f"{kind.name}: {len(lost)} lost"] if lost else []
            problems += [f"{kind.name}: {len(rows)} rows"] if len(rows) > sent[kind.name] else []
            if kind.counts_opening:
                lines = select(func.count()).where(ServiceEvent.subject.startswith(f"{kind.name}:"))
                counted = session.scalar(lines) or 0
                problems += [f"{kind.name}: {counted} lines for {len(rows)} cases"] if counted != len(rows) else []
        if engine().dialect.name == "sqlite":
            problems += [row[0] for row in session.execute(text("PRAGMA integrity_check")) if row[0] != "ok"]
    return problems


def test_no_acknowledged_case_is_lost_when_all_servers_are_killed(people: tuple[int, ...], any_database: str) -> None:
    book = kill_while_writing(people[0], KILLS)
    print(json.dumps({
        "name": "R1 desk", "kills": KILLS, "acknowledged": sum(map(len, book.kept.values())), "kinds": len(KINDS),
        "refused": dict(Counter(book.refused)), "database": any_database.split(":")[0],
    }))  # fmt: skip
    assert unkept(book) == []
    assert all(book.kept.values())


def test_planted_answers_before_the_commit_are_caught(database: str) -> None:
    assert database
    privacy.forget_keys()
    (person_id,) = staff(1)
    problems = unkept(kill_while_writing(person_id, 1, "tests.ordeal.mutants:hasty_app", 1))
    assert [problem for problem in problems if problem.startswith("petition: ") and problem.endswith(" lost")]


def send_all(servers: Sequence[Server], people: Sequence[int]) -> list[str]:
    """Open each kind five times at once with one key; returns what was not one row and one answer."""
    clients = [sign_in(server.url, LOGIN) for server in servers]
    asked = [(kind, turn) for turn in range(REPEATS) for kind in KINDS]

    def send(task: int) -> tuple[int, bytes]:
        number, turn = divmod(task, TIMES)
        kind, repeat = asked[number]
        client: httpx.Client = clients[(number + turn) % len(clients)]
        answer = client.post(
            opening_address(kind, people[repeat]),
            json=filled(kind.draft, number),
            headers={"idempotency-key": f"{kind.name}-{number}"},
        )
        return answer.status_code, answer.content

    with ThreadPoolExecutor(TIMES * 2) as pool:
        answers = list(pool.map(send, range(len(asked) * TIMES)))
    for client in clients:
        client.close()
    problems = []
    for number, (kind, _) in enumerate(asked):
        given = set(answers[number * TIMES : (number + 1) * TIMES])
        if len(given) != 1 or {status for status, _ in given} != {201}:
            problems.append(f"{kind.name}: {len(given)} answers, {sorted({status for status, _ in given})}")
    with open_session(SYSTEM.scope) as session:
        for kind in KINDS:
            rows = session.scalar(select(func.count()).select_from(kind.model))
            problems += [f"{kind.name}: {rows} rows for {REPEATS} keys"] if rows != REPEATS else []
    return problems


def test_five_identical_requests_open_one_case_of_each_kind(people: tuple[int, ...]) -> None:
    with serving_many(PROCESSES) as servers:
        assert send_all(servers, people) == []


def test_planted_keys_stored_after_the_commit_are_caught_at_the_desk(database: str) -> None:
    assert database
    privacy.forget_keys()
    with serving_many(PROCESSES, "tests.ordeal.mutants:forgetful_app") as servers:
        assert send_all(servers, staff(max(REPEATS, 3)))


def at(kind: Kind, person_id: int, state: Any) -> int:
    """A case of the kind that stands in a state, opened by somebody else."""
    with open_session(SYSTEM.scope, write=True) as session:
        draft = kind.draft.model_validate(filled(kind.draft, next(_numbers)))
        values = draft.model_dump(exclude={"words", "reason"})
        values |= {"person_id": person_id} if kind.person != "none" else {}
        # Whatever earlier steps would have left: the tables refuse a state without it.
        for name, column in inspect(kind.model).columns.items():
            if name in values or name in BY_ITSELF or column.foreign_keys or column.primary_key:
                continue
            if isinstance(column.type, Date):
                values[name] = clock.today()
            elif name.endswith("_by"):
                values[name] = NOBODY + len(values)
            elif type(column.type) is String:
                values[name] = "有"
            elif name.endswith("_fen"):
                values[name] = 1
        case: Any = kind.model(centre_id=1, opened_by=NOBODY, state=state, **values)
        session.add(case)
        session.flush()
        return int(case.id)


def race(clients: Sequence[httpx.Client], person_id: int) -> list[str]:
    """Two people take the same step of one case at once; more than one success is a lost update."""
    problems, won = [], 0
    for kind in KINDS:
        again = {(move.source, move.event) for move in kind.machine.moves}
        once = (move for move in kind.machine.moves if (move.target, move.event) not in again)
        first = next(once)  # what may be done again right after is no lost update when two do it
        step = kind.step(first.event)
        assert step is not None
        case_id, body = at(kind, person_id, first.source), filled(step.draft, next(_numbers))
        path = f"/api/v1/desk/{kind.path}/{case_id}/{first.event}"
        with ThreadPoolExecutor(2) as pool:
            answers = [pool.submit(client.post, path, json=body) for client in clients]
            statuses = Counter(answer.result().status_code for answer in answers)
        won += statuses[200]
        if statuses[200] > 1 or set(statuses) - {200, 409, 412, 422}:
            problems.append(f"{kind.name}.{first.event}: {dict(statuses)}")
    return problems if won else ["nobody could take any step"]


def racing(people: Sequence[int], app: str = "web.app:app", turns: int = REPEATS) -> list[str]:
    with serving_many(PROCESSES, app) as servers:
        clients = [sign_in(server.url, LOGIN) for server in servers]
        problems = [problem for turn in range(turns) for problem in race(clients, people[turn % len(people)])]
        for client in clients:
            client.close()
    return problems


def test_of_two_who_take_the_same_step_at_once_one_is_refused(people: tuple[int, ...]) -> None:
    assert racing(people) == []


def test_planted_steps_that_compare_no_version_are_caught(postgres_database: str) -> None:
    assert postgres_database
    privacy.forget_keys()
    assert racing(staff(3), "tests.ordeal.mutants:unversioned_app", 3)


HOSTILE = (
    "张\x00三",
    "\ud83d",
    "\u202e\u2066abc\u2069",
    "\u200b\ufeff",
    "𠮷𡈽",
    "长" * 100_000,
    "9" * 400,
    "'\"><%s{{7}}\\",
)
NUMBERS = (2**63, -(2**63) - 1, -1, 10**400, 1.5, float("nan"), None)


def attack(client: httpx.Client, person_id: int) -> tuple[list[str], Counter[int]]:
    """Each step of each kind from a state that allows it, and each list, with each hostile value in all its fields."""
    wrong, statuses = [], Counter[int]()
    for kind in KINDS:
        doors = [(move.event, move.source, kind.step(move.event)) for move in kind.machine.moves]
        ways: list[tuple[str, Any, Any]] = [(event, source, step.draft) for event, source, step in doors if step]
        if kind.lines is not None:
            begin = next(iter(kind.lines.while_in), kind.machine.moves[0].source)
            ways.append((kind.lines.name, begin, kind.lines.draft))
        for event, source, draft in ways:
            for value in (*HOSTILE, *NUMBERS):
                body = dict.fromkeys(draft.model_fields, value)
                try:
                    case_id = at(kind, person_id, source)
                except IntegrityError:  # states with money in a fund, which only the steps themselves reach
                    continue
                content = json.dumps(body).encode()
                path = f"/api/v1/desk/{kind.path}/{case_id}/{event}"
                answer = client.post(path, content=content, headers={"content-type": "application/json"})
                statuses[answer.status_code] += 1
                if answer.status_code >= 500:
                    wrong.append(f"{path} {str(value)[:10]!r}: {answer.status_code}")
    return wrong, statuses


def test_hostile_values_in_no_step_of_any_kind_cause_a_server_error(people: tuple[int, ...], any_database: str) -> None:
    with serving_many(1) as servers, closing(sign_in(servers[0].url, LOGIN)) as client:
        wrong, statuses = attack(client, people[0])
    print(json.dumps({"name": "R11 desk", "statuses": dict(statuses), "database": any_database.split(":")[0]}))
    assert wrong == []
    assert sum(statuses.values()) > 500
    assert statuses[200] + statuses[201] > 20, "some of it reaches the tables"

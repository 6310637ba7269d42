"""R19, R20: no file contains numbers or statements in clear, or anything about an erased person."""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from sqlalchemy import select

from api.desk import KINDS
from centre import clock, policy, privacy
from centre.accounts import Account
from centre.database import engine, open_session
from centre.outbox import Message
from centre.people import Person, claims_of, person_by_identity
from centre.permissions import Actor, Role
from centre.records import actions, jobs
from tests.databases import Cluster
from tests.ordeal.desk_kinds import filled
from tests.ordeal.servers import Server, csrf_of, free_port, sign_in
from tests.training.files import line, titled, xlsx
from tests.training.world import identity
from training.classes.models import TrainingClass
from training.classes.rules import ClassState
from web.demo import town

SYSTEM = Actor.system()
HARDSHIP = "丈夫尘肺卧床三年欠下九万债"
NUMBERS = [identity(serial) for serial in range(701, 706)]
PHONES = [f"1377135{serial}" for serial in range(7010, 7015)]
NAME = "罕名鱻"


class Chatty:
    """The planted bug: an application that logs every request body."""

    def __init__(self) -> None:
        self._app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Log the request body."""
        if self._app is None:
            from web.app import build

            self._app = build()

        async def overheard() -> Any:
            message = await receive()
            sys.stderr.write(repr(message.get("body", b""))[:20_000] + "\n")
            return message

        await self._app(scope, overheard, send)


chatty = Chatty()


@contextmanager
def noting(folder: Path, app: str = "web.app:app") -> Iterator[Server]:
    """A server with its log and temporary files below a folder."""
    (folder / "tmp").mkdir(exist_ok=True)
    port = free_port()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--log-level", "trace"],
            env=os.environ | {"TMPDIR": str(folder / "tmp")},
            stdout=log,
            stderr=log,
        )
        server = Server(port, process)
        try:
            _wait(server)
            yield server
        finally:
            process.terminate()
            process.wait(10)


def _wait(server: Server) -> None:
    for _ in range(400):
        try:
            if httpx.get(f"{server.url}/health/ready", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError("the server is not ready")


def forms(word: str) -> set[bytes]:
    """The encodings of a word that may occur in a file."""
    plain = word.encode()
    written = {plain, word.encode("utf-16-le"), word.encode("utf-16-be"), word.encode("gb18030")}
    written |= {plain.hex().encode(), plain.hex().upper().encode(), json.dumps(word)[1:-1].encode()}
    for shift in range(3):  # base64 in each of its three alignments, without the characters that neighbours touch
        coded = base64.b64encode(b"\0" * shift + plain)
        written.add(coded[4 if shift else 0 : len(coded) - 4])
    return written


def traces(words: list[str], roots: list[Path]) -> list[str]:
    """The occurrences of words in files."""
    wanted = {form: word for word in words for form in forms(word)}
    seen = []
    for path in (path for root in roots for path in root.rglob("*") if path.is_file()):
        content = path.read_bytes()
        seen += [f"{word} in {path.name}" for form, word in wanted.items() if form in content]
    return sorted(set(seen))


def use_the_service(server: Server) -> None:
    """Use every input of numbers: counter, search, roster, reveal, typing errors, a recorded call."""
    with closing(sign_in(server.url, "clerk")) as clerk:
        token = csrf_of(clerk.get("/account").text)

        def send(path: str, expect: int = 303, **fields: str) -> httpx.Response:
            answer = clerk.post(path, data={"_csrf": token, **fields})
            assert answer.status_code == expect, (path, answer.status_code, answer.text[-600:])
            return answer

        person: dict[str, Any] = {"name": NAME, "live_region": "610402", "consent": "true"}
        registered = send("/counter/register", phone=PHONES[0], id_number=NUMBERS[0], **person)
        page = registered.headers["location"]
        send("/counter/register", 422, phone=PHONES[1], id_number=NUMBERS[1][:-1] + "9", **person)
        send("/counter/register", 422, phone="1", id_number=NUMBERS[1], **person)
        send("/counter/find", words=NUMBERS[0])
        send("/counter/find", 200, words=NUMBERS[2])
        for number, kind in enumerate(KINDS):
            words = {"words": f"{HARDSHIP}，{NUMBERS[2]}，{PHONES[2]}"}
            draft = filled(kind.draft, number, **words)
            who = f"?person={page.rsplit('/', 1)[1]}" if kind.concerns_people else ""
            if "words" in kind.draft.model_fields:
                send(f"/desk/{kind.path}/new{who}", 303, **{name: str(value) for name, value in draft.items()})
        send(f"{page}/visit", category="relief", channel="counter", note=HARDSHIP)
        send("/counter/visit", category="relief", channel="hotline", note=HARDSHIP)
        for column in ("identity", "phone"):
            shown = send(f"{page}/reveal", 200, column=column, reason="check").text
            assert (NUMBERS[0] if column == "identity" else PHONES[0]) in shown
        for path in ("/api/v1/introductions", "/api/v1/nothing"):
            clerk.post(path, json={"id_number": NUMBERS[3], "phone": PHONES[3], "note": HARDSHIP})
        clerk.post("/counter/register", content=f"id_number={NUMBERS[3]}&note={HARDSHIP}".encode())
    with closing(sign_in(server.url, "school")) as school:
        rows = [line(1, 身份证号=NUMBERS[4], 联系电话=PHONES[4]), line(2, 身份证号=NUMBERS[3], 联系电话="13")]
        with open_session(SYSTEM.scope) as session:
            account = session.scalars(select(Account).where(Account.login == "school")).one()
            running = TrainingClass.state == ClassState.RECRUITING
            class_id = session.scalars(
                select(TrainingClass.id).where(TrainingClass.provider_id == account.provider_id, running)
            ).first()
        address = f"/school/classes/{class_id}/roster"
        token = csrf_of(school.get("/account").text)
        sent = school.post(
            address,
            data={"_csrf": token},
            files={"file": ("roster.xlsx", xlsx(titled(rows)))},
        )
        assert sent.status_code == 303, sent.text[-600:]


@pytest.fixture
def city(any_database: str, tmp_path: Path) -> Path:
    """The demo town in the settings' database; returns the folder of all written files."""
    privacy.forget_keys()
    with open_session(SYSTEM.scope, write=True) as session:
        policy.load_examples(session)
        town.fill(session)
    return tmp_path


def everything(folder: Path, database: str, postgres: Cluster) -> list[Path]:
    """All places where data may be stored, flushed."""
    if database.startswith("sqlite"):
        return [folder]
    postgres.execute("CHECKPOINT")
    return [folder, postgres.folder]


def test_no_file_contains_numbers_or_statements_in_clear(city: Path, any_database: str, postgres: Cluster) -> None:
    with noting(city) as server:
        use_the_service(server)
        roots = everything(city, any_database, postgres)
        hits = traces([*NUMBERS, *PHONES, HARDSHIP], roots)
        files = sum(1 for root in roots for path in root.rglob("*") if path.is_file())
    hits += traces([*NUMBERS, *PHONES, HARDSHIP], [city])  # again after the end: nothing is written while stopping
    print(json.dumps({"name": "R19", "hits": len(hits), "files": files, "database": any_database[:10]}))
    assert hits == []
    assert traces([NAME], roots) != []  # names are kept in clear, as SECURITY.md says: the scan does read the files


def test_a_planted_log_of_request_bodies_is_caught(database: str, tmp_path: Path) -> None:
    privacy.forget_keys()
    with open_session(SYSTEM.scope, write=True) as session:
        policy.load_examples(session)
        town.fill(session)
    with noting(tmp_path, "tests.ordeal.test_canaries:chatty") as server:
        use_the_service(server)
    hits = traces([*NUMBERS, *PHONES], [tmp_path])
    assert {hit.split()[-1] for hit in hits} == {"server.log"}
    assert any(NUMBERS[0] in hit for hit in hits)


def test_the_harness_reads_every_form() -> None:
    for form in forms(NUMBERS[0]):
        assert len(form) >= 18, form


def test_online_registration_leaves_no_number_in_clear(database: str, tmp_path: Path) -> None:
    privacy.forget_keys()
    with open_session(SYSTEM.scope, write=True) as session:
        policy.load_examples(session)
        town.fill(session)
    with noting(tmp_path) as server:
        form = {"name": NAME, "phone": PHONES[1], "id_number": NUMBERS[1], "password": "river-stone-91"}
        answer = httpx.post(f"{server.url}/register", data=form | {"consent": "true"}, headers={"origin": server.url})
        assert answer.status_code == 200, answer.text[-600:]
        with open_session(SYSTEM.scope) as session:
            sent = session.scalars(select(Message).order_by(Message.id.desc())).first()
        assert sent is not None
        proof = {"asked": answer.text.split('name="asked" value="')[1].split('"')[0], "code": sent.body[8:14]}
        proved = httpx.post(f"{server.url}/register/code", data=proof, headers={"origin": server.url})
        assert proved.status_code == 303, proved.text[-600:]
    with open_session(SYSTEM.scope) as session:
        assert len(claims_of(session, NUMBERS[1])) == 1
    assert traces([NUMBERS[1], PHONES[1]], [tmp_path]) == []


def erase(act: Callable[[Any], None] | None = None) -> str:
    """One person registers, uses the service and is erased; returns the identity number."""
    with open_session(SYSTEM.scope, write=True) as session:
        person = person_by_identity(session, NUMBERS[0])
        assert person is not None
        actor = Actor(account_id=1, person_id=person.id, roles=frozenset({Role.JOBSEEKER}))
    with open_session(actor.scope, write=True) as session:
        actions.request_erasure(session, actor, proved_at=clock.now())
    with clock.frozen(clock.now() + timedelta(days=4)):
        for job in (jobs.erase_on_request, act or jobs.repeat_erasures):
            with open_session(SYSTEM.scope, write=True) as session:
                job(session)
    return NUMBERS[0]


def test_no_file_contains_an_erased_person_and_statistics_stay(database: str, tmp_path: Path) -> None:
    privacy.forget_keys()
    with open_session(SYSTEM.scope, write=True) as session:
        policy.load_examples(session)
        town.fill(session)
    with noting(tmp_path) as server:
        use_the_service(server)
    with open_session(SYSTEM.scope) as session:
        before = len(session.scalars(select(Person.id)).all())
    (tmp_path / "server.log").unlink()
    erase()
    engine().dispose()  # folds the write-ahead log into the file
    assert traces([NAME, NUMBERS[0], PHONES[0], HARDSHIP], [tmp_path]) == []
    with open_session(SYSTEM.scope) as session:
        assert len(session.scalars(select(Person.id)).all()) == before
        assert person_by_identity(session, NUMBERS[0]) is None

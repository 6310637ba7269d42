"""R20: an erased person is in no table, not even after restoring an older backup; statistics stay."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import String, func, inspect, select

from centre import clock, privacy
from centre.database import engine, open_session
from centre.desk.cases import subscribers
from centre.desk.cases.models import Case, CaseLine, kept_models, seal_words, unsealed_words
from centre.idempotency import KeptAnswer
from centre.ledger import ServiceCategory, ServiceEvent, record_service
from centre.outbox import post
from centre.people import Person
from centre.permissions import Actor, Role
from centre.records import actions, erasure, jobs
from centre.records.models import ErasureRequest
from centre.records.rules import ErasureState
from centre.tables import Base
from matching.introductions.models import Introduction
from tests.ordeal import world as worlds
from tests.ordeal.test_canaries import traces
from tests.planted import planted
from training.enrolments.models import Enrolment

SYSTEM = Actor.system()
PEOPLE = 4
HARDSHIP = "丈夫尘肺卧床三年欠下九万债"
COUNTED = (Person, ServiceEvent, Introduction, Enrolment)

Known = dict[int, list[str]]


@pytest.fixture
def known(any_database: str) -> Iterator[Known]:
    """The people of a small world with data in every table, with their names and numbers."""
    privacy.forget_keys()
    world = worlds.build()
    with open_session(SYSTEM.scope, write=True) as session:
        people = session.scalars(select(Person).order_by(Person.id)).all()
        clerk = world.people["clerk-a"].actor.account_id
        for number, person in enumerate(people):
            record_service(session, SYSTEM, centre_id=person.centre_id, category=ServiceCategory.RELIEF,
                           person_id=person.id, note=HARDSHIP)  # fmt: skip
            post(session, kind="told", to_account_id=clerk, title=f"{person.name}等您的电话", dedupe_key=f"a{number}")
            post(session, kind="told", to_person_id=person.id, title=f"{person.name}，您好", dedupe_key=f"b{number}")
            body = json.dumps({"name": person.name, "phone": person.phone}, ensure_ascii=False).encode()
            if number % 2 == 0:
                name_at_the_desk(session, person)
            session.add(KeptAnswer(owner="o", key=f"k{number}", fingerprint="f", status=201, headers={}, body=body))
        identifying = {person.id: [person.name, person.identity_number, person.phone] for person in people}
    yield identifying
    privacy.forget_keys()


def name_at_the_desk(session: Any, person: Person) -> None:
    """Name a person in every text, and in the sealed words, of every kind of case of their centre and of its lines."""
    for base in (Case, CaseLine):
        for model in kept_models(base):
            columns = inspect(model).columns
            texts = [column.key for column in columns if type(column.type) is String and not column.foreign_keys]
            rows = session.scalars(select(model).where(model.centre_id == person.centre_id).order_by(model.id)).all()
            assert rows, model
            for row in rows:
                for name in texts:
                    setattr(row, name, f"{person.name} {person.phone}"[: columns[name].type.length])
                if base is Case:
                    seal_words(session, row, f"{person.name}，{person.phone}，{HARDSHIP}")


def at_the_desk(people: Known) -> list[str]:
    """Where the words of the desk's cases still name somebody; they are sealed, so they have to be opened."""
    with open_session(SYSTEM.scope) as session:
        cases = [case for model in kept_models(Case) for case in session.scalars(select(model).order_by(model.id))]
        opened = [(case, unsealed_words(session, case)) for case in cases]
    names = [identifying[0] for identifying in people.values()]
    return [f"{name} in {case.__tablename__}" for case, words in opened for name in names if name in words]


def erase(people: Known) -> None:
    """Request each erasure, let the waiting period pass, and run the jobs."""
    for person_id in people:
        actor = Actor(account_id=1, person_id=person_id, roles=frozenset({Role.JOBSEEKER}))
        with open_session(actor.scope, write=True) as session:
            actions.request_erasure(session, actor, proved_at=clock.now())
    with clock.frozen(clock.now() + timedelta(days=4)):
        for job in (jobs.erase_on_request, jobs.repeat_erasures):
            with open_session(SYSTEM.scope, write=True) as session:
                job(session)


def left(people: Known) -> list[str]:
    """The occurrences of words in tables, in columns of any type."""
    words = [word for identifying in people.values() for word in identifying] + [HARDSHIP]
    hits = []
    with open_session(SYSTEM.scope) as session:
        for table in Base.metadata.sorted_tables:
            content = "\n".join(map(_written, session.execute(select(table))))
            hits += [f"{word} in {table.name}" for word in words if word in content]
    return hits


def _written(row: Any) -> str:
    """All values of a row as text, with bytes decoded and JSON unescaped."""
    values = (value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in row)
    return "\t".join(json.dumps(value, ensure_ascii=False, default=str) for value in values)


def figures() -> dict[str, object]:
    """The statistics."""
    with open_session(SYSTEM.scope) as session:
        counts = {model.__name__: session.scalar(select(func.count()).select_from(model)) for model in COUNTED}
        by_kind = select(ServiceEvent.category, ServiceEvent.centre_id, func.count()).group_by(
            ServiceEvent.category, ServiceEvent.centre_id
        )
        return counts | {"ledger": sorted(map(str, session.execute(by_kind).all()))}


def test_no_table_contains_an_erased_person_and_statistics_stay(known: Known, any_database: str) -> None:
    before = figures()
    tables = {hit.split()[-1] for hit in left(known)}
    assert len(tables) > 3 + len(kept_models(CaseLine))
    assert {hit.split()[-1] for hit in at_the_desk(known)} == {model.__tablename__ for model in kept_models(Case)}
    erase(known)
    assert left(known) == []
    assert at_the_desk(known) == []
    assert figures() == before
    with open_session(SYSTEM.scope) as session:
        done = session.scalars(select(ErasureRequest).where(ErasureRequest.state == ErasureState.DONE)).all()
        assert len({certificate.certificate_no for certificate in done}) == PEOPLE
    print(json.dumps({"name": "R20", "people": PEOPLE, "left": 0, "database": any_database[:10]}))


def test_people_in_a_restored_backup_are_erased_by_the_first_worker_run(
    known: Known, any_database: str, tmp_path: Path
) -> None:
    if not any_database.startswith("sqlite"):
        pytest.skip("the file is what is put back; the jobs are the same on PostgreSQL")
    file, backup = Path(any_database.removeprefix("sqlite:///")), tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(backup)) as copy:
        source.backup(copy)
    erase(known)
    engine().dispose()
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    backup.rename(file)
    assert left(known) != []
    with open_session(SYSTEM.scope, write=True) as session:
        jobs.repeat_erasures(session)
    assert left(known) == []
    engine().dispose()
    assert traces([word for identifying in known.values() for word in identifying] + [HARDSHIP], [file.parent]) == []


def test_a_planted_erasure_that_skips_the_desk_is_caught(known: Known) -> None:
    with planted(subscribers, _rewrite_texts=lambda *_: None, _rewrite_words=lambda *_: None):
        erase(known)
    assert {"gathering", "wage_arrears", "donation"} <= {hit.split()[-1] for hit in left(known)}
    assert at_the_desk(known)


def test_a_planted_erasure_that_skips_the_outbox_is_caught(known: Known) -> None:
    with planted(erasure, _forget_messages=lambda *_: None):
        erase(known)
    assert {hit.split()[-1] for hit in left(known)} == {"message"}

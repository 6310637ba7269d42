"""One session, one scope: rows read with a wider scope do not leak, and no row is written for others."""

from datetime import UTC

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from centre import clock
from centre.audit import note
from centre.bulk_writes import insert_rows, update_rows
from centre.database import engine, open_session
from centre.idempotency import KeptAnswer
from centre.network import Centre, CentreLevel
from centre.outbox import Message, post
from centre.people import Consent, Person, Recognition, new_person
from centre.permissions import Actor, Role
from centre.scopes import ForeignWrite, MissingScope, seeing_everything

SYSTEM = Actor.system()
CLERK = Actor(account_id=1, roles=frozenset({Role.CLERK}), centre_id=1)
MANAGER = Actor(account_id=2, roles=frozenset({Role.CITY_MANAGER}), centre_id=1)
WORKER = Actor(account_id=3, roles=frozenset({Role.JOBSEEKER}), person_id=1)
SCHOOL = Actor(account_id=4, roles=frozenset({Role.REGISTRAR}), provider_id=1)


@pytest.fixture(autouse=True)
def two_counties(any_database: str) -> None:
    """Two centres with one person each; the ids are 1 and 2."""
    with open_session(SYSTEM.scope, write=True) as session:
        for number in (1, 2):
            session.add(
                Centre(
                    id=number,
                    code=f"C{number}",
                    name=f"中心{number}",
                    level=CentreLevel.COUNTY,
                    region_code=f"61040{number}",
                )
            )
        session.flush()
        for number in (1, 2):
            session.add(new_person(centre_id=number, name=f"甲{number}"))
            session.flush()


def test_a_session_without_a_scope_reads_nothing() -> None:
    with Session(engine()) as session, pytest.raises(MissingScope):
        session.scalars(select(Person))


def test_the_scope_of_a_session_cannot_be_changed() -> None:
    with open_session(CLERK.scope) as session, pytest.raises(AttributeError):
        session.scope = SYSTEM.scope  # type: ignore[misc]


def test_rows_read_with_a_wider_scope_are_not_visible_afterwards() -> None:
    with open_session(CLERK.scope) as session:
        with seeing_everything(session):
            stranger = session.get(Person, 2)
        assert stranger is not None
        assert stranger in session
        assert session.get(Person, 2) is None
        assert session.scalar(select(Person).where(Person.id == 2)) is None


def test_an_own_row_read_with_a_wider_scope_stays_visible() -> None:
    with open_session(CLERK.scope) as session:
        with seeing_everything(session):
            own = session.get(Person, 1)
        assert session.get(Person, 1) is own


def test_a_wider_scope_ends_after_refusals_and_nested_blocks() -> None:
    with open_session(CLERK.scope) as session:
        with pytest.raises(LookupError), seeing_everything(session), seeing_everything(session):
            raise LookupError
        assert session.eyes == CLERK.scope
        assert session.scalars(select(Person.id)).all() == [1]


@pytest.mark.parametrize(
    ("actor", "row"),
    [
        (CLERK, lambda: new_person(centre_id=2, name="乙")),
        (SCHOOL, lambda: new_person(centre_id=1, name="乙")),
        (WORKER, lambda: Consent(person_id=2, purpose="job-service", text_version="1")),
        (Actor.public(), lambda: Consent(person_id=2, purpose="job-service", text_version="1")),
    ],
)
def test_a_planted_row_for_somebody_else_is_refused(actor: Actor, row: object) -> None:
    with open_session(actor.scope, write=True) as session:
        session.add(row())  # type: ignore[operator]
        with pytest.raises(ForeignWrite):
            session.flush()
        session.rollback()
    with open_session(SYSTEM.scope) as session:
        assert len(session.scalars(select(Person.id)).all()) == 2
        assert session.scalars(select(Consent.id)).all() == []


def test_a_row_cannot_change_its_owner() -> None:
    with open_session(CLERK.scope, write=True) as session:
        session.get_one(Person, 1).centre_id = 2
        with pytest.raises(ForeignWrite):
            session.flush()
        session.rollback()
    with open_session(CLERK.scope, write=True) as session:
        with seeing_everything(session):
            stranger = session.get_one(Person, 2)
        stranger.centre_id = 1
        with pytest.raises(ForeignWrite):
            session.flush()
        session.rollback()


def test_rows_inserted_by_statement_are_refused() -> None:
    with open_session(WORKER.scope, write=True) as session, pytest.raises(ForeignWrite):
        session.execute(insert(Recognition), [{"person_id": 2}])


def test_own_rows_messages_and_the_audit_log_are_written() -> None:
    with open_session(WORKER.scope, write=True) as session:
        session.add(Consent(person_id=1, purpose="job-service", text_version="1"))
        post(session, kind="test", title="你好", dedupe_key="t", to_person_id=2)
        note(session, WORKER, action="test", subject="person:2")
    with open_session(MANAGER.scope, write=True) as session:
        session.get_one(Person, 2).name = "丙"
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(Message.person_id)).all() == [2]
        assert session.get_one(Person, 2).name == "丙"


def test_changes_made_inside_the_block_are_flushed_after_it() -> None:
    with open_session(SCHOOL.scope, write=True) as session:
        with session.no_autoflush, seeing_everything(session):
            session.add(new_person(centre_id=2, name="丁"))
        session.flush()
    with open_session(SYSTEM.scope) as session:
        assert len(session.scalars(select(Person.id)).all()) == 3


def test_changes_pending_before_the_block_are_checked_against_the_scope() -> None:
    with open_session(SCHOOL.scope, write=True) as session:
        session.add(new_person(centre_id=2, name="丁"))
        with seeing_everything(session), pytest.raises(ForeignWrite):
            session.scalars(select(Person))
        session.rollback()


def test_bulk_inserts_need_a_scope_that_sees_everything() -> None:
    rows = [{"person_id": 2, "kind": "x"}]
    with open_session(WORKER.scope, write=True) as session:
        with pytest.raises(ForeignWrite):
            insert_rows(session, Recognition, rows)
        with pytest.raises(ForeignWrite):
            update_rows(session, Person, [{"id": 2, "name": "乙"}])
        session.rollback()
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(Person.name).where(Person.id == 2)).one() != "乙"


def test_bulk_inserts_equal_inserts_by_objects() -> None:
    common = {"kind": "test", "title": "题", "dedupe_key": "", "due_at": clock.now()}
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(Message(**common | {"dedupe_key": "one", "person_id": 1}))
        insert_rows(session, Message, [common | {"dedupe_key": key, "person_id": 2} for key in ("two", "three")])
    with open_session(SYSTEM.scope) as session:
        messages = session.scalars(select(Message).order_by(Message.id)).all()
        assert [(message.dedupe_key, message.person_id) for message in messages] == [
            ("one", 1),
            ("two", 2),
            ("three", 2),
        ]
        assert {(message.version, message.due_at, message.sent_at, message.attempts) for message in messages} == {
            (1, common["due_at"], None, 0)
        }
        assert all(
            message.created_at.tzinfo is UTC and message.created_at >= messages[0].created_at for message in messages
        )


def test_bulk_updates_by_id_leave_other_rows_alone() -> None:
    rows = [{"owner": "visitor:", "key": key, "fingerprint": ""} for key in ("one", "two", "three")]
    with open_session(SYSTEM.scope, write=True) as session:
        insert_rows(session, KeptAnswer, rows)
        ids = session.scalars(select(KeptAnswer.id).order_by(KeptAnswer.id)).all()
        values = [{"headers": {"n": f"{number}"}, "body": b"%d" % number, "id": number} for number in ids[1:]]
        update_rows(session, KeptAnswer, values)
    with open_session(SYSTEM.scope) as session:
        answers = session.scalars(select(KeptAnswer).order_by(KeptAnswer.id)).all()
        assert [(answer.key, answer.headers, answer.body) for answer in answers] == [
            ("one", {}, b""),
            ("two", values[0]["headers"], values[0]["body"]),
            ("three", values[1]["headers"], values[1]["body"]),
        ]


def test_bulk_updates_of_versioned_records_are_refused() -> None:
    with open_session(SYSTEM.scope, write=True) as session, pytest.raises(KeyError):
        update_rows(session, Person, [{"id": 1, "name": "乙"}])

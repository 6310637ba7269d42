"""`gangqiao doctor` finds each planted fault, names it and says what to do; a sound installation has none."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from typer.testing import CliRunner

from centre import clock, network, privacy
from centre.checkup import storage
from centre.database import engine, open_session
from centre.first_run import FirstAccount, FirstRun, set_up, suggested_centres
from centre.jobs import REGISTER, JobRun
from centre.keys import prepare_keys
from centre.outbox import Delivery, Message, post
from centre.people import new_person
from centre.permissions import Actor
from centre.policy import PolicyRule, load_examples
from centre.settings import settings
from tests.databases import SERVICE, Cluster, settings_from
from tests.planted import planted
from web.commands import app

SYSTEM = Actor.system()
SOUND = {"sender": "file", "public_url": "https://jobs.city.example", "secure_cookies": "true"}


@pytest.fixture
def sound(database: str) -> Iterator[ExitStack]:
    """A set-up installation with a worker that has just run, a fresh backup and a sender; settings can be added."""
    del database
    privacy.forget_keys()
    network.forget_home()
    prepare_keys()
    set_up_city()
    database_file().chmod(0o600)
    folder = settings().data_dir / "backups"
    folder.mkdir()
    (folder / "gangqiao-1.db").write_bytes(b"copy")
    with ExitStack() as stack:
        stack.enter_context(settings_from(**SOUND))
        yield stack


def set_up_city() -> None:
    account = FirstAccount(login="admin", name="张三", password="麦子熟了八月天好")
    draft = FirstRun(name="绍兴市就业援助中心", centres=tuple(suggested_centres("330600")), administrator=account)
    with open_session(SYSTEM.scope, write=True) as session:
        set_up(session, SYSTEM, draft=draft)
        load_examples(session)
        for rule in session.scalars(select(PolicyRule)):
            rule.is_example = False  # as if the office had entered them with their sources
        session.add(JobRun(job="forget-tallies", slot_at=clock.now()))


def database_file() -> Path:
    return Path(settings().url.removeprefix("sqlite:///"))


def examined(*words: str) -> tuple[int, str]:
    privacy.forget_keys()
    done = CliRunner().invoke(app, ["doctor", *words])
    return done.exit_code, done.output


def statement(sql: str) -> None:
    engine().dispose()
    with closing(sqlite3.connect(database_file())) as connection:
        connection.execute(sql)
        connection.commit()


def no_database(_sound: ExitStack) -> None:
    engine().dispose()
    database_file().unlink()


def damaged_file(_sound: ExitStack) -> None:
    engine().dispose()
    database_file().write_bytes(b"no database" * 1_000)


def old_schema(_sound: ExitStack) -> None:
    statement("UPDATE alembic_version SET version_num = '0017_message_to_nobody'")


def missing_key(_sound: ExitStack) -> None:
    privacy.key_file().unlink()


def wrong_key(_sound: ExitStack) -> None:
    privacy.key_file().write_text("ab" * 32)


def readable_key(_sound: ExitStack) -> None:
    privacy.key_file().chmod(0o644)


def readable_database(_sound: ExitStack) -> None:
    database_file().chmod(0o666)


def missing_index(_sound: ExitStack) -> None:
    statement("DROP INDEX ix_message_due")


def missing_guard(_sound: ExitStack) -> None:
    statement("DROP TRIGGER gq_audit_entry_update")


def clock_was_ahead(_sound: ExitStack) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(JobRun(job="a", slot_at=clock.now(), done_at=clock.now() + timedelta(days=1)))


def no_worker(_sound: ExitStack) -> None:
    statement("UPDATE job_run SET done_at = '2026-01-01 00:00:00', slot_at = '2026-01-01 00:00:00'")


def failing_job(_sound: ExitStack) -> None:
    slow = max(REGISTER.values(), key=lambda job: job.every)
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(JobRun(job=slow.name, slot_at=clock.now() - 4 * slow.every))


def dead_letter(_sound: ExitStack) -> None:
    waiting_since(timedelta(hours=1), Delivery.DEAD)


def stuck_outbox(_sound: ExitStack) -> None:
    waiting_since(timedelta(days=1), Delivery.WAITING)


def waiting_since(age: timedelta, delivery: Delivery) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        post(session, kind="test", to_account_id=1, title="通知", dedupe_key="a", due_at=clock.now() - age)
        session.flush()
        for message in session.scalars(select(Message)):
            message.delivery, message.created_at = delivery, clock.now() - age


def no_sender(sound: ExitStack) -> None:
    sound.enter_context(settings_from(sender=""))


def sender_half_set(sound: ExitStack) -> None:
    sound.enter_context(settings_from(sender="smtp"))


def no_backup(_sound: ExitStack) -> None:
    (settings().data_dir / "backups" / "gangqiao-1.db").unlink()


def old_backup(_sound: ExitStack) -> None:
    days_ago = time.time() - 5 * 86_400
    os.utime(settings().data_dir / "backups" / "gangqiao-1.db", (days_ago, days_ago))


def open_cookies(sound: ExitStack) -> None:
    sound.enter_context(settings_from(secure_cookies="false"))


def plain_http(sound: ExitStack) -> None:
    sound.enter_context(settings_from(public_url="http://jobs.city.example"))


def no_administrator(_sound: ExitStack) -> None:
    statement("""UPDATE account SET roles = '["clerk"]'""")


def demo_with_real_people(sound: ExitStack) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(new_person(centre_id=1, name="甲"))
    sound.enter_context(settings_from(demo="true"))


FAULTS: dict[Callable[[ExitStack], None], tuple[int, str]] = {
    no_database: (2, "is not there"),
    damaged_file: (2, "does not answer"),
    old_schema: (2, "Run `gangqiao migrate`"),
    missing_key: (2, "There is no master key"),
    wrong_key: (2, "was written under key"),
    readable_key: (2, "chmod 600"),
    readable_database: (2, "others may read"),
    missing_index: (2, "missing: ix_message_due"),
    missing_guard: (2, "triggers are missing: gq_audit_entry_update"),
    clock_was_ahead: (2, "still to come"),
    no_worker: (2, "Start `gangqiao work`"),
    failing_job: (2, "fail or hang"),
    dead_letter: (1, "1 were given up"),
    stuck_outbox: (2, "some wait since"),
    no_sender: (1, "no sender is set"),
    sender_half_set: (2, "GANGQIAO_SMTP_HOST is empty"),
    no_backup: (2, "there is no backup"),
    old_backup: (2, "is 5 days old"),
    open_cookies: (2, "GANGQIAO_SECURE_COOKIES"),
    plain_http: (2, "is not HTTPS"),
    no_administrator: (2, "no administrator"),
    demo_with_real_people: (2, "Unset GANGQIAO_DEMO"),
}


def test_a_sound_installation_has_no_fault(sound: ExitStack) -> None:
    code, output = examined("--free-gb", "0")
    assert (code, "fault" in output, "warning" in output) == (0, False, False), output
    assert examined("--free-gb", "0", "--quiet") == (0, "")


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__)
def test_each_planted_fault_is_found(sound: ExitStack, plant: Callable[[ExitStack], None]) -> None:
    plant(sound)
    code, output = examined("--free-gb", "0", "--quiet")
    assert code == FAULTS[plant][0], output
    assert FAULTS[plant][1] in output
    assert len([line for line in output.splitlines() if line.startswith(("fault", "warning"))]) == 1, output


def test_a_full_disk_is_found(sound: ExitStack) -> None:
    code, output = examined("--free-gb", "1000000", "--quiet")
    assert (code, "Make room" in output) == (2, True)


def test_a_planted_examination_that_looks_at_nothing_is_caught(sound: ExitStack) -> None:
    missing_index(sound)
    with planted(storage, indexes=lambda _connection: storage.schema_version()):
        assert examined("--free-gb", "0", "--quiet")[0] == 0


def test_a_service_role_that_bypasses_the_walls_is_found(postgres_database: str, postgres: Cluster) -> None:
    privacy.forget_keys()
    prepare_keys()
    set_up_city()
    assert "bypasses row-level security" not in examined()[1]
    owner = postgres_database.replace(f"{SERVICE}@", "gangqiao@")
    with settings_from(database_url=owner):
        assert "bypasses row-level security" in examined()[1]
    create_engine(owner).dispose()

"""Blind indexes under a new key: people are found before, during and after, and a double finds no room."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from centre import key_marks, people, privacy, reindexing, rekeying
from centre.accounts import factors
from centre.accounts.models import Account
from centre.accounts.passwords import hashed
from centre.accounts.queries import account_of_phone, checked_account, kept_login
from centre.bulk_writes import insert_rows
from centre.database import open_session
from centre.key_marks import KeyChanged, WrongKey
from centre.keys import check_keys, mark_new_keys, prepare_keys
from centre.network import Centre, CentreLevel
from centre.people import Person, claims_of, has_phone, identity_index, new_person, person_by_identity
from centre.permissions import Actor, Role
from centre.settings import settings
from tests.databases import import_models, settings_from
from tests.planted import planted

SYSTEM = Actor.system()
NUMBER, CLAIMED, LATER = "610499197503080022", "110101199003070038", "11010519491231002X"
PHONE = "13800000001"


@pytest.fixture(autouse=True)
def office(any_database: str) -> Iterator[None]:
    """Somebody with a number and a telephone, and somebody who only says so; the keys are marked."""
    del any_database
    import_models()
    privacy.forget_keys()
    prepare_keys()
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(Centre(code="C1", name="中心", level=CentreLevel.CITY, region_code="610400"))
        session.flush()
        register(session, NUMBER)
        claimant = new_person(centre_id=1, name="乙")
        claimant.claim_identity(CLAIMED)
        session.add(claimant)
        session.flush()
        session.add(
            Account(
                login=kept_login(PHONE),
                name="甲",
                password_hash=hashed("麦子熟了"),
                roles=[Role.JOBSEEKER],
                person_id=1,
            )
        )
    yield
    privacy.forget_keys()


def register(session: Session, number: str) -> Person:
    """Somebody new with an identity number."""
    person = new_person(centre_id=1, name="甲")
    person.set_identity(number)
    person.set_phone(PHONE, verified=True)
    session.add(person)
    session.flush()
    return person


def looked_up() -> tuple[int | None, list[int], Sequence[int], int | None, int]:
    """Who is found by identity number, by a claimed number, by telephone, by a code and by a password."""
    with open_session(SYSTEM.scope) as session:
        stated = person_by_identity(session, NUMBER)
        return (
            stated.id if stated else None,
            [claim.id for claim in claims_of(session, CLAIMED)],
            session.scalars(select(Person.id).where(has_phone(session, PHONE)).order_by(Person.id)).all(),
            account_of_phone(session, PHONE),
            checked_account(session, login=PHONE, password="麦子熟了").id,
        )


FOUND = (1, [2], [1], 1, 1)


def stored() -> list[tuple[str | None, ...]]:
    """Every index as the database holds it."""
    with open_session(SYSTEM.scope) as session:
        rows = session.execute(
            select(Person.identity_index, Person.claimed_index, Person.phone_index).order_by(Person.id)
        )
        names = session.scalars(select(Account.login))
        return [*(tuple(row) for row in rows), *((name,) for name in names)]


def counted(number: str) -> int:
    """How many people the database holds of one number, under whichever key."""
    with open_session(SYSTEM.scope) as session:
        same = Person.identity_index.in_(privacy.blind_indexes("identity", number))
        return session.scalar(select(func.count()).select_from(Person).where(same)) or 0


def act_as_before(root: str) -> None:
    """Let this process think that the indexes are still under an earlier key, as another process does."""
    privacy._roots[settings().url] = root


def test_people_are_found_before_during_and_after_and_every_index_moves() -> None:
    old_root, before = privacy.root_mark(), stored()
    assert looked_up() == FOUND
    privacy.add_key()
    mark_new_keys()
    assert looked_up() == FOUND, "the key is there, the indexes are not under it yet"
    assert stored() == before
    rekeying.rewrap_everything()
    assert looked_up() == FOUND
    after = stored()
    assert all(new != old for pair in zip(after, before, strict=True) for new, old in zip(*pair, strict=True) if old)
    act_as_before(old_root)
    assert looked_up() == FOUND, "a process that has not heard of it looks under both keys"
    rekeying.rewrap_everything()
    assert stored() == after, "a second run changes nothing"


def test_a_second_rotation_moves_them_again_and_old_codes_stay_good() -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        account = session.get_one(Account, 1)
        factors.prepare(session, account)
    digest = privacy.lasting_digest("recovery", "1:word")
    for _ in range(2):
        held = stored()
        privacy.add_key()
        rekeying.rewrap_everything()
        assert looked_up() == FOUND
        assert stored() != held
    assert privacy.lasting_digest("recovery", "1:word") == digest


def test_the_newest_key_alone_finds_people_after_the_move() -> None:
    privacy.add_key()
    rekeying.rewrap_everything()
    newest = privacy.key_file().read_text().split()[0]
    before = stored()
    with settings_from(master_key=newest):
        assert [identity_index(NUMBER)] == [before[0][0]]
        assert before[1][1] == identity_index(CLAIMED)


def test_a_process_that_lacks_the_new_key_stops_instead_of_missing_somebody() -> None:
    old = privacy.key_file().read_text()
    privacy.add_key()
    rekeying.rewrap_everything()
    with settings_from(master_key=old):
        with pytest.raises(WrongKey), open_session(SYSTEM.scope) as session:
            person_by_identity(session, NUMBER)
        with pytest.raises(WrongKey), open_session(SYSTEM.scope, write=True) as session:
            register(session, NUMBER)
    assert counted(NUMBER) == 1


def test_a_process_follows_the_key_file_without_a_restart() -> None:
    mark = privacy.root_mark()
    other = privacy.key_file().with_name("copied")
    other.write_text("ab" * 32 + " " + privacy.key_file().read_text())
    other.replace(privacy.key_file())
    assert len(privacy._ring()) == 2
    assert privacy.root_mark() == mark


def test_a_double_is_refused_during_the_move_and_after_it() -> None:
    old_root = privacy.root_mark()
    with open_session(SYSTEM.scope) as early:
        assert early.info["root"] == old_root
    privacy.add_key()
    rekeying.rewrap_everything()
    act_as_before(old_root)
    with pytest.raises(KeyChanged), open_session(SYSTEM.scope, write=True) as session:
        register(session, NUMBER)
    with pytest.raises(IntegrityError), open_session(SYSTEM.scope, write=True) as session:
        register(session, NUMBER)
    assert counted(NUMBER) == 1


def test_rows_by_statement_are_refused_alike() -> None:
    old_root = privacy.root_mark()
    privacy.add_key()
    rekeying.rewrap_everything()
    act_as_before(old_root)
    name, wrapped = privacy.new_key()
    row = {
        "centre_id": 1, "name": "甲", "name_norm": "甲", "key_name": name, "wrapped_key": wrapped,
        "identity_index": identity_index(NUMBER),
    }  # fmt: skip
    with pytest.raises(KeyChanged), open_session(SYSTEM.scope, write=True) as session:
        insert_rows(session, Person, [row])
    assert counted(NUMBER) == 1


def test_who_writes_while_the_indexes_move_is_moved_too() -> None:
    privacy.add_key()
    mark_new_keys()
    prepared = reindexing._prepared

    def late(newest: str) -> dict[int, object]:
        """The preparation is over, and somebody registers before the move."""
        ready = prepared(newest)
        with open_session(SYSTEM.scope, write=True) as session:
            register(session, LATER)
        return ready  # type: ignore[return-value]

    with planted(reindexing, _prepared=late):
        rekeying.rewrap_everything()
    with open_session(SYSTEM.scope) as session:
        later = person_by_identity(session, LATER)
        assert later is not None
        newest = privacy.ring_marks()[0]
        assert later.identity_index == privacy.index_under(newest, "identity", LATER)


def test_the_move_waits_for_who_is_writing() -> None:
    privacy.add_key()
    mark_new_keys()
    begun, done = threading.Event(), threading.Event()

    def move() -> None:
        begun.set()
        rekeying.rewrap_everything()
        done.set()

    with open_session(SYSTEM.scope, write=True) as session:
        register(session, LATER)
        mover = threading.Thread(target=move)
        mover.start()
        assert begun.wait(10)
        assert not done.wait(0.5), "the indexes moved while somebody was writing one"
    mover.join(60)
    assert done.is_set()
    assert counted(LATER) == 1
    with open_session(SYSTEM.scope) as session:
        assert person_by_identity(session, LATER) is not None


def test_a_planted_writer_without_the_guard_makes_a_double() -> None:
    old_root = privacy.root_mark()
    privacy.add_key()
    rekeying.rewrap_everything()
    act_as_before(old_root)
    with planted(key_marks, hold_root=lambda _session: None), open_session(SYSTEM.scope, write=True) as session:
        register(session, NUMBER)
    assert counted(NUMBER) == 2


def test_a_planted_search_under_one_key_misses_people() -> None:
    old_root = privacy.root_mark()
    privacy.add_key()
    rekeying.rewrap_everything()
    act_as_before(old_root)
    one_key = planted(privacy, blind_indexes=lambda column, value: [privacy.blind_index(column, value)])
    with one_key, planted(people, follow_root=lambda _session: None), open_session(SYSTEM.scope) as session:
        assert person_by_identity(session, NUMBER) is None


def test_a_planted_move_that_forgets_a_column_is_caught() -> None:
    before = stored()
    privacy.add_key()
    with planted(reindexing, COLUMNS=("identity_index", "phone_index")):
        rekeying.rewrap_everything()
    assert stored()[1][1] == before[1][1]


def test_the_check_at_the_start_tells_a_process_the_root() -> None:
    privacy.add_key()
    rekeying.rewrap_everything()
    newest = privacy.ring_marks()[0]
    privacy._roots.clear()
    assert privacy.root_mark() != newest
    check_keys()
    assert privacy.root_mark() == newest

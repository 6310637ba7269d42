"""Key rotation: everything still decrypts, and the old key alone decrypts nothing."""

from collections.abc import Iterator

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import LargeBinary, select

from centre import privacy, rekeying
from centre.accounts import factors
from centre.accounts.models import Account, SecondFactor
from centre.accounts.passwords import hashed
from centre.accounts.queries import checked_account, secret_of
from centre.audit import AuditEntry
from centre.database import open_session
from centre.ledger import ServiceCategory, ServiceEvent, record_service, unsealed_statement
from centre.network import Centre, CentreLevel
from centre.people import Person, new_person, person_by_identity
from centre.permissions import Actor, Role
from centre.tables import Base
from tests.databases import import_models, settings_from
from tests.planted import planted

SYSTEM = Actor.system()
NUMBER, PHONE = "610499197503080022", "13800000001"
PEOPLE = 7


@pytest.fixture(autouse=True)
def office(any_database: str) -> Iterator[None]:
    """Some people with encrypted numbers, one of them erased, an account with an authenticator, two notes."""
    import_models()
    privacy.forget_keys()
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(Centre(code="C1", name="中心", level=CentreLevel.CITY, region_code="610400"))
        session.flush()
        for number in range(PEOPLE):
            person = new_person(centre_id=1, name=f"甲{number}")
            person.set_phone(PHONE)
            session.add(person)
        session.flush()
        first = session.get_one(Person, 1)
        first.set_identity(NUMBER)
        session.get_one(Person, PEOPLE).wrapped_key = b""
        account = Account(login="boss", name="主任", password_hash="-", roles=[Role.CITY_MANAGER], centre_id=1)
        session.add(account)
        session.flush()
        factors.prepare(session, account)
        for person_id in (1, None):
            record_service(
                session, SYSTEM, centre_id=1, category=ServiceCategory.OTHER, person_id=person_id, note="丈夫尘肺"
            )
    yield
    privacy.forget_keys()


def opened() -> tuple[list[str], str, list[str], bool]:
    """The decrypted numbers, authenticator key and notes, and whether the search by number works."""
    with open_session(SYSTEM.scope) as session:
        people = session.scalars(select(Person).where(Person.wrapped_key != b"").order_by(Person.id)).all()
        factor = session.scalars(select(SecondFactor)).one()
        notes = [
            unsealed_statement(session, event)
            for event in session.scalars(select(ServiceEvent).order_by(ServiceEvent.id))
        ]
        searched = person_by_identity(session, NUMBER)
        return (
            [person.phone for person in people],
            secret_of(factor).hex(),
            notes,
            searched is not None and searched.id == 1,
        )


def rotate() -> str:
    """Rotate the key; returns the previous one."""
    old = privacy.key_file().read_text()
    privacy.add_key()
    assert rekeying.rewrap_everything() == PEOPLE  # all but the erased one, and the authenticator
    return old


def test_after_key_rotation_everything_decrypts_and_a_second_run_changes_nothing() -> None:
    before = opened()
    rotate()
    assert opened() == before
    assert before[0] == [PHONE] * (PEOPLE - 1)
    assert before[2:] == (["丈夫尘肺"] * 2, True)
    assert rekeying.rewrap_everything() == 0
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Person, PEOPLE).wrapped_key == b""
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["keys.reindex", "keys.rewrap", "keys.rewrap"]


def test_the_old_key_alone_decrypts_no_person_after_rotation() -> None:
    old = rotate()
    with settings_from(master_key=old), open_session(SYSTEM.scope) as session:
        privacy.forget_keys()
        for person in session.scalars(select(Person).where(Person.wrapped_key != b"")):
            with pytest.raises(InvalidTag):
                _ = person.phone
        with pytest.raises(InvalidTag):
            secret_of(session.scalars(select(SecondFactor)).one())
    privacy.forget_keys()


def test_a_planted_rotation_that_only_adds_a_key_is_caught() -> None:
    with planted(privacy, rewrapped=lambda _name, _wrapped: None):
        old = privacy.key_file().read_text()
        privacy.add_key()
        rekeying.rewrap_everything()
    with settings_from(master_key=old), open_session(SYSTEM.scope) as session:
        privacy.forget_keys()
        assert session.get_one(Person, 1).phone == PHONE
    privacy.forget_keys()


def test_a_process_with_the_old_key_keeps_reading_after_rotation() -> None:
    ring = privacy._ring()
    privacy.add_key()
    rekeying.rewrap_everything()
    privacy.forget_keys()
    with planted(privacy, _read_ring=_stale(ring, privacy._read_ring)):
        assert opened()[0] == [PHONE] * (PEOPLE - 1)


def _stale(old: tuple[bytes, ...], fresh: object) -> object:
    class Stale:
        forgotten = False

        def __call__(self, stamp: object) -> object:
            return fresh(stamp) if self.forgotten else old  # type: ignore[operator]

        def cache_clear(self) -> None:
            self.forgotten = True

    return Stale()


def test_accounts_named_by_telephone_are_renamed_and_still_sign_in() -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(
            Account(login=PHONE, name="甲0", password_hash=hashed("麦子熟了"), roles=[Role.JOBSEEKER], person_id=1)
        )
    rekeying.rewrap_everything()
    with open_session(SYSTEM.scope) as session:
        account = checked_account(session, login="138 0000 0001", password="麦子熟了")
        assert (account.person_id, account.told_login) == (1, "手机号码")
        assert PHONE not in account.login


def test_every_wrapped_key_column_is_declared() -> None:
    wrapped = {f"{kept.model.__name__}.{kept.column.key}" for kept in rekeying.wrapped_columns()}
    keys = {
        f"{mapper.class_.__name__}.{name}"
        for mapper in Base.registry.mappers
        for name, column in mapper.columns.items()
        if isinstance(column.type, LargeBinary) and name.endswith("key") and not name.startswith("public")
    }
    assert wrapped == keys
    assert len(keys) > 1

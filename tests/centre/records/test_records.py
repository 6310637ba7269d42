"""A person's record: reveals, consents, data copies and erasure."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from centre import clock, policy
from centre.accounts import Account
from centre.accounts.rules import NotFresh
from centre.audit import AuditEntry, first_fault
from centre.database import open_session
from centre.errors import Forbidden, NotFound
from centre.ledger import ServiceCategory, ServiceEvent, record_service, unsealed_statement
from centre.network import Centre, CentreLevel
from centre.outbox import Delivery, Message, post
from centre.people import Consent, Person, new_person
from centre.permissions import Actor, Role
from centre.policy import PolicyRule
from centre.records import actions, jobs, queries
from centre.records.models import ErasureRequest, Reveal
from centre.records.rules import (
    BudgetSpent,
    ErasureAsked,
    ErasureState,
    NeededConsent,
    ReasonMissing,
    RevealDraft,
    RevealReason,
    SealedColumn,
)

SYSTEM = Actor.system()
NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
NUMBER, PHONE = "610499197503080022", "13800000001"
CLERK = Actor(account_id=1, name="窗口", roles=frozenset({Role.CLERK}), centre_id=1)
WORKER = Actor(account_id=2, name="王秀兰", roles=frozenset({Role.JOBSEEKER}), person_id=1)
OTHERS = 12
WHY = RevealDraft(column=SealedColumn.PHONE, reason=RevealReason.CALL)


@pytest.fixture(autouse=True)
def office(any_database: str) -> Iterator[None]:
    """One centre with a clerk and a manager, one worker with an account, more people of the same centre."""
    with clock.frozen(NOW):
        with open_session(SYSTEM.scope, write=True) as session:
            policy.load_examples(session)
            for number in (1, 2):
                level = CentreLevel.CITY if number == 1 else CentreLevel.COUNTY
                session.add(Centre(code=f"C{number}", name=f"中心{number}", level=level, region_code=f"61040{number}"))
                session.flush()
            for number in range(OTHERS + 1):
                person = new_person(centre_id=1, name="王秀兰" if number == 0 else f"邻居{number}")
                person.set_phone(str(int(PHONE) + number))
                if number == 0:
                    person.set_identity(NUMBER)
                session.add(person)
                session.flush()
            for login, role, person_id in (
                ("clerk", Role.CLERK, None), ("wang", Role.JOBSEEKER, 1), ("boss", Role.CITY_MANAGER, None),
            ):  # fmt: skip
                session.add(
                    Account(
                        login=login, name=login, password_hash="-", roles=[role],
                        centre_id=None if person_id else 1, person_id=person_id,
                    )
                )  # fmt: skip
                session.flush()
        yield


def look(person_id: int = 1, actor: Actor = CLERK, draft: RevealDraft = WHY, ago: int = 1) -> str:
    """One reveal in a transaction of its own, signed in some minutes ago."""
    with open_session(actor.scope, write=True) as session:
        proved = clock.now() - timedelta(minutes=ago)
        return actions.reveal(session, actor, person_id=person_id, draft=draft, proved_at=proved)


def set_rule(key: str, value: int) -> None:
    """Change a rule of the policy table."""
    with open_session(SYSTEM.scope, write=True) as session:
        session.execute(update(PolicyRule).where(PolicyRule.key == key).values(value=value))


def test_a_reveal_shows_the_number_and_leaves_its_reason_for_the_person_to_read() -> None:
    identity = RevealDraft(column=SealedColumn.IDENTITY, reason=RevealReason.OTHER, words="复印件不清")
    assert look(draft=identity) == NUMBER
    assert look() == PHONE
    with open_session(WORKER.scope) as session:
        looks = queries.looks_at(session, 1)
        assert [(look.reveal.column, look.reveal.reason, look.centre) for look in looks] == [
            (SealedColumn.PHONE, RevealReason.CALL, "中心1"),
            (SealedColumn.IDENTITY, RevealReason.OTHER, "中心1"),
        ]
    with open_session(SYSTEM.scope) as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.reveal")).all()
        assert [entry.subject for entry in noted] == ["person:1", "person:1"]
        assert NUMBER not in str([entry.detail for entry in noted])
        assert first_fault(session) is None


def test_a_reveal_needs_fresh_authentication_a_reason_and_the_permission() -> None:
    with pytest.raises(NotFresh):
        look(ago=6)
    with pytest.raises(ReasonMissing):
        look(draft=RevealDraft(column=SealedColumn.PHONE, reason=RevealReason.OTHER))
    with pytest.raises(Forbidden):
        look(actor=WORKER)
    with pytest.raises(NotFound):
        look(actor=Actor(account_id=1, roles=frozenset({Role.CLERK}), centre_id=2))
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(Reveal.id)).all() == []


def walk() -> int:
    """A clerk reveals number after number; returns how many before the budget stopped it."""
    seen = 0
    for person_id in range(1, OTHERS + 2):
        try:
            look(person_id)
        except BudgetSpent:
            break
        seen += 1
    return seen


def alerts() -> list[int | None]:
    """The recipients of messages about unusual reveals."""
    with open_session(SYSTEM.scope) as session:
        return list(session.scalars(select(Message.account_id).where(Message.kind == "reveal-alert")))


def test_mass_reveals_are_reported_to_the_manager_and_stopped_at_the_budget() -> None:
    set_rule("reveal-budget-per-day", 8)
    set_rule("reveal-alert-per-day", 5)
    assert walk() == 8
    assert alerts() == [3]
    assert look(1) == PHONE  # somebody seen today already
    with clock.frozen(NOW + timedelta(days=1)):
        assert look(OTHERS)


def test_an_ordinary_day_raises_no_alarm() -> None:
    assert [bool(look(person_id)) for person_id in (1, 2, 3, 1, 2)] == [True] * 5
    assert alerts() == []


def test_a_planted_missing_budget_is_caught() -> None:
    set_rule("reveal-budget-per-day", 10**6)
    set_rule("reveal-alert-per-day", 10**6)
    assert walk() == OTHERS + 1
    assert alerts() == []


def test_the_budget_holds_under_concurrency() -> None:
    set_rule("reveal-budget-per-day", 6)

    def try_one(person_id: int) -> bool:
        with clock.frozen(NOW):
            try:
                return bool(look(person_id))
            except BudgetSpent:
                return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(try_one, range(1, OTHERS + 2))) == 6


def test_consent_is_per_purpose_versioned_and_easily_withdrawn() -> None:
    with open_session(WORKER.scope, write=True) as session:
        given = actions.give_consent(session, WORKER, purpose="matching")
        assert given.text_version == queries.consent_texts()["matching"].version
        session.flush()
        assert actions.give_consent(session, WORKER, purpose="matching") is given
        assert queries.agrees(session, 1, "matching")
        actions.withdraw_consent(session, WORKER, purpose="matching")
        session.flush()
        assert not queries.agrees(session, 1, "matching")
        with pytest.raises(NeededConsent):
            actions.withdraw_consent(session, WORKER, purpose="job-service")
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(select(Consent.withdrawn_at)).one() is not None


def test_default_purposes_can_be_refused_in_advance_and_accepted_again() -> None:
    with open_session(WORKER.scope, write=True) as session:
        assert queries.refusing(session, [1, 2], "matching") == set()
        actions.withdraw_consent(session, WORKER, purpose="matching")
        session.flush()
        assert queries.refusing(session, [1, 2], "matching") == {1}
        actions.give_consent(session, WORKER, purpose="matching")
        session.flush()
        assert queries.refusing(session, [1, 2], "matching") == set()


def test_a_copy_of_my_data_holds_my_numbers_and_no_keys() -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        record_service(session, SYSTEM, centre_id=1, category=ServiceCategory.RELIEF, person_id=1, note="欠薪三个月")
    with open_session(WORKER.scope, write=True) as session:
        with pytest.raises(NotFresh):
            actions.copy_my_data(session, WORKER, proved_at=None)
        copied = actions.copy_my_data(session, WORKER, proved_at=clock.now())
    assert copied["person"][0]["identity"] == NUMBER
    assert copied["person"][0]["phone"] == PHONE
    assert copied["service_event"][0]["told"] == "欠薪三个月"
    assert "邻居" not in str(copied)
    assert not {name for row in copied["person"] for name in row} & {"wrapped_key", "key_name", "identity_index"}


def ask_to_be_erased() -> None:
    """Request the worker's erasure, let the waiting period pass, and run the job."""
    with open_session(WORKER.scope, write=True) as session:
        actions.request_erasure(session, WORKER, proved_at=clock.now())
    with pytest.raises(ErasureAsked), open_session(WORKER.scope, write=True) as session:
        actions.request_erasure(session, WORKER, proved_at=clock.now())
    run(jobs.erase_on_request)
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Person, 1).name == "王秀兰"
    with clock.frozen(NOW + timedelta(days=3)):
        run(jobs.erase_on_request)
        run(jobs.repeat_erasures)


def run(job: object) -> None:
    """Run a job once."""
    with open_session(SYSTEM.scope, write=True) as session:
        job(session)  # type: ignore[operator]


def test_erasure_takes_the_person_and_leaves_the_figures() -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        record_service(session, SYSTEM, centre_id=1, category=ServiceCategory.RELIEF, person_id=1, note="王秀兰来访")
        session.flush()
        assert unsealed_statement(session, session.scalars(select(ServiceEvent)).one()) == "王秀兰来访"
        post(session, kind="a", title="王秀兰，您好", body=PHONE, dedupe_key="a", to_person_id=1)
        post(session, kind="b", title="王秀兰来面试", dedupe_key="b", to_account_id=1)
    ask_to_be_erased()
    with open_session(SYSTEM.scope) as session:
        person = session.get_one(Person, 1)
        assert (person.name, person.wrapped_key) == ("已注销", b"")
        assert (person.identity_index, person.phone_sealed) == (None, None)
        event = session.scalars(select(ServiceEvent).where(ServiceEvent.person_id == 1)).one()
        assert (event.told_sealed is not None, unsealed_statement(session, event)) == (True, "")
        assert session.scalar(select(func.count()).select_from(ServiceEvent)) == 1
        messages = " ".join(f"{message.title}{message.body}" for message in session.scalars(select(Message)))
        assert "王秀兰" not in messages
        assert PHONE not in messages
        account = session.get_one(Account, 2)
        assert (account.login, account.usable) == ("erased-2", False)
        done = session.scalars(select(ErasureRequest)).one()
        assert (done.state, done.certificate_no) == (ErasureState.DONE, "ZX-2026-000001")
        assert done.due_on <= (NOW + timedelta(days=15)).date()
        assert first_fault(session) is None


def test_people_in_a_restored_backup_are_erased_again() -> None:
    with open_session(SYSTEM.scope) as session:
        before = session.get_one(Person, 1)
        kept = {name: getattr(before, name) for name in ("name", "wrapped_key", "identity_sealed", "phone_sealed")}
    ask_to_be_erased()
    assert jobs.journal().read_text().count("\n") == 1
    with open_session(SYSTEM.scope, write=True) as session:  # what a restored backup brings back
        session.execute(update(Person).where(Person.id == 1).values(**kept))
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Person, 1).identity_number == NUMBER
    run(jobs.repeat_erasures)
    with open_session(SYSTEM.scope) as session:
        assert (session.get_one(Person, 1).name, session.get_one(Person, 1).identity_sealed) == ("已注销", None)


def test_an_erasure_request_can_be_withdrawn() -> None:
    with open_session(WORKER.scope, write=True) as session:
        actions.request_erasure(session, WORKER, proved_at=clock.now())
        actions.withdraw_erasure(session, WORKER)
    with clock.frozen(NOW + timedelta(days=4)):
        run(jobs.erase_on_request)
    with open_session(SYSTEM.scope) as session:
        assert session.get_one(Person, 1).identity_number == NUMBER


def test_people_inactive_for_two_years_are_warned_and_erased_a_month_later() -> None:
    with clock.frozen(NOW + timedelta(days=800)):
        with open_session(SYSTEM.scope, write=True) as session:
            record_service(session, SYSTEM, centre_id=1, category=ServiceCategory.OTHER, person_id=2)
        run(jobs.tell_inactive)
        run(jobs.tell_inactive)
    with open_session(SYSTEM.scope) as session:
        warned = session.scalars(select(Message.person_id).where(Message.kind == "retention")).all()
        assert sorted(warned, key=str) == sorted([1, *range(3, OTHERS + 2)], key=str)
    with clock.frozen(NOW + timedelta(days=815)), open_session(SYSTEM.scope, write=True) as session:
        record_service(session, SYSTEM, centre_id=1, category=ServiceCategory.OTHER, person_id=1)
    with clock.frozen(NOW + timedelta(days=831)):
        run(jobs.erase_on_request)
    with open_session(SYSTEM.scope) as session:
        names = {person.id: person.name for person in session.scalars(select(Person))}
        assert (names[1], names[2], names[3]) == ("王秀兰", "邻居1", "已注销")


def test_old_messages_are_emptied_by_the_dated_rule() -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        post(session, kind="a", title="旧消息", dedupe_key="a", to_person_id=1)
        session.flush()
        session.execute(update(Message).values(delivery=Delivery.SENT))
        post(session, kind="a", title="一直没发出的消息", dedupe_key="b", to_person_id=1)
    with clock.frozen(NOW + timedelta(days=731)):
        run(jobs.forget_old_messages)
    with open_session(SYSTEM.scope) as session:
        left = session.execute(select(Message.title, Message.delivery).order_by(Message.dedupe_key)).all()
        assert [tuple(row) for row in left] == [("", Delivery.SENT), ("", Delivery.EXPIRED)]

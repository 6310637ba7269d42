"""The outbox page: an administrator sees what was given up, not what it says, and puts it back."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, update

from centre.database import open_session
from centre.outbox import Delivery, Message, post
from centre.permissions import Actor
from tests.planted import planted
from tests.web.desks import Hall, opened
from web.pages.staff import outbox

SYSTEM = Actor.system().scope


@pytest.fixture
def hall(database: str) -> Iterator[Hall]:
    """The demo town with two dead letters."""
    with opened() as town:
        with open_session(SYSTEM, write=True) as session:
            for n in range(2):
                post(session, kind="test-kind", to_person_id=1, title="秘密", body="不给人看", dedupe_key=f"dead:{n}")
            session.flush()
            session.execute(
                update(Message)
                .where(Message.kind == "test-kind")
                .values(delivery=Delivery.DEAD, attempts=20, last_error="SMTP 550")
            )
        yield town


def states() -> list[Delivery]:
    with open_session(SYSTEM) as session:
        dead = select(Message.delivery).where(Message.kind == "test-kind").order_by(Message.id)
        return list(session.scalars(dead))


def test_dead_letters_are_shown_without_their_text_and_put_back(hall: Hall) -> None:
    admin = hall.enter("admin")
    shown = admin.get("/outbox")
    assert shown.count("test-kind") == 2
    assert "SMTP 550" in shown
    assert "秘密" not in shown
    assert "不给人看" not in shown
    with open_session(SYSTEM) as session:
        first = session.scalars(select(Message.id).where(Message.kind == "test-kind").order_by(Message.id)).first()
    assert admin.send("/outbox/retry", letter=str(first)) == "/outbox"
    assert states() == [Delivery.WAITING, Delivery.DEAD]
    admin.send("/outbox/retry")
    assert states() == [Delivery.WAITING, Delivery.WAITING]


def test_nobody_else_comes_in(hall: Hall) -> None:
    for login in ("clerk", "school", "wang"):
        hall.enter(login).get("/outbox", 403)
        hall.enter(login).send("/outbox/retry", 403)
    assert states() == [Delivery.DEAD, Delivery.DEAD]


def test_a_planted_retry_that_changes_nothing_is_caught(hall: Hall) -> None:
    with planted(outbox, put_back=lambda *_arguments, **_values: 0):
        hall.enter("admin").send("/outbox/retry")
    assert states() == [Delivery.DEAD, Delivery.DEAD]

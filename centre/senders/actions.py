"""What an administrator does with messages that were given up."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from centre import audit, clock
from centre.outbox import Delivery, Message
from centre.permissions import Actor, Permission, require
from centre.scopes import seeing_everything


def put_back(session: Session, actor: Actor, *, message_ids: Sequence[int] = ()) -> int:
    """Try dead letters again, from now and as if for the first time; all of them when none is named. Returns how many.

    The stable key stays, so a receiver that did get one of them drops the double.
    """
    require(actor, Permission.MANAGE_OUTBOX)
    chosen = [Message.delivery == Delivery.DEAD]
    if message_ids:
        chosen.append(Message.id.in_(message_ids))
    with seeing_everything(session):
        changed = session.execute(
            update(Message)
            .where(*chosen)
            .values(
                delivery=Delivery.WAITING,
                due_at=clock.now(),
                attempts=0,
                version=Message.version + 1,
            )
            .execution_options(synchronize_session=False)
        )
    count = int(getattr(changed, "rowcount", 0))
    audit.note(session, actor, action="outbox.put-back", subject="outbox", detail={"count": count})
    return count

"""What the service wrote to the reader, whatever their role and whichever way it went out (我的消息)."""

from sqlalchemy import select
from starlette.responses import Response

from api.dependencies import SIGNED_IN, Pages, Unit
from api.paging import After, part_of
from centre.outbox import SIGN_IN_CODE, Message
from web.rendering import page

routes = Pages("/account/inbox")

PAGE = 20


@routes.get("", allow=SIGNED_IN)
def inbox(unit: Unit, after: After = "") -> Response:
    """The reader's messages, the newest first; codes are not repeated here, emptied messages are gone."""
    own = select(Message).where(Message.kind != SIGN_IN_CODE, Message.title != "").order_by(Message.id.desc())
    part = part_of(unit.session, own, limit=PAGE, cursor=after)
    return page(unit, "account/inbox.html", messages=part.records, next=part.next_cursor)

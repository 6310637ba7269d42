"""What tests of employers' and officers' pages share: fairs, rows, steps and messages."""

import re
from typing import Any

from sqlalchemy import func, select

from centre.database import open_session
from centre.outbox import Message
from tests.employers.browser import Browser
from tests.employers.world import SYSTEM, add_hall, booth_fair

DESK = "/counter/verify"


def shown_fair() -> int:
    """The id of an announced fair that accepts booth applications."""
    with open_session(SYSTEM.scope, write=True) as session:
        return booth_fair(session, add_hall(session)).id


def count(model: type[Any]) -> int:
    """The number of rows of a table."""
    with open_session(SYSTEM.scope) as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def step(browser: Browser, path: str, event: str, **fields: object) -> int:
    """Take one step on a page of the verification desk; returns the status."""
    seen = re.search(r'name="seen" value="([0-9]+)"', browser.get(path).text)
    return browser.send_form(path, **({"event": event, "seen": seen[1] if seen else "1"} | fields)).status_code


def messages(account_id: int) -> list[Message]:
    """The messages to an account, in order."""
    with open_session(SYSTEM.scope) as session:
        return list(session.scalars(select(Message).where(Message.account_id == account_id).order_by(Message.id)))

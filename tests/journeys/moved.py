"""The application at a time that a file names: how many days its clock is ahead, for journeys of weeks and months."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from centre import clock
from web.app import app as today

AHEAD = "JOURNEY_AHEAD"
"""The variable with the path of the file."""

Message = MutableMapping[str, Any]


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answer a request on its day."""
    if scope["type"] != "http":
        return await today(scope, receive, send)
    with clock.frozen(clock.now() + timedelta(days=float(Path(os.environ[AHEAD]).read_text("utf-8")))):
        await today(scope, receive, send)
    return None

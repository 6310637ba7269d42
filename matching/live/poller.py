"""The openings as last seen by a background thread, so that readers need not look themselves (守望).

While there are searches, the thread looks at the board continually. Searches use what it saw less than `LOOK_EVERY`
seconds ago; without the thread, or when it has fallen behind, they look at the board themselves.
"""

from contextlib import suppress
from threading import Event
from time import monotonic

from sqlalchemy.exc import DBAPIError

from matching.live.openings import LOOK_EVERY, OpeningBoard, View, board

PAUSE = LOOK_EVERY / 2
IDLE_SECONDS = 60.0
"""The thread rests after this long without a search; the next search looks for itself and wakes it."""

_seen: tuple[OpeningBoard, float, View] | None = None
_asked = -IDLE_SECONDS


def openings_now() -> View:
    """The open openings, at most half a second old."""
    global _asked
    _asked = monotonic()
    return _fresh() or board().look()


def is_watched() -> bool:
    """Whether a search can be answered from the memory of this process."""
    return _fresh() is not None


def keep_looking(stop: Event) -> None:
    """Look for changes as long as there are searches, until stopped."""
    global _seen
    while not stop.wait(PAUSE):
        if monotonic() - _asked < IDLE_SECONDS:
            with suppress(DBAPIError):  # the next search then looks for itself and reports that the database is away
                openings = board()
                _seen = (openings, monotonic(), openings.look())
        else:
            _seen = None


def _fresh() -> View | None:
    seen = _seen
    return seen[2] if seen and seen[0] is board() and monotonic() - seen[1] < LOOK_EVERY else None

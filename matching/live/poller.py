"""The openings as a thread beside the requests last saw them, so that readers need not look themselves (守望).

While anybody searches, the thread looks again and again. Searches take what it saw less than `LOOK_EVERY` seconds ago;
where no thread looks, or it has fallen behind, they look at the board themselves.
"""

from contextlib import suppress
from threading import Event
from time import monotonic

from sqlalchemy.exc import DBAPIError

from matching.live.openings import LOOK_EVERY, Board, View, board

PAUSE = LOOK_EVERY / 2
IDLE_SECONDS = 60.0
"""After so long without a search the thread rests; the next searcher looks for himself and wakes it."""

_seen: tuple[Board, float, View] | None = None
_asked = -IDLE_SECONDS


def openings_now() -> View:
    """The open openings, at most half a second old."""
    global _asked
    _asked = monotonic()
    return _fresh() or board().look()


def is_watched() -> bool:
    """Whether a search needs nothing but the memory of this process."""
    return _fresh() is not None


def keep_looking(stop: Event) -> None:
    """Look for changes as long as anybody searches, until told to stop."""
    global _seen
    while not stop.wait(PAUSE):
        if monotonic() - _asked < IDLE_SECONDS:
            with suppress(DBAPIError):  # the searcher who then looks himself tells that the database is away
                openings = board()
                _seen = (openings, monotonic(), openings.look())
        else:
            _seen = None


def _fresh() -> View | None:
    seen = _seen
    return seen[2] if seen and seen[0] is board() and monotonic() - seen[1] < LOOK_EVERY else None

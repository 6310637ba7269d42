"""Rules of sending: retries and when to give up, quiet hours, and what a text may contain."""

import re
from datetime import datetime, timedelta

from centre.outbox import SIGN_IN_CODE

URGENT = frozenset({SIGN_IN_CODE})
"""Kinds that are wanted at once: no quiet hours, and no limit beside the one on asking for them."""

MOST_ATTEMPTS = 20
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=4)
"""A message is tried for about two days: after 1, 2, 4 ... minutes, at last every four hours."""

MOST_AGE = timedelta(days=3)
"""Messages unsent for so long stay in the pages only, for example after the first sender was set up."""

ONE_SMS, PART_OF_SMS = 70, 67
"""Characters of a short message that stands alone, and of one that is a part."""

_LONG_NUMBER = re.compile(r"(?<![0-9])([0-9]{3})[0-9]{8,12}([0-9]{3}[0-9Xx])(?![0-9Xx])")


def pause_after(attempts: int) -> timedelta:
    """How long to wait after a number of failed tries, at least one."""
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempts - 1, 20)
    return min(doubled, LONGEST_PAUSE)


def quiet_until(local: datetime, quiet: tuple[int, int]) -> datetime | None:
    """The end of the quiet hours in which a local instant lies, such as (21, 8); None outside of them."""
    if local.hour not in quiet_hours_of(quiet):
        return None
    morning = local.replace(hour=quiet[1], minute=0, second=0, microsecond=0)
    return morning if local.hour < quiet[1] else morning + timedelta(days=1)


def quiet_hours_of(quiet: tuple[int, int]) -> frozenset[int]:
    """The quiet hours of the day; none if begin and end are the same."""
    begins, ends = quiet
    return frozenset((begins + step) % 24 for step in range((ends - begins) % 24))


def next_morning(local: datetime, quiet: tuple[int, int]) -> datetime:
    """When a message goes on that was one too many for a day."""
    return (local + timedelta(days=1)).replace(hour=quiet[1], minute=0, second=0, microsecond=0)


def text_of(kind: str, title: str, body: str, *, sign: str, address: str) -> str:
    """What leaves: who sends it, title and text, where to read on; identity and account numbers are masked.

    A sign-in code carries its text alone, so that it fits one message and nothing in it can be clicked.
    """
    words = body if kind in URGENT and body else f"{title}：{body}" if body else title
    words = _LONG_NUMBER.sub(lambda number: f"{number[1]}****{number[2]}", words)
    before = f"【{sign}】" if sign else ""
    return f"{before}{words}" + (f" {address}" if address and kind not in URGENT else "")


def sms_parts(text: str) -> int:
    """How many short messages a Chinese text takes: 70 characters in one, 67 in each of several (GSM 03.38, UCS-2)."""
    length = len(text.encode("utf-16-le")) // 2
    return 1 if length <= ONE_SMS else -(-length // PART_OF_SMS)

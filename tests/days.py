"""The tests on another day: the clock of the test process starts there and goes on from it."""

from datetime import datetime, timedelta, tzinfo

from centre import clock

UNLIKE = (
    "2027-01-31T10:00", "2028-02-29T10:00", "2027-01-05T10:00", "2026-10-03T10:00", "2026-09-20T10:00",
    "2026-12-01T06:30",
)  # fmt: skip
"""The end of a month, 29 February, the first week of January, the middle of a holiday run, a make-up Sunday, and an
hour when it is still the day before in UTC; in the time of Shanghai."""


class Ahead:
    """The system clock, moved."""

    def __init__(self, by: timedelta) -> None:
        self.by = by

    def now(self, zone: tzinfo) -> datetime:
        """The moved time in a zone."""
        return datetime.now(zone) + self.by


def begin(at: str) -> None:
    """Set the clock of this process. Programs that tests start keep the real one. Raises ValueError for no time."""
    wanted = datetime.fromisoformat(at).replace(tzinfo=clock.SHANGHAI)
    vars(clock)["datetime"] = Ahead(wanted - datetime.now(clock.SHANGHAI))

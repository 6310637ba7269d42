"""Rate-limit counters: exact under concurrency, and kept when the attempt fails."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from centre import clock, limits, privacy
from centre.errors import TooMany

HOUR = timedelta(hours=1)


def test_exactly_the_limit_is_let_through_when_many_try_at_once(any_database: str) -> None:
    privacy.forget_keys()

    def attempt(_number: int) -> str:
        try:
            limits.spend("door", limit=20, window=HOUR)
        except TooMany:
            return "refused"
        return "let through"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(attempt, range(50))) == {"let through": 20, "refused": 30}


@pytest.mark.usefixtures("database")
def test_a_new_window_begins_at_zero_and_the_refusal_says_when() -> None:
    privacy.forget_keys()
    with clock.frozen(datetime(2026, 3, 1, 8, 30, tzinfo=UTC)):
        limits.spend("door", limit=1, window=HOUR)
        with pytest.raises(TooMany) as refused:
            limits.spend("door", limit=1, window=HOUR)
    assert refused.value.params == {"retry_after": 1800}
    with clock.frozen(datetime(2026, 3, 1, 9, 0, tzinfo=UTC)):
        limits.spend("door", limit=1, window=HOUR)

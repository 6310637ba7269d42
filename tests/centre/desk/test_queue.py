"""Queue numbers: one after another each day, each called once and in order."""

from datetime import datetime

import pytest

from centre import clock
from centre.database import open_session
from centre.desk.queue import NobodyWaits, WindowDraft, call_next, draw_number
from tests.centre.desk.world import Counter, build


def draw(counter: Counter) -> int:
    with open_session(counter.actor("clerk").scope, write=True) as session:
        return draw_number(session, counter.actor("clerk")).number


def call(counter: Counter, window: int) -> int:
    with open_session(counter.actor("colleague").scope, write=True) as session:
        return call_next(session, counter.actor("colleague"), draft=WindowDraft(window=window)).number


def test_numbers_follow_one_another_and_begin_again_each_day(any_database: object) -> None:
    with clock.frozen(datetime(2026, 3, 2, 9, tzinfo=clock.SHANGHAI)):
        counter = build()
        assert [draw(counter), draw(counter)] == [1, 2]
        assert [call(counter, 3), call(counter, 4)] == [1, 2]
        with pytest.raises(NobodyWaits):
            call(counter, 3)
        assert draw(counter) == 3
    with clock.frozen(datetime(2026, 3, 3, 9, tzinfo=clock.SHANGHAI)):
        assert draw(counter) == 1

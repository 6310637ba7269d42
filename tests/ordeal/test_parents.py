"""Nothing outlives its parent, in some hundred random histories; each harness first catches a planted fault (R27)."""

from typing import Any

import pytest

from centre import clock
from employers.fairs import actions as fairing
from employers.fairs import booths as stands
from employers.fairs import subscribers as fair_followers
from employers.openings import subscribers as opening_followers
from matching.introductions import actions as introducing
from matching.introductions import subscribers as letter_followers
from tests.matching import world
from tests.ordeal.lengths import length
from tests.ordeal.parents import FairHistory, OpeningHistory, fill_town, play
from tests.planted import planted

HISTORIES = length(60, 3_000)
CAUGHT_WITHIN = 400

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def town(database: str) -> None:
    del database
    with clock.frozen(world.MONDAY):
        for name, value in fill_town().items():
            setattr(OpeningHistory, name, value)


def nothing(*_args: Any, **_options: Any) -> int:
    return 0


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        (fairing, {"end_requests": nothing}),
        (fair_followers, {"release_booths": nothing}),
        (stands, {"promote_waiting": nothing}),
        (stands, {"give_back": nothing}),
    ],
    ids=["a fair ends alone", "a barred employer keeps its booth", "nobody moves up", "no booth is given back"],
)
def test_a_planted_fault_in_fairs_is_caught(place: Any, fault: dict[str, Any]) -> None:
    with planted(place, **fault), pytest.raises(AssertionError):
        play(FairHistory, CAUGHT_WITHIN)


@pytest.mark.rule("booth-ends", "booth")
def test_no_booth_outlives_its_fair_or_its_employer() -> None:
    play(FairHistory, HISTORIES)
    assert HISTORIES


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        (letter_followers, {"_ending": lambda _opening, _introduction: ""}),
        (letter_followers, {"_follow": nothing}),
        (opening_followers, {"close_openings": nothing}),
        (opening_followers, {"freeze_openings": nothing}),
        (introducing, {"_refuse_refused_today": nothing}),
    ],
    ids=[
        "letters outlive",
        "nothing follows",
        "a blacklist closes nothing",
        "nothing freezes",
        "refused and sent again",
    ],
)
@pytest.mark.usefixtures("town")
def test_a_planted_fault_in_introductions_is_caught(place: Any, fault: dict[str, Any]) -> None:
    with planted(place, **fault), pytest.raises(AssertionError):
        play(OpeningHistory, CAUGHT_WITHIN)


@pytest.mark.rule("opening-ends-letters", "letter")
@pytest.mark.usefixtures("town")
def test_no_letter_outlives_its_opening_or_its_employer() -> None:
    play(OpeningHistory, HISTORIES)
    assert HISTORIES

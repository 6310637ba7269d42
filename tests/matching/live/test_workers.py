"""The index of people: shared by all processes, with later changes, and without people hidden from the reader."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.events import publish
from centre.numbers import identity_check
from centre.permissions import Actor
from centre.records.rules import PersonErased
from centre.settings import settings
from employers.openings.rules import SexGround
from matching.live import workers
from matching.live.openings import board
from matching.profiles.models import JobWish, Registration
from matching.profiles.rules import RegistrationState
from matching.suggestions.fits import candidates_for
from tests.matching import world
from tests.matching.world import Town
from tests.planted import planted

SYSTEM = Actor.system().scope


def hours_later(hours: int) -> AbstractContextManager[None]:
    return clock.frozen(world.MONDAY + timedelta(hours=hours))


@pytest.fixture
def town(any_town: Town) -> Town:
    """Each of these tests runs on both databases."""
    return any_town


@pytest.fixture(autouse=True)
def later(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everybody registered an hour ago, so that the index answers instead of the later changes."""
    monkeypatch.setenv("GANGQIAO_INDEX_FROM", "1")
    settings.cache_clear()
    with open_session(SYSTEM, write=True) as session:
        for number, who in enumerate((world.W1, world.W2, world.W9)):
            world.add_worker(session, town, who, phone=f"1380000000{number}", years=1 + number)
    with hours_later(1):
        yield


def candidates(town: Town, *, centre: str = "wc", top: int = 20) -> list[str]:
    officer = town.officer(centre)
    with open_session(officer.scope) as session:
        ranked = candidates_for(session, officer, opening_id=town.openings["spin"], locale="zh-Hans", top=top)
    return [candidate.name for candidate in ranked]


def another_process() -> None:
    workers._indexed.clear()


def folders() -> list[Path]:
    return sorted(settings().data_dir.glob("index/people-*/[0-9]*"))


def test_the_second_process_maps_what_the_first_one_wrote(town: Town) -> None:
    first = candidates(town)
    assert first == ["高强", "李桂芳", "王秀兰"]
    (written,) = folders()
    another_process()
    assert candidates(town) == first
    assert folders() == [written]
    index = workers._indexed[settings().url]
    assert sorted(index.pool.ids.tolist()) == sorted(town.people.values())


def test_the_index_finds_visible_people_among_better_ones_of_other_centres(town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        for number in range(3):
            digits = f"61049919900309{number}11"
            who = (f"邻区{number}", digits + identity_check(digits))
            world.add_worker(session, town, who, centre="qd", phone=f"1380000001{number}", years=30)
    with hours_later(2), planted(workers, SPARE=0):
        assert candidates(town, top=1) == ["高强"]
        assert candidates(town, centre="qd", top=1) == ["邻区0"]


def test_changed_workers_are_judged_by_their_current_data(town: Town) -> None:
    candidates(town)
    with hours_later(3), open_session(SYSTEM, write=True) as session:
        wish = session.scalars(select(JobWish).where(JobWish.person_id == town.people["高强"])).one()
        wish.wage_floor_fen = 2_000_000
        left = session.scalars(select(Registration).where(Registration.person_id == town.people["李桂芳"])).one()
        left.state = RegistrationState.PLACED
    assert candidates(town) == ["王秀兰"]
    another_process()
    assert candidates(town) == ["王秀兰"]


def test_too_many_changes_are_indexed(town: Town) -> None:
    candidates(town)
    with hours_later(3), open_session(SYSTEM, write=True) as session:
        world.add_worker(session, town, world.W6, phone="13800000009", years=30).birth_on = date(1990, 3, 9)
    with hours_later(4), planted(workers, MOST_CHANGED=0):
        assert candidates(town)[0] == "陈小宇"
    assert len(folders()) == 2


@pytest.mark.rule("law-closes-work", "list")
def test_a_legal_limit_applies_to_the_list_although_the_engine_does_not_know_sex(town: Town) -> None:
    listed = board().look().listed[town.openings["spin"]]
    with open_session(town.officer().scope) as session:
        limited = replace(listed, sex_ground=SexGround.MINE_UNDERGROUND.value)
        allowed = workers.best_workers(session, limited, board().look().ground, top=20)
    assert [worker.id for worker in allowed] == [town.people["高强"]]


def test_an_erased_person_leaves_no_trace_in_the_indexes(town: Town) -> None:
    candidates(town)
    assert folders()
    with open_session(SYSTEM, write=True) as session:
        publish(session, PersonErased(town.people["王秀兰"], "王秀兰"))
    assert not folders()


def test_an_index_that_no_refresh_renews_is_rebuilt_after_a_day_and_a_half(town: Town) -> None:
    candidates(town)
    (old,) = folders()
    with hours_later(35):
        candidates(town)
        assert folders() == [old]
    with hours_later(40):
        whole = candidates(town)
        assert len(folders()) == 2
    another_process()
    with hours_later(41):
        assert candidates(town) == whole
        assert len(folders()) == 2


def test_a_corrupt_index_is_rebuilt(town: Town) -> None:
    whole = candidates(town)
    (folders()[0] / "ids.npy").write_bytes(b"")
    another_process()
    with hours_later(2):
        assert candidates(town) == whole
    assert np.load(folders()[-1] / "ids.npy").size == 3

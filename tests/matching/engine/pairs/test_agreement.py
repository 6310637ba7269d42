from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.engine.fit.conditions import Condition
from matching.engine.fit.profiles import OpeningProfile, Skill, SkillNeed, WorkerProfile
from matching.engine.fit.reference import rank, rank_workers
from matching.engine.pairs import engine as retrieve
from matching.engine.pairs import forward_plain, snapshot
from matching.engine.pairs.encode import encode_workers
from matching.engine.pairs.engine import Engine, current, find
from matching.engine.pairs.index import build
from matching.engine.pairs.workers import best, gather
from matching.live.kernels import warm
from tests.bench.city import CODES, Market
from tests.matching.engine.people import GROUND, OPENINGS, SEWING, SPINNER, SPINNING, WORKERS, crowd
from tests.planted import planted

MANY = st.lists(OPENINGS, max_size=25, unique_by=lambda opening: opening.id)
PEOPLE = st.lists(WORKERS, min_size=1, max_size=12, unique_by=lambda worker: worker.id)


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> None:
    if not retrieve.is_warm() and not warm(Path(__file__).parents[4] / "build" / "kernels"):
        pytest.skip("numba is not installed")


@pytest.fixture
def cold() -> Iterator[None]:
    before, retrieve.WARM = retrieve.WARM, set()
    yield
    retrieve.WARM = before


def agrees(worker: WorkerProfile, openings: list[OpeningProfile], top: int) -> bool:
    slow = rank(worker, openings, GROUND, top=top)
    engine = Engine(openings, GROUND)
    same = engine.rank(worker, top=top, counts=False).suggestions == slow.suggestions
    return same and engine.rank(worker, top=top) == slow


@given(WORKERS, MANY, st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_plain_and_reference_give_the_same_list(
    worker: WorkerProfile, openings: list[OpeningProfile], top: int
) -> None:
    assert agrees(worker, openings, top)


@pytest.mark.usefixtures("compiled")
@given(WORKERS, MANY, st.integers(1, 6))
@settings(max_examples=60, deadline=None)
def test_kernel_and_reference_give_the_same_list(
    worker: WorkerProfile, openings: list[OpeningProfile], top: int
) -> None:
    assert agrees(worker, openings, top)


@pytest.mark.usefixtures("compiled")
@given(PEOPLE, MANY, st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_the_other_direction_gives_the_list_of_the_reference(
    workers: list[WorkerProfile], openings: list[OpeningProfile], top: int
) -> None:
    engine = Engine(openings, GROUND, workers)
    for opening in openings[:4]:
        assert engine.rank_workers(opening, top=top) == rank_workers(opening, workers, GROUND, top=top).suggestions


@pytest.mark.usefixtures("compiled")
def test_a_worker_short_of_points_in_one_area_is_still_judged_by_a_better_area() -> None:
    # The place is the second preference by county, which is read first, and the first one by the surrounding city.
    opening = OpeningProfile(
        id=1, occupation="6-04-02-01", region="610404", wage_min_fen=600_000, wage_max_fen=600_000,
        skills=(SkillNeed("细纱", level=3),),
    )  # fmt: skip
    worker = WorkerProfile(
        id=1, wanted=("6-04-02-01",), skills=(Skill("细纱", 1),), regions=("610400", "610404"), wage_floor_fen=570_000
    )
    rival = replace(worker, id=2, regions=("610404",), wage_floor_fen=600_000)
    slow = rank_workers(opening, [worker, rival], GROUND).suggestions
    assert [(suggestion.worker_id, suggestion.points - slow[1].points) for suggestion in slow] == [(1, 1), (2, 0)]
    assert Engine([opening], GROUND, [worker, rival]).rank_workers(opening, top=1) == slow[:1]


@pytest.mark.usefixtures("compiled")
@given(PEOPLE, MANY)
@settings(max_examples=40, deadline=None)
def test_a_batch_of_workers_gets_what_each_gets_alone(
    workers: list[WorkerProfile], openings: list[OpeningProfile]
) -> None:
    built = build(openings, GROUND)
    columns = encode_workers(workers, built.register, GROUND, grow=False)
    rows, points = find(current(built.index, built.register), columns, 5)
    for w, worker in enumerate(workers):
        slow = rank(worker, openings, GROUND, top=5).suggestions
        ranked = rows[w][rows[w] >= 0]
        assert [openings[place].id for place in built.source[ranked]] == [suggestion.opening_id for suggestion in slow]
        assert points[w][: len(ranked)].tolist() == [suggestion.points for suggestion in slow]


def test_a_long_list_of_openings_keeps_its_order_among_ties(compiled: None) -> None:
    openings = [
        replace(SPINNING, id=n, region=f"3206{n % 90 + 10}", wage_max_fen=600_000 + n % 7 * 10_000) for n in range(3000)
    ]
    for regions in ((), ("320612", "320655"), ("320600",)):
        worker = replace(SPINNER, regions=regions, leave_home_ok=None, home=None)
        slow = rank(worker, openings, GROUND).suggestions
        assert Engine(openings, GROUND).rank(worker, counts=False).suggestions == slow
        assert len(slow) == 20


def test_many_openings_of_one_trade_are_tried_in_two_passes_without_loss_or_duplicates(compiled: None) -> None:
    from matching.engine.pairs import forward

    dice, market = np.random.default_rng(5), Market(3)
    openings = [
        replace(opening, occupation=CODES[3], skills=opening.skills if dice.random() > 0.01 else (), certificates=())
        for opening in market.openings(forward.MANY + 500)
    ]
    people = [
        replace(worker, wanted=(CODES[3],), regions=(), leave_home_ok=None, home=None) for worker in market.workers(60)
    ]
    built = build(openings, GROUND)
    workers, index = encode_workers(people, built.register, GROUND), current(built.index, built.register)
    slow = np.full((60, 400), -1, np.int32), np.zeros((60, 400), np.int32)
    forward_plain.best_openings(index, workers, 0, 60, *slow)
    quick = find(index, workers, 400)
    assert np.array_equal(quick[0], slow[0])
    assert np.array_equal(quick[1], slow[1])


@pytest.mark.usefixtures("cold")
def test_the_uncompiled_engine_gives_the_same_answers() -> None:
    engine = Engine([SPINNING, SEWING], GROUND, [SPINNER])
    free = replace(SPINNER, regions=(), leave_home_ok=None, home=None)
    assert engine.rank(free, counts=False).suggestions == rank(free, [SPINNING, SEWING], GROUND).suggestions
    assert engine.rank_workers(SEWING) == rank_workers(SEWING, [SPINNER], GROUND).suggestions


@given(WORKERS, MANY, MANY)
@settings(max_examples=40, deadline=None)
def test_changed_openings_appear_in_the_next_answer(
    worker: WorkerProfile, before: list[OpeningProfile], after: list[OpeningProfile]
) -> None:
    engine = Engine(before, GROUND)
    now = {opening.id: opening for opening in before}
    for opening in before[::3]:
        engine.drop_opening(opening.id)
        del now[opening.id]
    for opening in after:
        engine.put_opening(opening)
        now[opening.id] = opening
    assert engine.rank(worker) == rank(worker, now.values(), GROUND)
    assert engine.rank(worker, counts=False).suggestions == rank(worker, now.values(), GROUND).suggestions


def test_more_changes_than_fit_beside_the_index_are_indexed() -> None:
    engine = Engine([SPINNING], GROUND)
    for n in range(retrieve.MOST_CHANGES + 2):
        engine.put_opening(replace(SPINNING, id=n))
    free = replace(SPINNER, regions=(), leave_home_ok=None, home=None)
    assert [suggestion.opening_id for suggestion in engine.rank(free).suggestions] == list(range(20))


@pytest.mark.usefixtures("compiled")
@given(PEOPLE, MANY)
@settings(max_examples=5, deadline=None)
def test_a_snapshot_answers_like_the_index_it_was_taken_from(
    tmp_path_factory: pytest.TempPathFactory, workers: list[WorkerProfile], openings: list[OpeningProfile]
) -> None:
    built = build(openings, GROUND)
    folder = tmp_path_factory.mktemp("snapshot")
    snapshot.save(built, folder)
    answers = []
    for index in (built, snapshot.load(folder)):
        columns = encode_workers(workers, index.register, GROUND, grow=False)
        answers.append(find(current(index.index, index.register), columns, 5))
    assert np.array_equal(answers[0][0], answers[1][0])
    assert np.array_equal(answers[0][1], answers[1][1])


@given(WORKERS)
@settings(max_examples=20, deadline=None)
def test_two_runs_give_the_same_answer(worker: WorkerProfile) -> None:
    openings = [replace(SPINNING, id=n, region=f"6104{n:02d}") for n in range(30)]
    assert Engine(openings, GROUND).rank(worker) == Engine(reversed(openings), GROUND).rank(worker)


def agree_with_a_crowd(seed: int) -> Counter[Condition]:
    workers, openings = crowd(seed, 40, 160)
    engine = Engine(openings, GROUND, workers)
    alone: Counter[Condition] = Counter()
    for worker in workers:
        slow = rank(worker, openings, GROUND, top=8)
        assert engine.rank(worker, top=8, counts=False).suggestions == slow.suggestions
        assert engine.rank(worker, top=8) == slow
        alone.update(slow.blocked)
    for opening in openings[:20]:
        assert engine.rank_workers(opening, top=8) == rank_workers(opening, workers, GROUND, top=8).suggestions
    return alone


@pytest.mark.usefixtures("compiled")
def test_many_workers_get_the_reference_lists_and_every_condition_matters_somewhere() -> None:
    alone = agree_with_a_crowd(1) + agree_with_a_crowd(2)
    assert set(alone) == set(Condition) - {Condition.PLACES, Condition.EMPLOYER}


@pytest.mark.usefixtures("cold")
def test_many_workers_get_the_same_lists_from_the_uncompiled_engine() -> None:
    assert agree_with_a_crowd(3).total() > 0


def of_a_pool(
    workers: list[WorkerProfile], openings: list[OpeningProfile], top: int
) -> tuple[list[list[object]], list[list[object]]]:
    """The best visible workers for each opening, by the pool and by the reference; every third is hidden."""
    pool, hidden = gather(workers, GROUND), np.arange(len(workers)) % 3 == 1
    seen = [worker for worker, gone in zip(workers, hidden, strict=True) if not gone]
    slow = [rank_workers(opening, seen, GROUND, top=top).suggestions for opening in openings]
    mine: list[list[object]] = [[*best(pool, opening, GROUND, hidden, top)] for opening in openings]
    return mine, [[suggestion.worker_id for suggestion in suggestions] for suggestions in slow]


@pytest.mark.usefixtures("compiled")
@given(PEOPLE, MANY, st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_a_pool_gives_the_best_visible_workers(
    workers: list[WorkerProfile], openings: list[OpeningProfile], top: int
) -> None:
    mine, slow = of_a_pool(workers, openings[:4], top)
    assert mine == slow


@pytest.mark.usefixtures("cold")
@given(PEOPLE, MANY, st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_an_uncompiled_pool_gives_the_best_visible_workers(
    workers: list[WorkerProfile], openings: list[OpeningProfile], top: int
) -> None:
    mine, slow = of_a_pool(workers, openings[:4], top)
    assert mine == slow


@pytest.mark.usefixtures("compiled")
def test_many_workers_in_a_pool_get_the_same_lists_compiled_and_plain() -> None:
    workers, openings = crowd(4, 120, 60)
    mine, slow = of_a_pool(workers, openings, 8)
    assert sum(map(len, slow)) > 100
    assert mine == slow
    with planted(retrieve, WARM=set()):
        assert of_a_pool(workers, openings, 8) == (slow, slow)

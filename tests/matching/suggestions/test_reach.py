"""How far an opening reaches: counted by the engine, recounted by the plain twin, told without naming anybody."""

from dataclasses import replace
from random import Random
from time import sleep

import pytest
from sqlalchemy import update

from centre import clock
from centre.database import open_session
from centre.errors import NotFound
from centre.numbers import identity_check
from centre.people import Consent
from centre.permissions import Actor
from centre.settings import settings
from employers.openings.models import Opening
from employers.openings.queries import opening as opening_in_sight
from employers.openings.rules import Provision, SexGround, WageUnit
from matching.engine.fit.conditions import conditions, failures
from matching.engine.fit.profiles import Leave
from matching.live.listing import listed_now
from matching.live.openings import LOOK_EVERY, board
from matching.live.workers import workers_of
from matching.profiles.models import JobWish
from matching.suggestions.fits import fit_of
from matching.suggestions.reach import (
    OpeningChange,
    RoundedCount,
    changed_openings,
    pay_offered,
    reach,
    reach_of,
)
from tests.matching import world
from tests.matching.world import Town

SYSTEM = Actor.system().scope
BOSS = "南通海门织彩(虚构)"


def crowd(town: Town, count: int) -> list[int]:
    """Registered workers with all kinds of wishes."""
    random, ids = Random(7), []
    with open_session(SYSTEM, write=True) as session:
        for at in range(count):
            digits = f"610499{random.randint(1965, 2007)}0101{100 + at:03d}"
            person = world.add_worker(
                session, town, (f"工{chr(0x4E00 + at)}", digits + identity_check(digits)),
                phone=f"13{at:09d}", occupation=random.choice((world.SPINNING, world.SEWING, "")),
                leave_home_ok=random.choice((Leave.ANY, Leave.COUNTY, None)),
                night_ok=random.choice((True, False, None)),
                wage_floor_fen=random.choice((None, 700_000, 740_000, 760_000, 800_000, 30_000)),
                wage_unit=random.choice((WageUnit.MONTH, WageUnit.MONTH, WageUnit.DAY)),
                needs_lodging=random.random() < 0.3,
            )  # fmt: skip
            ids.append(person.id)
        opening = session.get_one(Opening, town.openings["spin"])
        opening.age_min, opening.age_reason, opening.night_shift = 30, "设备需要经验", True
        opening.lodging = Provision.NONE
    return ids


@pytest.mark.parametrize("indexed", [False, True])
def test_every_count_equals_the_recount_by_the_plain_twin(
    any_town: Town, monkeypatch: pytest.MonkeyPatch, indexed: bool
) -> None:
    monkeypatch.setenv("GANGQIAO_INDEX_FROM", "1" if indexed else "1000000")
    settings.cache_clear()
    ids = crowd(any_town, 120)
    later = world.MONDAY.replace(hour=6) if indexed else world.MONDAY
    with clock.frozen(later), open_session(SYSTEM) as session:
        listed = listed_now(opening_in_sight(session, any_town.openings["spin"]))
        ground = board().look().ground
        counted = reach(session, listed, ground)
        workers = workers_of(session, ids)

        def plainly(profile: object) -> int:
            return sum(not failures(conditions(worker, profile, ground)) for worker in workers)  # type: ignore[arg-type]

        changed = changed_openings(listed.profile, ground)
        assert set(changed) == set(counted.more) == set(OpeningChange) - {OpeningChange.NO_SCHOOLING}
        assert counted.now.exact == plainly(listed.profile) > 0
        for change, profile in changed.items():
            assert counted.more[change].exact == plainly(profile) - counted.now.exact, change
        assert min(count.exact for count in counted.more.values()) > 0


def test_those_who_opted_out_are_not_counted(any_town: Town) -> None:
    ids = crowd(any_town, 120)
    opening_id, boss = any_town.openings["spin"], any_town.boss(BOSS)
    with open_session(boss.scope) as session:
        before = reach_of(session, boss, opening_id=opening_id).now.exact
    with open_session(SYSTEM, write=True) as session:
        for person_id in ids:
            refusal = Consent(person_id=person_id, purpose="matching", text_version="1", given_at=clock.now())
            refusal.withdrawn_at = clock.now()
            session.add(refusal)
    with open_session(boss.scope) as session:
        assert before > 0
        assert reach_of(session, boss, opening_id=opening_id).now.exact == 0


def test_only_the_employers_own_opening_is_queried(any_town: Town) -> None:
    stranger = any_town.boss("渭城新棉制衣(虚构)")
    with open_session(stranger.scope) as session, pytest.raises(NotFound):
        reach_of(session, stranger, opening_id=any_town.openings["spin"])


def test_what_suitable_workers_ask_for_is_the_middle_one_and_silent_below_five(any_town: Town) -> None:
    floors = (500_000, 800_000, 820_000, 900_000)
    with open_session(SYSTEM, write=True) as session:
        for at, floor in enumerate(floors):
            digits = f"61049919800101{100 + at:03d}"
            who = (f"工{chr(0x4E00 + at)}", digits + identity_check(digits))
            world.add_worker(session, any_town, who, phone=f"13{at:09d}", wage_floor_fen=floor)
    boss = any_town.boss(BOSS)
    with open_session(boss.scope) as session:
        few = reach_of(session, boss, opening_id=any_town.openings["spin"])
    assert (few.asked_fen, few.gap_fen) == (None, 0)
    with open_session(SYSTEM, write=True) as session:
        digits = "61049919800101900"
        who = ("工末", digits + identity_check(digits))
        world.add_worker(session, any_town, who, phone="13900000009", wage_floor_fen=812_345)
    with open_session(boss.scope) as session:
        paid = reach_of(session, boss, opening_id=any_town.openings["spin"])
    assert (paid.asked_fen, paid.low_fen, paid.high_fen, paid.gap_fen) == (810_000, 550_000, 750_000, 60_000)


def test_a_count_below_five_names_nobody_and_larger_ones_are_rounded_down() -> None:
    assert [RoundedCount(n).is_small for n in (0, 1, 4, 5)] == [False, True, True, False]
    assert [RoundedCount(n).at_least for n in (0, 5, 9, 10, 14)] == [0, 5, 5, 10, 10]


def test_a_worker_is_told_the_single_thing_that_is_missing(any_town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person_id = world.add_worker(session, any_town, wage_floor_fen=800_000).id
    worker = any_town.worker("王秀兰")
    with open_session(worker.scope) as session:
        listed = listed_now(opening_in_sight(session, any_town.openings["spin"]))
        way = fit_of(session, person_id, listed, locale="zh-Hans").way
        sewing = listed_now(opening_in_sight(session, any_town.openings["sew"]))
        both = fit_of(session, person_id, sewing, locale="zh-Hans").way
        paid = replace(listed, profile=replace(listed.profile, wage_max_fen=900_000))
        fitting = fit_of(session, person_id, paid, locale="zh-Hans").way
    assert way is not None
    assert (way.steps, way.is_single) == (("最低期望工资每月降低 500 元",), True)
    assert both is not None
    assert not both.is_single
    assert fitting is None


@pytest.mark.rule("law-closes-work", "count")
def test_nothing_is_suggested_where_the_law_closes_the_work(any_town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person_id = world.add_worker(session, any_town, wage_floor_fen=800_000).id
        opening = session.get_one(Opening, any_town.openings["spin"])
        opening.sex_limit_ground, opening.sex_limit_evidence = SexGround.HEAVY_LIFTING, "检测报告 1 号"
    worker = any_town.worker("王秀兰")
    with open_session(worker.scope) as session:
        listed = listed_now(opening_in_sight(session, any_town.openings["spin"]))
        fit = fit_of(session, person_id, listed, locale="zh-Hans")
    assert fit.way is None
    assert "禁忌" in fit.blocks[0]


def test_a_worker_reads_what_her_trade_pays_beside_what_she_asks_for(any_town: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        person_id = world.add_worker(session, any_town, wage_floor_fen=800_000).id
        assert pay_offered(session, person_id) is None, "two openings of a trade say nothing of it"
        for number, high in enumerate((600_000, 640_000, 650_000)):
            world.add_opening(
                session, any_town, f"more{number}", BOSS, title="细纱工", occupation_code=world.SPINNING,
                region_code="320600", wage_min_fen=500_000, wage_max_fen=high,
            )  # fmt: skip
    sleep(LOOK_EVERY * 1.1)
    with open_session(any_town.worker("王秀兰").scope) as session:
        offered = pay_offered(session, person_id)
    assert offered is not None
    assert (offered.openings, offered.usual_fen, offered.asked_fen, offered.gap_fen) == (4, 640_000, 800_000, 160_000)
    with open_session(SYSTEM, write=True) as session:
        session.execute(update(JobWish).where(JobWish.person_id == person_id).values(wage_floor_fen=None))
        assert pay_offered(session, person_id) is None

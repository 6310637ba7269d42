"""The nightly refresh matches everybody with everything and announces yesterday's openings, except to those who opted
out."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from centre import clock
from centre.database import open_session
from centre.outbox import Message
from centre.people import Consent
from centre.permissions import Actor
from employers.openings.rules import SexGround
from matching.engine.pairs import engine
from matching.live.kernels import warm
from matching.live.openings import board
from matching.suggestions import jobs
from matching.suggestions.fits import suggestions_for
from tests.bench import nightly
from tests.matching import world
from tests.matching.world import Town
from tests.planted import planted

SYSTEM = Actor.system().scope
KERNELS = Path(__file__).parents[3] / "build" / "kernels"
NEAR = {"occupation_code": world.SPINNING, "region_code": "610404", "wage_min_fen": 400_000, "wage_max_fen": 450_000}


@pytest.fixture
def people(any_town: Town) -> Town:
    with open_session(SYSTEM, write=True) as session:
        world.add_worker(session, any_town, world.W1)
        world.add_worker(session, any_town, world.W9, phone="13800000002")
        quiet = world.add_worker(session, any_town, world.W2, phone="13800000003")
        no = Consent(person_id=quiet.id, purpose="matching", text_version="1", withdrawn_at=clock.now())
        session.add(no)
    return any_town


def digests(town: Town, days: int, **how: Any) -> dict[str, list[str]]:
    """The digest of each person on the night after `days` days."""
    names = {number: name for name, number in town.people.items()}
    with clock.frozen(world.MONDAY + timedelta(days=days)), planted(jobs, **how):
        board()._compared = board()._looked = float("-inf")
        with open_session(SYSTEM) as session:
            matches = jobs.fresh_matches(session)
        with open_session(SYSTEM, write=True) as session:
            jobs.tell_fresh_matches(session, matches)
            day = clock.today().isoformat()
            sent = session.scalars(select(Message).where(Message.dedupe_key.endswith(day), Message.kind == "matches"))
            return {names[message.person_id or 0]: message.body.splitlines() for message in sent}


def test_a_new_opening_is_announced_once_to_those_it_fits_who_want_notices(people: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        world.add_opening(session, people, "near", "渭城新棉制衣(虚构)", title="细纱工", **NEAR)
    assert digests(people, 0) == {}
    monday = digests(people, 1)
    assert set(monday) == {"王秀兰", "高强"}
    assert "细纱工（渭城新棉制衣(虚构)）" in monday["王秀兰"]
    assert digests(people, 2) == {}


def test_the_digest_holds_what_the_page_shows_first(people: Town) -> None:
    digest_lines = digests(people, 1)
    with clock.frozen(world.MONDAY + timedelta(days=1)), open_session(SYSTEM) as session:
        shown = suggestions_for(session, people.people["王秀兰"], locale="zh-Hans", top=jobs.FIRST).matches
    assert digest_lines["王秀兰"] == [f"{match.listed.title}（{match.listed.employer}）" for match in shown]


def test_compiled_and_plain_refreshes_send_the_same_digests(people: Town) -> None:
    with planted(engine, WARM=set()):
        plain = digests(people, 1)
    warm(KERNELS)
    with open_session(SYSTEM, write=True) as session:
        for message in session.scalars(select(Message).where(Message.kind == "matches")):
            session.delete(message)
    assert plain
    assert digests(people, 1, SMALL=0, kernels=lambda: KERNELS) == plain


@pytest.mark.rule("law-closes-work", "suggestion")
def test_nobody_is_notified_of_work_that_the_law_closes_to_them(people: Town) -> None:
    with open_session(SYSTEM, write=True) as session:
        ground = SexGround.MINE_UNDERGROUND
        world.add_opening(session, people, "m", "渭城新棉制衣(虚构)", title="井下工", sex_limit_ground=ground, **NEAR)
    digest_lines = digests(people, 1)
    assert any("井下工" in line for line in digest_lines["高强"])
    assert not any("井下工" in line for line in digest_lines["王秀兰"])


@pytest.mark.lengthy
def test_a_small_city_takes_the_code_path_measured_for_a_large_one() -> None:
    figures = nightly.measure(openings=150, workers=300, asked=20)["figures"]
    assert figures["told"] > 0
    assert 0 < figures["first_20_p50_ms"] <= figures["first_20_p95_ms"]
    assert 0 < figures["candidates_p50_ms"] <= figures["candidates_p95_ms"]

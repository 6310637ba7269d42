"""What happened before: half a year of invented introductions with results, as something to learn from."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import exp
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from centre import clock
from centre.batches import batches
from centre.ledger import Channel
from centre.people import Person
from centre.translation import SOURCE_LOCALE
from employers.openings.models import Opening
from matching.engine.fit.profiles import WageBasis, Weights
from matching.engine.fit.reference import Suggestion, suggest
from matching.engine.fit.score import ScorePart
from matching.introductions.letters import frozen_reasons
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState, ResultSource, letter_number
from matching.live.listing import listing, rows
from matching.live.openings import ground_on
from matching.profiles.queries import worker_profiles
from matching.search.models import SearchCount
from matching.suggestions.wording import fit_in_words

LETTERS, DAYS = 1_200, 170
TRUTH = {
    ScorePart.TRADE: 2.2,
    ScorePart.EXPERIENCE: 0.6,
    ScorePart.SKILLS: 0.6,
    ScorePart.WAGE: 1.6,
    ScorePart.PLACE: 2.6,
    ScorePart.TERMS: 0.4,
}
"""The true weights of the demo city: distance and pay count more than in the default weights."""
BASE = -3.9
WORDS = {"看孩子的": 9, "搞卫生的": 14, "跑腿小哥": 11, "缝衣服的": 7, "厂里打杂": 12}


def fill(session: Session, *, seed: int) -> None:
    """Write the letters of the last months, and words that people searched."""
    random = Random(seed)
    ground = ground_on(clock.today(), WageBasis(), Weights())
    openings = [listing(row) for row in session.execute(rows().where(Opening.is_demo).limit(1_500))]
    by_field: dict[str, list[Any]] = {}
    for opening in openings:
        by_field.setdefault(opening.occupation[:4], []).append(opening)
    ids = random.sample(list(session.scalars(select(Person.id).where(Person.is_demo))), LETTERS)
    people = {person.id: person for batch in batches(ids) for person in _people(session, batch)}
    written = []
    for worker in worker_profiles(session, ids):
        code = next(iter(worker.wanted or ()), "")
        near = by_field.get(code[:4], openings) if random.random() < 0.7 else openings
        listed = random.choice(near)
        written.append((people[int(worker.id)], listed, suggest(worker, listed.profile, ground)))
    session.execute(insert(Introduction), _letters(random, written))
    for day in range(1, 15):
        on = clock.today() - timedelta(days=day)
        for word, often in WORDS.items():
            session.add(SearchCount(day=on, word=word, asked=1 + often // 7, empty=1 + often // 8))


def _people(session: Session, ids: Sequence[int]) -> list[Person]:
    return list(session.scalars(select(Person).where(Person.id.in_(ids))))


def _letters(random: Random, written: Sequence[tuple[Person, Any, Suggestion]]) -> list[dict[str, Any]]:
    now, serial = clock.now(), dict[date, int]()
    letters = []
    for place, (person, listed, suggestion) in enumerate(written):
        at = now - timedelta(days=DAYS - place * DAYS // len(written))
        day = clock.local(at).date()
        serial[day] = serial.get(day, 0) + 1
        letters.append(
            {
                "centre_id": person.centre_id,
                "person_id": person.id,
                "opening_id": listed.id,
                "employer_id": listed.employer_id,
                "worker_name": person.name,
                "channel": Channel.COUNTER,
                "agreed_at": at,
                "letter_no": letter_number("XY99", day, serial[day]),
                "issued_at": at,
                "expires_on": day + timedelta(days=7),
                "points": suggestion.points,
                "reasons": frozen_reasons(fit_in_words(suggestion, SOURCE_LOCALE)),
                "is_demo": True,
                "created_at": at,
                **_result(random, suggestion, at),
            }
        )
    return letters


def _result(random: Random, suggestion: Suggestion, at: datetime) -> dict[str, Any]:
    """The result of a letter: one in eight stays unanswered, the others follow the true weights."""
    result = {"result_at": at + timedelta(days=6), "result_source": ResultSource.EMPLOYER}
    if random.random() < 0.125:
        return {"state": IntroductionState.UNKNOWN, "result_at": None, "result_source": None}
    logit = BASE + sum(TRUTH[factor.part] * factor.points / factor.most for factor in suggestion.factors)
    if random.random() < 1 / (1 + exp(-logit)):
        return {"state": IntroductionState.HIRED, **result}
    lost = (IntroductionState.REFUSED_BY_EMPLOYER, IntroductionState.REFUSED_BY_WORKER, IntroductionState.NO_SHOW)
    return {"state": random.choice(lost), **result}

"""Learning from real rows: results become a card, a manager decides, all matches follow, the prior can return."""

from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import select

from centre import clock
from centre.audit import AuditEntry
from centre.database import open_session
from centre.errors import Forbidden
from centre.ledger import Channel
from centre.numbers import identity_check
from centre.permissions import Actor, Role
from centre.states import IllegalMove
from matching.engine.fit.evaluation import most_points
from matching.engine.fit.profiles import Weights
from matching.engine.fit.reasons import PARTS
from matching.introductions.models import Introduction
from matching.introductions.rules import IntroductionState, ResultReason
from matching.learning import actions, queries
from matching.learning.evenness import proxies
from matching.learning.jobs import learn_weights
from matching.learning.models import ModelCard
from matching.learning.rules import CardState, Shift, WeightsNotBetter, WeightsVerdict, verdict
from matching.live.openings import OpeningBoard, board
from tests.matching import world
from tests.matching.world import Town

SYSTEM = Actor.system().scope
MANAGER = Actor(account_id=905, name="主任", roles=frozenset({Role.CITY_MANAGER}))


def letters(town: Town, count: int, *, seed: int = 7, place_decides: bool = True, women_far: bool = False) -> None:
    """Introductions whose results depend on the place, or on nothing; with `women_far` women's places are worse."""
    random, prior = Random(seed), most_points(Weights())
    with open_session(SYSTEM, write=True) as session:
        people = []
        for at in range(30):
            digits = f"61049919{60 + at:02d}0101{100 + at:03d}"
            who = (f"织工{chr(0x4E00 + at)}", digits + identity_check(digits))
            people.append(world.add_worker(session, town, who, phone=f"139000000{at:02d}"))
        for number in range(count):
            person = people[number % len(people)]
            shares = {part: random.betavariate(2, 1.5) for part in PARTS}
            if women_far:
                shares["place"] = 0.9 if person.sex.value == "male" else 0.1
            chance = shares["place"] ** 2 if place_decides else 0.4
            session.add(
                Introduction(
                    centre_id=person.centre_id, person_id=person.id, opening_id=town.openings["spin"],
                    employer_id=town.employers["南通海门织彩(虚构)"], worker_name=person.name, channel=Channel.COUNTER,
                    agreed_at=clock.now(), letter_no=f"T-{seed}-{number}", issued_at=clock.now(),
                    expires_on=date(2026, 3, 20), points=50, result_at=clock.now() + timedelta(minutes=number),
                    reasons=[{"name": PARTS[part], "points": round(share * prior[part]), "most": prior[part]}
                             for part, share in shares.items()],
                    state=IntroductionState.HIRED if random.random() < chance else IntroductionState.NO_SHOW,
                )
            )  # fmt: skip


def round_of_learning() -> ModelCard | None:
    """Run the job once; returns the newest card."""
    with open_session(SYSTEM) as session:
        learned = queries.learned(session)
    with open_session(SYSTEM, write=True) as session:
        learn_weights(session, learned)
    with open_session(SYSTEM) as session:
        return next(iter(queries.cards(session)), None)


@pytest.fixture
def card(any_town: Town) -> ModelCard:
    letters(any_town, 500)
    newest = round_of_learning()
    assert newest is not None
    return newest


def test_with_little_data_the_prior_stands(town: Town) -> None:
    letters(town, 150)
    assert round_of_learning() is None
    with open_session(SYSTEM) as session:
        assert queries.weights_in_use(session) == Weights()
        assert queries.known_results(session) == 150


def test_a_model_card_states_its_training_data_and_evaluation(card: ModelCard) -> None:
    assert (card.name, card.learned_on) == ("learned-2026-03-09", date(2026, 3, 9))
    assert (card.verdict, card.state, card.results) == (WeightsVerdict.BETTER, CardState.PROPOSED, 500)
    assert card.weights["place"] > most_points(Weights())["place"]
    assert card.figures["learned"]["loss"] < card.figures["prior"]["loss"]
    assert (card.figures["trained"], card.figures["held_back"]) == (350, 150)
    groups = {(shift["attribute"], shift["group"]) for shift in card.figures["shifts"]}
    assert {("sex", "female"), ("sex", "male"), ("hardship", "no")} <= groups


def test_nothing_changes_until_a_manager_adopts_and_the_prior_can_come_back(card: ModelCard, any_town: Town) -> None:
    assert board().look().ground.weights == Weights()
    with open_session(any_town.officer().scope, write=True) as session, pytest.raises(Forbidden):
        actions.adopt_weights(session, any_town.officer(), card_id=card.id)
    with open_session(MANAGER.scope, write=True) as session:
        assert actions.adopt_weights(session, MANAGER, card_id=card.id).state is CardState.IN_USE
    fresh = OpeningBoard()
    weights = fresh.look().ground.weights
    assert weights.version == "learned-2026-03-09"
    assert most_points(weights) == card.weights
    with open_session(SYSTEM) as session:
        assert "weights.adopt" in set(session.scalars(select(AuditEntry.action)))
    with open_session(MANAGER.scope, write=True) as session:
        actions.retire_weights(session, MANAGER, card_id=card.id)
    assert OpeningBoard().look().ground.weights == Weights()


def test_a_board_that_is_up_follows_at_its_next_comparison(card: ModelCard) -> None:
    here = OpeningBoard()
    assert here.look().ground.weights == Weights()
    with open_session(MANAGER.scope, write=True) as session:
        actions.adopt_weights(session, MANAGER, card_id=card.id)
    here._compared = here._looked = float("-inf")
    assert here.look().ground.weights.version == card.name


def test_only_one_card_is_in_use_and_a_retired_one_stays_retired(card: ModelCard) -> None:
    with open_session(SYSTEM, write=True) as session:
        later = ModelCard(
            name="learned-later", learned_on=clock.today(), verdict=WeightsVerdict.BETTER,
            weights=card.weights, results=600, figures={},
        )  # fmt: skip
        session.add(later)
    with open_session(MANAGER.scope, write=True) as session:
        actions.adopt_weights(session, MANAGER, card_id=card.id)
        actions.adopt_weights(session, MANAGER, card_id=later.id)
    with open_session(MANAGER.scope, write=True) as session, pytest.raises(IllegalMove):
        actions.adopt_weights(session, MANAGER, card_id=card.id)
    with open_session(SYSTEM) as session:
        assert {row.name: row.state for row in queries.cards(session)} == {
            "learned-later": CardState.IN_USE,
            card.name: CardState.RETIRED,
        }


def test_weights_without_improvement_are_recorded_and_cannot_be_used(town: Town) -> None:
    letters(town, 400, seed=11, place_decides=False)
    newest = round_of_learning()
    assert newest is not None
    assert newest.verdict is WeightsVerdict.NO_BETTER
    with open_session(MANAGER.scope, write=True) as session, pytest.raises(WeightsNotBetter):
        actions.adopt_weights(session, MANAGER, card_id=newest.id)


def test_weights_that_shift_women_against_men_are_refused_although_they_predict_better(town: Town) -> None:
    letters(town, 500, seed=13, women_far=True)
    newest = round_of_learning()
    assert newest is not None
    assert newest.figures["learned"]["loss"] < newest.figures["prior"]["loss"]
    assert newest.verdict is WeightsVerdict.UNEVEN
    proxies = {(proxy["attribute"], proxy["group"], proxy["part"]) for proxy in newest.figures["proxies"]}
    assert ("sex", "female", "place") in proxies


def test_a_county_may_shift_with_the_weight_of_place_and_small_shifts_are_ignored() -> None:
    def shift(attribute: str, points: float) -> Shift:
        return Shift(attribute, "x", 50, 40.0, 40.0 + points, points)

    assert verdict(is_better=True, moved=[shift("county", 9.0), shift("sex", 1.9)]) is WeightsVerdict.BETTER
    assert verdict(is_better=True, moved=[shift("age", -2.1)]) is WeightsVerdict.UNEVEN
    assert verdict(is_better=False, moved=[]) is WeightsVerdict.NO_BETTER
    assert proxies([], []) == []


def test_unanswered_letters_and_reasons_unrelated_to_fit_teach_nothing(town: Town) -> None:
    letters(town, 60)
    with open_session(SYSTEM, write=True) as session:
        rows = session.scalars(select(Introduction).order_by(Introduction.id)).all()
        rows[0].state = IntroductionState.UNKNOWN
        rows[1].result_reason = ResultReason.PLACES_GONE
        rows[2].result_reason = ResultReason.FOUND_OTHER
        rows[3].result_reason = ResultReason.PAY
        rows[4].reasons = []
    with open_session(SYSTEM) as session:
        examples, people = queries.examples(session)
    assert len(examples) == len(people) == 56


def test_the_same_results_are_learned_from_once(card: ModelCard) -> None:
    with clock.frozen(world.MONDAY + timedelta(days=7)):
        assert round_of_learning().id == card.id  # type: ignore[union-attr]
    with open_session(SYSTEM) as session:
        assert len(queries.cards(session)) == 1

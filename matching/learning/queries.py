"""Which weights are in use, the data to learn from, and the result of a round of learning."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from centre import clock
from centre.scopes import seeing_everything
from matching.engine.fit.evaluation import HistoricalPair, Trial, is_enough, most_points, weights_of
from matching.engine.fit.profiles import Weights
from matching.engine.fit.reasons import PARTS
from matching.fairness.groups import groups_of
from matching.introductions.models import Introduction
from matching.introductions.rules import KNOWN, IntroductionState, ResultReason
from matching.learning.models import ModelCard
from matching.learning.rules import CardState, WeightsVerdict, verdict

UNTOLD = (ResultReason.PLACES_GONE, ResultReason.FOUND_OTHER)
"""Results that say nothing about how well worker and opening fitted."""


@dataclass(frozen=True, slots=True)
class Round:
    """The result of one round of learning, ready to be stored (训练结果)."""

    trial: Trial
    verdict: WeightsVerdict
    figures: dict[str, Any]


def cards(session: Session, limit: int = 20) -> Sequence[ModelCard]:
    """The cards, the newest first."""
    return session.scalars(select(ModelCard).order_by(ModelCard.id.desc()).limit(limit)).all()


def card_in_use(session: Session) -> ModelCard | None:
    """The card in use today; None while the prior applies."""
    return session.scalar(select(ModelCard).where(ModelCard.state == CardState.IN_USE))


def weights_in_use(session: Session) -> Weights:
    """The weights for all matches of today."""
    card = card_in_use(session)
    return weights_of(card.weights, card.name) if card else Weights()


def known_results(session: Session) -> int:
    """How many introductions have a result that can be learned from."""
    with seeing_everything(session):
        return session.scalar(_known().with_only_columns(func.count()).order_by(None)) or 0


def _known() -> Any:
    return (
        select(Introduction.person_id, Introduction.state, Introduction.reasons)
        .where(
            Introduction.state.in_(sorted(KNOWN)),
            Introduction.points.is_not(None),
            or_(Introduction.result_reason.is_(None), Introduction.result_reason.not_in(UNTOLD)),
        )
        .order_by(Introduction.result_at, Introduction.id)
    )


def examples(session: Session) -> tuple[list[HistoricalPair], list[int]]:
    """The known results in the order of their reporting, and the person of each."""
    known, people = [], []
    for person_id, state, reasons in session.execute(_known()):
        shares = _shares(reasons)
        if shares is not None:
            known.append(HistoricalPair(shares, state is IntroductionState.HIRED))
            people.append(person_id)
    return known, people


def _shares(reasons: Sequence[Mapping[str, Any]]) -> tuple[float, ...] | None:
    """Each part's share of its maximum on the day of the recommendation."""
    by_name = {part["name"]: part for part in reasons}
    named = [by_name.get(name) for name in PARTS.values()]
    if any(part is None or not part["most"] for part in named):
        return None
    return tuple(min(max(part["points"] / part["most"], 0.0), 1.0) for part in named if part)


def learned(session: Session) -> Round | None:
    """Learn from all known results; None while there are too few, so that the prior applies, or none are new."""
    # Late: every server reads weights, and only a job learns with numpy.
    from matching.engine.fit.learning import learn
    from matching.learning.evenness import proxies, shifts

    known, people = examples(session)
    last = session.scalar(select(ModelCard).order_by(ModelCard.id.desc()).limit(1))
    if not is_enough(known) or (last is not None and last.results >= len(known)):
        return None
    prior = Weights()
    trial = learn(known, prior)
    held = groups_of(session, people, clock.today())
    groups = [held.get(person, {}) for person in people]
    before = list(most_points(prior).values())
    moved = shifts(known, groups, before, list(trial.most.values()))
    figures = {
        "trained": trial.trained,
        "held_back": trial.held_back,
        "hired": sum(example.hired for example in known),
        "prior": asdict(trial.prior) | {"gap": trial.prior.gap},
        "learned": asdict(trial.learned) | {"gap": trial.learned.gap},
        "shifts": [asdict(shift) for shift in moved],
        "proxies": [asdict(proxy) for proxy in proxies(known, groups)],
    }
    return Round(trial, verdict(is_better=trial.is_better, moved=moved), figures)

"""Rules that can be replayed: past decisions decided again under a changed rule, before anybody takes it (规则试算)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from centre.errors import Invalid, NotFound, Problem
from centre.translation import N_


@dataclass(frozen=True, slots=True)
class Replayed:
    """One decision as it was and as it would be; amounts in fen, or in points for a ranking.

    `recorded` is what was decided, `before` what today's code gives under the rule of the day: they differ only by
    an error of the replay itself.
    """

    person_id: int
    centre_id: int
    on: date
    recorded: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Replay:
    """A rule and how its decisions are made again: `run(session, since, value)`.

    `read` checks a value and raises ValueError; `is_money` says whether amounts are fen.
    """

    key: str
    label: str
    is_money: bool
    read: Callable[[Any], Any]
    run: Callable[[Session, date, Any], Iterable[Replayed]]
    sample: str


REPLAYS: dict[str, Replay] = {}


class RuleForm(Invalid):
    """The changed rule is not of the form that the rule has."""

    code = "rule-form"

    def __init__(self) -> None:
        super().__init__([Problem("value", self.code, N_("改后的规则写得不对，请照示例写"))])


def register(replay: Replay) -> Replay:
    """Make a rule replayable."""
    REPLAYS[replay.key] = replay
    return replay


def replay_of(key: str) -> Replay:
    """A replayable rule. Raises NotFound."""
    if key not in REPLAYS:
        raise NotFound
    return REPLAYS[key]


def decisions(session: Session, key: str, since: date, value: Any) -> list[Replayed]:
    """The decisions since a day under a changed rule. Raises NotFound or RuleForm."""
    replay = replay_of(key)
    try:
        changed = replay.read(value)
    except (ValueError, TypeError, KeyError):
        raise RuleForm from None
    return list(replay.run(session, since, changed))

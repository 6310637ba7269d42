"""Introductions scored again under other maxima of the parts of a score (匹配权重)."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from centre.replays import Replay, Replayed, register
from centre.translation import N_
from matching.engine.fit.reasons import PARTS
from matching.introductions.models import Introduction

KEY = "matching-weights"


def read_maxima(value: Any) -> dict[str, int]:
    """The changed maxima by part. Raises ValueError for an unknown part or number."""
    if not isinstance(value, dict) or not set(value) <= set(PARTS):
        raise ValueError(value)
    if any(isinstance(most, bool) or not isinstance(most, int) or not 0 <= most <= 100 for most in value.values()):
        raise ValueError(value)
    return dict(value)


def points(reasons: list[Mapping[str, Any]], maxima: Mapping[str, int]) -> int:
    """The points of a stored score when some parts have other maxima; unchanged ones keep theirs to the point."""
    names = {label: part for part, label in PARTS.items()}
    total = 0
    for reason in reasons:
        most = maxima.get(names.get(str(reason["name"]), ""), reason["most"])
        total += reason["points"] if most == reason["most"] else round(reason["points"] * most / reason["most"])
    return total


def replay_weights(session: Session, since: date, maxima: Mapping[str, int]) -> Iterator[Replayed]:
    """The scores of the introductions since a day: before with the parts as stored, after with the changed maxima."""
    start = datetime(since.year, since.month, since.day, tzinfo=clock.SHANGHAI)
    rows = session.execute(
        select(
            Introduction.person_id,
            Introduction.centre_id,
            Introduction.created_at,
            Introduction.points,
            Introduction.reasons,
        )
        .where(Introduction.created_at >= start, Introduction.points.is_not(None))
        .order_by(Introduction.id)
    )
    for person_id, centre_id, at, recorded, reasons in rows:
        if reasons:
            on = clock.local(at).date()
            yield Replayed(person_id, centre_id, on, recorded or 0, points(reasons, {}), points(reasons, maxima))


register(Replay(KEY, N_("匹配分数里各部分的满分"), False, read_maxima, replay_weights, '{"wage": 20, "place": 10}'))

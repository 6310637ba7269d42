"""Planted bugs of sign-in: applications that are wrong on purpose, to show that the tests catch it."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from centre import limits


def forgetful() -> Any:
    """Each process counts attempts on its own."""
    seen: Counter[tuple[str, datetime]] = Counter()

    def count(_session: Session, key: str, started: datetime) -> int:
        seen[key, started] += 1
        return seen[key, started]

    limits._count_one_more = count  # type: ignore[assignment]
    from web.app import build

    return build()


def __getattr__(name: str) -> Any:
    """`forgetful_app`, built on demand."""
    if name != "forgetful_app":
        raise AttributeError(name)
    return forgetful()

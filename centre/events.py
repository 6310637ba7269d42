"""Facts that lower parts publish and upper parts act on, in the same transaction."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

Fact = TypeVar("Fact")
Handler = Callable[[Session, Any], None]

_handlers: dict[type, list[Handler]] = defaultdict(list)


def subscribe(kind: type[Fact]) -> Callable[[Callable[[Session, Fact], None]], Callable[[Session, Fact], None]]:
    """Decorate a handler of one kind of fact; it runs inside the publisher's transaction."""

    def register(handler: Callable[[Session, Fact], None]) -> Callable[[Session, Fact], None]:
        if handler not in _handlers[kind]:
            _handlers[kind].append(handler)
        return handler

    return register


def publish(session: Session, fact: object) -> None:
    """Tell every subscriber of the fact's kind, in the order in which they subscribed."""
    for handler in _handlers[type(fact)]:
        handler(session, fact)

"""Facts that lower slices publish and upper ones act on, in the same transaction (事件)."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from centre.subscriptions import SUBSCRIBERS

Fact = TypeVar("Fact")
Handler = Callable[[Session, Any], None]

_registered: dict[type, list[Handler]] = defaultdict(list)


def subscribe(kind: type[Fact]) -> Callable[[Callable[[Session, Fact], None]], Callable[[Session, Fact], None]]:
    """Decorate a handler of one kind of fact; it runs inside the publisher's transaction.

    Its module must be listed in `centre.subscriptions`; a handler elsewhere is refused with ValueError, since only
    some processes would import it.
    """

    def register(handler: Callable[[Session, Fact], None]) -> Callable[[Session, Fact], None]:
        if handler.__module__ not in SUBSCRIBERS:
            raise ValueError(f"{handler.__module__} is not listed in centre.subscriptions")
        _registered[kind].append(handler)
        return handler

    return register


@cache
def subscriptions() -> Mapping[type, tuple[Handler, ...]]:
    """The handlers of every kind of fact, in the order of `SUBSCRIBERS`; the first call imports all of them."""
    for module in SUBSCRIBERS:
        import_module(module)
    return {
        kind: tuple(sorted(handlers, key=lambda handler: SUBSCRIBERS.index(handler.__module__)))
        for kind, handlers in _registered.items()
    }


def publish(session: Session, fact: object) -> None:
    """Tell every subscriber of the fact's kind, whichever modules the process has imported so far."""
    for handler in subscriptions().get(type(fact), ()):
        handler(session, fact)

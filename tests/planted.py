"""Plant a bug for the length of a block, to prove that a check would notice it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def planted(place: Any, **wrong: Any) -> Iterator[None]:
    """Replace attributes of a module or class by wrong ones; the right ones come back afterwards."""
    right = {name: getattr(place, name) for name in wrong}
    for name, value in wrong.items():
        setattr(place, name, value)
    try:
        yield
    finally:
        for name, value in right.items():
            setattr(place, name, value)

"""Registers of other offices, where an installation can ask them; nobody is connected in the example (VR19)."""

from collections.abc import Callable, Collection

from training.integrity.rules import SOURCES

Lookup = Callable[[Collection[str]], set[str]]
"""From identity numbers to those that the register knows. Raises SourceAway when it does not answer."""


class SourceAway(RuntimeError):
    """The register does not answer: what it would have said is not known."""


_connected: dict[str, Lookup] = {}


def connect(source: str, lookup: Lookup | None) -> None:
    """Connect a register of SOURCES, or with None disconnect it. Raises KeyError for one that nobody knows."""
    if source not in SOURCES:
        raise KeyError(source)
    _connected.pop(source, None)
    if lookup is not None:
        _connected[source] = lookup


def known_to(source: str, numbers: Collection[str]) -> set[str] | None:
    """Which of the numbers a register knows; None when nobody can ask it."""
    lookup = _connected.get(source)
    if lookup is None:
        return None
    try:
        return lookup(numbers)
    except SourceAway:
        return None

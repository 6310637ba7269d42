"""Registers of other offices, where an installation has access; the example is connected to none (VR19)."""

from collections.abc import Callable, Collection

from training.integrity.rules import SOURCES

Lookup = Callable[[Collection[str]], set[str]]
"""From identity numbers to those that the register contains. Raises SourceAway when it does not answer."""


class SourceAway(RuntimeError):
    """The register does not answer."""


_connected: dict[str, Lookup] = {}


def connect(source: str, lookup: Lookup | None) -> None:
    """Connect a register of SOURCES, or disconnect it with None. Raises KeyError for an unknown register."""
    if source not in SOURCES:
        raise KeyError(source)
    _connected.pop(source, None)
    if lookup is not None:
        _connected[source] = lookup


def known_to(source: str, numbers: Collection[str]) -> set[str] | None:
    """Which of the numbers a register contains; None without access to it."""
    lookup = _connected.get(source)
    if lookup is None:
        return None
    try:
        return lookup(numbers)
    except SourceAway:
        return None

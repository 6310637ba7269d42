"""The published state of a fair's hall, kept while its organiser prepares changes and until they are released. Pure."""

from typing import Any

from employers.fairs.models import Fair
from employers.fairs.rules import PROMOTING

PLACES = "places"
"""Where each numbered booth stands: its number, column and row."""
WAYS = "ways"
"""The entrances, as `way_text` writes them, by whom they are for."""
ADDRESS = "address"
"""The name, address and directions of the hall."""


def keep_released(fair: Fair, part: str, known: Any) -> None:
    """Keep a part of what everybody knows, before its first change since the last release.

    Before the announcement nobody knows anything, and afterwards nothing changes.
    """
    if fair.state in PROMOTING and part not in fair.released:
        fair.released = fair.released | {part: known}

"""How long the ordeals take: short in every run of the tests, as long as promised with `make ordeal`."""

import os

LONG = os.environ.get("GANGQIAO_ORDEAL") == "long"


def length(short: int, long: int) -> int:
    """How many tries an ordeal makes."""
    return long if LONG else short

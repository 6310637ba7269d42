"""The length of the ordeals: short in normal test runs, full length with `make ordeal`."""

import os

LONG = os.environ.get("GANGQIAO_ORDEAL") == "long"


def length(short: int, long: int) -> int:
    """The number of attempts of an ordeal."""
    return long if LONG else short

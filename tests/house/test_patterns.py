"""No pattern can be made slow by what people type: 10 KB of adversarial text in at most 10 ms."""

import ast
import itertools
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import FrameType
from typing import Any

import pytest

from tests.house.source import PACKAGES, ROOT, sources
from tests.modules import modules

LENGTH = 10_000
SECONDS = 0.010
GIVE_UP = 0.5
ALWAYS = "a0 .-_@/\\\"'<>(){}[]&;:,=\t\n工１００×年月日省市县元"


class TooSlow(RuntimeError):
    """A match was stopped."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Stop what runs inside after some processor time."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def patterns_in(value: Any, depth: int = 3) -> Iterator[re.Pattern[str]]:
    """The compiled patterns in a value, inside containers too."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth and isinstance(value, dict):
        for item in (*value, *value.values()):
            yield from patterns_in(item, depth - 1)
    elif depth and isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from patterns_in(item, depth - 1)


def written_patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """The patterns that are written out where they are used, as in re.sub(r"...", "", text)."""
    for source in sources(ROOT):
        for name, call in source.calls():
            first = call.args[0] if call.args else None
            if name.startswith("re.") and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield source.at(call), re.compile(first.value)


@cache
def our_patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern that one of our modules holds or writes out, each once, by a name for people."""
    held = (
        (f"{module.__name__}.{name}", pattern)
        for module in modules(*PACKAGES)
        for name, value in vars(module).items()
        for pattern in patterns_in(value)
    )
    once = {(pattern.pattern, pattern.flags): (name, pattern) for name, pattern in (*written_patterns(), *held)}
    return {f"{name}: {pattern.pattern[:60]}": pattern for name, pattern in once.values()}


def adversaries(pattern: re.Pattern[str]) -> Iterator[str]:
    """Texts that make a careless pattern go back and forth: its own characters repeated, and a wrong end."""
    letters = dict.fromkeys(ALWAYS + re.sub(r"\\(.)", r"\1", pattern.pattern)[:80])
    for letter in letters:
        yield letter * LENGTH + "\x00"
    own = "".join(letters)
    for pair in itertools.pairwise(own):
        yield "".join(pair) * (LENGTH // 2) + "\x00"


def slowest(pattern: re.Pattern[str]) -> tuple[float, str]:
    """The longest processor time of one search over the adversarial texts, best of three, and the text's beginning."""
    worst = (0.0, "")
    for text in adversaries(pattern):
        best = GIVE_UP
        for _ in range(3):
            before = time.thread_time()
            try:
                with limited(GIVE_UP):
                    pattern.search(text)
            except TooSlow:
                break
            best = min(best, time.thread_time() - before)
            if best <= SECONDS:
                break
        worst = max(worst, (best, text[:8]))
        if worst[0] >= GIVE_UP:
            break
    return worst


@pytest.mark.lengthy
def test_no_pattern_can_be_made_slow() -> None:
    assert our_patterns()
    measured = {name: slowest(pattern) for name, pattern in our_patterns().items()}
    assert {name: worst for name, worst in measured.items() if worst[0] > SECONDS} == {}


@pytest.mark.parametrize("planted", [r"(a+)+$", r"^\s*(.*?)\s*$x", r"(?:0|00)+@"])
def test_a_planted_slow_pattern_is_caught(planted: str) -> None:
    seconds, _ = slowest(re.compile(planted))
    assert seconds > SECONDS

"""The text of many suggestions at once, compiled: output bytes ready to be written."""

from matching.engine.jit import compiled, entrance
from matching.engine.pairs.columns import I4
from matching.engine.pairs.texts import U1, Texts


@compiled
def put(out: U1, at: int, kept: Texts, number: int) -> int:
    """Copy one text; returns the position after it."""
    first, last = kept.ptr[number], kept.ptr[number + 1]
    for place in range(first, last):
        out[at + place - first] = kept.of[place]
    return at + last - first


@compiled
def put_number(out: U1, at: int, number: int) -> int:
    """Write a non-negative number; returns the position after it."""
    size, rest = 1, number // 10
    while rest > 0:
        size, rest = size + 1, rest // 10
    rest = number
    for place in range(at + size - 1, at - 1, -1):
        out[place] = 48 + rest % 10
        rest //= 10
    return at + size


@compiled
def phrase(code: int) -> int:
    """The number of the sentence for a packed code, among all combinations."""
    number = code & 7
    for place in range(1, 6):
        number = number * (6, 3, 4, 3, 3, 2)[place] + (code >> 3 * place & 7)
    return number


@entrance
def write_lines(
    pairs: I4, breakdown: I4, workers: Texts, openings: Texts, frame: Texts, sentences: Texts, out: U1
) -> int:
    """Write a line for each of `pairs` (worker, opening, rank), with the points and sentences of `breakdown`.

    `frame` holds what stands before each value and after the last; `out` must be large enough. Returns its length.
    """
    at = 0
    for pair in range(len(pairs)):
        at = put(out, put(out, at, frame, 0), workers, pairs[pair, 0])
        at = put(out, put(out, at, frame, 1), openings, pairs[pair, 1])
        at = put_number(out, put(out, at, frame, 2), pairs[pair, 2])
        total = 0
        for place in range(6):
            total += breakdown[pair, place]
        at = put_number(out, put(out, at, frame, 3), total)
        for place in range(6):
            at = put_number(out, put(out, at, frame, 4 + place), breakdown[pair, place])
        at = put(out, put(out, at, frame, 10), sentences, phrase(breakdown[pair, 6]))
        at = put(out, at, frame, 11)
    return at

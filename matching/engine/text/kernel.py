"""The compiled pass over a part of the text index: gate, filters, facet counts and scores of each candidate at once.

Candidates are the documents in the lists of the rarest terms of a reading, without one of which it cannot be answered;
for the other terms only they are looked at.
"""

import numpy as np

from matching.engine.jit import TIES, bits_set, compiled, entrance
from matching.engine.text.arrays import PLACE, REGION, UNKNOWN_WAGE, WAGE, Asked, Desk, Ints64, Shelf, Sieve

LOOKS, LEAPS = 2, 40
"""Lists so many times longer than the candidates are many are looked into, by bits or by halves, and not read."""


@compiled
def place_in(term: int, document: int, asked: Asked, shelf: Shelf) -> int:
    """Where a document stands in the list of a term, -1 where it does not."""
    first, last, row = asked.spans[term]
    if row >= 0:
        word, bit = shelf.bits[row, document >> 6], np.uint64(document & 63)
        if word >> bit & np.uint64(1) == np.uint64(0):
            return -1
        before = np.int64(bits_set(word & ((np.uint64(1) << bit) - np.uint64(1))))
        return first + shelf.ranks[row, document >> 6] + before
    while first < last:
        middle = (first + last) >> 1
        if shelf.positions[middle] < document:
            first = middle + 1
        else:
            last = middle
    return first if first < asked.spans[term, 1] and shelf.positions[first] == document else -1


@compiled
def is_read(term: int, count: int, asked: Asked) -> bool:
    """Whether a list is read from end to end rather than looked into for each of so many candidates."""
    first, last, row = asked.spans[term]
    return last - first <= (LOOKS if row >= 0 else LEAPS) * count


@compiled
def gather(reading: int, asked: Asked, shelf: Shelf, desk: Desk) -> tuple[int, int]:
    """Find the candidates of a reading, which hold the weights of the rarest terms then; how many, and what is left."""
    first, last, _ = asked.readings[reading]
    rest, count = 0, 0
    for term in range(first, last):
        rest += asked.weights[term]
    while rest >= asked.least[reading]:
        rarest = -1
        for term in range(first, last):
            if not asked.done[term] and (rarest < 0 or asked.weights[term] > asked.weights[rarest]):
                rarest = term
        asked.done[rarest] = True
        rest -= asked.weights[rarest]
        for at in range(asked.spans[rarest, 0], asked.spans[rarest, 1]):
            document = shelf.positions[at]
            desk.found[count] = document
            count += desk.held[document] == 0
            desk.held[document] += asked.weights[rarest]
    return count, rest


@compiled
def narrow(count: int, least: int, desk: Desk) -> int:
    """Keep the candidates that hold at least so much; the others hold nothing any more."""
    kept = 0
    for candidate in range(count):
        document = desk.found[candidate]
        enough = desk.held[document] >= least
        desk.found[kept] = document
        desk.held[document] *= enough
        kept += enough
    return kept


@compiled
def hold(term: int, count: int, asked: Asked, shelf: Shelf, desk: Desk) -> None:
    """Add the weight of a term to what each candidate in its list holds."""
    held, weight = desk.held, asked.weights[term]
    if is_read(term, count, asked):
        for at in range(asked.spans[term, 0], asked.spans[term, 1]):
            document = shelf.positions[at]
            held[document] += weight * (held[document] > 0)
        return
    row = asked.spans[term, 2]
    for candidate in range(count):
        document = desk.found[candidate]
        if row >= 0:
            bit = shelf.bits[row, document >> 6] >> np.uint64(document & 63) & np.uint64(1)
            held[document] += weight * np.int32(bit)
        else:
            held[document] += weight * (place_in(term, document, asked, shelf) >= 0)


@compiled
def admit(kept: int, reading: int, asked: Asked, shelf: Shelf, desk: Desk) -> int:
    """Keep the documents that have enough of a reading, and mark them; returns how many are kept now."""
    count, rest = gather(reading, asked, shelf, desk)
    for term in range(asked.readings[reading, 0], asked.readings[reading, 1]):
        if not asked.done[term] and count > 0:
            count = narrow(count, asked.least[reading] - rest, desk)
            hold(term, count, asked, shelf, desk)
            rest -= asked.weights[term]
    count = narrow(count, asked.least[reading], desk)
    for candidate in range(count):
        document = desk.found[candidate]
        desk.held[document] = 0
        desk.kept[kept] = document
        kept += not desk.marks[document]
        desk.marks[document] = True
    return kept


@compiled
def counted_in(document: int, shelf: Shelf, sieve: Sieve, counts: Ints64) -> int:
    """Count the facet values of an answer, each without its own filter; gives the bits of the filters missed."""
    pay = shelf.wages[document]
    passed = WAGE if pay >= sieve.floor or pay == UNKNOWN_WAGE else 0
    first, last = shelf.ptr[document], shelf.ptr[document + 1]
    if sieve.wanted & ~WAGE:
        for at in range(first, last):
            passed |= sieve.allow[shelf.codes[at]]
    missed = sieve.wanted & ~passed
    for at in range(first, last):
        counts[shelf.codes[at]] += missed & ~sieve.own[shelf.codes[at]] == 0
    return missed


@compiled
def score(count: int, asked: Asked, shelf: Shelf, desk: Desk) -> None:
    """The BM25 scores of the marked documents over all readings."""
    for term in range(len(asked.spans)):
        gain, read = asked.gains[term], is_read(term, count, asked)
        first, last, _ = asked.spans[term]
        for each in range(last - first if read else count):
            at = first + each if read else place_in(term, desk.kept[each], asked, shelf)
            if at >= 0 and desk.marks[shelf.positions[at]]:
                document, tenths = shelf.positions[at], np.float32(shelf.tenths[at])
                desk.scores[document] += gain * tenths / (tenths + shelf.slopes[document])


@compiled
def enter(best: Ints64, key: int) -> None:
    """Put a key in the place of the least of the best, which stands first (they are a heap)."""
    at, below = 0, 1
    while below < len(best):
        if below + 1 < len(best) and best[below + 1] < best[below]:
            below += 1
        if best[below] >= key:
            break
        best[at] = best[below]
        at, below = below, 2 * below + 1
    best[at] = key


@entrance
def harvest(
    asked: Asked,
    sieve: Sieve,
    shelf: Shelf,
    dead: Ints64,
    every: bool,
    counts: Ints64,
    desk: Desk,
    best: Ints64,
    sums: Ints64,
) -> None:
    """Leave the keys of the best documents that answer and pass, their scores above their ages turned about, in no
    order; `sums`: how many answer, how many elsewhere."""
    marks, kept = desk.marks, desk.kept
    count, here = 0, 0
    for at in range(len(dead)):
        marks[dead[at]] = True
    if every:
        for document in range(len(shelf.wages)):
            kept[count] = document
            count += not marks[document]
    else:
        for reading in range(len(asked.readings)):
            if asked.readings[reading, 2] != 0:
                count = admit(count, reading, asked, shelf, desk)
    for at in range(len(dead)):
        marks[dead[at]] = False
    for candidate in range(count):
        document = kept[candidate]
        missed = counted_in(document, shelf, sieve, counts)
        kept[here] = document
        here += missed == 0
        marks[document] = missed == 0
        sums[1] += missed != 0 and missed & ~(PLACE | REGION) == 0
    score(here, asked, shelf, desk)
    for candidate in range(here):
        document = kept[candidate]
        key = (np.int64(desk.told[document]) << 32) + (TIES - shelf.ages[document])
        if key > best[0]:
            enter(best, key)
        marks[document] = False
        desk.scores[document] = 0
    sums[0] = here

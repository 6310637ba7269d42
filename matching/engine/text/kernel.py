"""The compiled pass over an index part: matching, filters, facet counts and scores of each candidate at once.

Candidates are the documents in the lists of the rarest terms of a reading, at least one of which every match contains;
for the other terms only candidates are looked up.
"""

import numpy as np

from matching.engine.jit import TIES, bits_set, compiled, entrance
from matching.engine.text.arrays import (
    PLACE,
    REGION,
    UNKNOWN_WAGE,
    WAGE,
    Ints64,
    QueryLists,
    SearchBuffers,
    Shelf,
    Sieve,
)

LOOKS, LEAPS = 2, 40
"""Lists this many times longer than the number of candidates are searched (by bitmap or bisection) instead of scanned.
"""


@compiled
def place_in(term: int, document: int, lists: QueryLists, shelf: Shelf) -> int:
    """The position of a document in the list of a term, -1 where it is missing."""
    first, last, row = lists.spans[term]
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
    return first if first < lists.spans[term, 1] and shelf.positions[first] == document else -1


@compiled
def is_read(term: int, count: int, lists: QueryLists) -> bool:
    """Whether a list is scanned from end to end rather than searched for each of `count` candidates."""
    first, last, row = lists.spans[term]
    return last - first <= (LOOKS if row >= 0 else LEAPS) * count


@compiled
def gather(reading: int, lists: QueryLists, shelf: Shelf, desk: SearchBuffers) -> tuple[int, int]:
    """Collect the candidates of a reading with the weights of its rarest terms; returns their number and the remaining
    weight."""
    first, last, _ = lists.readings[reading]
    rest, count = 0, 0
    for term in range(first, last):
        rest += lists.weights[term]
    while rest >= lists.least[reading]:
        rarest = -1
        for term in range(first, last):
            if not lists.done[term] and (rarest < 0 or lists.weights[term] > lists.weights[rarest]):
                rarest = term
        lists.done[rarest] = True
        rest -= lists.weights[rarest]
        for at in range(lists.spans[rarest, 0], lists.spans[rarest, 1]):
            document = shelf.positions[at]
            desk.candidates[count] = document
            count += desk.held[document] == 0
            desk.held[document] += lists.weights[rarest]
    return count, rest


@compiled
def narrow(count: int, least: int, desk: SearchBuffers) -> int:
    """Keep the candidates with at least `least` weight and reset the others."""
    kept = 0
    for candidate in range(count):
        document = desk.candidates[candidate]
        enough = desk.held[document] >= least
        desk.candidates[kept] = document
        desk.held[document] *= enough
        kept += enough
    return kept


@compiled
def hold(term: int, count: int, lists: QueryLists, shelf: Shelf, desk: SearchBuffers) -> None:
    """Add the weight of a term to each candidate in its list."""
    held, weight = desk.held, lists.weights[term]
    if is_read(term, count, lists):
        for at in range(lists.spans[term, 0], lists.spans[term, 1]):
            document = shelf.positions[at]
            held[document] += weight * (held[document] > 0)
        return
    row = lists.spans[term, 2]
    for candidate in range(count):
        document = desk.candidates[candidate]
        if row >= 0:
            bit = shelf.bits[row, document >> 6] >> np.uint64(document & 63) & np.uint64(1)
            held[document] += weight * np.int32(bit)
        else:
            held[document] += weight * (place_in(term, document, lists, shelf) >= 0)


@compiled
def admit(kept: int, reading: int, lists: QueryLists, shelf: Shelf, desk: SearchBuffers) -> int:
    """Keep and mark the documents that match a reading; returns how many are kept so far."""
    count, rest = gather(reading, lists, shelf, desk)
    for term in range(lists.readings[reading, 0], lists.readings[reading, 1]):
        if not lists.done[term] and count > 0:
            count = narrow(count, lists.least[reading] - rest, desk)
            hold(term, count, lists, shelf, desk)
            rest -= lists.weights[term]
    count = narrow(count, lists.least[reading], desk)
    for candidate in range(count):
        document = desk.candidates[candidate]
        desk.held[document] = 0
        desk.kept[kept] = document
        kept += not desk.marks[document]
        desk.marks[document] = True
    return kept


@compiled
def counted_in(document: int, shelf: Shelf, sieve: Sieve, counts: Ints64) -> int:
    """Count the facet values of a match, each without its own filter; returns the bits of the missed filters."""
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
def score(count: int, lists: QueryLists, shelf: Shelf, desk: SearchBuffers) -> None:
    """The BM25 scores of the marked documents over all readings."""
    for term in range(len(lists.spans)):
        gain, read = lists.gains[term], is_read(term, count, lists)
        first, last, _ = lists.spans[term]
        for each in range(last - first if read else count):
            at = first + each if read else place_in(term, desk.kept[each], lists, shelf)
            if at >= 0 and desk.marks[shelf.positions[at]]:
                document, tenths = shelf.positions[at], np.float32(shelf.tenths[at])
                desk.scores[document] += gain * tenths / (tenths + shelf.slopes[document])


@compiled
def enter(best: Ints64, key: int) -> None:
    """Replace the smallest of the best keys, which stands first (they form a heap)."""
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
    lists: QueryLists,
    sieve: Sieve,
    shelf: Shelf,
    dead: Ints64,
    every: bool,
    counts: Ints64,
    desk: SearchBuffers,
    best: Ints64,
    sums: Ints64,
) -> None:
    """Write the keys of the best matches into `best`, unordered: scores above complemented ages. `sums` receives the
    number of matches here and elsewhere."""
    marks, kept = desk.marks, desk.kept
    count, here = 0, 0
    for at in range(len(dead)):
        marks[dead[at]] = True
    if every:
        for document in range(len(shelf.wages)):
            kept[count] = document
            count += not marks[document]
    else:
        for reading in range(len(lists.readings)):
            if lists.readings[reading, 2] != 0:
                count = admit(count, reading, lists, shelf, desk)
    for at in range(len(dead)):
        marks[dead[at]] = False
    for candidate in range(count):
        document = kept[candidate]
        missed = counted_in(document, shelf, sieve, counts)
        kept[here] = document
        here += missed == 0
        marks[document] = missed == 0
        sums[1] += missed != 0 and missed & ~(PLACE | REGION) == 0
    score(here, lists, shelf, desk)
    for candidate in range(here):
        document = kept[candidate]
        key = (np.int64(desk.score_bits[document]) << 32) + (TIES - shelf.ages[document])
        if key > best[0]:
            enter(best, key)
        marks[document] = False
        desk.scores[document] = 0
    sums[0] = here

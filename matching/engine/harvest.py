"""The compiled pass over a part of the text index: gate, filters, facet counts and scores of each candidate at once.

Candidates are the documents in the lists of the rarest terms of a reading, without one of which it cannot be answered;
lists that are much longer than that are only leapt through.
"""

import numpy as np

from matching.engine.asking import PLACE, REGION, WAGE, Asked, Desk, Sieve
from matching.engine.columns import I4, I8
from matching.engine.kernel import compiled, entrance
from matching.engine.postings import UNKNOWN_WAGE, Shelf

LONG = 16
"""A list so many times longer than the candidates are many is leapt through instead of read."""


@compiled
def leap(positions: I4, at: int, end: int, wanted: int) -> int:
    """The first place from `at` on whose document is not before the wanted one."""
    step = 1
    while at + step < end and positions[at + step] < wanted:
        at += step
        step *= 2
    last = min(at + step, end)
    while at < last:
        middle = (at + last) >> 1
        if positions[middle] < wanted:
            at = middle + 1
        else:
            last = middle
    return at


@compiled
def gather(asked: Asked, positions: I4, dead: I8, size: int, every: bool, desk: Desk) -> int:
    """Write the candidates in order onto the desk; returns how many there are. Their marks stay set."""
    marks, words, found, count = desk.marks, desk.words, desk.found, 0
    if every:
        marks[:size] = True
    for term in range(len(asked.spans)):
        if asked.essential[term]:
            for at in range(asked.spans[term, 0], asked.spans[term, 1]):
                marks[positions[at]] = True
    for at in range(len(dead)):
        marks[dead[at]] = False
    for word in range((size + 7) // 8):
        if words[word] != 0:
            for document in range(word * 8, word * 8 + 8):
                if marks[document]:
                    found[count] = document
                    count += 1
    return count


@compiled
def hold(first: int, last: int, weight: float, count: int, positions: I4, desk: Desk) -> None:
    """Add the weight of a term to what each candidate in its list holds."""
    held, found = desk.held, desk.found
    if last - first > LONG * count:
        for candidate in range(count):
            first = leap(positions, first, last, found[candidate])
            if first < last and positions[first] == found[candidate]:
                held[found[candidate]] += weight
        return
    for at in range(first, last):
        document = positions[at]
        held[document] += weight * np.float32(desk.marks[document])


@compiled
def admit(count: int, asked: Asked, positions: I4, desk: Desk) -> int:
    """Keep the candidates that have enough of a reading; returns how many. All marks are taken away."""
    found, held, marks = desk.found, desk.held, desk.marks
    for candidate in range(count):
        desk.scores[candidate] = 0
    for reading in range(len(asked.readings)):
        if asked.readings[reading, 2] == 0:
            continue
        for term in range(asked.readings[reading, 0], asked.readings[reading, 1]):
            hold(asked.spans[term, 0], asked.spans[term, 1], asked.weights[term], count, positions, desk)
        for candidate in range(count):
            if held[found[candidate]] >= asked.least[reading]:
                desk.scores[candidate] = 1
            held[found[candidate]] = 0
    kept = 0
    for candidate in range(count):
        marks[found[candidate]] = False
        if desk.scores[candidate] > 0:
            found[kept] = found[candidate]
            kept += 1
    return kept


@compiled
def counted_in(document: int, shelf: Shelf, sieve: Sieve, counts: I4) -> int:
    """Count the facet values of an answer, each without its own filter; gives the bits of the filters missed."""
    pay = shelf.wages[document]
    passed = WAGE if pay >= sieve.floor or pay == UNKNOWN_WAGE else 0
    for at in range(shelf.ptr[document], shelf.ptr[document + 1]):
        passed |= sieve.allow[shelf.codes[at]]
    missed = sieve.wanted & ~passed
    for at in range(shelf.ptr[document], shelf.ptr[document + 1]):
        if missed & ~sieve.own[shelf.codes[at]] == 0:
            counts[shelf.codes[at]] += 1
    return missed


@compiled
def score(count: int, asked: Asked, shelf: Shelf, desk: Desk) -> None:
    """The BM25 scores over all readings."""
    positions, found, scores = shelf.positions, desk.found, desk.scores
    for candidate in range(count):
        scores[candidate] = 0
    for term in range(len(asked.spans)):
        at, last = asked.spans[term, 0], asked.spans[term, 1]
        for candidate in range(count):
            document = found[candidate]
            if at < last and positions[at] < document:
                at = leap(positions, at, last, document)
            if at < last and positions[at] == document:
                counted = np.float32(shelf.tenths[at])
                scores[candidate] += asked.gains[term] * counted / (counted + shelf.slopes[document])


@entrance
def harvest(asked: Asked, sieve: Sieve, shelf: Shelf, dead: I8, every: bool, counts: I4, desk: Desk, sums: I8) -> None:
    """Leave the documents that answer and pass on the desk with their scores; `sums`: how many, how many elsewhere."""
    count = gather(asked, shelf.positions, dead, len(shelf.wages), every, desk)
    if every:
        desk.marks[: len(shelf.wages)] = False
    else:
        count = admit(count, asked, shelf.positions, desk)
    kept = 0
    for candidate in range(count):
        document = desk.found[candidate]
        missed = counted_in(document, shelf, sieve, counts)
        if missed == 0:
            desk.found[kept] = document
            kept += 1
        elif missed & ~(PLACE | REGION) == 0:
            sums[1] += 1
    score(kept, asked, shelf, desk)
    sums[0] = kept

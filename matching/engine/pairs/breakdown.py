"""Points and sentences of many suggestions at once, compiled: what `score.fit` gives for one pair."""

import numpy as np

from matching.engine.jit import compiled, entrance
from matching.engine.pairs import columns as c
from matching.engine.pairs.columns import I4, Index, Workers
from matching.engine.pairs.forward import entries
from matching.engine.pairs.points import (
    covers,
    is_neighbour,
    nearness,
    place_points,
    terms_points,
    trade_points,
    wage_points,
)
from matching.engine.pairs.worker import Asker, asker_of

TRADE = ("trade-unknown", "same", "near", "field", "neighbour", "skill-only")
EXPERIENCE = ("experience-unknown", "experience-none", "experience-some")
SKILLS = ("skills-none-asked", "skills-unknown", "skills-none", "skills-some")
WAGE = ("wage-unknown", "wage-met", "wage-partly")
PLACE = ("place-unknown", "place-wished", "place-open")
TERMS = ("terms-neutral", "terms-good")


@compiled
def trade_part(occupation: int, index: Index, asker: Asker) -> tuple[int, int, int, int]:
    """Points of trade and experience, and the numbers of their sentences."""
    layout, marks, flags = index.layout, index.marks, asker.who[c.FLAGS]
    trade, experience = trade_points(occupation, layout.trades, flags, asker.trades, marks)
    practised = 0 if occupation < 0 or not flags & c.PRACTICE_KNOWN else 2 if experience > 0 else 1
    if occupation < 0 or not flags & c.TRADE_KNOWN:
        return trade, experience, 0, practised
    if trade == 0:
        near = is_neighbour(occupation, asker.trades, layout.neighbours.ptr, layout.neighbours.of)
        return (
            (marks[c.NEIGHBOUR], experience, 4, practised) if near else (marks[c.SKILL_ONLY], experience, 5, practised)
        )
    best = 3
    for at in range(len(asker.trades)):
        best = min(best, nearness(layout.trades, asker.trades[at, 0], occupation))
    return trade, experience, 1 + best, practised


@compiled
def place_sentence(region: int, index: Index, asker: Asker) -> int:
    """The number of the sentence about the region."""
    if region < 0:
        return 0
    for rank in range(asker.who[c.LISTED]):
        if covers(asker.areas[rank, 0], asker.areas[rank, 1], index.layout.regions[region]):
            return 1
    return 2


@entrance
def parts(index: Index, workers: Workers, listed: I4, points: I4, out: I4) -> None:
    """Fill `out` (workers x top x 7): the points of the six factors, then their sentences packed in three bits each."""
    marks = index.marks
    for w in range(len(listed)):
        who, areas = workers.rows[w], entries(workers.areas, w)
        own, skills_of, papers = entries(workers.trades, w), entries(workers.terms, w), entries(workers.papers, w)
        asker = asker_of(who, own, skills_of, papers, areas, marks)
        for at in range(listed.shape[1]):
            row = listed[w, at]
            if row < 0:
                break
            post = index.openings.rows[row]
            trade, experience, trade_sentence, practised = trade_part(post[c.OCCUPATION], index, asker)
            wage = wage_points(who[c.FLOOR], post[c.LOW], post[c.HIGH], marks)
            place = place_points(post[c.REGION], index.layout.regions, who, areas, marks)
            terms = terms_points(post[c.ATTRS], who[c.TYPES], who[c.NEEDS], marks)
            skills = points[w, at] - trade - experience - wage - place - terms
            answered = 0 if post[c.ASKED] == 0 else 1 if not who[c.FLAGS] & c.SKILLS_KNOWN else 3 if skills > 0 else 2
            paid = 0 if who[c.FLOOR] < 0 or post[c.HIGH] < 0 else 1 if post[c.LOW] >= who[c.FLOOR] else 2
            good = 1 if post[c.ATTRS] & (who[c.TYPES] | who[c.NEEDS]) else 0
            line = out[w, at]
            line[0], line[1], line[2], line[3], line[4], line[5] = trade, experience, skills, wage, place, terms
            line[6] = trade_sentence | practised << 3 | answered << 6 | paid << 9
            line[6] |= place_sentence(post[c.REGION], index, asker) << 12 | good << 15


def blank(workers: int, top: int) -> I4:
    """Room for the parts of many suggestions."""
    return np.zeros((workers, top, 7), np.int32)

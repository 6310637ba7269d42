"""Points and sentences of many suggestions in plain numpy: the twin of `breakdown`."""

import numpy as np

from matching.engine.pairs import columns as c
from matching.engine.pairs.columns import I4, Index, Workers
from matching.engine.pairs.forward_plain import covers, entries, nearness, places, terms, trades, wages


def parts(index: Index, workers: Workers, listed: I4, points: I4, out: I4) -> None:
    """The plain twin of `breakdown.parts`."""
    regions = index.layout.regions
    for w in range(len(listed)):
        rows = listed[w][listed[w] >= 0]
        post, who, line = index.openings.rows[rows], workers.rows[w], out[w, : len(rows)]
        flags, occupation, region = int(who[c.FLAGS]), post[:, c.OCCUPATION], post[:, c.REGION]
        trade, experience, near = (table[occupation] for table in trades(index, workers, w))
        mine = entries(workers.trades, w)[:, 0].tolist()
        trade_sentence = np.where(near, 4, np.where(trade == 0, 5, 0))
        if flags & c.TRADE_KNOWN:
            level = np.min([nearness(index.layout.trades, held) for held in mine], axis=0)[occupation]
            trade_sentence = np.where((level < 3) & (trade > 0), 1 + level, trade_sentence)
        trade_sentence[occupation < 0] = 0
        unknown = (occupation < 0) | (not flags & c.PRACTICE_KNOWN)
        wished = np.zeros(len(regions) + 1, np.bool_)
        for level, code, _ in entries(workers.areas, w)[: who[c.LISTED]].tolist():
            wished[:-1] |= covers(level, code, regions)
        line[:, 0] = np.where(near, index.marks[c.NEIGHBOUR], np.where(trade == 0, index.marks[c.SKILL_ONLY], trade))
        line[:, 1] = experience
        line[:, 3] = wages(post, int(who[c.FLOOR]), index.marks)[0]
        line[:, 4] = places(index, workers, w)[region]
        line[:, 5] = terms(post[:, c.ATTRS], np.zeros(len(rows), np.int32), who, index.marks)
        line[:, 2] = points[w, : len(rows)] - line[:, :6].sum(1)
        skilled = np.where(line[:, 2] > 0, 3, 2) if flags & c.SKILLS_KNOWN else np.ones(len(rows), np.int32)
        paid = np.where(post[:, c.LOW] >= who[c.FLOOR], 1, 2)
        paid[(post[:, c.HIGH] < 0) | (who[c.FLOOR] < 0)] = 0
        code = trade_sentence | np.where(unknown, 0, np.where(experience > 0, 2, 1)) << 3
        code |= np.where(post[:, c.ASKED] == 0, 0, skilled) << 6 | paid << 9
        code |= np.where(region < 0, 0, np.where(wished[region], 1, 2)) << 12
        line[:, 6] = code | ((post[:, c.ATTRS] & (who[c.TYPES] | who[c.NEEDS])) != 0) << 15

"""The quality of a ranking against expert labels, by the conventions of trec_eval; plain Python."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

CUT = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """Mean figures over the queries that have at least one relevant document, each between 0 and 1."""

    ndcg: float
    average_precision: float
    recall: float
    queries: int


def gain(values: Sequence[float]) -> float:
    """Discounted cumulative gain: linear in the label, discounted by the logarithm of the rank."""
    return sum(value / math.log2(rank + 2) for rank, value in enumerate(values))


def judge(labels: Mapping[str, int], ranking: Sequence[str]) -> tuple[float, float, float]:
    """nDCG@10, average precision and recall@10 of one ranking; a document named twice counts once.

    >>> [round(value, 4) for value in judge({"a": 2, "b": 1}, ["b", "x", "a"])]
    [0.7602, 0.8333, 1.0]
    """
    order = list(dict.fromkeys(ranking))
    relevant = {document for document, label in labels.items() if label > 0}
    if not relevant:
        return 0.0, 0.0, 0.0
    ideal = sorted((label for label in labels.values() if label > 0), reverse=True)[:CUT]
    hits, precision = 0, 0.0
    for rank, document in enumerate(order, 1):
        if document in relevant:
            hits += 1
            precision += hits / rank
    actual = gain([max(labels.get(document, 0), 0) for document in order[:CUT]])
    inside = len(relevant & set(order[:CUT]))
    return actual / gain(ideal), precision / len(relevant), inside / len(relevant)


def measure(labels: Mapping[str, Mapping[str, int]], run: Mapping[str, Sequence[str]]) -> Quality:
    """Mean quality of a run; a query missing from the run counts as zero."""
    judged = {query: rows for query, rows in labels.items() if any(label > 0 for label in rows.values())}
    figures = [judge(rows, run.get(query, ())) for query, rows in judged.items()]
    count = max(len(figures), 1)
    ndcg, precision, recall = (sum(column) / count for column in zip(*figures, strict=True)) if figures else (0.0,) * 3
    return Quality(ndcg, precision, recall, len(figures))

"""Training and measuring the classifier: deterministic, by whole templates, from the shipped sentences.

Imports scikit-learn, so only commands and tests load this module.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

from centre import regions
from employers.openings.adverts.classifier import WEIGHTS, runs_of
from employers.openings.adverts.clauses import clauses
from employers.openings.adverts.corpus import Example, examples

OCCUPATIONS = Path(regions.__file__).parent / "data" / "cn_occupations_2022.csv"
RAREST = 2
STRENGTH = 30.0
THOUSAND = 1000


OWN_TIMES = 10
"""How often a centre's own decision counts: after about eight refusals of one kind the ninth is flagged."""


def learn(own: Mapping[str, bool] | None = None) -> str:
    """The weights that tell unlawful clauses from lawful ones, as they are stored.

    Learnt from the training part of the shipped sentences and from a centre's own decisions: clauses, and whether each
    is unlawful.
    """
    texts, labels = _clauses_of(example for example in examples() if not example.unseen)
    for clause, flag in (own or {}).items():
        texts += [clause] * OWN_TIMES
        labels += [flag] * OWN_TIMES
    counter = CountVectorizer(analyzer=runs_of, binary=True, min_df=RAREST)
    features = normalize(counter.fit_transform(texts).astype(np.float64))
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", solver="liblinear", random_state=0, tol=1e-6)
    model.fit(features, labels)
    weights = zip(counter.get_feature_names_out(), model.coef_[0], strict=True)
    runs = {run: round(weight * THOUSAND) for run, weight in sorted(weights)}
    learnt = {"constant": round(float(model.intercept_[0]) * THOUSAND), "runs": runs}
    return json.dumps(learnt, ensure_ascii=False, separators=(",", ":"), sort_keys=True) + "\n"


def train(file: Path = WEIGHTS) -> None:
    """Write the shipped weights."""
    file.write_text(learn(), "utf-8")


def unseen() -> list[tuple[str, str, bool]]:
    """The shipped sentences that are kept out of training, as `advert_figures.evaluate` takes them."""
    return [(example.category, example.text, example.flag) for example in examples() if example.unseen]


def _clauses_of(known: Iterable[Example]) -> tuple[list[str], list[bool]]:
    """Clauses with labels; in an unlawful sentence those that also occur in lawful ones are not the unlawful part."""
    lawful: dict[str, None] = {}
    unlawful: dict[str, None] = {}
    for example in known:
        for clause in clauses(example.text):
            (unlawful if example.flag else lawful)[clause] = None
    with OCCUPATIONS.open(encoding="utf-8") as file:
        lawful |= {clause: None for row in csv.DictReader(file) for clause in clauses(row["name"])}
    texts = [*lawful, *(clause for clause in unlawful if clause not in lawful)]
    return texts, [False] * len(lawful) + [True] * (len(texts) - len(lawful))

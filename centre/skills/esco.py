"""Occupations of ESCO, the European classification, that mean the same as ours (欧洲职业分类). Pure; ships as a file.

From ESCO 1.2.0 of the European Commission, licence CC BY 4.0: addresses and English names as published there, joined by
hand to occupations that are common in a county's job centre. Where nothing means the same, nothing is linked.
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "esco.csv"
VERSION = "ESCO 1.2.0"


class EscoMatch(StrEnum):
    """How near a concept is, in the words of SKOS: the same, or so near that most programs may treat it so."""

    EXACT = "exact"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class EscoConcept:
    """An occupation of ESCO: its address, its English name, and how near it is to ours."""

    uri: str
    label: str
    match: EscoMatch


@lru_cache(maxsize=1)
def esco_concepts() -> dict[str, EscoConcept]:
    """The concepts by the code of our occupation."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: EscoConcept(row["esco"], row["label"], EscoMatch(row["match"])) for row in csv.DictReader(file)
        }

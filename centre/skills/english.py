"""English words of job titles with their Chinese counterparts (英汉职业词), read once from files."""

import csv
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "data" / "en_zh"


@lru_cache(maxsize=1)
def english_words() -> dict[str, tuple[str, ...]]:
    """English words and phrases in lower case to Chinese words, the best first."""
    words: dict[str, list[str]] = {}
    for path in sorted(_FOLDER.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                words.setdefault(row["en"], []).extend(row["zh"].split())
    return {english: tuple(dict.fromkeys(chinese)) for english, chinese in words.items()}

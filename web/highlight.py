"""Highlighting of search words in titles, in any script."""

from functools import lru_cache
from itertools import groupby, pairwise

from markupsafe import Markup, escape

from centre.text import bigrams, normalise


@lru_cache(maxsize=10_000)
def marked(text: str, words: tuple[str, ...]) -> Markup:
    """The text with all parts of the search words of at least two characters in <mark> (搜索词标记)."""
    if not words:
        return escape(text)
    pieces = {piece for word in words for piece in bigrams(word) if len(piece) == 2}
    level = [normalise(character) or character for character in text]
    hits = [first + second in pieces for first, second in pairwise(level)]
    shown = [before or after for before, after in zip([False, *hits], [*hits, False], strict=True)] if text else []
    runs = groupby(zip(text, shown, strict=True), lambda pair: pair[1])
    parts = ((hit, "".join(character for character, _hit in run)) for hit, run in runs)
    return Markup("").join(Markup("<mark>{}</mark>").format(part) if hit else escape(part) for hit, part in parts)

"""The places that a query may name, in characters or in pinyin; which they are is for the caller to say."""

from collections.abc import Callable, Collection
from dataclasses import dataclass


def _nowhere(text: str, _spelt: Collection[str]) -> tuple[tuple[str, ...], str]:
    return (), text


def _never(_letters: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Places:
    """How places are found in a query (地名).

    `named` takes a normalised query and the words in it that are places in pinyin; it returns the region codes that the
    query names, and the rest of the text. `is_spelling` tells whether letters can be the pinyin of a place.
    """

    named: Callable[[str, Collection[str]], tuple[tuple[str, ...], str]] = _nowhere
    is_spelling: Callable[[str], bool] = _never


NO_PLACES = Places()
"""For callers without a table of regions."""

_TWO_WORDS = 10
_LONGEST = 4
"""Syllables typed apart that are tried as one place: xi shuang ban na."""


def join_spellings(text: str, places: Places, is_word: Callable[[str], bool]) -> tuple[str, list[str]]:
    """The text with the places in pinyin set apart and whole (`xian yang` -> `xianyang`), and which words they are.

    What `is_word` knows as a word of work stays one: baoan is a guard before it is a district of Shenzhen.
    """
    chunks = text.split()
    if not any(chunk.isascii() for chunk in chunks):
        return text, []
    chunks = [part for chunk in chunks for part in _parts(chunk, places, is_word)]
    joined: list[str] = []
    spelt: list[str] = []
    at = 0
    while at < len(chunks):
        width, letters = _widest(chunks[at : at + _LONGEST], places, is_word)
        if letters:
            spelt.append(letters)
        joined.append(letters or chunks[at])
        at += width
    return " ".join(joined), spelt


def _parts(chunk: str, places: Places, is_word: Callable[[str], bool]) -> list[str]:
    """A trade and a place typed as one word, in either order; any other word stays whole."""
    if len(chunk) < _TWO_WORDS or not (chunk.isascii() and chunk.isalpha()) or is_word(chunk):
        return [chunk]
    for cut in range(4, len(chunk) - 3):
        parts = [chunk[:cut], chunk[cut:]]
        for trade, place in (parts, reversed(parts)):
            if places.is_spelling(place) and is_word(trade):
                return parts
    return [chunk]


def _widest(chunks: list[str], places: Places, is_word: Callable[[str], bool]) -> tuple[int, str]:
    """How many chunks make up the longest place that begins here, with its letters; one chunk and nothing if none."""
    for width in range(len(chunks), 0, -1):
        letters = "".join(chunks[:width]).replace("'", "")
        if letters.isascii() and letters.isalpha() and places.is_spelling(letters) and not is_word(letters):
            return width, letters
    return 1, ""

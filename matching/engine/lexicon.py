"""What a mistyped or romanised word was meant to be: pinyin, initials and near spellings of the words in use."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cached_property

from centre.text import initials, pinyin

MOST_MEANINGS = 6
_NEAR_HAN, _NEAR_LATIN = 60.0, 84.0


class Lexicon:
    """The words that openings and the classification use, with how often; readings are worked out at first need."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = dict(counts)

    def __contains__(self, word: str) -> bool:
        return word in self.counts

    @cached_property
    def _ordered(self) -> list[str]:
        return sorted(self.counts, key=lambda word: (-self.counts[word], len(word), word))

    @cached_property
    def _by_pinyin(self) -> dict[str, list[str]]:
        return _grouped((pinyin(word), word) for word in self._ordered)

    @cached_property
    def _by_initials(self) -> dict[str, list[str]]:
        return _grouped((initials(word), word) for word in self._ordered if len(word) > 1)

    @cached_property
    def _spellings(self) -> list[str]:
        return sorted(self._by_pinyin)

    def prepare(self) -> None:
        """Work out all readings now, so that the first romanised query is as fast as the others."""
        _ = self._spellings, self._by_initials, self._by_character

    def spelt(self, letters: str) -> tuple[str, ...]:
        """Words whose pinyin is, or begins with, these letters; words in use come first."""
        found = list(self._by_pinyin.get(letters, ()))
        if not found and len(letters) >= 4:
            at = bisect_left(self._spellings, letters)
            while at < len(self._spellings) and self._spellings[at].startswith(letters) and len(found) < 50:
                found += self._by_pinyin[self._spellings[at]]
                at += 1
        return self._best(found)

    def abbreviated(self, letters: str) -> tuple[str, ...]:
        """Words whose first letters are these: dcg -> 挡车工."""
        return self._best(self._by_initials.get(letters, ())) if 2 <= len(letters) <= 8 else ()

    def near_spelling(self, letters: str) -> tuple[str, ...]:
        """Words whose pinyin is nearly this: dangchegon -> 挡车工."""
        if len(letters) < 5:
            return ()
        from rapidfuzz import fuzz, process

        found = process.extractOne(letters, self._spellings, scorer=fuzz.ratio, score_cutoff=_NEAR_LATIN)
        return self._best(self._by_pinyin[found[0]]) if found else ()

    def near(self, word: str) -> tuple[str, ...]:
        """Words that sound the same as, or look nearly like, a Han word that nobody uses: 挡车公 -> 挡车工."""
        if len(word) < 2:
            return ()
        alike = [found for found in self._by_pinyin.get(pinyin(word), ()) if found != word]
        if alike:
            return self._best(alike)[:1]
        if len(word) < 3:
            return ()
        from rapidfuzz import fuzz, process

        found = process.extractOne(word, self._sharing(word), scorer=fuzz.ratio, score_cutoff=_NEAR_HAN)
        if found is None or found[0] == word:
            return ()
        return (str(found[0]),)

    @cached_property
    def _by_character(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, word in enumerate(self._ordered):
            for character in set(word):
                found.setdefault(character, []).append(at)
        return found

    def _sharing(self, word: str) -> list[str]:
        """Words that hold one of the rarer characters of a word: any that is nearly the same must hold one of them."""
        lists = sorted((self._by_character.get(character, []) for character in set(word)), key=len)
        chosen = set().union(*lists[: max(2, (len(word) + 1) // 2)])
        return [self._ordered[at] for at in sorted(chosen)]

    def _best(self, words: Iterable[str]) -> tuple[str, ...]:
        ranked = sorted(dict.fromkeys(words), key=lambda word: (-self.counts[word], len(word), word))
        used = [word for word in ranked if self.counts[word] > 0]
        return tuple((used or ranked)[:MOST_MEANINGS])


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, word in pairs:
        found.setdefault(key, []).append(word)
    return found

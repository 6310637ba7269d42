"""What a misspelt or romanised word stands for: pinyin, initials and near spellings of the words in use."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cached_property

from centre.text import initials, pinyin

MOST_MEANINGS, MOST_NEAR = 6, 3
_NEAR_LATIN = 84.0


class Lexicon:
    """The words of openings and the classification with their frequencies; readings are computed on first use."""

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
        """Compute all readings now, so that the first romanised or misspelt query is as fast as the others."""
        _ = self._spellings, self._by_initials, self._by_character
        self.near("挡车公")

    def spelt(self, letters: str) -> tuple[str, ...]:
        """Words whose pinyin equals or begins with these letters, the words in use first."""
        words = list(self._by_pinyin.get(letters, ()))
        if not words and len(letters) >= 4:
            at = bisect_left(self._spellings, letters)
            while at < len(self._spellings) and self._spellings[at].startswith(letters) and len(words) < 50:
                words += self._by_pinyin[self._spellings[at]]
                at += 1
        return self._best(words)

    def sounding(self, letters: str) -> tuple[str, ...]:
        """Words whose pinyin equals these letters."""
        return tuple(self._by_pinyin.get(letters, ()))

    def abbreviated(self, letters: str) -> tuple[str, ...]:
        """Words with these initials: dcg -> 挡车工."""
        return self._best(self._by_initials.get(letters, ())) if 2 <= len(letters) <= 8 else ()

    def near_spelling(self, letters: str) -> tuple[str, ...]:
        """Words whose pinyin is close to this: dangchegon -> 挡车工."""
        if len(letters) < 5:
            return ()
        from rapidfuzz import fuzz, process

        nearest = process.extractOne(letters, self._spellings, scorer=fuzz.ratio, score_cutoff=_NEAR_LATIN)
        return self._best(self._by_pinyin[nearest[0]]) if nearest else ()

    def near(self, word: str) -> tuple[str, ...]:
        """Likely corrections of an unused Han word, likeliest first: 挡车公 -> 挡车工.

        Homophones come before words that differ in few characters, words of the same length before others.
        """
        if len(word) < 2:
            return ()
        alike = self._best(homophone for homophone in self._by_pinyin.get(pinyin(word), ()) if homophone != word)[:1]
        return tuple(dict.fromkeys((*alike, *self._slips(word))))[:MOST_NEAR]

    def _slips(self, word: str) -> list[str]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        if len(word) < 3:
            return []
        most = max(1, len(word) // 3)
        slips = process.extract(word, self._around(word, most), scorer=OSA.distance, score_cutoff=most, limit=None)
        slips.sort(key=lambda slip: (slip[1], len(slip[0]) != len(word), slip[2]))
        return [str(slip) for slip, far, _ in slips if 0 < far == slips[0][1]]

    @cached_property
    def _by_character(self) -> dict[tuple[str, int], list[int]]:
        positions: dict[tuple[str, int], list[int]] = {}
        for at, word in enumerate(self._ordered):
            for character in set(word):
                positions.setdefault((character, len(word)), []).append(at)
        return positions

    def _around(self, word: str, slips: int) -> list[str]:
        """Words of about the same length: with `slips` errors, at least one of the rarest `slips + 1` characters is
        right."""
        lengths, chosen = range(len(word) - slips, len(word) + slips + 1), set[int]()
        holding = [[self._by_character.get((character, n), []) for n in lengths] for character in set(word)]
        for lists in sorted(holding, key=lambda lists: sum(map(len, lists)))[: slips + 1]:
            chosen.update(*lists)
        return [self._ordered[at] for at in sorted(chosen)]

    def _best(self, words: Iterable[str]) -> tuple[str, ...]:
        ranked = sorted(dict.fromkeys(words), key=lambda word: (-self.counts[word], len(word), word))
        used = [word for word in ranked if self.counts[word] > 0]
        return tuple((used or ranked)[:MOST_MEANINGS])


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key, word in pairs:
        groups.setdefault(key, []).append(word)
    return groups

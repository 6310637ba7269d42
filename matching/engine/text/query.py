"""How a query is understood: the place, the words, the occupations behind them, and misspelt or romanised words."""

import re
from dataclasses import dataclass

from centre.skills.vocabulary import Vocabulary
from centre.text import bigrams, normalise
from matching.engine.text.places import NO_PLACES, Places, join_spellings
from matching.engine.text.postings import Terms
from matching.engine.text.spelling import Lexicon
from matching.engine.text.terms import EMPTY_WORDS, EXTRAS, code_term, level_shifts, runs

LITERAL_SHARE, RELAXED_SHARE, WORD_SHARE = 0.6, 0.34, 0.99
NEAR = (0.9, 0.6, 0.6)
_CODE_FACTORS = (0.6, 0.45, 0.35)
_MOST_TERMS = 64
_BREAK = re.compile(r"[\s,，、;；/|+()（）【】\[\]。.:：!！?？]+")


@dataclass(frozen=True, slots=True)
class WordReading:
    """One way to read a part of a query: its terms, their weight, and the share of them that makes a match."""

    text: str
    terms: tuple[str, ...]
    factor: float = 1.0
    share: float = LITERAL_SHARE


@dataclass(frozen=True, slots=True)
class QueryPart:
    """One part of a query with its readings; a part that does not admit only raises what others admit."""

    text: str
    readings: tuple[WordReading, ...]
    admits: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query: parts, region codes and occupation codes.

    `rest` are the words without the places, `corrected` their corrected spelling (None: nothing to correct).
    """

    text: str
    parts: tuple[QueryPart, ...] = ()
    regions: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    corrected: str | None = None
    rest: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """Words to highlight, longest first."""
        texts = {reading.text for part in self.parts for reading in part.readings if reading.text}
        return tuple(sorted(texts, key=lambda word: (-len(word), word)))


@dataclass(frozen=True, slots=True)
class QueryReader:
    """Parses queries against the words of one index."""

    terms: Terms
    lexicon: Lexicon
    vocabulary: Vocabulary
    places: Places = NO_PLACES

    def read(self, text: str) -> Query:
        """Parse a query; any text is allowed and nothing fails."""
        whole = normalise(text)[:200]
        level, spelt = join_spellings(whole, self.places, self._is_word)
        regions, without_places = self.places.named(level_shifts(level), spelt)
        rest = without_places
        rest = EMPTY_WORDS.sub(" ", rest).strip() or rest.strip()
        extras = EXTRAS.findall(rest)
        chunks = [chunk for chunk in _BREAK.split(EXTRAS.sub(" ", rest)) if chunk]
        joined = self._joined(chunks)
        parts: list[QueryPart] = []
        corrected = without_places
        for chunk in joined:
            part, meant = self._part(chunk)
            if part.readings:
                parts.append(part)
            if meant:
                corrected = meant if len(joined) < len(chunks) else corrected.replace(chunk, meant, 1)
        lifts = [QueryPart(extra, (self._literal(extra),), admits=not joined) for extra in dict.fromkeys(extras)]
        all_parts = (*parts, *lifts)
        if whole and not all_parts and (joined or not regions):
            all_parts = (QueryPart(whole, ()),)
        return Query(
            text=whole,
            parts=all_parts,
            regions=regions,
            rest=without_places,
            codes=self._codes(parts),
            corrected=corrected if corrected != without_places else None,
        )

    def _joined(self, chunks: list[str]) -> list[str]:
        """Pinyin typed with spaces (`dang che gong`) as one word."""
        if len(chunks) > 1 and all(chunk.isascii() and chunk.isalpha() for chunk in chunks):
            letters = "".join(chunks)
            if not any(chunk in self.terms.numbers for chunk in chunks) and self.lexicon.spelt(letters):
                return [letters]
        return chunks

    def _part(self, chunk: str) -> tuple[QueryPart, str | None]:
        pieces = runs(chunk)
        if len(pieces) == 1 and not pieces[0][1] and not self._known_latin(chunk):
            return self._romanised(pieces[0][0])
        readings = self._han_readings(chunk)
        if self._in_use(chunk) or any(start == 0 and end == len(chunk) for start, end in self.vocabulary.spans(chunk)):
            return QueryPart(chunk, readings), None
        meant = self.lexicon.near(chunk)
        slips = (
            reading for word, factor in zip(meant, NEAR, strict=False) for reading in self._word_readings(word, factor)
        )
        return QueryPart(chunk, (*readings, *slips)), meant[0] if meant else None

    def _known_latin(self, word: str) -> bool:
        return word in self.terms.numbers or word in self.vocabulary.words

    def _is_word(self, letters: str) -> bool:
        """Whether letters are a word of work rather than a place: known as such, or the pinyin of one."""
        words = self.lexicon.sounding(letters)
        return self._known_latin(letters) or any(not self.places.named(word, ())[0] for word in words)

    def _in_use(self, chunk: str) -> bool:
        return chunk in self.lexicon or all(term in self.terms.numbers for term in bigrams(chunk))

    def _romanised(self, letters: str) -> tuple[QueryPart, str | None]:
        words = self.lexicon.spelt(letters) or self.lexicon.abbreviated(letters) or self.lexicon.near_spelling(letters)
        readings = [reading for word in words for reading in self._word_readings(word, 1.0)]
        return QueryPart(letters, tuple(readings)), words[0] if words else None

    def _han_readings(self, chunk: str) -> tuple[WordReading, ...]:
        if len(chunk) == 1 and chunk not in self.terms.numbers:
            held = [term for term in self.terms.numbers if chunk in term and len(term) == 2][:_MOST_TERMS]
            return (WordReading(chunk, tuple(held), 1.0, 0.0),)
        readings = [self._literal(chunk), *self._code_readings(chunk)]
        for start, end in self.vocabulary.spans(chunk):
            word = chunk[start:end]
            if word != chunk:
                readings += [WordReading(word, tuple(bigrams(word)), 0.5, WORD_SHARE), *self._code_readings(word)]
        return tuple(readings)

    def _word_readings(self, word: str, factor: float) -> list[WordReading]:
        return [WordReading(word, tuple(bigrams(word)), factor, WORD_SHARE), *self._code_readings(word)]

    def _literal(self, chunk: str) -> WordReading:
        return WordReading(chunk, tuple(bigrams(chunk))[:_MOST_TERMS])

    def _code_readings(self, word: str) -> list[WordReading]:
        codes = self.vocabulary.words.get(word, ())
        factors = (*_CODE_FACTORS, *[_CODE_FACTORS[-1]] * len(codes))
        return [WordReading("", (code_term(code),), factor) for code, factor in zip(codes, factors, strict=False)]

    def _codes(self, parts: list[QueryPart]) -> tuple[str, ...]:
        terms = (term for part in parts for reading in part.readings for term in reading.terms)
        return tuple(dict.fromkeys(term[1:] for term in terms if term.startswith("@")))

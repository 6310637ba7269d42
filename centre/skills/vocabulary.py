"""The vocabulary of the labour market, in memory: occupations, everyday job titles, and related trades.

Pure reference data, read once from files that ship with the project; no database. Loaded at first use (about 0.1 s).
"""

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from centre.text import normalise

_OCCUPATIONS = Path(__file__).parent.parent / "data" / "cn_occupations_2022.csv"
_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Occupation:
    """A node of the national classification (职业分类大典): level 1 major, 2 medium, 3 small group, 4 occupation."""

    code: str
    name: str
    level: int
    parent: str
    gbm: str


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A related trade that a worker can move to (相近职业), with the reason."""

    code: str
    weight: float
    why: str


class Vocabulary:
    """Occupations by code, everyday words by their normalised spelling, and neighbouring trades."""

    def __init__(
        self,
        nodes: dict[str, Occupation],
        aliases: dict[str, tuple[str, ...]],
        neighbours: dict[str, tuple[Neighbour, ...]],
    ) -> None:
        self.nodes = nodes
        self.aliases = aliases
        self.moves = neighbours

    @cached_property
    def occupations(self) -> tuple[Occupation, ...]:
        """The 1,639 occupations (细类) in the order of their codes."""
        return tuple(node for node in self.nodes.values() if node.level == 4)

    @cached_property
    def words(self) -> dict[str, tuple[str, ...]]:
        """Every known job word, official names included, to the codes that it stands for, best first."""
        words: dict[str, tuple[str, ...]] = {normalise(node.name): (node.code,) for node in self.occupations}
        for word, codes in self.aliases.items():
            words[word] = tuple(dict.fromkeys((*words.get(word, ()), *codes)))
        return words

    @cached_property
    def digest(self) -> bytes:
        """A digest of the content, for the names of cached files."""
        return hashlib.sha256(repr((self.nodes, self.aliases, self.moves)).encode()).digest()

    @cached_property
    def longest_word(self) -> int:
        """Length of the longest job word, in characters."""
        return max(map(len, self.words), default=0)

    @cached_property
    def aliases_of(self) -> dict[str, tuple[str, ...]]:
        """The everyday words of each occupation."""
        aliases: dict[str, list[str]] = {}
        for word, codes in self.aliases.items():
            for code in codes:
                aliases.setdefault(code, []).append(word)
        return {code: tuple(words) for code, words in aliases.items()}

    def name(self, code: str) -> str:
        """The official name of a code of any level; the code itself when it is unknown."""
        node = self.nodes.get(code)
        return node.name if node else code

    def codes_for(self, word: str) -> tuple[str, ...]:
        """The occupations that a job word stands for, best first; empty when the word is unknown."""
        return self.words.get(normalise(word), ())

    def find(self, text: str) -> list[tuple[str, tuple[str, ...]]]:
        """Job words inside a normalised text, longest first from the left, each with its codes."""
        return [(text[start:end], self.words[text[start:end]]) for start, end in self.spans(text)]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where job words of two characters and more stand in a normalised text, longest match from the left."""
        start = 0
        while start < len(text) - 1:
            for end in range(min(len(text), start + self.longest_word), start + 1, -1):
                if text[start:end] in self.words:
                    yield start, end
                    start = end
                    break
            else:
                start += 1

    def neighbours(self, code: str, limit: int = 8) -> tuple[Neighbour, ...]:
        """Trades close to an occupation: the listed moves first, then its own small group of the classification."""
        listed = self.moves.get(code, ())
        known = {code, *(neighbour.code for neighbour in listed)}
        group = self.nodes[code].parent if code in self.nodes else ""
        siblings = (
            Neighbour(node.code, 0.5, "")
            for node in self.children.get(group, ())
            if node.level == 4 and node.code not in known
        )
        return (*listed, *siblings)[:limit]

    @cached_property
    def children(self) -> dict[str, tuple[Occupation, ...]]:
        """The nodes directly under each node."""
        children: dict[str, list[Occupation]] = {}
        for node in self.nodes.values():
            children.setdefault(node.parent, []).append(node)
        return {parent: tuple(nodes) for parent, nodes in children.items()}

    def path(self, code: str) -> tuple[Occupation, ...]:
        """The nodes from the major group down to a code; empty when the code is unknown."""
        path: list[Occupation] = []
        while code in self.nodes:
            path.append(self.nodes[code])
            code = self.nodes[code].parent
        return tuple(reversed(path))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _read_aliases() -> dict[str, tuple[str, ...]]:
    """Words to codes, over all files; a word with a question mark only also means the code, so it comes last."""
    first: dict[str, list[str]] = {}
    further: dict[str, list[str]] = {}
    for path in sorted((_DATA / "aliases").glob("*.csv")):
        for row in _rows(path):
            for word in normalise(row["words"]).split():
                codes = (further if word.endswith("?") else first).setdefault(word.removesuffix("?"), [])
                codes.append(row["code"])
    words = (*first, *(word for word in further if word not in first))
    return {word: tuple(dict.fromkeys((*first.get(word, ()), *further.get(word, ())))) for word in words}


def _read_neighbours() -> dict[str, tuple[Neighbour, ...]]:
    neighbours: dict[str, list[Neighbour]] = {}
    for row in _rows(_DATA / "adjacency.csv"):
        neighbours.setdefault(row["code"], []).append(Neighbour(row["neighbour"], float(row["weight"]), row["why"]))
    return {code: tuple(sorted(rows, key=lambda row: -row.weight)) for code, rows in neighbours.items()}


_taught: list[frozenset[tuple[str, str]]] = [frozenset()]


def vocabulary() -> Vocabulary:
    """The vocabulary of this process: the shipped words and those that staff have accepted."""
    return _with(_taught[0])


def teach(words: Iterable[tuple[str, str]]) -> bool:
    """Add words for occupations to the shipped ones; returns whether anything changed."""
    wanted = frozenset((normalise(word), code) for word, code in words)
    changed = wanted != _taught[0]
    _taught[0] = wanted
    return changed


@lru_cache(maxsize=2)
def _with(words: frozenset[tuple[str, str]]) -> Vocabulary:
    if not words:
        return _shipped()
    shipped = _shipped()
    aliases = dict(shipped.aliases)
    for word, code in sorted(words):
        aliases[word] = tuple(dict.fromkeys((code, *aliases.get(word, ()))))
    return Vocabulary(shipped.nodes, aliases, shipped.moves)


@lru_cache(maxsize=1)
def _shipped() -> Vocabulary:
    nodes = {
        row["code"]: Occupation(row["code"], row["name"], int(row["level"]), row["parent"], row["gbm"])
        for row in _rows(_OCCUPATIONS)
    }
    return Vocabulary(nodes, _read_aliases(), _read_neighbours())

"""Pages kept for the next visitor with the same question, as long as what they tell of stands as it is (答案架)."""

from collections.abc import Hashable
from dataclasses import dataclass

MOST = 500


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page without a word about its reader, and what its question is counted with."""

    body: bytes
    words: tuple[str, ...]
    total: int


class PageCache:
    """Pages by question. All of them stand on one thing, such as an index that every change replaces by another."""

    def __init__(self) -> None:
        self._stands: tuple[object, dict[Hashable, KeptPage]] = (None, {})

    def get(self, ground: object, question: Hashable) -> KeptPage | None:
        """The page for a question, if one was kept while the same thing stood."""
        stood, pages = self._stands
        return pages.get(question) if stood is ground else None

    def put(self, ground: object, question: Hashable, page: KeptPage) -> None:
        """Keep a page; those that stood on something else go."""
        stood, pages = self._stands
        if stood is not ground or len(pages) >= MOST:
            self._stands = (ground, pages := {})
        pages[question] = page

"""A cache of pages by query, valid until the underlying data changes (答案架)."""

from collections.abc import Hashable
from dataclasses import dataclass

MOST = 500


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page without reader-specific content, and the search words and total for the statistics."""

    body: bytes
    words: tuple[str, ...]
    total: int


class PageCache:
    """Pages by query. All depend on one immutable object, such as an index that is replaced on every change."""

    def __init__(self) -> None:
        self._stands: tuple[object, dict[Hashable, KeptPage]] = (None, {})

    def get(self, ground: object, question: Hashable) -> KeptPage | None:
        """The cached page of a query, if it was stored for the same object."""
        stood, pages = self._stands
        return pages.get(question) if stood is ground else None

    def put(self, ground: object, question: Hashable, page: KeptPage) -> None:
        """Store a page; pages for another object are dropped."""
        stood, pages = self._stands
        if stood is not ground or len(pages) >= MOST:
            self._stands = (ground, pages := {})
        pages[question] = page

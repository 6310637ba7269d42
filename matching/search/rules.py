"""Search criteria, read alike by the page, the API and the digest; which words of a query may be counted. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from pydantic import Field

from centre.drafts import Draft, Line, RegionCode, Words
from centre.errors import Conflict
from centre.permissions import Permission
from centre.states import Machine, Move
from centre.text import HAN, UnsafeText, clean
from centre.translation import N_
from employers.openings.rules import EmploymentType

MOST_PAGES = 50
LONGEST = 200
MOST_VALUES = 10
MOST_SAVED = 10
"""Searches that one person may keep."""
MOST_TOLD, MOST_OF_EMPLOYER = 10, 3
"""Lines of one digest, and how many of them may be of one employer."""

Offer = Annotated[str, Field(pattern="^(board|lodging|day|night|training|insurance)$")]
Sort = Literal["", "near", "pay", "new"]
Near = Annotated[str, Field(pattern="^([0-9]{6})?$")]
Occupation = Annotated[str, Field(pattern=r"^([0-9](-[0-9]{2}){0,3})?$")]


class SearchCriteria(Draft):
    """The criteria of a search; every part may be missing (搜索条件). `wage_min` is in yuan a month; `near` is the
    region from which `sort=near` measures.

    A search goes through `SearchCriteria` (what the page, the API and a kept search ask for), the engine's `Filters`
    (its places, pay and ticks), the engine's `Query` (what its words mean), and `Results` (what the reader is shown).
    """

    q: Line = ""
    region: tuple[RegionCode, ...] = ()
    occupation: Occupation = ""
    wage_min: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
    employment: tuple[EmploymentType, ...] = ()
    offer: tuple[Offer, ...] = ()
    sort: Sort = ""
    near: Near = ""
    page: Annotated[int, Field(ge=1, le=MOST_PAGES)] = 1

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "SearchCriteria":
        """Read an address; a value that is wrong is left out instead of refused.

        A place that is not known or can be several joins the words, so that nobody is shown everything instead.
        """
        given: dict[str, Any] = {}
        unclear: list[str] = []
        for name, value in pairs:
            field = cls.model_fields.get(name)
            if field is None or not value:
                continue
            several = "tuple" in str(field.annotation)
            try:
                valid = getattr(cls.model_validate({name: (value,) if several else value}), name)
            except ValueError:
                if name == "region" and _is_line(value):
                    unclear.append(value)
                continue
            if several:
                given[name] = (*given.get(name, ()), *valid)[:MOST_VALUES]
            else:
                given.setdefault(name, valid)
        given["q"] = " ".join([given.get("q", ""), *dict.fromkeys(unclear)]).strip()[:LONGEST]
        return cls.model_validate(given)

    @classmethod
    def read(cls, address: str) -> "SearchCriteria":
        """The criteria behind a kept address.

        >>> SearchCriteria.read("q=缝纫&region=610404&offer=board&wage_min=x").address
        'q=%E7%BC%9D%E7%BA%AB&region=610404&offer=board'
        """
        return cls.of(parse_qsl(address, max_num_fields=60))

    @property
    def address(self) -> str:
        """The search as an address, without page and order; the same search always gives the same address."""
        kept = self.model_dump(mode="json", exclude={"page", "sort", "near"}, exclude_defaults=True)
        return urlencode(kept, doseq=True)

    @property
    def is_empty(self) -> bool:
        """Whether nothing narrows the search."""
        return not self.address


def _is_line(text: str) -> bool:
    """Whether a text can be words of a search."""
    try:
        return not clean(text).isascii()
    except UnsafeText:
        return False


class SearchDraft(Draft):
    """A search to be kept: its address and, if wanted, a name for it (保存搜索)."""

    address: Annotated[str, Field(max_length=1000)] = ""
    name: Line = ""


class TooManySearches(Conflict):
    """The person already keeps the most searches allowed."""

    code = "too-many-searches"
    message = N_("最多保存 {most} 个搜索，请先停掉一个")


class NothingSought(Conflict):
    """A search without criteria cannot be kept: every opening would be news."""

    code = "nothing-sought"
    message = N_("请先选好想找的工作，再保存")


class SynonymState(StrEnum):
    """Where a proposed word stands (同义词状态)."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


SYNONYM_LABELS = {
    SynonymState.PROPOSED: N_("等人决定"),
    SynonymState.ACCEPTED: N_("已采用"),
    SynonymState.REJECTED: N_("不采用"),
}

SYNONYM = Machine(
    "synonym",
    [
        Move(SynonymState.PROPOSED, "accept", SynonymState.ACCEPTED, Permission.CURATE_WORDS),
        Move(SynonymState.PROPOSED, "reject", SynonymState.REJECTED, Permission.CURATE_WORDS),
        Move(SynonymState.ACCEPTED, "reject", SynonymState.REJECTED, Permission.CURATE_WORDS),
        Move(SynonymState.REJECTED, "accept", SynonymState.ACCEPTED, Permission.CURATE_WORDS),
    ],
    SYNONYM_LABELS,
)


class SynonymDraft(Draft):
    """The occupation that a word means (采用同义词)."""

    occupation: Words


class NoSuchOccupation(Conflict):
    """The word was to mean an occupation that the classification does not have."""

    code = "no-such-occupation"
    message = N_("职业分类里没有这个职业")


ASKED, DAYS = 5, 2
"""A word is proposed after so many searches on so many days; rarer words are never shown."""
KEPT = timedelta(days=60)
"""Counts of words are forgotten after two months."""
_WORD = re.compile(rf"[{HAN}a-z]{{2,12}}")


def countable(words: Sequence[str]) -> list[str]:
    """The words of a query that may be counted: short, letters only, so no number, no address and no sentence.

    >>> countable(["打螺丝", "13800000001", "a", "我想在渭城附近找一个离家近的工作"])
    ['打螺丝']
    """
    return [word for word in dict.fromkeys(words) if _WORD.fullmatch(word)]


def place_behind(numbers: Iterable[int], after: tuple[int, ...]) -> int | None:
    """The place behind the first of `after` that is still among the numbers of a list; None if none is."""
    places = {number: at for at, number in enumerate(numbers)}
    return next((places[number] + 1 for number in after if number in places), None)

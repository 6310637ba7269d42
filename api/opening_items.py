"""Openings in lists: search results, suggestions, and the wire format of one entry."""

from collections.abc import Mapping
from datetime import date, datetime

from api.paging import cursor_behind
from api.wire import Wire
from centre import regions
from centre.translation import translate
from employers.openings.rules import CertificateRequirement, SkillRequirement
from matching.live.listing import Listed
from matching.search.find import Results

MOST_ITEMS = 20_000
_items: dict[int, tuple[Listed, str, "OpeningItem"]] = {}


class OpeningItem(Wire):
    """An opening in a list. Wages in fen per `wage_unit`; show a warning unless `employer_risk` is normal.

    An agency recruits for `client_name`, and both names are to be shown; `contract_party` says who signs the contract.
    """

    id: int
    url: str
    title: str
    employer: str
    client_name: str
    region_code: str
    region: str
    occupation: str
    wage_min_fen: int | None
    wage_max_fen: int | None
    wage_unit: str
    employment_type: str
    contract_party: str
    hours_per_week: int | None
    min_education: str
    skill_requirements: list[SkillRequirement]
    certificate_requirements: list[CertificateRequirement]
    remaining: int
    board: bool | None
    lodging: bool | None
    accepts_training: bool
    posted_on: date
    valid_until: date | None
    updated_at: datetime
    employer_risk: str


class WiderOut(Wire):
    """A larger area with its number of results; an empty code means everywhere."""

    region_code: str
    name: str
    total: int


class NeighbourOut(Wire):
    """A related occupation with its number of openings."""

    code: str
    name: str
    total: int


class UnderstoodOut(Wire):
    """A wish in the words of a search: what was written, what it was read as, and the words that remain without it."""

    written: str
    meaning: str
    without: str


class SearchOut(Wire):
    """The results of a search; `facets` count results per value, each ignoring its own filter."""

    items: list[OpeningItem]
    total: int
    limit: int
    offset: int
    next_cursor: str
    facets: Mapping[str, Mapping[str, int]]
    corrected: str | None
    words: list[str]
    places: list[str]
    understood: list[UnderstoodOut]
    relaxed: bool
    elsewhere: int
    wider: list[WiderOut]
    neighbours: list[NeighbourOut]


def search_out(results: Results, locale: str, base: str) -> SearchOut:
    """The wire format of search results; `base` is the address of this installation."""
    return SearchOut(
        items=[item_out(listed, base) for listed in results.items],
        total=results.total,
        limit=results.limit,
        offset=results.offset,
        next_cursor=cursor_behind(results.offset, [listed.id for listed in results.items], results.total),
        facets=results.facets,
        corrected=results.corrected,
        words=list(results.words),
        places=list(results.places),
        understood=[
            UnderstoodOut(
                written=wish.written, meaning=translate(locale, wish.message, **wish.params), without=wish.without
            )
            for wish in results.wishes
        ],
        relaxed=results.relaxed,
        elsewhere=results.elsewhere,
        wider=[WiderOut.model_validate(wider) for wider in results.wider],
        neighbours=[NeighbourOut.model_validate(near) for near in results.neighbours],
    )


def item_out(listed: Listed, base: str) -> OpeningItem:
    """The wire format of a listed opening, cached for each version and address; its values are already validated."""
    kept = _items.get(listed.id)
    if kept is None or kept[0] is not listed or kept[1] != base:
        if len(_items) > MOST_ITEMS:
            _items.clear()
        kept = _items[listed.id] = (listed, base, _item(listed, base))
    return kept[2]


def _item(listed: Listed, base: str) -> OpeningItem:
    return OpeningItem.model_construct(
        id=listed.id,
        url=f"{base}/openings/{listed.id}",
        title=listed.title,
        employer=listed.employer,
        client_name=listed.client_name,
        region_code=listed.region_code,
        region=place_name(listed.region_code),
        occupation=listed.occupation,
        wage_min_fen=listed.wage_min_fen,
        wage_max_fen=listed.wage_max_fen,
        wage_unit=listed.wage_unit,
        employment_type=listed.employment_type,
        contract_party=listed.contract_party,
        hours_per_week=listed.hours_per_week,
        min_education=listed.min_education,
        skill_requirements=list(listed.skills),
        certificate_requirements=list(listed.certificates),
        remaining=listed.remaining,
        board=listed.board,
        lodging=listed.lodging,
        accepts_training=listed.accepts_training,
        posted_on=listed.posted_on,
        valid_until=listed.valid_until,
        updated_at=listed.updated_at,
        employer_risk=listed.risk.value,
    )


def place_name(code: str) -> str:
    """The name of a region, or the code itself when it is unknown."""
    return regions.name(code) if code and regions.exists(code) else code

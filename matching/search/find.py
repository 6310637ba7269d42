"""Search of openings: words, place and ticks in; a page, counts and honest ways on out (岗位搜索)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from centre import regions
from centre.skills.vocabulary import vocabulary
from matching.live.listing import Listed
from matching.live.openings import View, board
from matching.live.poller import openings_now

if TYPE_CHECKING:
    from matching.engine.text.compile import Filters
    from matching.engine.text.index import Hits

FEW = 3
"""With fewer answers than this the page also offers neighbouring occupations and wider places."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody looks for; every part may be missing (搜索条件)."""

    q: str = ""
    regions: tuple[str, ...] = ()
    wage_min_fen: int | None = None
    occupation: str = ""
    employment_types: tuple[str, ...] = ()
    offers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wider:
    """A larger place with its real number of answers to the words without the place that they named (更大范围)."""

    region_code: str
    name: str
    total: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A neighbouring occupation with its real number of openings, in the places asked for or anywhere (相近职业)."""

    code: str
    name: str
    total: int
    why: str
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a search. `facets` hold counts per value, each without its own tick."""

    items: tuple[Listed, ...]
    total: int
    limit: int
    offset: int
    facets: Mapping[str, Mapping[str, int]]
    corrected: str | None = None
    words: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    relaxed: bool = False
    elsewhere: int = 0
    wider: tuple[Wider, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()


def search_openings(wish: Wish, *, limit: int = 20, offset: int = 0, view: View | None = None) -> Results:
    """The best openings for a wish, never blank: few answers come with neighbouring occupations and wider places.

    `view` is the look at the openings that is searched, when the caller has one.
    """
    from matching.engine.text.compile import Filters

    view = view or openings_now()
    filters = Filters(wish.regions, wish.wage_min_fen, _facets(wish, view))
    hits = view.index.search(wish.q, filters, limit=limit, offset=offset)
    items = tuple(view.listed[number] for number in hits.ids if number in view.listed)
    few = hits.total < FEW
    return Results(
        items=items,
        total=hits.total,
        limit=limit,
        offset=offset,
        facets=hits.facets,
        corrected=hits.corrected,
        words=hits.terms,
        asked=tuple(wish.text for wish in hits.query.wishes if wish.admits),
        codes=hits.query.codes[:3],
        places=hits.query.regions,
        relaxed=hits.relaxed,
        elsewhere=hits.elsewhere,
        wider=_wider(view, wish, hits.query.regions, hits.total) if few else (),
        neighbours=_neighbours(view, wish, hits, filters) if few else (),
    )


def warm_search() -> None:
    """Build the index and load the dictionaries of readings and typing errors, so that no reader waits for them."""
    search_openings(Wish(q="dangchegong 挡车公"))


def similar_openings(listed: Listed, limit: int = 4) -> list[Listed]:
    """Other openings of the same occupation or field, those of the same place first."""
    view = board().look()
    others = [one for one in view.in_field([listed.occupation]) if one.id != listed.id and one.occupation]

    def distance(one: Listed) -> tuple[int, int, int, int]:
        same = next((step for step in (12, 7, 4) if one.occupation[:step] == listed.occupation[:step]), 0)
        near = next((step for step in (6, 4, 2) if one.region_code[:step] == listed.region_code[:step]), 0)
        return (-same, -near, -(one.wage_max_fen or 0), one.id)

    return sorted(others, key=distance)[:limit]


def listed_opening(opening_id: int) -> Listed | None:
    """An opening as the board holds it, or None when it is not offered now."""
    return board().look().listed.get(opening_id)


def popular_groups(limit: int = 8) -> list[tuple[str, str, int]]:
    """The occupations with most places on offer: code, name, places."""
    places: dict[str, int] = {}
    for one in list(board().look().listed.values()):
        if one.occupation:
            places[one.occupation] = places.get(one.occupation, 0) + max(one.remaining, 0)
    best = sorted(places.items(), key=lambda entry: (-entry[1], entry[0]))[:limit]
    return [(code, vocabulary().name(code), total) for code, total in best]


def totals() -> tuple[int, int]:
    """How many openings and how many places are on offer; counted anew when an opening changes."""
    global _totals
    view = openings_now()
    counted, told = _totals
    if counted is not view.index:
        listed = list(view.listed.values())
        told = len(listed), sum(max(one.remaining, 0) for one in listed)
        _totals = (view.index, told)
    return told


_totals: tuple[object, tuple[int, int]] = (None, (0, 0))


def _facets(wish: Wish, view: View) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    if wish.employment_types:
        found["employment"] = wish.employment_types
    if wish.offers:
        found["offer"] = wish.offers
    if wish.occupation:
        parts = wish.occupation.split("-")
        if len(parts) == 1:
            found["major"] = (wish.occupation,)
        elif len(parts) == 2:
            found["group"] = (wish.occupation,)
        else:
            codes = {one.occupation for one in view.in_field([wish.occupation])}
            found["occupation"] = tuple(sorted(code for code in codes if code.startswith(wish.occupation))) or (
                wish.occupation,
            )
    return found


def _wider(view: View, wish: Wish, named: tuple[str, ...], total: int) -> tuple[Wider, ...]:
    """The places around those asked for, each with the number of answers that it really has, while that grows."""
    from matching.engine.text.compile import Filters

    asked = wish.regions or named
    if not asked:
        return ()
    facets = _facets(wish, view)
    words = regions.parse_place(wish.q).rest if named else wish.q
    found: list[Wider] = []
    most = total
    steps = list(regions.ancestors(asked[0])) if regions.exists(asked[0]) else []
    for code in [*steps, ""]:
        filters = Filters((code,) if code else (), wish.wage_min_fen, facets)
        count = view.index.search(words, filters, limit=1).total
        if count > most:
            found.append(Wider(code, regions.name(code) if code else "", count, words))
            most = count
    return tuple(found)


def _neighbours(view: View, wish: Wish, hits: "Hits", filters: "Filters") -> tuple[Neighbour, ...]:
    query = hits.query
    if wish.occupation and wish.occupation not in query.codes:
        query = replace(query, codes=(wish.occupation, *query.codes))
    free = replace(filters, facets={name: kept for name, kept in filters.facets.items() if name not in _TRADES})
    found = view.index.suggestions(query, free)
    places = filters.regions or query.regions
    if not found and places:
        found, places = view.index.suggestions(replace(query, regions=()), replace(free, regions=())), ()
    return tuple(Neighbour(one.code, one.name, one.count, one.why, places) for one in found)


_TRADES = frozenset({"occupation", "group", "major"})

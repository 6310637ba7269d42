"""Search of openings: words, place and ticks in; a page, counts and fallbacks out (岗位搜索).

The text of a search is held in four types, one after the other:
`SearchCriteria`: what was typed and ticked, checked; `Understood`: its wishes (不要夜班), and the words that remain;
`Query`: those words as parts with their readings, places and occupations; `QueryLists`: the posting lists to scan.
Ticks and wishes become `Filters` beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from centre import clock, network, regions
from centre.distances import nearest_first
from centre.skills.vocabulary import vocabulary
from employers.openings.models import Opening
from employers.openings.queries import open_openings, reserved_openings
from matching.engine.fit.profiles import WageUnit
from matching.engine.text.terms import area
from matching.live.listing import AGES, Listed, listed_now, welcomes
from matching.live.openings import View, board
from matching.live.poller import openings_now
from matching.search.english import in_chinese
from matching.search.rules import SearchCriteria, place_behind
from matching.search.wishes import Sought, Understood, understand

if TYPE_CHECKING:
    from matching.engine.text.compile import Filters
    from matching.engine.text.index import Hits
    from matching.engine.text.query import Query

FEW = 3
"""With fewer answers than this the page also offers neighbouring occupations and wider places."""


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
    """The answer to a search. `facets` hold counts per value, each without its own tick.

    `wishes` are what was understood besides trade and place. `without_places` holds for each of the `places` the words
    of the search without it.
    """

    items: tuple[Listed, ...]
    total: int
    limit: int
    offset: int
    facets: Mapping[str, Mapping[str, int]]
    corrected: str | None = None
    words: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    wishes: tuple[Sought, ...] = ()
    without_places: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    relaxed: bool = False
    elsewhere: int = 0
    wider: tuple[Wider, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()


def search_openings(
    criteria: SearchCriteria, *, limit: int = 20, offset: int = 0, after: tuple[int, ...] = (), view: View | None = None
) -> Results:
    """The best openings for the criteria; few answers come with neighbouring occupations and wider places.

    `after` are the last openings of the page before, the very last first: the page begins behind them even if others
    came in meanwhile. `view` is the look at the openings that is searched, when the caller has one. English that no
    opening has as it is written is searched in Chinese.
    """
    view = view or openings_now()
    results = _searched(criteria, limit, offset, after, view)
    if not results.total or results.corrected or results.relaxed:
        chinese = in_chinese(criteria.q)
        if chinese:
            translated = _searched(criteria.model_copy(update={"q": chinese}), limit, offset, after, view)
            return translated if translated.total else results
    return results


def _searched(criteria: SearchCriteria, limit: int, offset: int, after: tuple[int, ...], view: View) -> Results:
    asked = understand(criteria.q)
    filters = _with_wishes(_filters(criteria, view), asked.wishes, view)
    if criteria.sort:
        hits = view.index.search(asked.words, filters, limit=max(1, len(view.listed)))
        ordered = _ordered(_listed(view, hits), criteria, view)
        place = place_behind((listed.id for listed in ordered), after)
        start = offset if place is None else place
        items = tuple(ordered[start : start + limit])
    else:
        hits = view.index.search(asked.words, filters, limit=limit, offset=offset, after=after)
        start, items = hits.start, tuple(_listed(view, hits))
    few = hits.total < FEW
    return Results(
        items=items,
        total=hits.total,
        limit=limit,
        offset=start,
        facets=_shown(hits.facets),
        wishes=asked.wishes,
        without_places=_without_places(hits.query, asked.wishes),
        corrected=hits.corrected,
        words=hits.terms,
        asked=() if asked.is_sentence else tuple(part.text for part in hits.query.parts if part.admits),
        codes=hits.query.codes[:3],
        places=hits.query.regions,
        relaxed=hits.relaxed,
        elsewhere=hits.elsewhere,
        wider=_wider(view, criteria, asked, filters, hits) if few else (),
        neighbours=_neighbours(view, criteria, filters, hits) if few else (),
    )


def _listed(view: View, hits: "Hits") -> list[Listed]:
    return [view.listed[number] for number in hits.ids if number in view.listed]


def _ordered(openings: list[Listed], criteria: SearchCriteria, view: View) -> list[Listed]:
    """Openings by distance from the reader's county, by least pay a month or by day; ties keep their order."""
    if criteria.sort == "new":
        return sorted(openings, key=lambda listed: listed.posted_on, reverse=True)
    if criteria.sort == "pay":
        wages = view.ground.wages
        return sorted(
            openings, key=lambda listed: -(wages.monthly(listed.wage_min_fen, WageUnit(listed.wage_unit)) or 0)
        )
    codes = nearest_first(criteria.near or network.home(), {listed.region_code for listed in openings})
    rank = {code: position for position, code in enumerate(codes)}
    return sorted(openings, key=lambda listed: rank[listed.region_code])


def warm_search() -> None:
    """Build the index and load the dictionaries of readings and typing errors, so that no reader waits for them."""
    search_openings(SearchCriteria(q="dangchegong 挡车公"))


def similar_openings(listed: Listed, limit: int = 4) -> list[Listed]:
    """Other openings of the same occupation or field, those of the same place first."""
    view = board().look()
    others = [other for other in view.in_field([listed.occupation]) if other.id != listed.id and other.occupation]

    def distance(other: Listed) -> tuple[int, int, int, int]:
        same = next((step for step in (12, 7, 4) if other.occupation[:step] == listed.occupation[:step]), 0)
        near = next((step for step in (6, 4, 2) if other.region_code[:step] == listed.region_code[:step]), 0)
        return (-same, -near, -(other.wage_max_fen or 0), other.id)

    return sorted(others, key=distance)[:limit]


def listed_opening(session: Session, opening_id: int) -> Listed | None:
    """An opening that is offered now, or None.

    One that is reserved for a group is on no board, and one that was published a moment ago not yet; readers who may
    see it get it from the database.
    """
    listed = board().look().listed.get(opening_id)
    if listed is not None:
        return listed
    offered = (reserved_openings(clock.today()), open_openings(clock.today()))
    kept = next((row for query in offered if (row := session.scalar(query.where(Opening.id == opening_id)))), None)
    return listed_now(kept) if kept is not None else None


def popular_groups(limit: int = 8) -> list[tuple[str, str, int]]:
    """The occupations with most places on offer: code, name, places."""
    places: dict[str, int] = {}
    for listed in list(board().look().listed.values()):
        if listed.occupation:
            places[listed.occupation] = places.get(listed.occupation, 0) + max(listed.remaining, 0)
    best = sorted(places.items(), key=lambda entry: (-entry[1], entry[0]))[:limit]
    return [(code, vocabulary().name(code), total) for code, total in best]


def totals() -> tuple[int, int]:
    """How many openings and how many places are on offer; counted again when an opening changes."""
    global _totals
    view = openings_now()
    counted, sums = _totals
    if counted is not view.index:
        openings = list(view.listed.values())
        sums = len(openings), sum(max(opening.remaining, 0) for opening in openings)
        _totals = (view.index, sums)
    return sums


_totals: tuple[object, tuple[int, int]] = (None, (0, 0))


def _filters(criteria: SearchCriteria, view: View) -> "Filters":
    """The places, the pay and the ticks of a search as the text index reads them; pay in fen."""
    from matching.engine.text.compile import Filters

    wage_min_fen = criteria.wage_min * 100 if criteria.wage_min else None
    return Filters(criteria.region, wage_min_fen, _facets(criteria, view))


def _shown(facets: Mapping[str, Mapping[str, int]]) -> dict[str, Mapping[str, int]]:
    """The counts of a search for its readers; a city or province counts what lies in it, as its tick does."""
    shown = {name: counts for name, counts in facets.items() if name != AGES}
    places = shown.get("region", {})
    wide = {code: area(code) for code in places if code.endswith("00")}
    if wide:
        sums = {code: sum(n for other, n in places.items() if other.startswith(own)) for code, own in wide.items()}
        shown["region"] = {**places, **sums}
    return shown


def _with_wishes(filters: "Filters", wishes: tuple[Sought, ...], view: View) -> "Filters":
    """The filters with what the words asked for: all of it, and of two least wages the higher one."""
    if not wishes:
        return filters
    facets, every = dict(filters.facets), {}
    if offers := tuple(dict.fromkeys(offer for wish in wishes for offer in wish.offers)):
        every["offer"] = offers
    if ages := [age for wish in wishes for age in wish.ages]:
        welcoming = [value for value in view.index.values(AGES) if all(welcomes(value, age) for age in ages)]
        facets[AGES] = tuple(welcoming) or ("nobody",)
    wages = [view.ground.wages.monthly(wish.wage_fen, WageUnit(wish.unit.value)) for wish in wishes]
    least = max((fen for fen in (filters.wage_min_fen, *wages) if fen is not None), default=None)
    return replace(filters, wage_min_fen=least, facets=facets, every=every)


def _without_places(query: "Query", wishes: tuple[Sought, ...]) -> tuple[str, ...]:
    """For each place of a query its words without that place; the other places stay under their full names."""
    kept = " ".join([query.rest, *(wish.written for wish in wishes)])
    places = [(code, regions.full_name(code)) for code in query.regions]
    return tuple(" ".join([*(name for other, name in places if other != code), kept]).strip() for code, _ in places)


def _facets(criteria: SearchCriteria, view: View) -> dict[str, tuple[str, ...]]:
    facets: dict[str, tuple[str, ...]] = {}
    if criteria.employment:
        facets["employment"] = tuple(kind.value for kind in criteria.employment)
    if criteria.offer:
        facets["offer"] = criteria.offer
    if criteria.occupation:
        levels = criteria.occupation.split("-")
        if len(levels) == 1:
            facets["major"] = (criteria.occupation,)
        elif len(levels) == 2:
            facets["group"] = (criteria.occupation,)
        else:
            codes = {listed.occupation for listed in view.in_field([criteria.occupation])}
            facets["occupation"] = tuple(sorted(code for code in codes if code.startswith(criteria.occupation))) or (
                criteria.occupation,
            )
    return facets


def _wider(
    view: View, criteria: SearchCriteria, asked: Understood, filters: "Filters", hits: "Hits"
) -> tuple[Wider, ...]:
    """The places around those asked for, each with its real number of answers, while that number grows."""
    named = hits.query.regions
    places = criteria.region or named
    if not places:
        return ()
    words = hits.query.rest if named else asked.words
    typed = " ".join([words, *(wish.written for wish in asked.wishes)]) if asked.wishes else words
    wider: list[Wider] = []
    most = hits.total
    steps = list(regions.ancestors(places[0])) if regions.exists(places[0]) else []
    for code in [*steps, ""]:
        count = view.index.search(words, replace(filters, regions=(code,) if code else ()), limit=1).total
        if count > most:
            wider.append(Wider(code, regions.name(code) if code else "", count, typed))
            most = count
    return tuple(wider)


def _neighbours(view: View, criteria: SearchCriteria, filters: "Filters", hits: "Hits") -> tuple[Neighbour, ...]:
    query = hits.query
    if criteria.occupation and criteria.occupation not in query.codes:
        query = replace(query, codes=(criteria.occupation, *query.codes))
    free = replace(filters, facets={name: kept for name, kept in filters.facets.items() if name not in _TRADES})
    near = view.index.suggestions(query, free)
    places = filters.regions or query.regions
    if not near and places:
        near, places = view.index.suggestions(replace(query, regions=()), replace(free, regions=())), ()
    return tuple(Neighbour(trade.code, trade.name, trade.count, trade.why, places) for trade in near)


_TRADES = frozenset({"occupation", "group", "major"})

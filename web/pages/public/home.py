"""Pages for everybody: front page, search, opening, registration, about, privacy."""

from math import ceil

from sqlalchemy import func, select
from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from api.paging import After, cursor_behind, place_of
from api.security import own_address
from centre import clock
from centre.distances import nearest_first
from centre.network import centres
from centre.network import home as home_region
from centre.people import Person
from centre.regions import full_name
from centre.settings import settings
from centre.skills.vocabulary import vocabulary
from centre.translation import N_, translate
from employers.fairs.queries import coming_fairs
from matching.live.poller import is_watched, openings_now
from matching.search.find import Results, search_openings, totals
from matching.search.rules import MOST_PAGES, SearchCriteria
from matching.search.word_counts import count_words
from matching.suggestions.fits import Course, next_courses
from training.classes.queries import recruiting
from web import choices
from web.page_cache import KeptPage, PageCache
from web.preferences import Display
from web.rendering import html, page

routes = Pages()

PAGE = 20
_pages = PageCache()


@routes.get("/", allow=PUBLIC)
def home(unit: Unit) -> Response:
    """The front page: search box, trades as icons, the next fairs and courses."""
    today = clock.today()
    openings, places = totals()
    coming = coming_fairs(clock.now()).limit(4)
    return page(
        unit,
        "public/home.html",
        trades=choices.TRADES[:12],
        openings=openings,
        places=places,
        fairs=unit.session.scalars(coming).all(),
        classes=unit.session.execute(recruiting(today).limit(4)).all(),
        newest=search_openings(SearchCriteria(), limit=4).items,
        place=choices.place,
        local=clock.local,
        chips_of=choices.chips_of,
        base=own_address(unit.request),
    )


@routes.get("/openings", allow=PUBLIC, is_quick=lambda: settings().is_sqlite and is_watched())
def openings(unit: Unit, after: After = "") -> Response:
    """Search results with counts; the page is the same with and without scripts.

    A page of many results tells nothing but how the openings stand: it is kept for other visitors until one changes.
    """
    view = openings_now()
    question = (unit.request.url.query, unit.locale, Display.of(unit.request.cookies))
    known = None if unit.actor.signed_in else _pages.get(view.index, question)
    if known is None:
        criteria = _from_home(unit, SearchCriteria.of(unit.request.query_params.multi_items()))
        start, behind = place_of(after) if after else ((criteria.page - 1) * PAGE, ())
        results = search_openings(criteria, limit=PAGE, offset=start, after=behind, view=view)
        body = bytes(_results(unit, criteria, results).body)
        known = KeptPage(body, results.asked if criteria.page == 1 else (), 0 if results.relaxed else results.total)
        if results.total >= PAGE and not unit.actor.signed_in:
            _pages.put(view.index, question, known)
    count_words(known.words, total=known.total)
    return html(unit, known.body)


def _from_home(unit: Unit, criteria: SearchCriteria) -> SearchCriteria:
    """The criteria with the county in which the reader has said to live, where distances are asked for."""
    if criteria.sort != "near" or criteria.near or unit.actor.person_id is None:
        return criteria
    lives = unit.session.scalar(select(Person.live_region).where(Person.id == unit.actor.person_id)) or ""
    return criteria.model_copy(update={"near": lives if lives in dict(choices.home_counties()) else ""})


def _results(unit: Unit, criteria: SearchCriteria, results: Results) -> Response:
    courses = _courses(unit, criteria, results)
    return page(
        unit,
        "public/openings.html",
        criteria=criteria,
        results=results,
        pages=min(ceil(results.total / PAGE), MOST_PAGES),
        after=cursor_behind(results.offset, [listed.id for listed in results.items], results.total),
        groups=_groups(unit.locale, criteria, results),
        chosen={"region": criteria.region, "offer": criteria.offer, "employment": criteria.employment},
        applied=_applied(unit.locale, criteria),
        understood=_understood(unit.locale, results),
        trade=vocabulary().name(criteria.occupation) if criteria.occupation else "",
        courses=courses[:3],
        classes=sum(course.classes for course in courses),
        all_classes=0 if results.total else _open_classes(unit),
        everything=0 if results.total else totals()[0],
        may_save=unit.actor.person_id is not None and not criteria.is_empty,
        pay=choices.PAY,
        orders=tuple(choices.ORDERS.items()),
        counties=tuple(choices.home_counties()),
        place=choices.place_from(criteria.near),
        chips_of=choices.chips_of,
    )


def _groups(
    locale: str, criteria: SearchCriteria, results: Results
) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """The filters with their counts; every place that has openings, the nearest first, selected ones before all."""

    def in_language(label: str) -> str:
        return translate(locale, label)

    regions = dict(results.facets.get("region", {}))
    for code in criteria.region:
        regions.setdefault(code, 0)
    codes = nearest_first(criteria.near or home_region(), regions)
    ordered = sorted(codes, key=lambda code: code not in criteria.region)
    offers, kinds = results.facets.get("offer", {}), results.facets.get("employment", {})
    return [
        ("region", in_language(N_("在哪里")), [(code, choices.place(code), regions[code]) for code in ordered]),
        (
            "offer",
            in_language(N_("想要什么")),
            [(name, in_language(label), offers.get(name, 0)) for name, label in choices.OFFERS.items()],
        ),
        (
            "employment",
            in_language(N_("怎么用工")),
            [(name, in_language(label), kinds[name]) for name, label in choices.EMPLOYMENT.items() if kinds.get(name)],
        ),
    ]


def _applied(locale: str, criteria: SearchCriteria) -> list[tuple[str, str, object]]:
    """The active filters: label, query parameter, and the values that remain without it."""
    ways: list[tuple[str, str, object]] = []
    if criteria.occupation:
        ways.append((vocabulary().name(criteria.occupation), "occupation", None))
    if criteria.wage_min:
        ways.append((translate(locale, N_("{yuan} 元以上"), yuan=f"{criteria.wage_min:,}"), "wage_min", None))
    for name, labels in (("offer", choices.OFFERS), ("employment", choices.EMPLOYMENT)):
        held: tuple[str, ...] = getattr(criteria, name)
        ways += [(translate(locale, labels[tick]), name, [other for other in held if other != tick]) for tick in held]
    regions = criteria.region
    ways += [(choices.place(code), "region", [other for other in regions if other != code]) for code in regions]
    return ways


def _understood(locale: str, results: Results) -> list[tuple[str, str]]:
    """What the words of a search were read as, in plain words, each with the words that remain without it."""
    names = [choices.place(code) for code in results.places]
    places = [
        (translate(locale, N_("只看：{places}"), places=name if names.count(name) == 1 else full_name(code)), words)
        for code, name, words in zip(results.places, names, results.without_places, strict=True)
    ]
    wishes = [(translate(locale, wish.message, **wish.params), wish.without) for wish in results.wishes]
    return places + wishes


def _courses(unit: Unit, criteria: SearchCriteria, results: Results) -> list[Course]:
    """Courses for the searched trades and related ones, offered when there are few openings."""
    if results.total >= PAGE:
        return []
    codes = dict.fromkeys((criteria.occupation, *results.codes, *(near.code for near in results.neighbours[:3])))
    wanted = [code for code in codes if code]
    return list(next_courses(unit.session, wanted, unit.actor.person_id).values()) if wanted else []


def _open_classes(unit: Unit) -> int:
    """The number of recruiting classes."""
    rows = recruiting(clock.today()).with_only_columns(func.count()).order_by(None)
    return unit.session.scalar(rows) or 0


@routes.get("/about", allow=PUBLIC)
def about(unit: Unit) -> Response:
    """About the centres, and where they are."""
    return page(unit, "public/about.html", centres=unit.session.scalars(centres()).all())


@routes.get("/about/privacy", allow=PUBLIC)
def privacy(unit: Unit) -> Response:
    """The privacy notice: what data is kept, why, and how to have it deleted."""
    return page(unit, "public/privacy.html")

"""Pages for everybody: front page, search, opening, registration, about, privacy."""

from math import ceil
from typing import Annotated

from fastapi import Path
from sqlalchemy import func, select
from starlette.responses import RedirectResponse, Response

from api.dependencies import PUBLIC, Pages, Unit
from api.security import own_address
from centre import clock, network
from centre.drafts import BIGGEST_ID
from centre.network import centres
from centre.permissions import Permission
from centre.regions import full_name
from centre.settings import settings
from centre.skills.vocabulary import vocabulary
from centre.translation import N_, translate
from employers.fairs.queries import coming_fairs
from employers.openings.queries import opening as opening_in_sight
from employers.openings.rules import OpeningState
from matching.engine.text.terms import area
from matching.introductions import actions
from matching.introductions.models import Introduction
from matching.introductions.rules import DONE
from matching.live.listing import Listed
from matching.live.poller import is_watched, openings_now
from matching.search.find import Results, listed_opening, search_openings, similar_openings, totals
from matching.search.rules import MOST_PAGES, SearchCriteria
from matching.search.word_counts import count_words
from matching.suggestions.fits import Course, fit_of, next_courses
from training.classes.queries import recruiting
from web import choices
from web.page_cache import KeptPage, PageCache
from web.preferences import Display
from web.promise_page import warning_of
from web.rendering import html, page
from web.structured_data import job_posting

routes = Pages()

PAGE = 20
OpeningId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
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
    )


@routes.get("/openings", allow=PUBLIC, is_quick=lambda: settings().is_sqlite and is_watched())
def openings(unit: Unit) -> Response:
    """Search results with counts; the page is the same with and without scripts.

    A page of many results tells nothing but how the openings stand: it is kept for other visitors until one changes.
    """
    view = openings_now()
    question = (unit.request.url.query, unit.locale, Display.of(unit.request.cookies))
    known = None if unit.actor.signed_in else _pages.get(view.index, question)
    if known is None:
        criteria = SearchCriteria.of(unit.request.query_params.multi_items())
        results = search_openings(criteria, limit=PAGE, offset=(criteria.page - 1) * PAGE, view=view)
        body = bytes(_results(unit, criteria, results).body)
        known = KeptPage(body, results.asked if criteria.page == 1 else (), 0 if results.relaxed else results.total)
        if results.total >= PAGE and not unit.actor.signed_in:
            _pages.put(view.index, question, known)
    count_words(known.words, total=known.total)
    return html(unit, known.body)


def _results(unit: Unit, criteria: SearchCriteria, results: Results) -> Response:
    courses = _courses(unit, criteria, results)
    return page(
        unit,
        "public/openings.html",
        criteria=criteria,
        results=results,
        pages=min(ceil(results.total / PAGE), MOST_PAGES),
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
        place=choices.place,
        chips_of=choices.chips_of,
    )


def _groups(
    locale: str, criteria: SearchCriteria, results: Results
) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """The filters with their counts: selected places first, then those of the own city, the most frequent first."""

    def in_language(label: str) -> str:
        return translate(locale, label)

    regions = dict(results.facets.get("region", {}))
    for code in criteria.region:
        regions.setdefault(code, 0)
    near = area(network.home())
    nearest = sorted(regions, key=lambda code: (code not in criteria.region, not code.startswith(near), -regions[code]))
    offers, kinds = results.facets.get("offer", {}), results.facets.get("employment", {})
    return [
        ("region", in_language(N_("在哪里")), [(code, choices.place(code), regions[code]) for code in nearest[:12]]),
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


@routes.get("/openings/{opening_id:int}", allow=PUBLIC)
def opening(unit: Unit, opening_id: OpeningId) -> Response:
    """One opening: pay, place, the six mandatory elements, warnings, and why it fits the reader."""
    opening = opening_in_sight(unit.session, opening_id)
    # The row is newer than the list in memory, which still has what was paused or ended a moment ago.
    is_open = opening.shown_state is OpeningState.OPEN
    listed = listed_opening(unit.session, opening_id) if is_open else None
    fit, mine, base = None, None, own_address(unit.request)
    if unit.actor.person_id is not None:
        if listed is not None:
            fit = fit_of(unit.session, unit.actor.person_id, listed, locale=unit.locale)
        mine = unit.session.scalar(
            select(Introduction).where(
                Introduction.opening_id == opening_id,
                Introduction.person_id == unit.actor.person_id,
                Introduction.state.not_in(sorted(DONE)),
            )
        )
    return page(
        unit,
        "public/opening.html",
        opening=opening,
        listed=listed,
        fit=fit,
        mine=mine,
        similar=_similar(listed),
        base=base,
        posting=job_posting(opening, base) if listed and not opening.reserved_for else "",
        warning=warning_of(unit, employer_id=opening.employer_id, opening_id=opening_id),
        trade=vocabulary().name(opening.occupation_code),
        employment=choices.EMPLOYMENT[opening.employment_type.value],
        place=choices.place,
        chips_of=choices.chips_of,
        may_introduce=unit.actor.may(Permission.LIST_PEOPLE),
    )


def _similar(listed: Listed | None) -> list[Listed]:
    return similar_openings(listed) if listed else []


@routes.post("/openings/{opening_id:int}/ask", allow=Permission.INTRODUCE)
def ask(unit: Unit, opening_id: OpeningId) -> Response:
    """Request a letter of introduction to this opening."""
    share = bool(unit.form and unit.form.get("share_phone"))
    introduction = actions.ask_for_introduction(unit.session, unit.actor, opening_id=opening_id, share_phone=share)
    return RedirectResponse(f"/me/introductions/{introduction.id}", 303)


@routes.get("/about", allow=PUBLIC)
def about(unit: Unit) -> Response:
    """About the centres, and where they are."""
    return page(unit, "public/about.html", centres=unit.session.scalars(centres()).all())


@routes.get("/about/privacy", allow=PUBLIC)
def privacy(unit: Unit) -> Response:
    """The privacy notice: what data is kept, why, and how to have it deleted."""
    return page(unit, "public/privacy.html")

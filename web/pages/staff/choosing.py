"""Openings and classes for one person at the counter: searched, compared and taken for them, nothing typed again."""

from typing import Annotated

from fastapi import Path
from pydantic import Field
from starlette.responses import Response

from api.dependencies import Pages, Unit, UnitOfWork
from centre import clock
from centre.drafts import BIGGEST_ID, Draft, Line, RecordId
from centre.people import Person
from centre.permissions import Permission
from matching.profiles.queries import person_in_sight
from matching.search.find import search_openings
from matching.search.rules import SearchCriteria
from matching.suggestions.fits import matches_among
from training.classes.rules import DAYPART_LABELS
from training.enrolments import actions
from training.enrolments.choosing import choices as classes_for
from training.enrolments.rules import RELATION_LABELS, Application, Origin, Relation
from web import choices
from web.forms import Bound, attempt, bind, bind_query, blank
from web.rendering import page

routes = Pages("/counter/people")

Number = Annotated[int, Path(ge=1, le=BIGGEST_ID)]
MOST = 12


class Looking(Draft):
    """What the clerk searches for on a person's behalf (代找)."""

    q: Annotated[Line, Field(max_length=60)] = ""


class CounterEnrolment(Draft):
    """An enrolment at the counter; whose recognition counts is asked only where it is not the learner's (代报名)."""

    class_id: RecordId
    relation: Relation = Relation.SELF
    hardship_no: Line = ""
    may_wait: bool = False


@routes.get("/{person_id}/openings", allow=Permission.LIST_PEOPLE)
def openings(unit: Unit, person_id: Number) -> Response:
    """Openings that match the words, with how well each fits this person and a button that introduces."""
    person = person_in_sight(unit.session, person_id)
    looking = bind_query(unit, Looking).draft or Looking()
    results = search_openings(SearchCriteria(q=looking.q), limit=MOST)
    return page(
        unit,
        "staff/counter/openings.html",
        person=person,
        looking=looking,
        total=results.total,
        matches=matches_among(unit.session, person_id, results.items, locale=unit.locale),
        place=choices.place,
        chips_of=choices.chips_of,
    )


@routes.get("/{person_id}/classes", allow=Permission.LIST_PEOPLE)
def classes(unit: Unit, person_id: Number) -> Response:
    """The classes that this person may join, nearest first, with their own price."""
    return _classes(unit, person_in_sight(unit.session, person_id), blank(unit, CounterEnrolment))


@routes.post("/{person_id}/enrol", allow=Permission.LIST_PEOPLE)
def enrol(unit: Unit, person_id: Number) -> Response:
    """Enrol the person in a class."""
    person = person_in_sight(unit.session, person_id)

    def act(draft: CounterEnrolment) -> None:
        plea = Application(origin=Origin.COUNTER, **draft.model_dump(exclude={"class_id"}))
        actions.enrol_learner(
            unit.session, unit.actor, class_id=draft.class_id, person_id=person.id, application=plea
        )  # fmt: skip

    return attempt(
        unit,
        bind(unit, CounterEnrolment),
        act,
        lambda bound, status: _classes(unit, person, bound, status),
        f"/counter/people/{person_id}#enrolments",
    )


def _classes(unit: UnitOfWork, person: Person, bound: Bound[CounterEnrolment], status_code: int = 200) -> Response:
    looking = bind_query(unit, Looking).draft or Looking()
    offered = classes_for(unit.session, person, clock.today(), words=looking.q)
    open_to_them = [choice for choice in offered if choice.may_join]
    return page(
        unit,
        "staff/counter/classes.html",
        status_code,
        person=person,
        bound=bound,
        looking=looking,
        offered=open_to_them[:MOST],
        total=len(open_to_them),
        hidden=len(offered) - len(open_to_them),
        place=choices.place,
        dayparts=DAYPART_LABELS,
        relations=RELATION_LABELS,
    )

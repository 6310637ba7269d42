"""Registration, profile, wish and suggestions: for jobseekers themselves and for people at the counter."""

from datetime import date
from typing import Annotated

from fastapi import Path, Query

from api.dependencies import PUBLIC, Routes, Unit
from api.opening_items import OpeningItem, item_out
from api.security import caller_of, own_address
from api.versions import expect_version, tell_version
from api.wire import Wire
from centre.accounts import sign_out
from centre.drafts import BIGGEST_ID, Draft, Words
from centre.errors import NotFound
from centre.people import Education
from centre.permissions import Permission
from employers.openings.rules import CertificateKind, WageUnit
from matching.engine.fit.profiles import Leave
from matching.profiles import actions
from matching.profiles.queries import Jobseeker, jobseeker, people_found
from matching.profiles.registration import ask_registration, confirm_registration
from matching.profiles.rules import (
    CounterRegistration,
    ProfileDraft,
    RegistrationState,
    SelfRegistration,
    WishDraft,
)
from matching.suggestions.fits import Course, Match, Suggestions, own_suggestions, suggestions_for
from matching.suggestions.wording import Fit

routes = Routes(tags=["profiles"])

PersonId = Annotated[int, Path(ge=1, le=BIGGEST_ID)]


class OccupationOut(Wire):
    """Work experience in one occupation; level 1 is the highest."""

    occupation: str
    years: int | None
    last_used_year: int | None
    self_level: int | None
    verified_level: int | None
    verified_by: str


class HeldCertificateOut(Wire):
    """A certificate of a jobseeker."""

    kind: CertificateKind
    number: str
    occupation: str
    level: int | None
    expires_on: date | None
    review_due_on: date | None
    verified_by: str


class WishOut(Wire):
    """The work that a jobseeker wants; null means "not stated"."""

    occupations: list[str]
    regions: list[str]
    leave_home_ok: Leave | None
    wage_floor_fen: int | None
    wage_unit: WageUnit
    employment_types: list[str]
    night_ok: bool | None
    shift_ok: bool | None
    needs_board: bool
    needs_lodging: bool
    available_from_on: date | None
    accepts_training: bool | None


class ProfileOut(Wire):
    """A person with registration, profile and wish; never an identity number or a hardship category."""

    person_id: int
    name: str
    education: Education | None
    literacy_aid: bool
    registration: RegistrationState | None
    valid_until: date | None
    occupations: list[OccupationOut]
    skills: list[dict[str, str | int | None]] | None
    certificates: list[HeldCertificateOut]
    limits: list[str]
    wish: WishOut | None


class PartOut(Wire):
    """One factor of a score, with an explanation in the reader's language."""

    name: str
    points: int
    most: int
    sentence: str


class MatchOut(Wire):
    """An opening suggested to a worker; the points of the parts add up to the score.

    `is_planned` tells the one that the plan of the night, or an officer, chose for the person; `why_not` says why the
    plan prefers that to another one.
    """

    opening: OpeningItem
    points: int
    parts: list[PartOut]
    warnings: list[str]
    is_planned: bool
    why_not: str


class CourseOut(Wire):
    """A course that qualifies for more openings, with its next class and this person's price in fen."""

    major_id: int
    name: str
    occupation: str
    hours: int
    provider: str
    class_id: int | None
    starts_on: date | None
    seats_left: int
    learner_fen: int
    usual_fen: int


class PathOut(Wire):
    """Openings that one course qualifies for."""

    course: CourseOut
    matches: list[MatchOut]


class SuggestionsOut(Wire):
    """Suggestions for a worker; `elsewhere` counts openings that fit except for the place."""

    matches: list[MatchOut]
    paths: list[PathOut]
    elsewhere: int
    unlawful: list[str]
    is_off: bool
    """Whether the person has turned suggestions off."""


class Received(Wire):
    """The response to a registration, identical for new and known people."""

    status: str = "received"
    asked: str
    """What goes back with the code that is sent to the telephone."""


class Proof(Draft):
    """The code that came to the telephone of a registration."""

    asked: Words
    code: Words


class FoundPerson(Wire):
    """A person, as search at the counter returns them."""

    person_id: int
    name: str
    is_new: bool = False


class PeopleFound(Wire):
    """People of the centre, or the name of the centre that serves a person elsewhere."""

    items: list[FoundPerson]
    elsewhere: str


class PersonWords(Draft):
    """Identity number, telephone number or start of a name; in the body, so that it is never logged."""

    words: Words


class CounterVisit(CounterRegistration):
    """A registration at the counter; `hand_over` states that the person agrees to move to this centre."""

    hand_over: bool = False


@routes.post("/registrations", allow=PUBLIC, keep=False, status_code=202)
def register(unit: Unit, draft: SelfRegistration) -> Received:
    """Begin to register as a jobseeker: a code is sent to the telephone, whether or not the person is known."""
    return Received(asked=ask_registration(draft, caller_of(unit.request)).asked)


@routes.post("/registrations/proof", allow=PUBLIC, keep=False, status_code=204)
def prove_registration(unit: Unit, proof: Proof) -> None:
    """Complete the registration with the code; sign in with the telephone number afterwards."""
    entered = confirm_registration(proof.asked, proof.code, caller_of(unit.request))
    sign_out(unit.session, unit.actor, token=entered.token)  # machines sign in by themselves


@routes.get("/me/profile", allow=Permission.EDIT_PROFILE)
def my_profile(unit: Unit) -> ProfileOut:
    """Get the caller's registration, profile and wish; the ETag is the version of profile and wish together."""
    return _shown(unit, own_person_id(unit))


@routes.put("/me/profile", allow=Permission.EDIT_PROFILE)
def save_my_profile(unit: Unit, draft: ProfileDraft) -> ProfileOut:
    """Update the caller's profile; omitted parts stay unchanged. With If-Match only the version that was seen."""
    _expect(unit, own_person_id(unit))
    actions.save_profile(unit.session, unit.actor, person_id=own_person_id(unit), draft=draft)
    return _shown(unit, own_person_id(unit))


@routes.put("/me/wish", allow=Permission.EDIT_PROFILE)
def save_my_wish(unit: Unit, draft: WishDraft) -> ProfileOut:
    """Update the caller's wish; omitted parts stay unchanged. With If-Match only the version that was seen."""
    _expect(unit, own_person_id(unit))
    actions.save_wish(unit.session, unit.actor, person_id=own_person_id(unit), draft=draft)
    return _shown(unit, own_person_id(unit))


@routes.post("/me/registration/renew", allow=Permission.EDIT_PROFILE)
def renew_mine(unit: Unit) -> ProfileOut:
    """Renew the caller's registration from today."""
    actions.renew_registration(unit.session, unit.actor, person_id=own_person_id(unit))
    return profile_out(jobseeker(unit.session, own_person_id(unit)))


@routes.get("/me/suggestions", allow=Permission.EDIT_PROFILE)
def my_suggestions(unit: Unit, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> SuggestionsOut:
    """Get the best openings for the caller with reasons, and courses that qualify for more."""
    suggestions = own_suggestions(unit.session, own_person_id(unit), locale=unit.locale, top=limit)
    return suggestions_out(suggestions, own_address(unit.request))


@routes.post("/people", allow=Permission.REGISTER_PERSON, status_code=201)
def register_person(unit: Unit, visit: CounterVisit) -> FoundPerson:
    """Find or add a person at the counter and open a registration."""
    draft = CounterRegistration.model_validate(visit.model_dump(exclude={"hand_over"}))
    person, is_new = actions.register_person(unit.session, unit.actor, draft=draft, hand_over=visit.hand_over)
    return FoundPerson(person_id=person.id, name=person.name, is_new=is_new)


@routes.post("/people/search", allow=Permission.LIST_PEOPLE)
def find_people(unit: Unit, wanted: PersonWords) -> PeopleFound:
    """Search the people of the centre by identity number, telephone number or name.

    `elsewhere` names the other centre that serves whoever has the identity number; the look-up is logged.
    """
    people = people_found(unit.session, wanted.words)
    elsewhere = "" if people else actions.centre_elsewhere(unit.session, unit.actor, words=wanted.words)
    items = [FoundPerson(person_id=person.id, name=person.name) for person in people]
    return PeopleFound(items=items, elsewhere=elsewhere)


@routes.get("/people/{person_id}/profile", allow=Permission.LIST_PEOPLE)
def profile(unit: Unit, person_id: PersonId) -> ProfileOut:
    """Get the profile of a person of the centre; the ETag is the version of profile and wish together."""
    return _shown(unit, person_id)


def _shown(unit: Unit, person_id: int) -> ProfileOut:
    seeker = jobseeker(unit.session, person_id)
    tell_version(unit, seeker.profile, seeker.wish)
    return profile_out(seeker)


def _expect(unit: Unit, person_id: int) -> None:
    seeker = jobseeker(unit.session, person_id)
    expect_version(unit, seeker.profile, seeker.wish)


@routes.put("/people/{person_id}/profile", allow=Permission.LIST_PEOPLE)
def save_profile(unit: Unit, person_id: PersonId, draft: ProfileDraft) -> ProfileOut:
    """Update the profile of a person of the centre; with If-Match only the version that was seen."""
    _expect(unit, person_id)
    actions.save_profile(unit.session, unit.actor, person_id=person_id, draft=draft)
    return _shown(unit, person_id)


@routes.put("/people/{person_id}/wish", allow=Permission.LIST_PEOPLE)
def save_wish(unit: Unit, person_id: PersonId, draft: WishDraft) -> ProfileOut:
    """Update the wish of a person of the centre; with If-Match only the version that was seen."""
    _expect(unit, person_id)
    actions.save_wish(unit.session, unit.actor, person_id=person_id, draft=draft)
    return _shown(unit, person_id)


@routes.get("/people/{person_id}/suggestions", allow=Permission.LIST_PEOPLE)
def suggestions(unit: Unit, person_id: PersonId, limit: Annotated[int, Query(ge=1, le=100)] = 20) -> SuggestionsOut:
    """Get the best openings for a person of the centre."""
    suggestions = suggestions_for(unit.session, person_id, locale=unit.locale, top=limit)
    return suggestions_out(suggestions, own_address(unit.request))


def own_person_id(unit: Unit) -> int:
    """The person of the account. Raises NotFound for accounts of staff and partners."""
    if unit.actor.person_id is None:
        raise NotFound
    return unit.actor.person_id


def profile_out(jobseeker: Jobseeker) -> ProfileOut:
    """The wire format of a jobseeker."""
    return ProfileOut(
        person_id=jobseeker.person.id,
        name=jobseeker.person.name,
        education=jobseeker.person.education,
        literacy_aid=jobseeker.person.literacy_aid,
        registration=jobseeker.registration.state if jobseeker.registration else None,
        valid_until=jobseeker.registration.valid_until_on if jobseeker.registration else None,
        occupations=[OccupationOut.model_validate(row) for row in jobseeker.occupations],
        skills=jobseeker.profile.skills if jobseeker.profile else None,
        certificates=[HeldCertificateOut.model_validate(row) for row in jobseeker.certificates],
        limits=jobseeker.profile.limits if jobseeker.profile else [],
        wish=WishOut.model_validate(jobseeker.wish) if jobseeker.wish else None,
    )


def suggestions_out(suggestions: Suggestions, base: str) -> SuggestionsOut:
    """The wire format of suggestions; `base` is the address of this installation."""
    return SuggestionsOut(
        matches=[match_out(match, base) for match in suggestions.matches],
        paths=[
            PathOut(course=_course(path.course), matches=[match_out(match, base) for match in path.matches])
            for path in suggestions.paths
        ],
        elsewhere=suggestions.elsewhere,
        unlawful=list(suggestions.unlawful),
        is_off=suggestions.is_off,
    )


def match_out(match: Match, base: str) -> MatchOut:
    """The wire format of a suggested opening."""
    fit: Fit = match.fit
    return MatchOut(
        opening=item_out(match.listed, base),
        points=fit.points,
        parts=[PartOut.model_validate(part) for part in fit.parts],
        warnings=list(fit.warnings),
        is_planned=match.is_planned,
        why_not=match.why_not,
    )


def _course(course: Course) -> CourseOut:
    return CourseOut(
        major_id=course.major_id,
        name=course.name,
        occupation=course.occupation,
        hours=course.hours,
        provider=course.provider,
        class_id=course.class_id,
        starts_on=course.starts_on,
        seats_left=course.seats_left,
        learner_fen=course.price.learner_fen,
        usual_fen=course.usual_fen,
    )

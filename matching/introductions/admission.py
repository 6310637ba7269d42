"""Whether an opening accepts a worker: checked at every step towards a letter, and before joining an export roster."""

from sqlalchemy.orm import Session

from centre import clock
from centre.people import Person, Sex
from centre.translation import N_, SOURCE_LOCALE, Term, Terms
from employers.openings.models import Opening
from employers.openings.queries import is_open_to
from employers.openings.rules import RESERVED_LABELS, EmploymentType, OpeningState, ReservedFor
from matching.introductions.rules import KeptForOthers, NotLawful, OpeningNotOpen
from matching.live.listing import listed_now
from matching.suggestions.fits import fit_of, unlawful_reason
from matching.suggestions.wording import Fit

UNLICENSED = N_("代招单位没有人力资源服务许可证")


def refuse_closed(session: Session, person: Person, opening: Opening) -> None:
    """Refuse an opening that is over, kept for others, or of an agency without a licence.

    Raises OpeningNotOpen, KeptForOthers or NotLawful.
    """
    if opening.shown_state is not OpeningState.OPEN:
        raise OpeningNotOpen(field="opening_id")
    if not is_open_to(session, opening, person.id, clock.today()):
        groups = tuple(RESERVED_LABELS[ReservedFor(group)] for group in opening.reserved_for)
        raise KeptForOthers(field="opening_id", groups=Terms(groups))
    if opening.employment_type is EmploymentType.AGENCY and not opening.employer.service_licence:
        raise NotLawful(reason=Term(UNLICENSED))


def lawful_fit(session: Session, person: Person, opening: Opening) -> Fit:
    """Why the two fit, for the record; refuses what the law forbids and leaves preferences to the worker.

    Raises NotLawful.
    """
    if opening.sex_limit_ground is not None and person.sex is Sex.FEMALE:
        raise NotLawful(reason=unlawful_reason(opening.sex_limit_ground.value, SOURCE_LOCALE))
    fit = fit_of(session, person.id, listed_now(opening), locale=SOURCE_LOCALE)
    if fit.unlawful:
        raise NotLawful(reason=fit.unlawful[0])
    return fit

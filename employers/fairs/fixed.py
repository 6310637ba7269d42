"""When the plan of a fair is on record and no longer changed."""

from centre.translation import Terms
from employers.fairs.models import Fair
from employers.fairs.rules import BEFORE_LIVE, FAIR_LABELS, OVER, FairFixed, FairState


def is_over(fair: Fair) -> bool:
    """Whether a fair took place or was cancelled."""
    return fair.state in OVER or fair.state is FairState.CANCELLED


def refuse_fixed(fair: Fair) -> None:
    """Refuse to change the plan of a fair that is live, over or cancelled. Raises FairFixed."""
    if fair.state not in BEFORE_LIVE:
        raise refusal_of(fair)


def refuse_over(fair: Fair) -> None:
    """Refuse to change the hall, door or timetable of a fair that is over or cancelled. Raises FairFixed."""
    if is_over(fair):
        raise refusal_of(fair)


def ending_of(fair: Fair) -> FairFixed | None:
    """Why nothing of a fair is planned any more, for pages that then show no forms."""
    return refusal_of(fair) if is_over(fair) else None


def refusal_of(fair: Fair) -> FairFixed:
    """The refusal that names the fair and its state."""
    return FairFixed(fair=fair.name, state=Terms((FAIR_LABELS[fair.state],)))

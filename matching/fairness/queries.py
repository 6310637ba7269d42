"""Who was seen, recommended and hired, group by group."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre import clock
from matching.fairness.groups import ATTRIBUTES, Groups, groups_of
from matching.fairness.models import FairnessReport
from matching.fairness.rules import OPENINGS, SMALLEST, TOP, WINDOW, Interval, Rate, attention, differs
from matching.introductions.models import Introduction
from matching.introductions.rules import KNOWN, IntroductionState
from matching.live.openings import board
from matching.profiles.models import Registration
from matching.profiles.queries import seekers
from matching.suggestions.fits import ranked_candidates


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One group of one attribute with its figures, as the page shows them (分组数字)."""

    attribute: str
    group: str
    people: int
    shown: Rate
    recommended: Rate
    hired: Rate
    attention: Interval
    stands_out: bool


def measured(session: Session) -> tuple[int, list[dict[str, Any]]]:
    """Today's figures: the number of lists, and a row of counts for every sufficiently large group."""
    today = clock.today()
    since = clock.now() - WINDOW
    ids = list(session.scalars(seekers().with_only_columns(Registration.person_id)))
    lists = drawn_lists(session)
    sent = session.execute(
        select(Introduction.person_id, Introduction.state).where(Introduction.created_at >= since)
    ).all()
    groups = groups_of(session, [*ids, *(row[0] for row in sent)], today)
    shown = {person for ranking in lists for person in ranking}
    recommended = {row[0] for row in sent}
    known = [(person, state is IntroductionState.HIRED) for person, state in sent if state in KNOWN]
    return len(lists), [
        row for attribute in ATTRIBUTES for row in _rows(attribute, groups, ids, lists, shown, recommended, known)
    ]


def _rows(
    attribute: str,
    groups: Groups,
    ids: Sequence[int],
    lists: Sequence[Sequence[int]],
    shown: set[int],
    recommended: set[int],
    known: Sequence[tuple[int, bool]],
) -> list[dict[str, Any]]:
    group_of = {person: held[attribute] for person, held in groups.items()}
    people = Counter(group_of[person] for person in ids if person in group_of)
    seen = attention(lists, group_of, people)
    counted = {
        "shown": Counter(group_of[person] for person in ids if person in shown and person in group_of),
        "recommended": Counter(group_of[person] for person in ids if person in recommended and person in group_of),
        "results": Counter(group_of[person] for person, _ in known if person in group_of),
        "hired": Counter(group_of[person] for person, hired in known if hired and person in group_of),
    }
    return [
        {"attribute": attribute, "group": group, "people": count, "attention": seen.get(group, (0.0, 0.0, 0.0))}
        | {name: numbers[group] for name, numbers in counted.items()}
        for group, count in sorted(people.items())
        if count >= SMALLEST
    ]


def drawn_lists(session: Session) -> list[list[int]]:
    """The best candidates that a clerk would see today, for openings sampled evenly from all open ones."""
    view = board().look()
    numbers = sorted(view.listed)
    chosen = numbers[:: max(1, len(numbers) // OPENINGS)][:OPENINGS]
    rankings = (ranked_candidates(session, view.listed[number], view.ground, top=TOP) for number in chosen)
    return [[int(suggestion.worker_id) for suggestion in ranking] for ranking in rankings if ranking]


def latest_report(session: Session) -> FairnessReport | None:
    """The newest report, if there is one."""
    return session.scalar(select(FairnessReport).order_by(FairnessReport.day.desc()).limit(1))


def report_rows(report: FairnessReport) -> dict[str, list[GroupFigures]]:
    """The rows of a report by attribute; rows whose recommendation rate differs from all others' are highlighted."""
    by_attribute: defaultdict[str, list[GroupFigures]] = defaultdict(list)
    for figures in report.figures:
        same = [group for group in report.figures if group["attribute"] == figures["attribute"]]
        rest = Rate(
            sum(group["recommended"] for group in same) - figures["recommended"],
            sum(group["people"] for group in same) - figures["people"],
        )
        recommended = Rate(figures["recommended"], figures["people"])
        low, middle_high = figures["attention"][1], figures["attention"][2]
        by_attribute[figures["attribute"]].append(
            GroupFigures(
                figures["attribute"],
                figures["group"],
                figures["people"],
                Rate(figures["shown"], figures["people"]),
                recommended,
                Rate(figures["hired"], figures["results"]),
                tuple(figures["attention"]),
                (rest.whole > 0 and differs(recommended, rest)) or low > 1 or 0 < middle_high < 1,
            )
        )
    return dict(by_attribute)

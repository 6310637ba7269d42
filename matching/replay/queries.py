"""The effects of a changed rule on the people whom past decisions were about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.calendar import age_on
from centre.people import Person, Sex
from centre.permissions import Actor, Permission, require
from centre.replays import Replayed, decisions
from centre.scopes import seeing_everything
from centre.translation import N_
from matching.replay.rules import Effect, age_band
from matching.reports.queries import own_centre
from matching.reports.reading import centres_of, groups

SEXES = {Sex.FEMALE: N_("女"), Sex.MALE: N_("男"), Sex.UNKNOWN: N_("没有写明")}
KINDS = ("all", "county", "sex", "age", "hardship")
UNKNOWN_AGE = N_("年龄不明")


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """The effects by group, the total first; `unfaithful` decisions are not reproduced under their own rule."""

    effects: Sequence[Effect]
    unfaithful: int


def outcome(session: Session, actor: Actor, *, rule: str, value: Any, since: date) -> ReplayOutcome:
    """Replay a rule over the decisions of the reader's centre, or of all. Raises NotFound or RuleForm."""
    require(actor, Permission.REPLAY_RULES)
    number = own_centre(actor, None)
    with seeing_everything(session):
        replayed = [
            decision for decision in decisions(session, rule, since, value) if number in (None, decision.centre_id)
        ]
        effects = _effects(session, replayed)
    return ReplayOutcome(effects, sum(decision.recorded != decision.before for decision in replayed))


def _effects(session: Session, replayed: Iterable[Replayed]) -> list[Effect]:
    counties = dict(centres_of(session, None))
    columns = select(Person.id, Person.sex, Person.birth_on, Person.categories).order_by(Person.id)
    people = {row[0]: row for row in session.execute(columns)}
    recognised = groups(session)
    effects: dict[tuple[str, str], Effect] = {("all", N_("合计")): Effect("all", N_("合计"))}
    for decision in replayed:
        _, sex, born, categories = people[decision.person_id]
        band = age_band(age_on(born, decision.on) if born else None)
        hard = "hardship" in recognised.of(decision.person_id, sex, categories, decision.on)
        keys = (
            ("all", N_("合计")),
            ("county", counties.get(decision.centre_id, "")),
            ("sex", SEXES[sex]),
            ("age", f"{band[0]}–{band[1]}" if band else UNKNOWN_AGE),
            ("hardship", N_("困难人员") if hard else N_("其他人员")),
        )
        for key in keys:
            effects.setdefault(key, Effect(*key)).add(decision.before, decision.after)
    return sorted(effects.values(), key=lambda effect: (KINDS.index(effect.kind), effect.name))

"""Subsidy claims decided again: the facts of each line are those that it was decided on."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.replays import Replay, Replayed, register
from centre.translation import N_
from training.claims.models import Claim, ClaimLine
from training.claims.rules import Earlier, Programme, SubsidyCase, Terms, decide, read_terms

MOST = "trainings-per-year"
SUBSIDIES = {f"subsidy-{programme.value}": programme for programme in Programme}
SAMPLES = {
    Programme.PER_DAY: '{"pattern": "per_day", "steps": [{"until": 10, "fen": 15000}, {"fen": 10000}], "cap_days": 15}',
    Programme.PER_CERTIFICATE: '{"pattern": "per_certificate", "fen": 80000}',
    Programme.PER_LEVEL: '{"pattern": "per_level", "fen": {"5": 50000, "4": 50000, "3": 50000}}',
    Programme.PER_HOUR: '{"pattern": "per_hour", "fen": 3000, "cap_year_fen": 100000}',
}
LABELS = {
    Programme.PER_DAY: N_("培训补贴：按天数"),
    Programme.PER_CERTIFICATE: N_("培训补贴：按证书"),
    Programme.PER_LEVEL: N_("培训补贴：按等级"),
    Programme.PER_HOUR: N_("培训补贴：按课时"),
}


def facts_of(case: SubsidyCase, most: int) -> dict[str, Any]:
    """What a decision rests on, as it is kept with its line."""
    return {
        "completed": case.completed,
        "certified": case.certified,
        "percent": case.percent,
        "retired": case.retired,
        "government_fen": case.government_fen,
        "most": most,
        "earlier": [
            [subsidy.line_id, subsidy.programme.value, subsidy.occupation, subsidy.level, subsidy.year, subsidy.fen]
            for subsidy in case.earlier
        ],
    }


@dataclass(slots=True)
class _Course:
    """The replay of one world: what each line gives in it, and what each person got anew."""

    fen: dict[int, int] = field(default_factory=dict)
    new: dict[int, list[Earlier]] = field(default_factory=lambda: defaultdict(list))

    def decide(self, line: ClaimLine, facts: dict[str, Any], terms: Terms, most: int) -> int:
        """The amount of a line, with the person's earlier subsidies as they are in this world."""
        earlier = []
        for line_id, programme, occupation, level, year, fen in facts["earlier"]:
            amount = self.fen.get(line_id, fen)
            if amount:
                earlier.append(Earlier(line_id, Programme(programme), occupation, level, year, amount))
        known = {subsidy.line_id for subsidy in earlier}
        earlier += [subsidy for subsidy in self.new[line.person_id] if subsidy.line_id not in known]
        case = SubsidyCase(
            occupation=line.occupation_code, level=line.level, completed_on=line.completed_on, days=line.days,
            hours=line.hours, completed=facts["completed"], certified=facts["certified"], percent=facts["percent"],
            retired=facts["retired"], government_fen=facts["government_fen"], earlier=earlier,
        )  # fmt: skip
        amount = decide(terms, case, most_a_year=most).fen
        self.fen[line.id] = amount
        if amount and not line.amount_fen:
            self.new[line.person_id].append(
                Earlier(line.id, line.programme, line.occupation_code, line.level, line.completed_on.year, amount)
            )
        return amount


def replay_claims(session: Session, since: date, *, programme: Programme | None, changed: Any) -> Iterator[Replayed]:
    """Every line since a day in the order of entry, under its own terms and under the changed ones.

    A subsidy that falls away frees the later ones that it stood in the way of, and the other way round. Lines from
    before facts were kept are left out.
    """
    rows = session.execute(
        select(ClaimLine, Claim.terms)
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(ClaimLine.completed_on >= since)
        .order_by(ClaimLine.id)
        .execution_options(yield_per=2_000)
    )
    terms: dict[str, Terms] = {}
    was, would = _Course(), _Course()
    for line, kept in rows:
        facts = line.facts
        if not facts:
            continue
        own = terms.setdefault(str(kept), read_terms(kept))
        other = changed if programme is not None and line.programme is programme else own
        most = facts["most"]
        before = was.decide(line, facts, own, most)
        after = would.decide(line, facts, other, changed if programme is None else most)
        yield Replayed(line.person_id, line.centre_id, line.completed_on, line.amount_fen, before, after)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 100:
        raise ValueError(value)
    return value


def _reader(programme: Programme) -> Any:
    def read(value: Any) -> Terms:
        terms = read_terms(value)
        if terms.pattern != programme.value:
            raise ValueError(terms.pattern)
        return terms

    return read


def _runner(programme: Programme | None) -> Any:
    return lambda session, since, value: replay_claims(session, since, programme=programme, changed=value)


register(Replay(MOST, N_("每人每年可以享受几次培训补贴"), True, _count, _runner(None), "2"))
for _key, _programme in SUBSIDIES.items():
    register(Replay(_key, LABELS[_programme], True, _reader(_programme), _runner(_programme), SAMPLES[_programme]))

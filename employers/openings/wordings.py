"""Wordings that an officer judged: flagged once, then a training example (审查判定)."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, ForeignKey, String, false, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre.audit import note
from centre.errors import Invalid, Problem
from centre.permissions import Actor, Permission, Scope, require
from centre.scopes import seeing_everything
from centre.tables import Record
from centre.translation import N_
from employers.openings.adverts.classifier import own_weights, trying, weights_of
from employers.openings.models import Opening
from employers.openings.screening import Reaction, ScreeningFinding, restore

TOLERATED = 0.005
"""By how much precision and recall on the shipped sentences may fall when decisions of the centre are learnt."""

OPEN_QUESTION = N_("“{words}”要先问清楚：确实合法，请勾选“问过了，说法合法”；违法，请退回修改")


class AdvertWording(Record):
    """A clause of an advertisement that an officer judged lawful or unlawful (审查判定).

    Holds words of a public advertisement, never a person's; staff alone see who judged.
    """

    clause: Mapped[str] = mapped_column(String(200), unique=True)
    topic: Mapped[str] = mapped_column(String(40))
    lawful: Mapped[bool]
    opening_id: Mapped[int | None] = mapped_column(ForeignKey("opening.id"), index=True)
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    @classmethod
    def visible_to(cls, scope: Scope) -> ColumnElement[bool]:
        """Staff of every centre, so that all judge alike."""
        return true() if scope.staff else false()


def settled(session: Session, findings: Sequence[ScreeningFinding]) -> list[ScreeningFinding]:
    """Findings after the officers' earlier judgements: lawful wordings are dropped, unlawful ones block."""
    clauses = {finding.words for finding in findings if finding.reaction is Reaction.ASK}
    judged: dict[str, bool] = {}
    if clauses:
        with seeing_everything(session):
            rows = session.execute(
                select(AdvertWording.clause, AdvertWording.lawful).where(AdvertWording.clause.in_(sorted(clauses)))
            )
            judged = {row.clause: row.lawful for row in rows}
    kept = []
    for finding in findings:
        lawful = judged.get(finding.words) if finding.reaction is Reaction.ASK else None
        if lawful is None:
            kept.append(finding)
        elif not lawful:
            kept.append(replace(finding, reaction=Reaction.BLOCK))
    return kept


def open_questions(session: Session, opening: Opening) -> list[ScreeningFinding]:
    """The flags of an opening that await a decision."""
    return [finding for finding in settled(session, restore(opening.screening)) if finding.reaction is Reaction.ASK]


def judge_wordings(session: Session, actor: Actor, *, opening: Opening, lawful: bool) -> int:
    """Judge all open questions about an opening; returns how many. The wordings become examples for training."""
    require(actor, Permission.VERIFY_OPENING)
    asked = open_questions(session, opening)
    for clause, finding in {finding.words: finding for finding in asked}.items():
        session.add(
            AdvertWording(
                clause=clause,
                topic=finding.key,
                lawful=lawful,
                opening_id=opening.id,
                judged_by_id=actor.account_id,
            )
        )
    if asked:
        detail = {"lawful": lawful, "clauses": [finding.words for finding in asked]}
        note(session, actor, action="opening.judge-wording", subject=f"opening:{opening.id}", detail=detail)
        session.flush()
        opening.screening = [finding.kept() for finding in settled(session, restore(opening.screening))]
    return len(asked)


def refuse_open_questions(session: Session, opening: Opening) -> None:
    """Raise Invalid while a question about the wording of an opening is open."""
    if asked := open_questions(session, opening):
        raise Invalid(
            [Problem(finding.field, "wording-open", OPEN_QUESTION, {"words": finding.words}) for finding in asked]
        )


def learnt_from_decisions(session: Session) -> str | None:
    """Weights for the classifier from the officers' decisions besides the shipped sentences; None where none are new.

    None as well where they would find less of what is unlawful, or trouble more of what is lawful, on the shipped
    sentences that nothing is learnt from: a careless hand at the desk does not blunt the screening.
    """
    with seeing_everything(session):
        decisions = select(AdvertWording.clause, AdvertWording.lawful).order_by(AdvertWording.id)
        own = {clause: not lawful for clause, lawful in session.execute(decisions)}
    if not own:
        return None
    # Imported here, since these load scikit-learn, which servers do not need.
    from employers.openings.advert_figures import evaluate
    from employers.openings.adverts.training import learn, unseen

    learnt = learn(own)
    if own_weights().exists() and own_weights().read_text("utf-8") == learnt:
        return None
    sentences = unseen()
    before = evaluate(sentences)
    with trying(weights_of(learnt)):
        after = evaluate(sentences)
    is_worse = after.recall < before.recall - TOLERATED or after.precision < before.precision - TOLERATED
    return None if is_worse else learnt

"""Entitlement cards: education, medical care at a reduced fee, free training; each use is a line (减免卡)."""

from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import CheckConstraint, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.calendar import add_months
from centre.desk.cases.kinds import Kind, Lines, Step
from centre.desk.cases.models import CaseLine, PersonCase
from centre.desk.cases.rules import Coded, Money, NotPermitted, StepReason, StepRemark
from centre.drafts import Draft, Line, NearDay, Words
from centre.ledger import ServiceCategory
from centre.permissions import Actor, Permission
from centre.policy import policy
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_, Term


class CardType(Coded):
    """What a card gives (减免卡种类)."""

    EDUCATION = "education", N_("教育减免卡")
    MEDICAL = "medical", N_("就医减免卡")
    TRAINING = "training", N_("免费培训卡")


class FeeItem(Coded):
    """What a fee is for (收费项目)."""

    REGISTRATION = "registration", N_("挂号费")
    MEDICINE = "medicine", N_("药费")
    HOSPITAL = "hospital", N_("住院费")
    SCHOOL = "school", N_("学杂费")
    TUITION = "tuition", N_("培训学费")


class CardState(Coded):
    """Where a card stands (减免卡状态)."""

    ISSUED = "issued", N_("已发卡")
    ACTIVE = "active", N_("使用中")
    EXPIRED = "expired", N_("已到期")
    REVOKED = "revoked", N_("已收回")


_S = CardState
_WORK, _DECIDE = Permission.WORK_AT_DESK, Permission.DECIDE_AT_DESK
CARDS = Machine(
    "card",
    [
        Move(_S.ISSUED, "activate", _S.ACTIVE, _DECIDE),
        Move(_S.ISSUED, "revoke", _S.REVOKED, _WORK),
        Move(_S.ACTIVE, "revoke", _S.REVOKED, _WORK),
        Move(_S.ACTIVE, "renew", _S.ACTIVE, _DECIDE),
        Move(_S.ACTIVE, "expire", _S.EXPIRED, _WORK),
        Move(_S.EXPIRED, "renew", _S.ACTIVE, _DECIDE),
    ],
    {state: state.label for state in _S},
)


class CardDraft(Draft):
    """A card as it is issued (发卡)."""

    type: CardType
    relation: Line = ""
    partner: Line = ""


class UseDraft(Draft):
    """One use of a card at a school or a hospital (用卡)."""

    used_on: NearDay
    item: FeeItem
    place: Words
    term: Annotated[Line, Field(max_length=40)] = ""
    gross_fen: Money


class EntitlementCard(PersonCase):
    """A card that lowers a household's fees (减免卡)."""

    __table_args__ = (CheckConstraint("activated_by IS NULL OR activated_by <> opened_by", name="activator"),)

    state: Mapped[CardState] = mapped_column(coded(CardState), default=CardState.ISSUED)
    type: Mapped[CardType] = mapped_column(coded(CardType))
    relation: Mapped[str] = mapped_column(String(200), default="")
    partner: Mapped[str] = mapped_column(String(200), default="")
    expires_on: Mapped[date | None]
    activated_by: Mapped[int | None]


class CardUse(CaseLine):
    """One fee that a card lowered; gross = reduced + net (用卡记录)."""

    __table_args__ = (
        CheckConstraint("gross_fen = reduced_fen + net_fen AND reduced_fen >= 0 AND net_fen >= 0", name="sum"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("entitlement_card.id"), index=True)
    used_on: Mapped[date]
    item: Mapped[FeeItem] = mapped_column(coded(FeeItem))
    place: Mapped[str] = mapped_column(String(200))
    term: Mapped[str] = mapped_column(String(40), default="")
    gross_fen: Mapped[int]
    reduced_fen: Mapped[int]
    net_fen: Mapped[int]


def reduced(gross_fen: int, percent: int) -> int:
    """What a reduction of so many percent takes off, in fen; half a fen is rounded in the person's favour."""
    return -(-gross_fen * percent // 100)


def saved_fen(session: Session, card_id: int) -> int:
    """What a card has saved its holder so far."""
    return int(session.scalar(select(func.sum(CardUse.reduced_fen)).where(CardUse.case_id == card_id)) or 0)


def _activate(session: Session, actor: Actor, case: EntitlementCard, draft: StepRemark) -> None:
    months = int(policy(session, "card-valid-months", on=clock.today()))
    case.expires_on = case.due_on = add_months(clock.today(), months)


def _lower(session: Session, actor: Actor, case: EntitlementCard, line: CardUse) -> None:
    """Calculate the reduction of a fee item by the rule of its day. Raises NotPermitted for an item of another card."""
    if case.expires_on is not None and line.used_on > case.expires_on:
        raise NotPermitted(why=Term(N_("卡已经到期，请先续期")))
    rates = policy(session, f"card-rates-{case.type.value}", on=line.used_on)
    percent = rates.get(line.item.value)
    if percent is None:
        raise NotPermitted(why=Term(N_("这种卡不减免这个收费项目，请选别的项目")))
    line.reduced_fen = reduced(line.gross_fen, int(percent))
    line.net_fen = line.gross_fen - line.reduced_fen


def _end(session: Session, actor: Actor, case: EntitlementCard, draft: StepReason) -> None:
    case.due_on = None


CARD = Kind(
    name="card",
    path="cards",
    label=N_("减免卡"),
    start=N_("办减免卡"),
    icon="certificate",
    model=EntitlementCard,
    machine=CARDS,
    draft=CardDraft,
    steps=(
        Step(
            "activate", N_("批准启用"), StepRemark, _activate, "activated_by", ("opened_by",), records=True, tells=True
        ),
        Step("renew", N_("续期"), StepRemark, _activate, "activated_by", ("opened_by",)),
        Step("revoke", N_("收回"), StepReason, _end, tells=True),
        Step("expire", N_("到期"), StepRemark, _end),
    ),
    columns=("type", "partner", "expires_on"),
    labels={
        "type": N_("哪种卡"),
        "relation": N_("给谁用（本人、子女）"),
        "partner": N_("学校或医院"),
        "used_on": N_("哪天用的"),
        "item": N_("收费项目"),
        "term": N_("学期"),
        "gross_fen": N_("原价"),
        "reduced_fen": N_("减免"),
        "net_fen": N_("自己付"),
        "place": N_("学校、医院"),
    },
    person="must",
    category=ServiceCategory.RELIEF,
    topic="card",
    lines=Lines(
        "uses", N_("用卡记录"), CardUse, UseDraft, ("used_on", "item", "place", "gross_fen", "reduced_fen", "net_fen"),
        _lower, frozenset({CardState.ACTIVE.value}),
    ),
    signatures=(N_("经办人"), N_("审批人"), N_("持卡人")),
)  # fmt: skip

"""Relief on the spot with roster, check-in and signed hand-out list; the five sends; the reading room (现场活动)."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import CheckConstraint, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.desk.cases.kinds import Kind, Lines, Step
from centre.desk.cases.models import Case, CaseLine, PersonCase
from centre.desk.cases.rules import Coded, Count, NotPermitted, StepReason, StepRemark
from centre.desk.relief import relief_funds, require_relief_fund
from centre.drafts import Draft, Fen, Line, NearDay, RecordId, Words
from centre.funds.movements import spend
from centre.funds.rules import FundPurpose, MovementKind
from centre.ledger import Channel, ServiceCategory, record_services
from centre.permissions import Actor, Permission
from centre.states import Machine, Move
from centre.tables import Instant, coded
from centre.translation import N_, Term


class SendKind(Coded):
    """What an event brings: relief, or one of the five sends (活动内容)."""

    RELIEF = "relief", N_("现场救助")
    WARMTH = "warmth", N_("送温暖")
    SAFETY = "safety", N_("送安全")
    SKILLS = "skills", N_("送技能")
    CULTURE = "culture", N_("送文化")
    LAW = "law", N_("送法律")


class GatheringState(Coded):
    """Where an event stands (活动状态)."""

    DRAFT = "draft", N_("草拟")
    PUBLISHED = "published", N_("已公布")
    HELD = "held", N_("已举办")
    CLOSED = "closed", N_("已归档")
    CANCELLED = "cancelled", N_("已取消")


_S = GatheringState
_WORK, _DECIDE = Permission.WORK_AT_DESK, Permission.DECIDE_AT_DESK
GATHERINGS = Machine(
    "gathering",
    [
        Move(_S.DRAFT, "publish", _S.PUBLISHED, _DECIDE),
        Move(_S.PUBLISHED, "hold", _S.HELD, _WORK),
        Move(_S.HELD, "close", _S.CLOSED, _DECIDE),
        *(Move(state, "cancel", _S.CANCELLED, _DECIDE) for state in (_S.DRAFT, _S.PUBLISHED)),
    ],
    {state: state.label for state in _S},
)


class GatheringDraft(Draft):
    """An event as it is planned (活动计划)."""

    kind: SendKind
    title: Words
    place: Words
    held_on: NearDay
    volunteers: Count = 0
    goods: Line = ""


class Held(Draft):
    """How many came, listed or not (到场人数)."""

    attendance: Count
    reason: Line = ""


class HandOut(Draft):
    """The fund that pays for what was handed out; empty when nothing was (列支)."""

    fund_id: RecordId | None = None
    reason: Line = ""


class GuestDraft(Draft):
    """A person on the roster, and what they receive (名单)."""

    person_id: RecordId | None = None
    trainee_name: Line = ""
    amount_fen: Fen = 0
    goods: Line = ""


class Gathering(Case):
    """An event with a roster: relief on the spot, or one of the five sends (现场活动)."""

    __table_args__ = (CheckConstraint("attendance >= 0 AND volunteers >= 0", name="people"),)

    state: Mapped[GatheringState] = mapped_column(coded(GatheringState), default=GatheringState.DRAFT)
    kind: Mapped[SendKind] = mapped_column(coded(SendKind))
    title: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200))
    held_on: Mapped[date]
    volunteers: Mapped[int] = mapped_column(default=0)
    goods: Mapped[str] = mapped_column(String(200), default="")
    attendance: Mapped[int] = mapped_column(default=0)
    handed_out_fen: Mapped[int] = mapped_column(default=0)
    fund_id: Mapped[int | None] = mapped_column(ForeignKey("fund.id"))
    movement_id: Mapped[int | None] = mapped_column(ForeignKey("fund_movement.id"), unique=True)


class Guest(CaseLine):
    """A person on the roster of an event, confirmed by a signature (到场名单)."""

    __table_args__ = (CheckConstraint("amount_fen >= 0", name="amount"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("gathering.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    trainee_name: Mapped[str] = mapped_column(String(200))
    amount_fen: Mapped[int] = mapped_column(default=0)
    goods: Mapped[str] = mapped_column(String(200), default="")
    signed_at: Mapped[datetime | None] = mapped_column(Instant)


def signed_guests(session: Session, gathering_id: int) -> list[Guest]:
    """Who came and signed."""
    signed = select(Guest).where(Guest.case_id == gathering_id, Guest.signed_at.is_not(None))
    return list(session.scalars(signed.order_by(Guest.id)))


def _hold(session: Session, actor: Actor, case: Gathering, draft: Held) -> None:
    if case.held_on > clock.today():
        raise NotPermitted(why=Term(N_("活动日期还没到")))


def _close(session: Session, actor: Actor, case: Gathering, draft: HandOut) -> None:
    """Pay what was signed for out of one fund, and write a line of the ledger for each signature."""
    guests = signed_guests(session, case.id)
    total = sum(guest.amount_fen for guest in guests)
    if total and draft.fund_id is None:
        raise NotPermitted(why=Term(N_("发了钱物，请选从哪项资金列支")))
    if total:
        require_relief_fund(session, draft.fund_id or 0)
        movement = spend(
            session, fund_id=draft.fund_id or 0, purpose=FundPurpose.RELIEF, kind=MovementKind.PAYMENT,
            amount_fen=total, subject=f"gathering:{case.id}", account_id=actor.account_id,
        )  # fmt: skip
        case.movement_id, case.handed_out_fen = movement.id, total
    category = ServiceCategory.RELIEF if case.kind is SendKind.RELIEF else ServiceCategory.OTHER
    record_services(session, actor, [_service(case, category, guest) for guest in guests])


def _service(case: Gathering, category: ServiceCategory, guest: Guest) -> dict[str, Any]:
    return {
        "centre_id": case.centre_id, "category": category, "channel": Channel.SITE, "person_id": guest.person_id,
        "topic": case.kind.value, "programme": case.title[:60], "amount_fen": guest.amount_fen or None,
        "subject": f"gathering:{case.id}",
    }  # fmt: skip


def attendance(session: Session) -> dict[str, tuple[int, int]]:
    """Events held and people who came, by kind."""
    rows = session.execute(
        select(Gathering.kind, func.count(), func.sum(Gathering.attendance))
        .where(Gathering.state.in_((_S.HELD, _S.CLOSED)))
        .group_by(Gathering.kind)
        .order_by(Gathering.kind)
    )
    return {kind.value: (int(count), int(people or 0)) for kind, count, people in rows}


GATHERING = Kind(
    name="gathering",
    path="gatherings",
    label=N_("现场救助和五送活动"),
    start=N_("安排现场活动"),
    icon="calendar",
    model=Gathering,
    machine=GATHERINGS,
    draft=GatheringDraft,
    steps=(
        Step("publish", N_("公布"), StepRemark, None, "", ("opened_by",)),
        Step("hold", N_("已举办"), Held, _hold),
        Step("close", N_("核对签名、列支、归档"), HandOut, _close, "", ("opened_by",)),
        Step("cancel", N_("取消"), StepReason),
    ),
    columns=("kind", "title", "held_on", "attendance"),
    labels={
        "kind": N_("活动内容"),
        "volunteers": N_("志愿者人数"),
        "goods": N_("发什么、多少"),
        "attendance": N_("到场人数"),
        "handed_out_fen": N_("发放合计"),
        "trainee_name": N_("姓名"),
        "signed_at": N_("签到签收"),
    },
    options={"fund_id": relief_funds},
    lines=Lines(
        "guests", N_("名单"), Guest, GuestDraft, ("trainee_name", "amount_fen", "goods", "signed_at"), None,
        frozenset({GatheringState.DRAFT.value, GatheringState.PUBLISHED.value, GatheringState.HELD.value}),
        "signed_at", N_("签到签收"), ("amount_fen", "goods"),
    ),
    signatures=(N_("经办人"), N_("发放人"), N_("负责人")),
    group="places",
)  # fmt: skip


class LendingState(Coded):
    """Where a book is (借阅状态)."""

    LENT = "lent", N_("借出")
    RETURNED = "returned", N_("已还")
    LOST = "lost", N_("丢失")


LENDINGS = Machine(
    "lending",
    [
        Move(LendingState.LENT, "give-back", LendingState.RETURNED, _WORK),
        Move(LendingState.LENT, "lose", LendingState.LOST, _WORK),
    ],
    {state: state.label for state in LendingState},
)


class LendingDraft(Draft):
    """A borrowed book (借书)."""

    title: Words
    days: Annotated[int, Field(ge=1, le=90)] = 30


class BookLending(PersonCase):
    """A book of the reading room that is lent (农民工书屋借阅)."""

    state: Mapped[LendingState] = mapped_column(coded(LendingState), default=LendingState.LENT)
    title: Mapped[str] = mapped_column(String(200))
    days: Mapped[int]
    returned_on: Mapped[date | None]


def _lend(session: Session, actor: Actor, case: BookLending, draft: LendingDraft) -> None:
    case.due_on = date.fromordinal(clock.today().toordinal() + draft.days)


def _take_back(session: Session, actor: Actor, case: BookLending, draft: StepRemark) -> None:
    case.returned_on, case.due_on = clock.today(), None


LENDING = Kind(
    name="lending",
    path="reading-room",
    label=N_("农民工书屋"),
    start=N_("借书"),
    icon="file",
    model=BookLending,
    machine=LENDINGS,
    draft=LendingDraft,
    steps=(Step("give-back", N_("还书"), StepRemark, _take_back), Step("lose", N_("丢失"), StepRemark, _take_back)),
    columns=("title", "due_on", "returned_on"),
    labels={"title": N_("书名"), "days": N_("借几天"), "returned_on": N_("归还日期")},
    opening=_lend,
    person="must",
    group="places",
)

"""The trade association with its shops and their permits, and its rules in their versions (行业协会)."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from centre import clock
from centre.desk.cases.kinds import Kind, Lines, Step
from centre.desk.cases.models import Case, CaseLine
from centre.desk.cases.rules import Coded, Count, NotPermitted, StepReason, StepRemark
from centre.drafts import Draft, Line, NearDay, RecordId, Words
from centre.permissions import Actor, Permission
from centre.states import Machine, Move
from centre.tables import coded
from centre.translation import N_, Term
from employers.cases.choices import employers_to_choose

_WORK, _DECIDE = Permission.WORK_AT_DESK, Permission.DECIDE_AT_DESK


class MembershipState(Coded):
    """Where a membership stands (会员状态)."""

    APPLIED = "applied", N_("已申请")
    ACTIVE = "active", N_("有效")
    LAPSED = "lapsed", N_("已失效")
    EXPELLED = "expelled", N_("已除名")


class PermitType(Coded):
    """What a permit allows (许可种类)."""

    LICENCE = "licence", N_("营业执照")
    HYGIENE = "hygiene", N_("公共场所卫生许可")
    FIRE = "fire", N_("消防安全检查")


_S = MembershipState
MEMBERS = Machine(
    "member",
    [
        Move(_S.APPLIED, "admit", _S.ACTIVE, _DECIDE),
        Move(_S.APPLIED, "turn-away", _S.EXPELLED, _DECIDE),
        Move(_S.ACTIVE, "lapse", _S.LAPSED, _WORK),
        Move(_S.LAPSED, "admit", _S.ACTIVE, _DECIDE),
        Move(_S.ACTIVE, "expel", _S.EXPELLED, _DECIDE),
        Move(_S.LAPSED, "expel", _S.EXPELLED, _DECIDE),
    ],
    {state: state.label for state in _S},
)


class MemberDraft(Draft):
    """A shop that joins the association (入会单位)."""

    association: Words
    shop_id: RecordId | None = None
    shop: Words
    grade: Annotated[Line, StringConstraints(max_length=20)] = ""
    premises: Annotated[int, Field(ge=1, le=1000)] = 1
    staff: Count = 0
    laid_off_staff: Count = 0
    certified_staff: Count = 0


class PermitDraft(Draft):
    """A permit of the shop and the day on which it ends (许可)."""

    type: PermitType
    number: Words
    expires_on: NearDay


class AssociationMember(Case):
    """A shop in the trade association (行业协会会员)."""

    __table_args__ = (
        CheckConstraint("laid_off_staff <= staff AND certified_staff <= staff", name="staff"),
        CheckConstraint("admitted_by IS NULL OR admitted_by <> opened_by", name="admitter"),
    )

    state: Mapped[MembershipState] = mapped_column(
        coded(MembershipState, "member_state"), default=MembershipState.APPLIED
    )
    association: Mapped[str] = mapped_column(String(200))
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("employer.id"), index=True)
    shop: Mapped[str] = mapped_column(String(200))
    grade: Mapped[str] = mapped_column(String(20), default="")
    premises: Mapped[int] = mapped_column(default=1)
    staff: Mapped[int] = mapped_column(default=0)
    laid_off_staff: Mapped[int] = mapped_column(default=0)
    certified_staff: Mapped[int] = mapped_column(default=0)
    admitted_by: Mapped[int | None]


class Permit(CaseLine):
    """A permit of a shop (许可证)."""

    __table_args__ = (UniqueConstraint("case_id", "type", "number"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("association_member.id"), index=True)
    type: Mapped[PermitType] = mapped_column(coded(PermitType))
    number: Mapped[str] = mapped_column(String(200))
    expires_on: Mapped[date]


def in_good_standing(session: Session, employer_id: int) -> bool:
    """Whether an employer is an active member of an association, its hygiene permit in force (会籍有效).

    It is a good sign when its openings are verified.
    """
    permitted = select(Permit.id).where(
        Permit.case_id == AssociationMember.id, Permit.type == PermitType.HYGIENE, Permit.expires_on >= clock.today()
    )
    member = select(AssociationMember.id).where(
        AssociationMember.shop_id == employer_id, AssociationMember.state == _S.ACTIVE, permitted.exists()
    )
    return session.scalar(member.limit(1)) is not None


def _enter(session: Session, actor: Actor, case: AssociationMember, draft: MemberDraft) -> None:
    if max(draft.laid_off_staff, draft.certified_staff) > draft.staff:
        raise NotPermitted(why=Term(N_("下岗人数、持健康证人数不能多于从业人数")))


def _admit(session: Session, actor: Actor, case: AssociationMember, draft: StepRemark) -> None:
    valid = select(func.count()).where(
        Permit.case_id == case.id, Permit.type == PermitType.HYGIENE, Permit.expires_on >= clock.today()
    )
    if not session.scalar(valid):
        raise NotPermitted(why=Term(N_("没有有效的公共场所卫生许可，请先登记许可证")))


def _note_expiry(session: Session, actor: Actor, case: AssociationMember, line: Permit) -> None:
    """The end of the first permit is the day of the next check."""
    case.due_on = min(case.due_on, line.expires_on) if case.due_on else line.expires_on


MEMBER = Kind(
    name="member",
    path="association",
    label=N_("行业协会会员"),
    start=N_("登记会员单位"),
    icon="shop",
    model=AssociationMember,
    machine=MEMBERS,
    draft=MemberDraft,
    steps=(
        Step("admit", N_("批准入会"), StepRemark, _admit, "admitted_by", ("opened_by",)),
        Step("turn-away", N_("不批准"), StepReason),
        Step("lapse", N_("会籍失效"), StepReason),
        Step("expel", N_("除名"), StepReason),
    ),
    columns=("association", "shop", "premises", "staff", "due_on"),
    labels={
        "association": N_("协会名称"),
        "shop_id": N_("单位（已登记的）"),
        "shop": N_("店名"),
        "grade": N_("等级"),
        "premises": N_("门店数"),
        "staff": N_("从业人数"),
        "laid_off_staff": N_("其中下岗人员"),
        "certified_staff": N_("其中持健康证"),
        "type": N_("许可种类"),
        "number": N_("许可证号"),
    },
    options={"shop_id": employers_to_choose},
    opening=_enter,
    lines=Lines("permits", N_("许可证"), Permit, PermitDraft, ("type", "number", "expires_on"), _note_expiry),
    signatures=(N_("协会秘书长"), N_("会员单位")),
    group="work",
)


class DocumentState(Coded):
    """Where a rule document stands (文件状态)."""

    DRAFT = "draft", N_("草拟")
    IN_FORCE = "in_force", N_("施行中")
    REPLACED = "replaced", N_("已废止或被替代")


DOCUMENTS = Machine(
    "document",
    [
        Move(DocumentState.DRAFT, "issue", DocumentState.IN_FORCE, _DECIDE),
        Move(DocumentState.IN_FORCE, "replace", DocumentState.REPLACED, _DECIDE),
    ],
    {state: state.label for state in DocumentState},
)


class DocumentDraft(Draft):
    """A rule of the trade with its number, version and days (行业规则)."""

    title: Words
    issuer: Words
    document_no: Line = ""
    edition: Annotated[Line, StringConstraints(max_length=20)] = "1"
    from_on: NearDay
    to_on: NearDay | None = None
    favours: bool = False


class RuleDocument(Case):
    """A rule or a policy document of the trade, one row for each version (行业规则和优惠政策)."""

    __table_args__ = (
        CheckConstraint("to_on IS NULL OR to_on >= from_on", name="days"),
        UniqueConstraint("centre_id", "title", "edition"),
    )

    state: Mapped[DocumentState] = mapped_column(coded(DocumentState), default=DocumentState.DRAFT)
    title: Mapped[str] = mapped_column(String(200))
    issuer: Mapped[str] = mapped_column(String(200))
    document_no: Mapped[str] = mapped_column(String(200), default="")
    edition: Mapped[str] = mapped_column(String(20), default="1")
    from_on: Mapped[date]
    to_on: Mapped[date | None]
    favours: Mapped[bool] = mapped_column(default=False)


def _draft(session: Session, actor: Actor, case: RuleDocument, draft: DocumentDraft) -> None:
    if draft.to_on is not None and draft.to_on < draft.from_on:
        raise NotPermitted(why=Term(N_("最后一天不能早于第一天")))
    known = select(RuleDocument.id).where(
        RuleDocument.centre_id == case.centre_id,
        RuleDocument.title == draft.title,
        RuleDocument.edition == draft.edition,
    )
    if session.scalar(known.limit(1)) is not None:
        raise NotPermitted(why=Term(N_("这份文件的这个版本已经登记过，请换一个版本号")))


def _issue(session: Session, actor: Actor, case: RuleDocument, draft: StepRemark) -> None:
    """A new version in force ends the one before it."""
    older = select(RuleDocument).where(
        RuleDocument.title == case.title, RuleDocument.state == DocumentState.IN_FORCE, RuleDocument.id != case.id,
        RuleDocument.centre_id == case.centre_id,
    ).order_by(RuleDocument.id)  # fmt: skip
    if session.scalars(older.limit(1)).first() is not None:
        raise NotPermitted(why=Term(N_("旧版本还在施行，请先把旧版本废止")))


DOCUMENT = Kind(
    name="document",
    path="documents",
    label=N_("行业规则和政策文件"),
    start=N_("登记文件"),
    icon="file",
    model=RuleDocument,
    machine=DOCUMENTS,
    draft=DocumentDraft,
    steps=(Step("issue", N_("施行"), StepRemark, _issue), Step("replace", N_("废止"), StepReason)),
    columns=("title", "edition", "issuer", "from_on", "to_on"),
    labels={
        "title": N_("文件名称"),
        "issuer": N_("发文单位"),
        "document_no": N_("文号"),
        "edition": N_("版本"),
        "favours": N_("算作再就业优惠政策"),
    },
    opening=_draft,
    signatures=(N_("经办人"), N_("负责人")),
    group="work",
)

"""What can the centre do for me? A few taps, nothing is stored; answers stand in the query string alone (帮扶自查)."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import ConfigDict, Field
from sqlalchemy import select
from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from centre import clock
from centre.benefits import PREFIX, BenefitAnswer, BenefitVerdict, Criterion, judge, read_rule
from centre.desk.donations import DONATIONS, published_donations, spent_fen, unattributed_fen
from centre.drafts import Draft
from centre.network import Centre
from centre.policy import PolicyMissing, policy
from centre.scopes import seeing_everything
from centre.settings import settings
from centre.translation import N_
from web import choices
from web.forms import bind_query
from web.qr import qr
from web.rendering import page

routes = Pages("/help")

DONATIONS_SHOWN = 200
"""The newest donations are listed; the figures above the list count all of them."""

SITUATIONS = (
    ("unemployed", N_("没有工作")),
    ("employed", N_("有工作")),
    ("land_lost", N_("土地被征了，没有工作")),
    ("student", N_("还在上学")),
)
HARDSHIPS = (
    ("union", N_("工会认定的困难职工")),
    ("employment", N_("人社认定的就业困难人员")),
    ("none", N_("都没有，或者不清楚")),
)
INCOMES = ((600, N_("600 元以下")), (1200, N_("600 到 1200 元")), (3000, N_("1200 元以上")))
AGES = (
    (15, N_("不满 16 岁")),
    (17, N_("16、17 岁")),
    (40, N_("18 到 60 岁")),
    (62, N_("61、62 岁")),
    (70, N_("63 岁以上")),
)
TIMES = ((0, N_("没有领过")), (1, N_("领过 1 到 3 次")), (4, N_("领过更多")))

BENEFITS = (
    ("jobs", N_("找工作，全程免费"), "/openings", "search"),
    ("free-training", N_("免费学一门手艺"), "/training", "school"),
    ("relief-fast", N_("当天发放的小额救助"), "", "care"),
    ("relief", N_("生活救助"), "", "care"),
    ("hardship-union", N_("认定为困难职工"), "", "home"),
    ("hardship-employment", N_("认定为就业困难人员"), "", "home"),
    ("education-card", N_("子女教育减免卡"), "", "certificate"),
    ("medical-card", N_("就医减免卡"), "", "certificate"),
    ("wages", N_("帮您讨要欠薪，免费法律援助"), "", "warn"),
    ("loan", N_("小额贷款"), "", "wage"),
)
WHY = {
    "income": N_("家里每人每月的收入超过了标准"),
    "relief_times": N_("十二个月内领的次数超过了"),
    "hardship": N_("需要先认定为困难职工或就业困难人员"),
    "child": N_("这项是给有孩子上学的家庭的"),
    "age": N_("年龄不在规定的范围里"),
    "situation": N_("这项是给没有工作的人的"),
    "business": N_("这项是给打算自己创业的人的"),
    "owed": N_("您没有说被拖欠工资"),
}
CHANGE = {
    "income": N_("收入降到标准以下、或者家里有人生大病，就可以再来申请"),
    "relief_times": N_("满十二个月以后可以再申请"),
    "hardship": N_("先到窗口申请困难认定，认定后就能办"),
    "child": N_("孩子上学以后可以来办"),
    "age": N_("到了规定的年龄可以来办；不够年龄的，请家里大人来问"),
    "situation": N_("失业以后可以来登记"),
    "business": N_("有了创业打算随时可以来"),
    "owed": N_("遇到拖欠工资，随时来找我们"),
}
PROOFS = {
    "identity": N_("身份证"),
    "income": N_("收入证明或低保证"),
    "hardship": N_("困难认定的证明"),
    "school": N_("学校的在读证明"),
    "household": N_("户口本"),
    "unemployment": N_("失业登记证明"),
    "plan": N_("创业计划，一页就行"),
    "guarantor": N_("担保人的身份证"),
    "wages": N_("工资条、考勤、合同，有什么带什么"),
}


class HelpForm(Draft):
    """The answers of a reader; each may stay open (自查)."""

    model_config = ConfigDict(extra="ignore")  # the language and other settings of the page stand in the query too

    situation: Annotated[str, Field(max_length=20)] = ""
    hardship: Annotated[tuple[str, ...], Field(max_length=3)] = ()
    income: Annotated[int, Field(ge=0, le=100_000)] | None = None
    age: Annotated[int, Field(ge=0, le=120)] | None = None
    relief_times: Annotated[int, Field(ge=0, le=100)] | None = None
    child: Annotated[bool, Field(strict=False)] | None = None
    owed: Annotated[bool, Field(strict=False)] | None = None
    business: Annotated[bool, Field(strict=False)] | None = None
    region: Annotated[str, Field(max_length=6)] = ""
    """Where the reader lives; it says where to go and is no criterion of any rule."""


@dataclass(frozen=True, slots=True)
class BenefitLine:
    """One benefit with what its rule says (一项帮扶)."""

    label: str
    href: str
    icon: str
    verdict: BenefitVerdict

    @property
    def answer(self) -> BenefitAnswer:
        """Yes, no or unknown."""
        return self.verdict.eligible

    @property
    def reasons(self) -> list[str]:
        """Why not, each criterion once."""
        return list(dict.fromkeys(WHY[criterion.fact] for criterion in self.verdict.unmet if criterion.fact in WHY))

    @property
    def change(self) -> str:
        """The nearest change that would make it a yes."""
        nearest: Criterion | None = self.verdict.nearest or next(iter(self.verdict.unmet), None)
        return CHANGE.get(nearest.fact, "") if nearest else ""

    @property
    def proofs(self) -> list[str]:
        """What to bring along."""
        return [PROOFS[proof] for proof in self.verdict.missing_proofs if proof in PROOFS]


@routes.get("", allow=PUBLIC)
def benefits(unit: Unit) -> Response:
    """The questions and, once one is answered, what the centre can do."""
    bound = bind_query(unit, HelpForm)
    facts: dict[str, Any] = bound.draft.model_dump(exclude={"region"}) if bound.draft else {}
    facts = {name: value for name, value in facts.items() if value not in (None, "", ())}
    lines = _lines(unit, facts) if facts else []
    order = {BenefitAnswer.YES: 0, BenefitAnswer.UNKNOWN: 1, BenefitAnswer.NO: 2}
    centres = list(unit.session.scalars(select(Centre).order_by(Centre.code)))
    region = bound.draft.region if bound.draft else ""
    near = [centre for centre in centres if centre.region_code == region]
    here = (settings().public_url or str(unit.request.base_url).rstrip("/")) + "/help"
    return page(
        unit,
        "public/benefits.html",
        bound=bound,
        lines=sorted(lines, key=lambda line: order[line.answer]),
        centres=near or centres,
        others=[centre for centre in centres if centre not in near] if near else [],
        counties=choices.home_counties(),
        code=qr(here),
        questions={"situation": SITUATIONS, "hardship": HARDSHIPS, "income": INCOMES, "age": AGES, "times": TIMES},
    )


def _lines(unit: Unit, facts: dict[str, Any]) -> list[BenefitLine]:
    lines = []
    for key, label, href, icon in BENEFITS:
        try:
            kept = policy(unit.session, PREFIX + key, on=clock.today())
        except PolicyMissing:
            continue  # an installation that has not taken the rule offers nothing by it
        lines.append(BenefitLine(label, href, icon, judge(read_rule(kept), facts)))
    return lines


@routes.get("/donations", allow=PUBLIC)
def donations(unit: Unit) -> Response:
    """Donations that have come in; donors who asked for it stay unnamed."""
    with seeing_everything(unit.session):
        rows = list(unit.session.scalars(published_donations()))
        spent = spent_fen(unit.session, rows)
        waiting = unattributed_fen(unit.session)
    shown = [
        {
            "donor": "" if row.anonymous else row.donor, "campaign": row.campaign, "amount_fen": row.amount_fen,
            "received_on": row.received_on, "goods": row.goods, "state": row.state, "spent_fen": spent[row.id],
        }
        for row in rows[:DONATIONS_SHOWN]
    ]  # fmt: skip
    return page(
        unit,
        "public/donations.html",
        rows=shown,
        count=len(rows),
        total=sum(row.amount_fen for row in rows),
        spent=sum(spent.values()),
        waiting=waiting,
        states=DONATIONS.labels,
    )

"""What pages show of promises: term by term what was said at the application and what came of it, and the forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from api.dependencies import UnitOfWork
from centre import regions
from centre.translation import N_, translate
from centre.translation import Terms as Labels
from employers.openings.rules import PROVISION_LABELS, WAGE_UNIT_LABELS
from employers.openings.terms import SIGNATORY_LABELS, Terms
from matching.introductions.models import Introduction
from matching.introductions.queries import introduction_in_sight
from matching.introductions.rules import IntroductionState
from matching.promises.actions import state_terms
from matching.promises.queries import BrokenWord, PromiseChain, broken_word, promise_chain
from matching.promises.rules import (
    SOURCE_LABELS,
    STAGE_LABELS,
    STATEMENT_LABELS,
    TERM_LABELS,
    PromiseStage,
    StatementState,
    TermKind,
    TermsDraft,
)
from web import choices
from web.formats import money, wage
from web.forms import Bound, attempt, bind, blank
from web.rendering import page

TERMS_MAY_BE_STATED = (IntroductionState.OFFERED, IntroductionState.HIRED)
WARNING = N_("最近半年，有 {n} 位求职者来了以后条件变差了：{terms}")
WARNING_HERE = N_("最近半年，有 {n} 位求职者来了以后条件变差了（包括这个岗位）：{terms}")


@dataclass(frozen=True, slots=True)
class StatedPart:
    """One link of the chain as pages show it (兑现环节)."""

    id: int
    head: str
    source: str
    state: StatementState
    state_label: str
    terms: Mapping[TermKind, str]
    worse: tuple[TermKind, ...]
    note: str


@dataclass(frozen=True, slots=True)
class PromisePage:
    """A chain as pages show it (兑现过程)."""

    labels: Mapping[TermKind, str]
    promised: Mapping[TermKind, str]
    parts: tuple[StatedPart, ...]
    worse: str
    stages: tuple[tuple[str, str], ...]


def promise_page(unit: UnitOfWork, introduction: Introduction) -> PromisePage | None:
    """The chain of an introduction; None before there is anything to compare."""
    chain = promise_chain(unit.session, introduction)
    is_open = introduction.state in TERMS_MAY_BE_STATED
    if not chain.statements and not is_open:
        return None
    return _page_of(unit.locale, chain, _stages(introduction) if is_open else ())


def _stages(introduction: Introduction) -> tuple[PromiseStage, ...]:
    hired = introduction.state is IntroductionState.HIRED
    return (PromiseStage.CONTRACT, PromiseStage.PAYSLIP, PromiseStage.AT_WORK) if hired else (PromiseStage.CONTRACT,)


def _page_of(locale: str, chain: PromiseChain, stages: tuple[PromiseStage, ...]) -> PromisePage:
    def said(message: str) -> str:
        return translate(locale, message)

    return PromisePage(
        labels={kind: said(label) for kind, label in TERM_LABELS.items()},
        promised=terms_in_words(locale, chain.promised),
        parts=tuple(
            StatedPart(
                id=row.id,
                head=said(STAGE_LABELS[row.stage]),
                source=said(SOURCE_LABELS[row.source]),
                state=row.state,
                state_label=said(STATEMENT_LABELS[row.state]),
                terms=terms_in_words(locale, row.stated),
                worse=row.worse_kinds,
                note=row.note,
            )
            for row in chain.statements
        ),
        worse=_listed(locale, chain.worse_kinds),
        stages=tuple((stage.value, said(STAGE_LABELS[stage])) for stage in stages),
    )


def terms_in_words(locale: str, terms: Terms | None) -> dict[TermKind, str]:
    """What is stated, term by term; nothing for a term that is left open."""
    if terms is None:
        return {}
    words = {
        TermKind.PAY: _pay(locale, terms),
        TermKind.PLACE: regions.full_name(terms.region_code) if regions.exists(terms.region_code) else "",
        TermKind.HOURS: _hours(locale, terms),
        TermKind.LODGING: _unless_unstated(locale, terms.lodging),
        TermKind.BOARD: _unless_unstated(locale, terms.board),
        TermKind.SIGNATORY: translate(locale, SIGNATORY_LABELS[terms.signatory]) if terms.signatory else "",
    }
    return {kind: text for kind, text in words.items() if text}


def _pay(locale: str, terms: Terms) -> str:
    parts = []
    if terms.pay_min_fen is not None or terms.pay_max_fen is not None:
        ends = {"wage_min_fen": terms.pay_min_fen, "wage_max_fen": terms.pay_max_fen, "wage_unit": terms.pay_unit.value}
        shown = wage(locale, ends)
        if terms.days_worked is None:
            parts.append(f"{shown.amount} {shown.unit}")
        else:
            parts.append(translate(locale, N_("{days} 天 {amount} 元"), days=terms.days_worked, amount=shown.amount))
    if terms.base_pay_fen is not None:
        parts.append(translate(locale, N_("底薪 {amount}"), amount=money(locale, terms.base_pay_fen)))
    return " · ".join(parts)


def _hours(locale: str, terms: Terms) -> str:
    parts = []
    if terms.hours_per_week is not None:
        parts.append(translate(locale, N_("每周 {n} 小时"), n=terms.hours_per_week))
    if terms.night_shift is not None:
        parts.append(translate(locale, N_("有夜班") if terms.night_shift else N_("没有夜班")))
    return " · ".join(parts)


def _unless_unstated(locale: str, provision: Any) -> str:
    return "" if provision.value == "unstated" else translate(locale, PROVISION_LABELS[provision])


def warning_of(unit: UnitOfWork, *, employer_id: int, opening_id: int) -> str:
    """The sentence that warns the next worker; empty where the employer kept its word."""
    record = broken_word(unit.session, employer_id=employer_id, opening_id=opening_id)
    return warning_in_words(unit.locale, record) if record else ""


def warning_in_words(locale: str, record: BrokenWord) -> str:
    """A record of broken promises as a sentence."""
    sentence = WARNING_HERE if record.here else WARNING
    return translate(locale, sentence, n=record.times, terms=_listed(locale, record.kinds))


def _listed(locale: str, kinds: Sequence[TermKind]) -> str:
    return Labels(tuple(TERM_LABELS[kind] for kind in kinds)).in_locale(locale)


def terms_form(
    unit: UnitOfWork, introduction_id: int, stage: PromiseStage, base: str, bound: Any = None, status: int = 200
) -> Response:
    """The form for one link of the chain; `base` is the address of the introduction for this reader."""
    introduction = introduction_in_sight(unit.session, introduction_id)
    promised = Terms.of_row(introduction.promised) if introduction.promised else None
    return page(
        unit,
        "promises/terms.html",
        status,
        introduction=introduction,
        stage=stage.value,
        label=translate(unit.locale, STAGE_LABELS[stage]),
        labels=TERM_LABELS,
        promised=terms_in_words(unit.locale, promised),
        base=base,
        bound=bound or blank(unit, TermsDraft, pay_unit=(promised.pay_unit.value if promised else "month")),
        units=WAGE_UNIT_LABELS,
        provisions=PROVISION_LABELS,
        signatories=SIGNATORY_LABELS,
        places=_places(promised),
    )


def save_terms(unit: UnitOfWork, introduction_id: int, stage: PromiseStage, base: str) -> Response:
    """State what the form says, or show it again with the reason."""
    bound: Bound[TermsDraft] = bind(unit, TermsDraft)
    return attempt(
        unit,
        bound,
        lambda draft: state_terms(unit.session, unit.actor, introduction_id=introduction_id, stage=stage, draft=draft),
        lambda again, status: terms_form(unit, introduction_id, stage, base, again, status),
        f"{base}#promise",
    )


def _places(promised: Terms | None) -> list[tuple[str, str]]:
    """The promised place first, then the others of its city, the cities of its province, and home."""
    code = promised.region_code if promised and regions.exists(promised.region_code) else ""
    if not code:
        return choices.home_counties()
    city, province = f"{code[:4]}00", f"{code[:2]}0000"
    near = [(county.code, county.name) for county in regions.counties(city)] if regions.exists(city) else []
    cities = [(region.code, region.name) for region in regions.children(province)] if regions.exists(province) else []
    return list(dict([(code, regions.full_name(code)), *near, *cities, *choices.home_counties()]).items())

"""How pages show promises: each term at the application beside what followed, and the forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from api.dependencies import UnitOfWork
from centre import regions
from centre.translation import N_, translate
from centre.translation import Terms as Labels
from employers.openings.rules import PROVISION_LABELS, WAGE_UNIT_LABELS, WageUnit
from employers.openings.terms import SIGNATORY_LABELS, Terms
from matching.introductions.models import Introduction
from matching.introductions.queries import introduction_in_sight
from matching.introductions.rules import IntroductionState
from matching.promises.actions import state_terms
from matching.promises.queries import BrokenWord, PromiseChain, broken_word, promise_chain, source_of, statement_of
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
from web.formats import money, wage, yuan
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
    """A chain as pages show it; terms that no side stated are left out (兑现过程)."""

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

    promised = terms_in_words(locale, chain.promised)
    stated = [terms_in_words(locale, row.stated) for row in chain.statements]
    return PromisePage(
        labels={
            kind: said(label) for kind, label in TERM_LABELS.items() if any(kind in by for by in (promised, *stated))
        },
        promised=promised,
        parts=tuple(
            StatedPart(
                id=row.id,
                head=said(STAGE_LABELS[row.stage]),
                source=said(SOURCE_LABELS[row.source]),
                state=row.state,
                state_label=said(STATEMENT_LABELS[row.state]),
                terms=words,
                worse=row.worse_kinds,
                note=row.note,
            )
            for row, words in zip(chain.statements, stated, strict=True)
        ),
        worse=_listed(locale, chain.worse_kinds),
        stages=tuple((stage.value, said(STAGE_LABELS[stage])) for stage in stages),
    )


def terms_in_words(locale: str, terms: Terms | None) -> dict[TermKind, str]:
    """What is stated, term by term; nothing for a term that is left open."""
    fields = fields_in_words(locale, terms)
    parts = {kind: [fields[name] for name in names if name in fields] for kind, names in _FIELDS.items()}
    return {kind: " · ".join(stated) for kind, stated in parts.items() if stated}


def fields_in_words(locale: str, terms: Terms | None) -> dict[str, str]:
    """What is stated, under the names of the form's fields; nothing for a field that is left open."""
    if terms is None:
        return {}
    words = {
        "pay_min_fen": _pay(locale, terms),
        "base_pay_fen": _base(locale, terms.base_pay_fen),
        "region_code": regions.full_name(terms.region_code) if regions.exists(terms.region_code) else "",
        "hours_per_week": _hours(locale, terms.hours_per_week),
        "night_shift": _night(locale, terms.night_shift),
        "lodging": _unless_unstated(locale, terms.lodging),
        "board": _unless_unstated(locale, terms.board),
        "signatory": translate(locale, SIGNATORY_LABELS[terms.signatory]) if terms.signatory else "",
    }
    return {name: text for name, text in words.items() if text}


_FIELDS = {
    TermKind.PAY: ("pay_min_fen", "base_pay_fen"),
    TermKind.PLACE: ("region_code",),
    TermKind.HOURS: ("hours_per_week", "night_shift"),
    TermKind.LODGING: ("lodging",),
    TermKind.BOARD: ("board",),
    TermKind.SIGNATORY: ("signatory",),
}


def _pay(locale: str, terms: Terms) -> str:
    if terms.pay_min_fen is None and terms.pay_max_fen is None:
        return ""
    ends = {"wage_min_fen": terms.pay_min_fen, "wage_max_fen": terms.pay_max_fen, "wage_unit": terms.pay_unit.value}
    shown = wage(locale, ends)
    if terms.days_worked is None:
        return f"{shown.amount} {shown.unit}"
    return translate(locale, N_("{days} 天 {amount} 元"), days=terms.days_worked, amount=shown.amount)


def _base(locale: str, fen: int | None) -> str:
    return "" if fen is None else translate(locale, N_("每月固定发 {amount}"), amount=money(locale, fen))


def _hours(locale: str, hours: int | None) -> str:
    return "" if hours is None else translate(locale, N_("每周 {n} 小时"), n=hours)


def _night(locale: str, nights: bool | None) -> str:
    return "" if nights is None else translate(locale, N_("有夜班") if nights else N_("没有夜班"))


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
        promised=fields_in_words(unit.locale, promised),
        base=base,
        bound=bound or blank(unit, TermsDraft, **_typed(unit, introduction, stage, promised)),
        units=WAGE_UNIT_LABELS,
        provisions=PROVISION_LABELS,
        signatories=SIGNATORY_LABELS,
        places=choices.places_near(promised.region_code if promised else ""),
    )


def _typed(unit: UnitOfWork, introduction: Introduction, stage: PromiseStage, promised: Terms | None) -> dict[str, str]:
    """What the reader has stated before, as typed: who corrects one field sends the others again."""
    before = statement_of(unit.session, introduction.id, stage, source_of(unit.actor, introduction))
    stated = before.stated if before else None
    if before is None or stated is None:
        return {"pay_unit": promised.pay_unit.value if promised else WageUnit.MONTH.value}
    values: dict[str, Any] = stated.as_row() | {"note": before.note}
    money_fields = [name for name in values if name.endswith("_fen")]
    values |= {name: yuan(values[name]).replace(",", "") for name in money_fields if values[name] is not None}
    values["night_shift"] = {True: "true", False: "false"}.get(values["night_shift"], "")
    return {name: "" if value is None else str(value) for name, value in values.items()}


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

"""A fit in the reader's language: what suits, what does not, what is not known, how the points add up. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from centre import regions
from centre.skills.vocabulary import vocabulary
from centre.translation import Term, translate
from employers.openings.rules import PLAIN_CERTIFICATE_LABELS, CertificateKind
from matching.engine.fit.conditions import FitVerdict, is_unlawful
from matching.engine.fit.reasons import PARTS, FitReason, check_reason, factor_reason, warnings, why_not
from matching.engine.fit.reference import Suggestion
from matching.engine.fit.score import Factor

_SILENT = ("-unknown", "-none-asked", "-neutral", "-no-wish", "-against", "-coarse")
_AGAINST = {
    "unrelated": "trade-unrelated",
    "experience-none": "",
    "skills-none": "skill-missing",
    "place-far": "too-far",
    "terms-against": "engagement-other",
    "wage-partly": "",
}
"""Factors that speak against a pair, each with the failed condition that says the same in other words."""
_ORDER = {FitVerdict.FAIL: 0, FitVerdict.UNKNOWN: 1, FitVerdict.PASS: 2}


@dataclass(frozen=True, slots=True)
class FitPart:
    """One factor as shown: its name, points, most points and sentence, all in the reader's language (得分项)."""

    name: str
    points: int
    most: int
    sentence: str
    speaks: bool = True
    against: bool = False


@dataclass(frozen=True, slots=True)
class WorkerWay:
    """What would make a worker eligible for an opening, as the engine has proved, in her language (还差什么)."""

    steps: tuple[str, ...]
    is_single: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """How a worker and an opening fit; the points of the parts add up to `points` (匹配结果)."""

    points: int
    parts: tuple[FitPart, ...]
    checks: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    blocks: tuple[str, ...] = ()
    unlawful: tuple[str, ...] = ()
    way: WorkerWay | None = None

    @property
    def conflicts(self) -> tuple[str, ...]:
        """What does not suit, in sentences: conditions that fail first, then factors that speak against the pair."""
        return tuple(dict.fromkeys([*self.blocks, *(part.sentence for part in self.parts if part.against)]))

    @property
    def suits(self) -> tuple[str, ...]:
        """What suits, in sentences; what is not known is not among them."""
        return tuple(part.sentence for part in self.parts if part.speaks)

    @property
    def unknowns(self) -> tuple[str, ...]:
        """What nobody has said yet, in sentences."""
        return tuple(sentence for verdict, sentence in self.checks if verdict == FitVerdict.UNKNOWN.value)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in sentences: what speaks for the pair first, most points first, unknown factors last."""
        return tuple(part.sentence for part in sorted(self.parts, key=lambda part: not part.speaks))


def name_of(kind: str, code: str) -> str | Term:
    """The name of an occupation, certificate or region code, for the engine's sentences."""
    if kind == "occupation":
        return vocabulary().name(code)
    if kind == "certificate":
        return Term(PLAIN_CERTIFICATE_LABELS[CertificateKind(code)])
    return regions.name(code) if regions.exists(code) else code


def first_reason(factors: Sequence[Factor], locale: str) -> str:
    """The first of the reasons that `fit_in_words` gives, without the others."""
    factors = sorted(factors, key=lambda factor: -factor.points)
    first = min(factors, key=lambda factor: not _speaks(factor), default=None)
    return "" if first is None else _worded(factor_reason(first, name_of), locale)


def _speaks(factor: Factor) -> bool:
    return factor.points > 0 and not factor.code.endswith(_SILENT) and factor.code not in _AGAINST


def _worded(reason: FitReason, locale: str) -> str:
    return translate(locale, reason.message, **reason.params)


def fit_in_words(suggestion: Suggestion, locale: str) -> Fit:
    """An engine's suggestion in the reader's language."""

    def worded(reason: FitReason) -> str:
        return _worded(reason, locale)

    failed = {check.code for check in suggestion.checks if check.verdict is FitVerdict.FAIL}

    factors = sorted(suggestion.factors, key=lambda factor: -factor.points)
    return Fit(
        points=suggestion.points,
        parts=tuple(
            FitPart(
                translate(locale, PARTS[factor.part.value]),
                factor.points,
                factor.most,
                worded(factor_reason(factor, name_of)),
                _speaks(factor),
                factor.code in _AGAINST and _AGAINST[factor.code] not in failed,
            )
            for factor in factors
        ),
        checks=tuple(
            (check.verdict.value, worded(check_reason(check, name_of)))
            for check in sorted(suggestion.checks, key=lambda check: _ORDER[check.verdict])
        ),
        warnings=tuple(worded(reason) for reason in warnings(suggestion, name_of)),
        blocks=tuple(worded(reason) for reason in why_not(suggestion, name_of)),
        unlawful=tuple(worded(check_reason(check, name_of)) for check in suggestion.checks if is_unlawful(check)),
    )

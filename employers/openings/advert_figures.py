"""Precision and recall of the screening on judged sentences. Pure but for reading the file."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from centre.policy import shipped_examples
from employers.openings.adverts.pay import below_minimum
from employers.openings.checks import PAY_IN_TEXT
from employers.openings.rules import WageUnit
from employers.openings.screening import screen

FIELD_SHARE = 0.05
"""Share of unlawful posts among all that an inspection met in practice: about one in twenty."""


class UnreadableExample(ValueError):
    """A line that is not a judged sentence."""


@dataclass(frozen=True, slots=True)
class ScreenedSentence:
    """A sentence with its label, and the keys of what the screening found."""

    name: str
    text: str
    flag: bool
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScreeningFigures:
    """Counts of an evaluation, and every sentence on which screening and label differ."""

    judged: tuple[ScreenedSentence, ...]

    def count(self, *, flag: bool, flagged: bool) -> int:
        """Sentences with this label and this outcome."""
        return sum(sentence.flag is flag and bool(sentence.keys) is flagged for sentence in self.judged)

    @property
    def precision(self) -> float:
        """Share of the flagged sentences that are unlawful; 1 when nothing is flagged."""
        hits = self.count(flag=True, flagged=True)
        return hits / max(1, hits + self.count(flag=False, flagged=True)) if self.judged else 1.0

    @property
    def recall(self) -> float:
        """Share of the unlawful sentences that are flagged."""
        return self.count(flag=True, flagged=True) / max(1, sum(sentence.flag for sentence in self.judged))

    @property
    def false_rate(self) -> float:
        """Share of the lawful sentences that are flagged."""
        return self.count(flag=False, flagged=True) / max(1, sum(not sentence.flag for sentence in self.judged))

    def precision_at(self, share: float) -> float:
        """The precision to expect where this share of the posts is unlawful."""
        hits, false = self.recall * share, self.false_rate * (1 - share)
        return hits / (hits + false) if hits + false else 1.0

    def misses(self) -> Iterator[ScreenedSentence]:
        """Sentences on which screening and label differ."""
        return (sentence for sentence in self.judged if sentence.flag is not bool(sentence.keys))

    def lines(self) -> Iterator[str]:
        """The figures as text, a line each."""
        unlawful = sum(sentence.flag for sentence in self.judged)
        yield f"sentences {len(self.judged)} (flag {unlawful}, ok {len(self.judged) - unlawful})"
        yield f"precision {self.precision:.3f}"
        yield f"recall {self.recall:.3f}"
        yield f"precision at {FIELD_SHARE:.0%} prevalence {self.precision_at(FIELD_SHARE):.3f}"
        for sentence in self.misses():
            yield (
                f"missed {sentence.name}: {sentence.text}"
                if sentence.flag
                else f"false {sentence.name}: {sentence.text} ({', '.join(sentence.keys)})"
            )


def evaluate(
    examples: Iterable[tuple[str, str, bool]], least: Mapping[WageUnit, int] | None = None
) -> ScreeningFigures:
    """Screen judged sentences: (name, text, whether it must be flagged).

    With `least` (fen by unit), pay in the text below it counts too, as it does where an opening is written.
    """
    return ScreeningFigures(
        tuple(
            ScreenedSentence(name, text, flag, tuple(dict.fromkeys(_keys(text, least))))
            for name, text, flag in examples
        )
    )


def evaluate_file(file: Path) -> ScreeningFigures:
    """Screen a JSON Lines file of objects with id, text and label (ok or flag). Raises UnreadableExample."""
    return evaluate(_read(file), shipped_least_pay())


def shipped_least_pay() -> dict[WageUnit, int]:
    """The least pay by unit that the shipped example rules state for the whole country."""
    values = {rule.key: rule.value for rule in shipped_examples() if not rule.region_code}
    month = int(values["minimum-wage-month-fen"])
    per_unit = {WageUnit.DAY: values["days-per-month"], WageUnit.HOUR: values["hours-per-month"]}
    return {WageUnit.MONTH: month} | {unit: int(month / number) for unit, number in per_unit.items()}


def _keys(text: str, least: Mapping[WageUnit, int] | None) -> Iterator[str]:
    yield from (finding.key for finding in screen(text))
    if least:
        yield from (PAY_IN_TEXT for _ in below_minimum(text, least))


def _read(file: Path) -> Iterator[tuple[str, str, bool]]:
    for number, line in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            name, text, label = str(row.get("id", number)), str(row["text"]), row["label"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UnreadableExample(f"{file.name}:{number}: expected an object with id, text and label") from None
        if label not in ("ok", "flag"):
            raise UnreadableExample(f"{file.name}:{number}: label must be ok or flag, not {label!r}")
        yield name, text, label == "flag"

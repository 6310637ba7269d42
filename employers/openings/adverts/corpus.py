"""The examples that the classifier learns from: templates with fillers, varied by order and tone (审查例句). Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from random import Random
from zlib import crc32

SENTENCES = Path(__file__).parents[1] / "data" / "ad_sentences.txt"

FEWEST, MOST = 6, 12
"""Sentences of one template: at least so many tones of it, at most so many fillings, so that none outweighs others."""

LAWFUL_MORE = 1.2
"""Lawful templates are fewer and varied more, so that half of the sentences are lawful."""

UNSEEN_SHARE = 3
"""One template in so many is kept out of training."""

_SLOT = re.compile(r"\{([a-z]+)\}")
_NEUTRAL = ("包吃住", "月薪4000元", "长白班", "工作地点在渭城区", "五险一金", "能吃苦", "有经验优先", "每天8小时")
_TONE = (
    "{}",
    "{}",
    "{}。",
    "{}！",
    "急招！{}",
    "招工：{}",
    "要求：{}",
    "{}，{neutral}",
    "{neutral}，{}",
    "{} {neutral}",
)
_TYPED = str.maketrans("，（）：", ",():")


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence, whether it must be flagged, its category, and whether it is held out of training."""

    text: str
    flag: bool
    category: str
    unseen: bool


@lru_cache(maxsize=1)
def examples() -> list[Example]:
    """All examples in a fixed order; the same on every machine."""
    slots, templates = _parsed(SENTENCES.read_text(encoding="utf-8").splitlines())
    return [example for template in templates for example in _varied(*template, slots)]


def is_unseen(template: str) -> bool:
    """Whether a template belongs to the part that is kept out of training."""
    return crc32(template.encode()) % UNSEEN_SHARE == 0


def _parsed(lines: Sequence[str]) -> tuple[Mapping[str, Sequence[str]], list[tuple[str, str, bool]]]:
    slots: dict[str, Sequence[str]] = {}
    templates: list[tuple[str, str, bool]] = []
    category, flag = "", False
    for line in lines:
        if line.startswith("= "):
            name, _, fillers = line[2:].partition(":")
            slots[name] = [filler.strip() for filler in fillers.split("|")]
        elif line.startswith("["):
            category, label = line.strip("[]").split()
            flag = label == "flag"
        elif line and not line.startswith("#"):
            templates.append((line, category, flag))
    return slots, templates


def _varied(template: str, category: str, flag: bool, slots: Mapping[str, Sequence[str]]) -> Iterator[Example]:
    random = Random(template)
    sentences = sorted(_filled(template, slots))
    random.shuffle(sentences)
    share = 1.0 if flag else LAWFUL_MORE
    wanted = sentences[: int(MOST * share)]
    while len(wanted) < FEWEST * share:
        wanted.append(random.choice(sentences))
    unseen = is_unseen(template)
    texts = dict.fromkeys(_toned(sentence, random) for sentence in wanted)
    yield from (Example(text, flag, category, unseen) for text in texts)


def _filled(template: str, slots: Mapping[str, Sequence[str]]) -> set[str]:
    names = _SLOT.findall(template)
    parts = _SLOT.split(template)[::2]
    fillings = product(*(slots[name] for name in names))
    return {"".join(part for pair in zip(parts, (*filling, ""), strict=True) for part in pair) for filling in fillings}


def _toned(sentence: str, random: Random) -> str:
    text = random.choice(_TONE).format(sentence, neutral=random.choice(_NEUTRAL))
    return text.translate(_TYPED) if random.random() < 0.3 else text

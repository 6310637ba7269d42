"""The texts that this installation has put in place of standard ones: dated rules like any other, read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from centre.errors import Problem
from centre.messages.everything import REGISTER
from centre.messages.vocabulary import VOCABULARY
from centre.messages.wording import Filled, Text, Wording
from centre.policy import PolicyRule
from centre.remembered import Remembered
from centre.translation import N_

PREFIX = "message."
"""What the rules that hold texts begin with; the rest is the name of the message."""

STANDARD: dict[str, str] = {}
"""The value of a rule that goes back to the standard text, whatever a later version of the service ships."""

LONGEST_TITLE, LONGEST_BODY = 120, 1_000


def rule_key(wording: Wording) -> str:
    """The key of the rules that hold the text of a message."""
    return PREFIX + wording.name


def wording_of(key: str) -> Wording | None:
    """The message whose text a rule holds; None for other rules."""
    return REGISTER.get(key.removeprefix(PREFIX)) if key.startswith(PREFIX) else None


def read_text(wording: Wording, value: Mapping[str, str]) -> Text:
    """The text that the value of a rule puts in force."""
    return Text(value["title"], value.get("body", "")) if value else wording.standard


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text that was put in force, and the days on which it holds (已生效文字)."""

    key: str
    from_on: date
    to_on: date | None
    value: Mapping[str, str]


def _read_texts(session: Session) -> list[KeptText]:
    kept = select(PolicyRule).where(PolicyRule.key.startswith(PREFIX)).order_by(PolicyRule.from_on, PolicyRule.id)
    return [KeptText(rule.key, rule.from_on, rule.to_on, rule.value) for rule in session.scalars(kept)]


kept_texts = Remembered[list[KeptText]](_read_texts, [])
"""The texts that were put in force; a process asks the database every five minutes."""


def text_in_force(wording: Wording, today: date) -> Text:
    """What a message says on a day: the text that this installation entered last, else the standard one."""
    held = [
        text
        for text in kept_texts()
        if text.key == rule_key(wording) and text.from_on <= today and (text.to_on is None or text.to_on >= today)
    ]
    return read_text(wording, held[-1].value) if held else wording.standard


def value_of(wording: Wording, title: str, body: str) -> dict[str, str]:
    """The value of the rule that puts a text in force; the standard text is none of its own."""
    text = Text(title.strip(), body.strip())
    return STANDARD if text == wording.standard else {"title": text.title, "body": text.body}


def written(message: Filled, today: date) -> Text:
    """A message in the words of a day."""
    return text_in_force(message.wording, today).filled(message.words)


def example_of(wording: Wording, text: Text) -> Text:
    """A text with example values in place of its placeholders."""
    return text.filled({name: VOCABULARY[name].example for name in wording.offers})


def problems_of(wording: Wording, value: Any, region_code: str = "") -> list[Problem]:
    """Why a text cannot be taken; empty when it can. An empty value is the standard text."""
    if region_code:
        return [Problem("region_code", "message-region", N_("消息文字全市一样，不填地区"))]
    if value == STANDARD:
        return []
    if (
        not isinstance(value, dict)
        or set(value) != {"title", "body"}
        or not all(isinstance(part, str) for part in value.values())
    ):
        return [Problem("value", "message-value", N_("消息文字要写成标题和正文两项"))]
    text = Text(value["title"].strip(), value["body"].strip())
    if not text.title:
        return [Problem("title", "missing", N_("请写标题"))]
    if len(text.title) > LONGEST_TITLE or len(text.body) > LONGEST_BODY:
        params = {"title": LONGEST_TITLE, "body": LONGEST_BODY}
        return [Problem("body", "message-long", N_("标题最多 {title} 字，正文最多 {body} 字"), params)]
    return _problems_of_words(wording, text)


def _problems_of_words(wording: Wording, text: Text) -> list[Problem]:
    problems = []
    try:
        used = text.placeholders
        kept = Text("", text.body).placeholders if wording.is_code else used  # a code leaves with its body alone
    except ValueError:
        return [Problem("body", "message-braces", N_("花括号里只能写占位符的名字"))]
    if unknown := sorted(used - wording.offers):
        params = {"names": ", ".join(unknown)}
        problems.append(Problem("body", "message-unknown", N_("这种消息没有这些占位符：{names}"), params))
    if missing := sorted(wording.keep - kept):
        params = {"names": ", ".join(missing)}
        problems.append(Problem("body", "message-missing", N_("正文里必须保留这些占位符：{names}"), params))
    return problems

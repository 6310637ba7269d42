"""The texts of messages: what is sent, what an administrator wrote instead, how it reads, a second person's yes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated

from fastapi import Path
from pydantic import StringConstraints
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from api.dependencies import Pages, Unit
from centre import clock, policy_changes
from centre.drafts import Draft, LongWords, Paragraph
from centre.errors import Forbidden, NotFound, Refusal
from centre.installation import sign
from centre.messages.everything import REGISTER
from centre.messages.names import NAMES
from centre.messages.overlay import example_of, read_text, rule_key, text_in_force, value_of
from centre.messages.vocabulary import VOCABULARY
from centre.messages.wording import Text, Wording
from centre.permissions import Permission
from centre.policy import PolicyRule
from centre.policy_changes import PolicyChange, RuleDraft
from centre.privacy import token_digest
from centre.senders.rules import sms_parts, text_of
from centre.translation import translate
from web.forms import Bound, bind, blank
from web.rendering import page

routes = Pages("/administration/messages")

Name = Annotated[str, Path(pattern="^[a-z][a-z-]{1,50}$")]


class TextForm(Draft):
    """The text of a message, from when on and why (消息文字)."""

    title: LongWords
    body: Paragraph = ""
    from_on: date
    source: Annotated[LongWords, StringConstraints(min_length=4, max_length=300)]
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a text leaves, with examples in place of its words (试读)."""

    text: Text
    example: Text
    sms: str
    parts: int


@dataclass(frozen=True, slots=True)
class KeptVersion:
    """A text with its days and its reason, in force or waiting (文字版本)."""

    row: PolicyRule | PolicyChange
    reading: Reading


@routes.get("", allow=Permission.APPROVE_RULES)
def messages(unit: Unit) -> Response:
    """Every kind of message, and which texts are this installation's own."""
    own = {rule.key for rule in policy_changes.rules_kept(unit.session) if rule.value}
    sections = [(section, list(group)) for section, group in groupby(REGISTER.values(), lambda known: known.section)]
    today = clock.today()
    return page(
        unit,
        "staff/administration/messages.html",
        sections=sections,
        texts={wording.name: text_in_force(wording, today) for wording in REGISTER.values()},
        own={wording.name for wording in REGISTER.values() if rule_key(wording) in own},
        waiting={change.key for change in _changes(unit.session)},
        rule_key=rule_key,
        names=NAMES,
        operates=unit.actor.may(Permission.READ_OPERATION),
    )


@routes.get("/{name}", allow=Permission.APPROVE_RULES)
def message(unit: Unit, name: Name) -> Response:
    """One kind of message: its text, its words, its versions, and what waits for a second person."""
    wording = _wording(name)
    kept = [rule for rule in policy_changes.rules_kept(unit.session) if rule.key == rule_key(wording)]
    return page(
        unit,
        "staff/administration/message.html",
        wording=wording,
        name=NAMES[wording.name],
        english=Text(translate("en", wording.title), translate("en", wording.body)),
        reading=_reading(wording, text_in_force(wording, clock.today())),
        versions=_versions(wording, sorted(kept, key=lambda rule: (rule.from_on, rule.id), reverse=True)),
        waiting=_versions(wording, [row for row in _changes(unit.session) if row.key == rule_key(wording)]),
        vocabulary=VOCABULARY,
        may_enter=unit.actor.may(Permission.ENTER_RULES),
        operates=unit.actor.may(Permission.READ_OPERATION),
    )


@routes.get("/{name}/new", allow=Permission.ENTER_RULES)
def ask_text(unit: Unit, name: Name) -> Response:
    """The form for a text, begun from the one in force, or from the standard one to go back to it."""
    wording = _wording(name)
    back = unit.request.query_params.get("standard") is not None
    text = wording.standard if back else text_in_force(wording, clock.today())
    typed = {"title": text.title, "body": text.body, "from_on": clock.today()}
    return _form(unit, wording, blank(unit, TextForm, **typed))


@routes.post("/{name}/new", allow=Permission.ENTER_RULES, keep=False)
def write_text(unit: Unit, name: Name) -> Response:
    """Show how a text would read; when that was seen, submit it to a second person."""
    wording = _wording(name)
    bound = bind(unit, TextForm)
    if bound.draft is None:
        return _form(unit, wording, bound, 422)
    value = value_of(wording, bound.draft.title, bound.draft.body)
    rule = RuleDraft(
        key=rule_key(wording),
        value=json.dumps(value, ensure_ascii=False),
        from_on=bound.draft.from_on,
        source=bound.draft.source,
    )
    try:
        policy_changes.checked_value(unit.session, rule)
        seen = token_digest(rule.model_dump_json())
        if bound.draft.seen != seen:
            return _form(unit, wording, bound, preview=_reading(wording, read_text(wording, value)), seen=seen)
        policy_changes.propose_rule(unit.session, unit.actor, draft=rule)
    except Forbidden:
        raise
    except Refusal as refusal:
        return _form(unit, wording, bound.refuse(refusal), refusal.status)
    return RedirectResponse(f"/administration/messages/{name}", 303)


def _wording(name: str) -> Wording:
    wording = REGISTER.get(name)
    if wording is None:
        raise NotFound
    return wording


def _changes(session: Session) -> Sequence[PolicyChange]:
    return session.scalars(policy_changes.changes_waiting()).all()


def _versions(wording: Wording, rows: Sequence[PolicyRule | PolicyChange]) -> list[KeptVersion]:
    return [KeptVersion(row, _reading(wording, read_text(wording, row.value))) for row in rows]


def _reading(wording: Wording, text: Text) -> Reading:
    example = example_of(wording, text)
    sms = text_of(wording.kind, example.title, example.body, sign=sign().name, address="")
    return Reading(text, example, sms, sms_parts(sms))


def _form(
    unit: Unit,
    wording: Wording,
    bound: Bound[TextForm],
    status_code: int = 200,
    *,
    preview: Reading | None = None,
    seen: str = "",
) -> Response:
    return page(
        unit,
        "staff/administration/message_form.html",
        status_code,
        wording=wording,
        name=NAMES[wording.name],
        bound=bound,
        preview=preview,
        seen=seen,
        vocabulary=VOCABULARY,
    )

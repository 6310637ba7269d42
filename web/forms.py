"""Forms: typed values, validated into a draft or returned with a message at each field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from hashlib import sha256
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from api.dependencies import UnitOfWork
from api.versions import FIELD as VERSION
from api.versions import StaleEdit
from centre.drafts import Draft, Line, problems_of
from centre.errors import Invalid, NotFound, Problem, Refusal
from centre.tables import Record
from centre.translation import N_, translate

Kind = TypeVar("Kind", bound=Draft)

SEEN = "_seen"
"""The hidden field of a form that takes a step: the version of the record that its reader saw."""
HIDDEN = frozenset({"_csrf", "_key", VERSION, SEEN})
FEN = 100


class ButtonForm(Draft):
    """A form that is only a button."""


class ReasonForm(Draft):
    """A form with one line for the reason (原因)."""

    reason: Line = ""


@dataclass(slots=True)
class Bound(Generic[Kind]):
    """A submitted form: the typed values with a draft if they are valid, otherwise with problems."""

    typed: dict[str, Any]
    locale: str
    draft: Kind | None = None
    problems: tuple[Problem, ...] = ()
    version: str = ""
    """For a form that edits something: the version of the stored values that it shows."""
    now: dict[str, Any] = field(default_factory=dict)
    """After a stale edit: the stored values that differ from the typed ones."""

    @property
    def status(self) -> int:
        """The status of the page that shows the form again."""
        return StaleEdit.status if self.now else Invalid.status

    def value(self, name: str) -> Any:
        """The typed value of a field; empty text when there is none."""
        value = self.typed.get(name)
        return "" if value is None else value

    def error(self, name: str) -> str:
        """The error message of a field in the reader's language; empty when the field is valid."""
        for problem in self.problems:
            if problem.field == name or problem.field.startswith(f"{name}."):
                return translate(self.locale, problem.message, **problem.params)
        return ""

    def refuse(self, refusal: Refusal) -> "Bound[Kind]":
        """The same form with the problems of a refused action."""
        problems = (
            refusal.problems
            if isinstance(refusal, Invalid)
            else [Problem(refusal.field, refusal.code, refusal.message, refusal.params)]
        )
        return replace(self, draft=None, problems=tuple(problems))


def blank(unit: UnitOfWork, model: type[Kind], **values: Any) -> Bound[Kind]:
    """An unsubmitted form with its initial values."""
    del model  # documents which draft the form is for
    return Bound(values, unit.locale)


def bind(unit: UnitOfWork, model: type[Kind], **given: Any) -> Bound[Kind]:
    """Validate the posted form as a draft; `given` adds values that do not come from the form.

    Empty fields count as not sent. Money fields (`_fen`) are typed in yuan, as people write it.
    """
    return _bound(unit, unit.form or FormData(), model, given)


def editing(unit: UnitOfWork, model: type[Kind], stored: Mapping[str, Any]) -> Bound[Kind]:
    """The form for something stored, filled in with it; it carries the version of what it shows."""
    del model
    return Bound(dict(stored), unit.locale, version=version_of(stored))


def bind_edit(unit: UnitOfWork, model: type[Kind], stored: Mapping[str, Any], **given: Any) -> Bound[Kind]:
    """Validate a posted edit of something whose values are now `stored`, as `editing` showed them.

    If they are no longer what the reader saw, there is no draft: the page shows both values at each field that differs,
    keeps the entered ones, and the reader may save again.
    """
    return compared(unit, bind(unit, model, **given), stored)


def compared(unit: UnitOfWork, bound: Bound[Kind], stored: Mapping[str, Any]) -> Bound[Kind]:
    """The bound form, without a draft when the reader saw other values than the `stored` ones."""
    bound.version = version_of(stored)
    named = str(unit.form.get(VERSION, "")) if unit.form else ""
    if not named or named == bound.version:
        return bound
    now = {name: value for name, value in stored.items() if _spelt(value) != _spelt(bound.typed.get(name))}
    if not now:  # both wrote the same
        return bound
    problems = [Problem(name, StaleEdit.code, N_("您打开以后，别人改过这一项")) for name in now]
    stale = Problem("", StaleEdit.code, StaleEdit.message)
    return replace(bound, draft=None, problems=(stale, *problems), now=now)


def expect_seen(unit: UnitOfWork, record: Record) -> None:
    """Refuse a step that was decided on another version of the record than it has now. Raises StaleEdit."""
    named = str(unit.form.get(SEEN, "")) if unit.form else ""
    if named and named != str(record.version):
        raise StaleEdit


def yuan(fen: int | None) -> str:
    """An amount as people type it, to the last fen; empty for none."""
    if fen is None:
        return ""
    whole, rest = divmod(fen, FEN)
    return f"{whole}.{rest:02d}".rstrip("0") if rest else str(whole)


def version_of(stored: Mapping[str, Any]) -> str:
    """The version of the values that a form shows."""
    lines = [f"{name}={_spelt(value)}" for name, value in sorted(stored.items())]
    return sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _spelt(value: Any) -> list[str]:
    """A value as a browser sends it back: no value for nothing, one for a switch that is on, several for a choice."""
    match value:
        case None | False | "":
            return []
        case True:
            return ["true"]
        case Enum():
            return [str(value.value)]
        case date():
            return [value.isoformat()]
        case str() if value in ("on", "yes", "true"):
            return ["true"]
        case str():
            return [value.replace("\r\n", "\n").strip()]
        case list() | tuple() | set() | frozenset():
            return sorted(part for each in value for part in _spelt(each))
        case _:
            return [str(value)]


def bind_query(unit: UnitOfWork, model: type[Kind]) -> Bound[Kind]:
    """Validate the query string as a draft, for filtered lists and tables."""
    return _bound(unit, FormData([(name, value) for name, value in unit.request.query_params.multi_items()]), model, {})


def _bound(unit: UnitOfWork, form: FormData, model: type[Kind], given: dict[str, Any]) -> Bound[Kind]:
    typed = _typed(form, model)
    content, problems = dict(typed), []
    for name in [name for name in typed if name.endswith("_fen")]:
        try:
            content[name] = _fen(typed[name])
        except ValueError:
            problems.append(Problem(name, "money", N_("金额请写成 3500 或 3500.50 这样")))
            del content[name]
    try:
        draft = model.model_validate(content | given)
    except ValidationError as error:
        broken = {problem.field for problem in problems}
        problems += [problem for problem in problems_of(error) if problem.field not in broken]
        return Bound(typed, unit.locale, None, tuple(problems))
    return Bound(typed, unit.locale, None if problems else draft, tuple(problems))


def attempt(
    unit: UnitOfWork,
    bound: Bound[Kind],
    act: Callable[[Kind], Any],
    again: Callable[[Bound[Kind], int], Response],
    there: str | Callable[[Any], str],
) -> Response:
    """Run the action of a form and redirect to `there`, which may depend on its result; or show the page `again` with
    the refusal, after a rollback. NotFound is passed on, so that the response does not reveal what exists."""
    if bound.draft is None:
        return again(bound, bound.status)
    try:
        done = act(bound.draft)
    except NotFound:
        raise
    except Refusal as refusal:
        unit.session.rollback()
        return again(bound.refuse(refusal), refusal.status)
    return RedirectResponse(there if isinstance(there, str) else there(done), 303)


def upload(unit: UnitOfWork) -> tuple[bytes, str]:
    """The file of a form, whose field is `file` in all forms: content and name. Raises Invalid when none was chosen."""
    file = unit.form.get("file") if unit.form else None
    if not isinstance(file, UploadFile) or not file.filename:
        raise Invalid([Problem("file", "missing", N_("请先选择文件"))])
    file.file.seek(0)
    return file.file.read(), file.filename


def _typed(form: FormData, model: type[Draft]) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for name in form:
        if name in HIDDEN:
            continue
        values = [value for value in form.getlist(name) if isinstance(value, str) and value.strip()]
        if _is_many(model, name):
            typed[name] = values
        elif values:
            typed[name] = values[0]
    return typed


def _is_many(model: type[Draft], name: str) -> bool:
    field = model.model_fields.get(name)
    if field is None:
        return False
    kinds = [field.annotation, *get_args(field.annotation)]
    return any(get_origin(kind) in (list, tuple, set, frozenset) for kind in kinds)


def _fen(text: Any) -> int:
    digits = str(text).strip().replace(",", "").replace("，", "")
    whole, _, part = digits.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 10 and len(part) <= 2):
        raise ValueError("not an amount")
    if part and not (part.isascii() and part.isdigit()):
        raise ValueError("not an amount")
    return int(whole) * FEN + int(part.ljust(2, "0") or 0)

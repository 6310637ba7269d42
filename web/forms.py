"""Forms: typed values, validated into a draft or returned with a message at each field."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args, get_origin

from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from api.dependencies import UnitOfWork
from api.versions import FIELD as VERSION
from centre.drafts import Draft, Line, problems_of
from centre.errors import Invalid, NotFound, Problem, Refusal
from centre.translation import N_, translate

Kind = TypeVar("Kind", bound=Draft)

HIDDEN = frozenset({"_csrf", "_key", VERSION})
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

    def value(self, name: str) -> Any:
        """The typed value of a field."""
        return self.typed.get(name, "")

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
        return Bound(self.typed, self.locale, None, tuple(problems))


def blank(unit: UnitOfWork, model: type[Kind], **values: Any) -> Bound[Kind]:
    """An unsubmitted form with its initial values."""
    del model  # documents which draft the form is for
    return Bound(values, unit.locale)


def bind(unit: UnitOfWork, model: type[Kind], **given: Any) -> Bound[Kind]:
    """Validate the posted form as a draft; `given` adds values that do not come from the form.

    Empty fields count as not sent. Money fields (`_fen`) are typed in yuan, as people write it.
    """
    return _bound(unit, unit.form or FormData(), model, given)


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
        return again(bound, 422)
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

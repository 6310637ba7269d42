"""Rendering of templates: one environment, with the functions that templates call without importing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import count
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit

import jinja2
from jinja2 import FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Match

from centre.errors import Problem, TooMany
from centre.installation import sign
from centre.permissions import Actor
from centre.settings import settings
from centre.translation import LOCALES, N_, translate
from employers.openings.screening import without_phones
from web import charts, formats
from web.assets import STATIC, asset
from web.highlight import marked
from web.navigation import Way, ways
from web.preferences import Display

TEMPLATES = Path(__file__).parent / "templates"


class Reader(Protocol):
    """What rendering needs from a request; `api.dependencies.Unit` implements it."""

    @property
    def request(self) -> Request:
        """The request, for its path, query and cookies."""

    @property
    def actor(self) -> Actor:
        """The reader."""

    @property
    def locale(self) -> str:
        """The reader's language, one of LOCALES."""

    @property
    def csrf_token(self) -> str:
        """The CSRF token of forms."""

    def new_key(self) -> str:
        """A fresh idempotency key for one form."""


@dataclass
class _Rendering:
    """One page being rendered: its reader, a counter for unique element ids, and the labels of its fields."""

    reader: Reader
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    labels: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, text: str) -> str:
        """The page with the label of its field before each message of an error summary."""
        for number, (name, message) in enumerate(self.faults):
            label = self.labels.get(name.split(".")[0], "")
            if label and label not in message:
                message = translate(self.reader.locale, N_("{label}：{message}"), label=label, message=message)
            text = text.replace(_FAULT.format(number), escape(message))
        return text

    @cached_property
    def query(self) -> dict[str, list[str]]:
        """The non-empty query parameters of the current URL."""
        values: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.reader.request.url.query):
            values.setdefault(name, []).append(value)
        return values


_current: ContextVar[_Rendering] = ContextVar("page being rendered")


def _locale() -> str:
    return _current.get().reader.locale


def _words(message: str, /, **params: object) -> str:
    return translate(_locale(), message, **params)


@cache
def _icon_names() -> frozenset[str]:
    sprite = (STATIC / "icons.svg").read_text("utf-8")
    return frozenset(part.split('"', 1)[0] for part in sprite.split('<symbol id="')[1:])


def icon(name: str, label: str = "", kind: str = "") -> Markup:
    """An icon of the sprite; hidden from screen readers unless it has a label. Raises KeyError for unknown names."""
    return _drawn(name, label, kind)


@lru_cache(maxsize=2_000)
def _drawn(name: str, label: str, kind: str) -> Markup:
    if name not in _icon_names():
        raise KeyError(f"no icon named {name!r} in web/static/icons.svg")
    voice = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    classes = f"icon {kind}".strip()
    drawing = f"{asset('icons.svg')}#{name}"
    return Markup('<svg class="{}" {} focusable="false"><use href="{}"></use></svg>').format(classes, voice, drawing)


_quoted = lru_cache(maxsize=4_000)(quote_plus)


@lru_cache(maxsize=1_000)
def _path(path: str) -> str:
    return quote(path, safe="/:@!$&'()*+,;=~%")


def url(path: str, /, **query: object) -> str:
    """A URL with a query: None and empty values are omitted, lists repeat their name."""
    pairs: list[str] = []
    for name, value in query.items():
        values = value if isinstance(value, list | tuple | set | frozenset) else [value]
        pairs += [f"{_quoted(name)}={_quoted(str(item))}" for item in values if item is not None and item != ""]
    return f"{_path(path)}?{'&'.join(pairs)}" if pairs else _path(path)


def here(**changes: object) -> str:
    """The current URL with a changed query: `here(page=2)`; None removes a parameter.

    Any change drops the cursor `after`, which holds a place in the list as it was asked for.
    """
    present = _current.get()
    kept = {name: value for name, value in present.query.items() if name != "after" or not changes}
    return url(present.reader.request.url.path, **{**kept, **changes})


def pdf_link(address: str) -> Markup:
    """The link to the PDF of a print view; nothing where this server makes none, see `web.paper.paper`."""
    words = _words(N_("存成 PDF"))
    return Markup(' <a href="{}">{}</a>').format(address, words) if address else Markup()


_BACK = "\ufdd0"
"""A placeholder for the current URL, so that the frame of all pages can be cached."""


def switch(**wishes: str) -> str:
    """The URL that changes a display setting (`lang`, `size` or `contrast`) and returns to this page."""
    return f"{url('/display', **wishes)}&back={_BACK}"


def _back() -> str:
    request = _current.get().reader.request
    return quote_plus(here() if request.method == "GET" else page_above(request))


def page_above(request: Request) -> str:
    """The page of a form, for a path without a page: the page that sent it, or the nearest above that can be opened."""
    path = request.url.path
    sender = urlsplit(request.headers.get("referer", ""))
    if sender.netloc == request.url.netloc and _opens(request, sender.path):
        return f"{sender.path}?{sender.query}" if sender.query else sender.path
    while path != "/" and not _opens(request, path):
        path = path.rsplit("/", 1)[0] or "/"
    return path


def _opens(request: Request, path: str) -> bool:
    scope = {**request.scope, "method": "GET", "path": path}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.router.routes)


def form_fields() -> Markup:
    """The hidden fields of every form that writes: CSRF token and idempotency key."""
    reader = _current.get().reader
    hidden = Markup('<input type="hidden" name="{}" value="{}">')
    return hidden.format("_csrf", reader.csrf_token) + hidden.format("_key", reader.new_key())


def unique(prefix: str) -> str:
    """A unique element id within the page."""
    return f"{prefix}-{next(_current.get().numbers)}"


_FAULT = "\ufdd1{}\ufdd1"
"""A placeholder for a message of an error summary, which comes before the fields and so before their labels."""


def with_label(name: str, message: str) -> str:
    """A message of an error summary that begins with the label of its field on this page, if it has one."""
    faults = _current.get().faults
    faults.append((name, message))
    return _FAULT.format(len(faults) - 1)


def labelled(name: str, label: str) -> str:
    """Nothing; error summaries name a field by this label."""
    _current.get().labels.setdefault(name, label)
    return ""


def problems_of(errors: object) -> list[tuple[str, str]]:
    """Errors as (field, message in the reader's language): from a bound form, a mapping, pairs, or problems."""
    errors = getattr(errors, "problems", errors)
    faults: Iterable[Any] = errors.items() if isinstance(errors, Mapping) else errors or ()  # type: ignore[assignment]
    pairs: list[tuple[str, str]] = []
    for fault in faults:
        if isinstance(fault, tuple):
            name, text = fault
            messages = [text] if isinstance(text, str) else list(text)
        else:
            name, messages = fault.field, [translate(_locale(), fault.message, **getattr(fault, "params", {}))]
        pairs += [(name or "", message) for message in messages]
    return pairs


def lines(text: object) -> Markup:
    """An escaped text with its line breaks, for letters and notices."""
    return Markup("<br>").join(escape(line) for line in str(text).splitlines())


def _display() -> Display:
    return Display.of(_current.get().reader.request.cookies)


def _ways() -> tuple[tuple[Way, bool], ...]:
    reader = _current.get().reader
    return tuple((way, way.leads_to(reader.request.url.path)) for way in ways(reader.actor))


_FORMATS: dict[str, Callable[[str, Any], object]] = {
    "money": formats.money,
    "wage": formats.wage,
    "date": formats.long_date,
    "datetime": formats.long_datetime,
    "weekday": formats.weekday,
    "month": formats.month,
}


_TITLE = "\ufdd1"
_cards: dict[tuple[object, ...], dict[int, tuple[object, Markup, Markup]]] = {}
_texts: dict[tuple[object, ...], Markup] = {}
_MOST_CARDS = _MOST_TEXTS = 5_000


def kept(macro: Callable[..., Markup], items: Iterable[Any], words: tuple[str, ...], *values: Any) -> Markup:
    """Cards of immutable items with an id and a title, each rendered once for each language.

    `macro(one, title, *values)` writes a card; the title, with the words of a search marked, is put in each time.
    `values` are the same for all of them; a newer version of a thing is another one.
    """
    cards = _cards.setdefault((macro, _locale(), *values), {})
    pieces: list[Markup] = []
    for item in items:
        card = cards.get(item.id)
        if card is None or card[0] is not item:
            if len(cards) >= _MOST_CARDS:
                cards.clear()
            head, tail = macro(item, _TITLE, *values).split(_TITLE, 1)
            card = cards[item.id] = (item, head, tail)
        pieces += (card[1], marked(item.title, words), card[2])
    return Markup("").join(pieces)


def same(macro: Callable[..., Markup], *values: Any) -> Markup:
    """The cached output of a macro that depends only on its values and the reader's language."""
    key = (macro, _locale(), *values)
    text = _texts.get(key)
    if text is None:
        if len(_texts) >= _MOST_TEXTS:
            _texts.clear()
        text = _texts[key] = macro(*values)
    return text


def _in_readers_language(written: Callable[[str, Any], object]) -> Callable[[Any], object]:
    return lambda value: written(_locale(), value)


class Environment(jinja2.Environment):
    """A Jinja environment with one plain dict of globals."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals shared by all templates: with Jinja's chain of dicts, imports took a tenth of the rendering."""
        return {**self.globals, **d} if d else self.globals


@cache
def environment() -> Environment:
    """The template environment; undefined names raise an error instead of rendering as empty."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    shared = {name: _in_readers_language(written) for name, written in _FORMATS.items()}
    shared |= {
        "masked": formats.masked,
        "time": formats.clock_time,
        "day_of": formats.as_date,
        "lines": lines,
        "pictogram": charts.pictogram,
        "without_phones": without_phones,
    }
    templates.filters |= shared
    templates.globals |= shared
    templates.globals |= {
        "_": _words,
        "language": _locale,
        "icon": icon,
        "kept": kept,
        "same": same,
        "asset": asset,
        "url": url,
        "here": here,
        "pdf_link": pdf_link,
        "switch": switch,
        "form_fields": form_fields,
        "unique": unique,
        "problems_of": problems_of,
        "with_label": with_label,
        "labelled": labelled,
        "display": _display,
        "main_ways": _ways,
        "charts": charts,
        "locales": LOCALES,
        "sign": sign,
    }
    return templates


@contextmanager
def _reading(reader: Reader) -> Iterator[None]:
    token = _current.set(_Rendering(reader))
    try:
        yield
    finally:
        _current.reset(token)


def render(reader: Reader, template: str | Template, **context: object) -> str:
    """Render a page for a reader. Templates also get `actor`, `locale`, `path` and `query` of the request."""
    request = reader.request
    values = {
        "actor": reader.actor,
        "locale": reader.locale,
        "path": request.url.path,
        "query": request.query_params,
        "demo": settings().demo,
        **context,
    }
    with _reading(reader):
        text = environment().get_template(template).render(values).replace(_BACK, _back())
        return _current.get().filled(text)


def html(unit: Reader, text: str | bytes, status_code: int = 200) -> HTMLResponse:
    """A rendered page as a response."""
    return HTMLResponse(text, status_code, {"Content-Language": unit.locale, "Vary": "Cookie, Accept-Language"})


def page(unit: Reader, template: str, status_code: int = 200, **context: object) -> HTMLResponse:
    """Answer a request with a page: `page(unit, "public/opening.html", opening=...)`; 422 for a form with errors."""
    answer = html(unit, render(unit, template, **context), status_code)
    if status_code == TooMany.status:
        waits = [problem.params.get("retry_after", 60) for bound in context.values() for problem in _problems(bound)]
        answer.headers["retry-after"] = str(max(waits, default=60))
    return answer


def _problems(bound: object) -> Sequence[Problem]:
    problems: Sequence[Problem] = getattr(bound, "problems", ())
    return problems if isinstance(problems, (list, tuple)) else ()

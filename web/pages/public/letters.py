"""Verification of signed letters by anybody: in the browser, on the server, or offline with a saved page."""

from html import escape
from json import dumps
from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from api.dependencies import PUBLIC, Pages, Unit
from centre.drafts import Draft
from centre.errors import Refusal
from centre.signing import published_keys
from centre.translation import N_, translate
from matching.introductions.credentials import BASIS_LABELS
from matching.introductions.rules import INTRODUCTION_LABELS
from matching.introductions.verification import KeyList, check_letter, key_list
from web.assets import content
from web.forms import Bound, bind, blank
from web.rendering import page

routes = Pages("/letters")

GOOD = N_("这封推荐信是本中心签发的，内容没有被改过")
BAD = N_("验不过：这不是本中心签发的，或者内容被改过")
LABELS = (
    N_("推荐信编号"), N_("签发单位"), N_("联系电话"), N_("求职者"), N_("用人单位"), N_("岗位"), N_("工作地点"),
    N_("工资"), N_("开信日期"), N_("有效到"),
)  # fmt: skip


class LetterText(Draft):
    """The text of a letter's QR code (推荐信二维码内容)."""

    text: Annotated[str, Field(min_length=1, max_length=5_000)]


@routes.get("/verify", allow=PUBLIC)
def verifying(unit: Unit) -> Response:
    """The verification page; what a QR code carries stays in the browser."""
    return _page(unit, blank(unit, LetterText))


@routes.post("/verify", allow=PUBLIC, keep=False)
def verify(unit: Unit) -> Response:
    """Check a letter's signature and tell how the letter stands today."""
    bound = bind(unit, LetterText)
    if bound.draft is None:
        return _page(unit, bound, status_code=422)
    try:
        checked = check_letter(unit.session, bound.draft.text)
    except Refusal as refusal:
        return _page(unit, bound.refuse(refusal), status_code=refusal.status)
    return _page(unit, bound, checked=checked)


@routes.get("/keys.json", allow=PUBLIC)
def keys(unit: Unit) -> Response:
    """The public keys of all letters, for verification with `gangqiao letter verify` and other tools."""
    return Response(dumps(_keys(unit)), media_type="application/json", headers={"Access-Control-Allow-Origin": "*"})


@routes.get("/checker", allow=PUBLIC)
def checker(unit: Unit) -> Response:
    """A page to save: it verifies letters without a network."""
    name = "letter-checker.htm"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(saved_page(unit.locale, _keys(unit)), media_type="text/html", headers=headers)


def _keys(unit: Unit) -> KeyList:
    return key_list(published_keys(unit.session))


def saved_page(locale: str, keys: KeyList) -> str:
    """The page that verifies letters offline: one file with its script and the public keys inside."""

    def said(message: str) -> str:
        return escape(translate(locale, message))

    panel = "".join(f' data-{name}="{escape(value)}"' for name, value in _panel(locale, keys).items())
    return (
        f'<!doctype html><html lang="{locale}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{said(N_('验推荐信'))}</title><style>body{{font:18px/1.6 sans-serif;margin:1em auto;max-width:40em;"
        "padding:0 1em}textarea{width:100%;height:8em}button{font:inherit;padding:.6em 1.2em}dt{color:#555}"
        "dd{margin:0 0 .4em;font-weight:bold}[data-result=bad]{color:#a00}</style>"
        f"<h1>{said(N_('验推荐信'))}</h1><p>{said(N_('扫推荐信上的二维码，把得到的内容粘贴到这里。不用上网也能验。'))}</p>"
        f'<form data-letter-form><textarea name="text" aria-label="{said(N_("二维码里的内容"))}"></textarea>'
        f"<p><button>{said(N_('验一验'))}</button></p></form>"
        f"<section data-letter hidden{panel}><p data-verdict role=status></p><dl></dl></section>"
        f'<script type="module">{content("letters.js").decode()}</script></html>'
    )


def _panel(locale: str, keys: KeyList) -> dict[str, str]:
    """What the script needs to know, as attributes of its panel."""
    return {
        "keys": dumps(keys["keys"]),
        "labels": "|".join(translate(locale, label) for label in LABELS),
        "bases": dumps({basis.value: translate(locale, label) for basis, label in BASIS_LABELS.items()}),
        "good": translate(locale, GOOD),
        "bad": translate(locale, BAD),
    }


def _page(unit: Unit, bound: Bound[LetterText], *, checked: object = None, status_code: int = 200) -> Response:
    return page(
        unit,
        "public/letters/verify.html",
        status_code,
        bound=bound,
        checked=checked,
        states=INTRODUCTION_LABELS,
        bases=BASIS_LABELS,
        panel=_panel(unit.locale, _keys(unit)),
    )

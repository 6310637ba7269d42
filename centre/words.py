"""Words in two languages: the source text is Chinese, the catalogues under `locale/` carry the English."""

from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

LOCALES = ("zh-Hans", "en")
SOURCE_LOCALE = "zh-Hans"

_CATALOGUES = Path(__file__).parent / "locale"


def N_(message: str) -> str:  # noqa: N802
    """Mark a Chinese message for the catalogues and return it unchanged."""
    return message


@lru_cache(maxsize=8)
def catalogue(locale: str) -> dict[str, str]:
    """Every message of a language: source text to translation, gathered from all `.po` files of the language."""
    words: dict[str, str] = {}
    for path in sorted((_CATALOGUES / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale.replace("-", "_")):
                if message.id and message.string:
                    words[str(message.id)] = str(message.string)
    return words


def translate(locale: str, message: str, /, **params: object) -> str:
    """A message in the reader's language with its `{name}` parameters filled in."""
    text = message if locale == SOURCE_LOCALE else catalogue(locale).get(message, message)
    return text.format(**params) if params else text


def best_locale(accept_language: str) -> str:
    """The language to greet a browser in: English only for readers who ask for it before any Chinese."""
    for wish in accept_language.lower().split(","):
        tag = wish.split(";")[0].strip()
        if tag.startswith("zh"):
            return "zh-Hans"
        if tag.startswith("en"):
            return "en"
    return SOURCE_LOCALE

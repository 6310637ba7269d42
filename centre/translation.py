"""Translation: the source text is Chinese, the catalogues under `locale/` hold the English."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.pofile import read_po

LOCALES = ("zh-Hans", "en")
SOURCE_LOCALE = "zh-Hans"

_CATALOGUES = Path(__file__).parent / "locale"


def N_(message: str) -> str:  # noqa: N802
    """Mark a Chinese message for the catalogues and return it unchanged."""
    return message


@dataclass(frozen=True, slots=True)
class Term:
    """A message inside another one, for example the name of a field: translated together with it."""

    message: str

    def in_locale(self, locale: str) -> str:
        """The term in the reader's language."""
        return translate(locale, self.message)

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Terms:
    """Several messages listed inside another one."""

    messages: tuple[str, ...]

    def in_locale(self, locale: str) -> str:
        """The terms in the reader's language, with its own comma between them."""
        return (", " if locale == "en" else "、").join(translate(locale, message) for message in self.messages)

    def __str__(self) -> str:
        return self.in_locale(SOURCE_LOCALE)


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
    """A message in the reader's language with its `{name}` parameters filled in.

    Parameters that know languages themselves, such as `Term`, are asked for theirs by `in_locale`.
    """
    text = message if locale == SOURCE_LOCALE else catalogue(locale).get(message, message)
    if not params:
        return text
    localised = {
        name: getattr(value, "in_locale", lambda _, value=value: value)(locale) for name, value in params.items()
    }
    return text.format(**localised)


def best_locale(accept_language: str) -> str:
    """The language for a browser: English only if the reader prefers it to Chinese."""
    wishes = [_wish(part) for part in accept_language.lower().split(",")]
    for tag, quality in sorted(wishes, key=lambda wish: -wish[1]):
        if quality > 0 and tag.startswith(("zh", "en")):
            return "zh-Hans" if tag.startswith("zh") else "en"
    return SOURCE_LOCALE


def _wish(part: str) -> tuple[str, float]:
    """A language of Accept-Language and its quality value, 1 where none is given (RFC 9110, 12.5.4)."""
    tag, _, parameters = part.partition(";")
    name, _, value = parameters.partition("=")
    try:
        return tag.strip(), float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return tag.strip(), 0.0

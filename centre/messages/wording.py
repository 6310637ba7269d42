"""A message as the register knows it: its name, the standard text, and the words that are filled in (消息模板)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter

from centre.messages.vocabulary import VOCABULARY
from centre.outbox import SIGN_IN_CODE
from centre.translation import SOURCE_LOCALE, translate

MOST_TITLE, MOST_BODY = 200, 2_000
"""Characters that a message keeps of its title and its body."""

REGISTER: dict[str, "Wording"] = {}
"""Every kind of message that the service sends, by its name; complete once `centre.messages.everything` is loaded."""


@dataclass(frozen=True, slots=True)
class Text:
    """A title and a body with placeholders such as {title} (消息文字)."""

    title: str
    body: str = ""

    @property
    def placeholders(self) -> frozenset[str]:
        """The words that are filled in. Raises ValueError when a brace or a placeholder is written wrongly."""
        return _placeholders(self.title) | _placeholders(self.body)

    def filled(self, words: Mapping[str, object]) -> "Text":
        """The text as it is read, no longer than a message may be."""
        return Text(
            translate(SOURCE_LOCALE, self.title, **words)[:MOST_TITLE],
            translate(SOURCE_LOCALE, self.body, **words)[:MOST_BODY],
        )


@dataclass(frozen=True, slots=True)
class Wording:
    """A kind of message; the words that it offers are those of its standard text (消息种类).

    A text that replaces the standard one may leave out any of them but those in `keep`, and can use no others: a
    template never says more of somebody than the standard text does. Raises ValueError for a name that is known.
    """

    section: str
    name: str
    title: str
    body: str = ""
    keep: frozenset[str] = frozenset()
    kind: str = ""
    offers: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", self.kind or self.name)
        object.__setattr__(self, "offers", self.standard.placeholders)
        unknown = (self.offers | self.keep) - VOCABULARY.keys() | self.keep - self.offers
        if unknown or self.name in REGISTER:
            raise ValueError(f"{self.name}: {sorted(unknown) or 'there are two of this name'}")
        REGISTER[self.name] = self

    @property
    def standard(self) -> Text:
        """The text as shipped."""
        return Text(self.title, self.body)

    @property
    def is_code(self) -> bool:
        """Whether it carries a code and leaves with its body alone."""
        return self.kind == SIGN_IN_CODE

    def of(self, **words: object) -> "Filled":
        """The message with its words, exactly those that it offers. Raises TypeError."""
        if words.keys() != self.offers:
            raise TypeError(f"{self.name} takes {sorted(self.offers)}, not {sorted(words)}")
        return Filled(self, words)


@dataclass(frozen=True, slots=True)
class Filled:
    """A kind of message with the words of one message (待写消息)."""

    wording: Wording
    words: Mapping[str, object]


def _placeholders(template: str) -> frozenset[str]:
    names = set()
    for _, name, layout, conversion in Formatter().parse(template):
        if name is None:
            continue
        if not name.isidentifier() or layout or conversion:
            raise ValueError(f"{{{name}}}")
        names.add(name)
    return frozenset(names)

"""Structured data for search engines: schema.org objects as JSON-LD inside a page."""

import json
from typing import Any

from markupsafe import Markup

CONTEXT = "https://schema.org"


def json_ld(kind: str, **given: Any) -> Markup:
    """A script element with one schema.org object; empty values are left out at every depth.

    The characters that could end the element or begin another are escaped, whatever people wrote.
    """
    described = _filled({"@context": CONTEXT, "@type": kind, **given})
    text = json.dumps(described, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup('<script type="application/ld+json">') + Markup(text) + Markup("</script>")  # noqa: S704


def _filled(value: Any) -> Any:
    if isinstance(value, dict):
        filled = {name: _filled(item) for name, item in value.items()}
        return {name: item for name, item in filled.items() if item not in (None, "", [], {})}
    return [_filled(item) for item in value] if isinstance(value, list) else value

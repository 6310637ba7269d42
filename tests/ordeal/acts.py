"""Request bodies generated from the API's description, and forms as pages contain them."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

from centre import clock

SAMPLES: dict[str, Any] = {
    "name": "张三", "phone": "13800000001", "identity_number": "", "uscc": "91610400MA6TG0000X", "reason": "测试理由",
    "note": "测试", "occupation_code": "6-05-01-03", "region_code": "610402", "industry_code": "C18", "lang": "zh-Hans",
    "wage_min_fen": 300_000, "wage_max_fen": 400_000, "headcount": 5, "title": "缝纫工", "content": "做衣服",
    "seats": 20,
    "conditions": "会缝纫",
    "address": "工业园", "verdict": "approve", "decision": "approve", "event": "submit",
    "result": "refused_by_employer", "outcome": "working", "booth_count": 5, "expected_visitors": 50, "marks": 80,
    "summary": "", "online_url": "", "code": "F-TEST", "amount_fen": 1000, "amount": "10", "voucher": "凭证1",
}  # fmt: skip


FORM = re.compile(rb"<form\b.*?</form>", re.DOTALL | re.IGNORECASE)


class Forms(HTMLParser):
    """Parses the POST forms of a page with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str]]]] = []
        self._fields: list[tuple[str, str]] | None = None
        self._select: tuple[str, list[tuple[str, bool]]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form" and attributes.get("method", "").lower() == "post":
            self._fields = []
            self.found.append((attributes.get("action", ""), self._fields))
        if self._fields is None:
            return
        name, kind = attributes.get("name", ""), attributes.get("type", "text")
        if tag == "select":
            self._select = (name, [])
        elif tag == "option" and self._select:
            self._select[1].append((attributes.get("value", ""), "selected" in attributes))
        elif name and tag in ("input", "textarea", "button") and name not in ("_csrf", "_key"):
            chosen = kind not in ("checkbox", "radio") or "checked" in attributes or name not in dict(self._fields)
            if chosen and kind != "file" and (tag != "button" or name not in dict(self._fields)):
                self._fields.append((name, attributes.get("value", "") or _typed(name, kind, attributes)))

    def handle_endtag(self, tag: str) -> None:
        """Close."""
        if tag == "select" and self._select and self._fields is not None:
            name, options = self._select
            given = [value for value, chosen in options if chosen] or [value for value, _ in options if value] or [""]
            self._fields.append((name, given[0]))
            self._select = None
        elif tag == "form":
            self._fields = None


def forms_of(page: bytes) -> list[tuple[str, list[tuple[str, str]]]]:
    """The POST forms of a page: targets and fields."""
    parser = Forms()
    for part in FORM.findall(page):  # the rest of a page is most of it, and slow to parse
        parser.feed(part.decode("utf-8", "replace"))
    return parser.found


def _typed(name: str, kind: str, attributes: dict[str, str]) -> str:
    soon = clock.today() + timedelta(days=30)
    by_kind = {"date": soon.isoformat(), "datetime-local": f"{soon}T09:00", "time": "09:00", "checkbox": "on"}
    if kind in by_kind:
        return by_kind[kind]
    if name in SAMPLES:
        return str(SAMPLES[name])
    return attributes.get("min", "1") or "1" if kind == "number" else "测试"


@dataclass
class Bodies:
    """Bodies generated from an OpenAPI description, with the ids of the victim."""

    description: dict[str, Any]
    ids: dict[str, int] = field(default_factory=dict)

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """One operation of the description, or nothing."""
        operation: dict[str, Any] = self.description["paths"].get(path, {}).get(method.lower(), {})
        return operation

    def body(self, method: str, path: str) -> tuple[Any, set[str]]:
        """A body for an operation (None without one), and the names of the foreign ids in it."""
        content = self.operation(method, path).get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None:
            return None, set()
        used: set[str] = set()
        return self._value("", schema, used), used

    def query(self, method: str, path: str) -> str:
        """The parameters that an operation needs in its address."""
        needed = [
            f"{parameter['name']}={self._value(parameter['name'], parameter['schema'], set())}"
            for parameter in self.operation(method, path).get("parameters", [])
            if parameter["in"] == "query" and parameter.get("required")
        ]
        return "?" + "&".join(needed) if needed else ""

    def value(self, name: str, schema: dict[str, Any]) -> Any:
        """A value for one field."""
        return self._value(name, schema, set())

    def _value(self, name: str, schema: dict[str, Any], used: set[str]) -> Any:
        schema = self.followed(schema)
        single = name.removesuffix("s") if name.endswith("_ids") else name
        if single in self.ids:
            used.add(single)
            return [self.ids[single]] if schema.get("type") == "array" else self.ids[single]
        if name in SAMPLES and schema.get("type") not in ("object", "array") and "enum" not in schema:
            return SAMPLES[name]
        match schema.get("type"):
            case _ if "enum" in schema or "const" in schema:
                return schema.get("const", schema.get("enum", [None])[0])
            case "object":
                wanted = {*schema.get("required", ()), *(set(schema.get("properties", {})) & {*self.ids, "confirm"})}
                properties = schema.get("properties", {})
                return {key: self._value(key, properties[key], used) for key in sorted(wanted)}
            case "array":
                return [self._value(name, schema["items"], used) for _ in range(schema.get("minItems", 1) or 1)]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case "string":
                return _string(schema)
        return None

    def followed(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A schema with its references and alternatives resolved."""
        if "$ref" in schema:
            return self.followed(self.description["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]])
        for option in schema.get("anyOf", schema.get("oneOf", ())):
            if option.get("type") != "null":
                return self.followed(option)
        return schema


def _string(schema: dict[str, Any]) -> str:
    soon = clock.today() + timedelta(days=30)
    known = {"date": f"{soon}", "date-time": f"{soon}T09:00:00Z", "time": "09:00:00"}
    length: int = schema.get("minLength", 1)
    return known.get(str(schema.get("format", "")), "测试" * max(1, -(-length // 2)))


@functools.cache
def matcher(path: str) -> re.Pattern[str]:
    """A pattern for the URLs of a path of the registry."""
    return re.compile(re.sub(r"\\\{[^/]*?\\\}", "[^/]+", re.escape(path)) + r"(?:\?.*)?")


def harvest(page: bytes, paths: list[str]) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """The forms of a page with their registry path: path, URL, fields; `new` is no id."""
    paths = sorted(paths, key=lambda path: path.count("{"))
    for action, fields in forms_of(page):
        for path in paths:
            if matcher(path).fullmatch(action):
                yield path, action, fields
                break

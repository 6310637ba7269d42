"""A reader of iCalendar files that shares nothing with the library that writes them: the grammar of RFC 5545."""

import re
from dataclasses import dataclass, field
from datetime import datetime

NAME = re.compile(rb"[A-Z0-9-]+")
STAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z?")
QUOTED_OR_PLAIN = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^";:,]*)')


@dataclass
class Component:
    """A component with its properties, each a list of parameters and value, and the components in it."""

    name: str
    properties: dict[str, list[tuple[dict[str, str], str]]] = field(default_factory=dict)
    parts: list["Component"] = field(default_factory=list)

    def one(self, name: str) -> str:
        """The value of a property that stands exactly once."""
        ((_, value),) = self.properties[name]
        return value

    def time(self, name: str) -> datetime:
        """A time that stands once, in UTC or with its zone left out of account."""
        value = self.one(name)
        assert STAMP.fullmatch(value), value
        return datetime.strptime(value.rstrip("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - as written


def calendar_of(body: bytes) -> Component:
    """The calendar in a file; raises AssertionError for anything that the grammar does not allow."""
    assert body.endswith(b"\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert b"\r" not in body.replace(b"\r\n", b"")
    lines = body.split(b"\r\n")[:-1]
    assert all(len(line) <= 75 for line in lines), "a line is longer than 75 octets"
    whole: list[bytes] = []
    for line in lines:
        if line[:1] in (b" ", b"\t"):
            whole[-1] += line[1:]
        else:
            assert NAME.match(line), line
            whole.append(line)
    root = Component("")
    open_parts = [root]
    for text in (line.decode("utf-8") for line in whole):
        name, given, value = _line(text)
        if name == "BEGIN":
            part = Component(value)
            open_parts[-1].parts.append(part)
            open_parts.append(part)
        elif name == "END":
            assert open_parts.pop().name == value
        else:
            open_parts[-1].properties.setdefault(name, []).append((given, value))
    assert open_parts == [root]
    (calendar,) = root.parts
    assert calendar.name == "VCALENDAR"
    return calendar


def _line(text: str) -> tuple[str, dict[str, str], str]:
    name = re.match(r"[A-Z0-9-]+", text)
    assert name, text
    rest, given = text[name.end() :], {}
    while rest.startswith(";"):
        parameter = QUOTED_OR_PLAIN.match(rest, 1)
        assert parameter, text
        given[parameter[1]] = parameter[2].strip('"')
        rest = rest[parameter.end() :]
    assert rest.startswith(":"), text
    return name[0], given, rest[1:]


def unescaped(value: str) -> str:
    """A text value as people read it; a separator that is not escaped is a mistake."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), value
    return re.sub(r"\\([nN;,\\])", lambda mark: "\n" if mark[1] in "nN" else mark[1], value)

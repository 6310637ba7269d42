"""Stylesheet, script and icons, served under URLs that change with their content."""

import re
from functools import cache
from hashlib import blake2b
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
PREFIX = "/static"
FOR_EVER = "public, max-age=31536000, immutable"
FOR_A_WHILE = "public, max-age=300"

# One request instead of five: on a slow mobile connection each request costs more than its bytes.
SHEETS = ("base.css", "layout.css", "forms.css", "parts.css", "data.css")
JOINED = "site.css"


@cache
def content(path: str) -> bytes:
    """The bytes of a static file; `site.css` combines all screen stylesheets. Raises FileNotFoundError."""
    if path != JOINED:
        return (STATIC / path).read_bytes()
    return shortened("".join((STATIC / name).read_text("utf-8") for name in SHEETS)).encode()


def shortened(sheet: str) -> str:
    """A stylesheet without comments and superfluous whitespace."""
    bare = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    bare = re.sub(r"\s+", " ", bare)
    bare = re.sub(r" ?([{};,>]) ?", r"\1", bare)
    return bare.replace(": ", ":").replace(";}", "}").strip()


@cache
def fingerprint(path: str) -> str:
    """A fingerprint of a static file: twelve hexadecimal digits. Raises FileNotFoundError."""
    return blake2b(content(path), digest_size=6).hexdigest()


def asset(path: str) -> str:
    """The URL of a static file with its fingerprint, so that browsers may cache it for a year."""
    return f"{PREFIX}/{path}?v={fingerprint(path)}"


class Assets(StaticFiles):
    """The folder `web/static`; responses to URLs with a fingerprint may be cached forever (静态资源)."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with its caching rule: a year under the current fingerprint, five minutes otherwise."""
        if path == JOINED:
            response = Response(content(path), media_type="text/css")
        else:
            response = await super().get_response(path, scope)
        if response.status_code in {200, 304}:
            known = path == JOINED or (STATIC / path).is_file()
            is_present = known and scope["query_string"] == f"v={fingerprint(path)}".encode()
            response.headers["Cache-Control"] = FOR_EVER if is_present else FOR_A_WHILE
        return response

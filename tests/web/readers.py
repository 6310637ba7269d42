"""Readers to render pages for, without a server."""

from starlette.requests import Request

from centre.permissions import Actor, Role
from web.rendering import render

CLERK = Actor(account_id=1, name="王秀兰", roles=frozenset({Role.CLERK, Role.ORGANISER}))


class Reader:
    """A request as a page sees it."""

    csrf_token = "t0ken"

    def __init__(
        self,
        path: str = "/openings",
        *,
        query: str = "",
        locale: str = "zh-Hans",
        actor: Actor | None = None,
        cookies: str = "",
    ) -> None:
        self.locale = locale
        self.actor = actor or Actor.public()
        self._keys = 0
        self.request = Request(
            {
                "type": "http",
                "method": "GET",
                "scheme": "http",
                "server": ("gangqiao.test", 80),
                "path": path,
                "query_string": query.encode(),
                "headers": [(b"cookie", cookies.encode())],
            }
        )

    def new_key(self) -> str:
        """A new key at each call."""
        self._keys += 1
        return f"key-{self._keys}"


def gallery(locale: str = "zh-Hans", *, path: str = "/design", actor: Actor | None = None, cookies: str = "") -> str:
    """The style gallery for one reader."""
    query = "region=610402&board=lodging&page=2"
    return render(Reader(path, query=query, locale=locale, actor=actor, cookies=cookies), "public/gallery.html")

"""Protection of responses and forms: security headers, the Origin check and the CSRF token."""

from hmac import compare_digest
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from centre.accounts import Caller
from centre.errors import Forbidden
from centre.settings import settings
from centre.translation import N_

SESSION_COOKIE = "__Host-sid" if settings().secure_cookies else "sid"

DEVICE_COOKIE = "__Host-device" if settings().secure_cookies else "gq_device"
KIOSK_COOKIE = "gq_kiosk"
CSRF_HEADER = "x-csrf-token"
FORM_KINDS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data", "text/plain"})
"""What a form of any site can send without asking this one first."""
KIOSK_REFRESH = "605; url=/kiosk/end"
"""A kiosk leaves an abandoned page this many seconds after its session has ended."""

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
HSTS = "max-age=31536000; includeSubDomains"
_LINES = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())


class ForeignForm(Forbidden):
    """The request was not sent by one of our own pages."""

    code = "foreign-form"
    message = N_("页面已过期，请返回刷新后再提交")


def check_origin(request: Request, *, signed_in: bool) -> None:
    """Refuse an unsafe request from another site. Raises ForeignForm.

    Browsers tell by Sec-Fetch-Site or Origin where a request comes from; one that tells neither is refused when it
    carries a session. The same host by another scheme is another origin.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise ForeignForm
        return
    origin = request.headers.get("origin")
    if origin is not None:
        if origin.lower() not in own_origins(request):
            raise ForeignForm
    elif signed_in:
        raise ForeignForm


def caller_of(request: Request) -> Caller:
    """Who knocks, as far as the request tells."""
    return Caller(
        host=request.client.host if request.client else "",
        device=request.headers.get("user-agent", ""),
        kiosk=KIOSK_COOKIE in request.cookies,
        token=request.cookies.get(SESSION_COOKIE, ""),
        mark=request.cookies.get(DEVICE_COOKIE, ""),
    )


def own_origins(request: Request) -> set[str]:
    """The origins of this service's own pages: as the request came, and as the settings say that people type it."""
    scheme = "https" if settings().secure_cookies else request.url.scheme
    origins = {f"{scheme}://{request.headers.get('host', '')}".lower()}
    if settings().public_url:
        public = urlsplit(settings().public_url)
        origins.add(f"{public.scheme}://{public.netloc}".lower())
    return origins


def own_address(request: Request) -> str:
    """Where people reach this service: GANGQIAO_PUBLIC_URL whatever the request says, else as the request came."""
    return settings().public_url.rstrip("/") or str(request.base_url).rstrip("/")


def check_token(expected: str, given: str) -> None:
    """Refuse a form without its session's CSRF token. Raises ForeignForm."""
    if not compare_digest(expected.encode(), given.encode(errors="replace")):
        raise ForeignForm


class Headers:
    """Middleware that adds security headers to every response, and no-store for signed-in readers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to the response."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        cookies = b";".join(value for name, value in scope["headers"] if name == b"cookie")
        private = SESSION_COOKIE.encode() in cookies or any(name == b"authorization" for name, _ in scope["headers"])
        in_hall = private and f"{KIOSK_COOKIE}=".encode() in cookies

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(line for line in _LINES if line[0] not in own)]
                headers = MutableHeaders(scope=message)
                if settings().secure_cookies:
                    headers.setdefault("strict-transport-security", HSTS)
                if private and not scope["path"].startswith("/static/"):
                    headers["cache-control"] = "no-store"
                    if in_hall and message["status"] < 300:
                        headers.setdefault("refresh", KIOSK_REFRESH)
            await send(message)

        await self.app(scope, receive, guarded)

"""Messages through an SMS provider's HTTP interface, described by a small TOML file, so that no provider is built in.

    method = "POST"
    address = "https://sms.example.cn/v1/send"
    body = '{"mobile": "{phone}", "content": "{text}", "id": "{key}"}'
    success = '"code": ?"?0"?'       # a pattern that the answer has to contain
    refused = '"code": ?"?10[0-9]'   # a pattern of answers after which trying again is useless; may be left out
    [headers]
    Content-Type = "application/json"
    X-Sign = "{signature}"
    [signature]
    over = "{time}\\n{body}"
    digest = "sha256"
    encoding = "hex"                 # or base64

Placeholders: {phone} {text} {key} {time} (seconds since 1970) {secret} {body} {signature}. What is put into a JSON
body, a form or the address is escaped as that place needs it.
"""

import http.client
import json
import re
import ssl
import tomllib
from base64 import b64encode
from collections.abc import Callable, Mapping
from hmac import digest as hmac_digest
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict

from centre import clock
from centre.senders.outgoing import Outage, Outgoing, Refused, Trouble

TIMEOUT_SECONDS = 15
MOST_ANSWER = 65_536
_PLACEHOLDER = re.compile(r"\{(phone|text|key|time|secret|body|signature)\}")
_NEVER = {400, 404, 410, 413, 422}
"""Statuses that say that this very message is wrong."""
_TRY_AGAIN = {408, 409, 425, 429}


def _pattern(text: str) -> str:
    re.compile(text)
    return text


def _http_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the address has to begin with https:// or http:// and name a host")
    return text


class Signature(BaseModel):
    """How a request is signed: an HMAC of a text under the secret."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    over: str
    digest: Literal["sha1", "sha256", "sha512", "md5"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"


class GatewayTemplate(BaseModel):
    """The description of a gateway, as the TOML file gives it (短信网关模板)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: Literal["POST", "GET", "PUT"] = "POST"
    address: Annotated[str, AfterValidator(_http_address)]
    headers: dict[str, str] = {}
    body: str = ""
    success: Annotated[str, AfterValidator(_pattern)] = ""
    refused: Annotated[str, AfterValidator(_pattern)] = ""
    signature: Signature | None = None

    @classmethod
    def read(cls, path: Path) -> "GatewayTemplate":
        """Read and check the file. Raises OSError and ValueError."""
        return cls.model_validate(tomllib.loads(path.read_text("utf-8")))


class GatewaySender:
    """Sends each message as one request; redirects are not followed, a secret would leave with them."""

    def __init__(self, template: GatewayTemplate, secret: str) -> None:
        self._template, self._secret = template, secret

    def send(self, outgoing: Outgoing) -> None:
        """Hand one message over and read the answer."""
        address, headers, body = self.request(outgoing)
        try:
            status, answer = _ask(self._template.method, address, headers, body)
        except (OSError, http.client.HTTPException) as error:
            raise Outage(f"gateway: {type(error).__name__}") from None
        self._judge(status, answer)

    def close(self) -> None:
        """Nothing stays open."""

    def request(self, outgoing: Outgoing) -> tuple[str, dict[str, str], bytes]:
        """Address, headers and body of a message."""
        template = self._template
        kind = next((value for name, value in template.headers.items() if name.lower() == "content-type"), "")
        values = {
            "phone": outgoing.address,
            "text": outgoing.text,
            "key": outgoing.key,
            "time": str(int(clock.now().timestamp())),
            "secret": self._secret,
        }
        values["body"] = _filled(template.body, values, _escape_for(kind))
        values["signature"] = self._signature(values)
        headers = {name: _filled(value, values, _one_line) for name, value in template.headers.items()}
        return _filled(template.address, values, _quoted), headers, values["body"].encode()

    def _signature(self, values: Mapping[str, str]) -> str:
        rule = self._template.signature
        if rule is None:
            return ""
        signed = _filled(rule.over, values, str)
        mac = hmac_digest(self._secret.encode(), signed.encode(), rule.digest)
        return mac.hex() if rule.encoding == "hex" else b64encode(mac).decode()

    def _judge(self, status: int, answer: str) -> None:
        template = self._template
        if 200 <= status < 300:
            if not template.success or re.search(template.success, answer):
                return
            if template.refused and re.search(template.refused, answer):
                raise Refused("gateway: the answer says refused")
            raise Trouble("gateway: the answer does not say success")
        if status in _NEVER:
            raise Refused(f"gateway: HTTP {status}")
        if status in _TRY_AGAIN:
            raise Trouble(f"gateway: HTTP {status}")
        raise Outage(f"gateway: HTTP {status}")


def _ask(method: str, address: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
    parts = urlsplit(address)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_SECONDS)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body or None, dict(headers))
        response = connection.getresponse()
        return response.status, response.read(MOST_ANSWER).decode("utf-8", "replace")
    finally:
        connection.close()


def _filled(template: str, values: Mapping[str, str], escape: Callable[[str], str]) -> str:
    return _PLACEHOLDER.sub(lambda place: escape(values.get(place[1], "")), template)


def _escape_for(kind: str) -> Callable[[str], str]:
    if "json" in kind:
        return lambda value: json.dumps(value)[1:-1]
    return _quoted if "x-www-form-urlencoded" in kind else str


def _quoted(value: str) -> str:
    return quote(value, safe="")


def _one_line(value: str) -> str:
    return re.sub(r"[\r\n]+", " ", value).encode("latin-1", "replace").decode("latin-1")

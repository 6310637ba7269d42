"""A receiver of messages in a process of its own, by SMTP or by HTTP: every message becomes a line of a file.

`python -m tests.centre.senders.receiver smtp|http PORT FILE [CERTIFICATE]`; killed and started again it goes on.
"""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection
from typing import Any

from tests.house.source import ROOT

UNKNOWN_PHONE = "13899999999"
"""The telephone that the receiver refuses for good."""


def keep(file: str, arrival: dict[str, str]) -> None:
    """Append one arrival and wait for the disk."""
    with Path(file).open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(arrival, ensure_ascii=False) + "\n")
        lines.flush()
        os.fsync(lines.fileno())


def serve_mail(port: int, file: str, certificate: str) -> None:
    """Take mail with aiosmtpd, over TLS when there is a certificate."""
    from aiosmtpd.controller import Controller

    class Handler:
        async def handle_RCPT(  # noqa: N802 - the library's name
            self, _server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
        ) -> str:
            if UNKNOWN_PHONE in address:
                return "550 no such telephone"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            mail = message_from_bytes(envelope.content, policy=policy.default)
            key = str(mail["Message-ID"]).strip("<>").partition("@")[0]
            keep(file, {"key": key, "to": envelope.rcpt_tos[0], "text": mail.get_content().strip()})
            return "250 OK"

    context = None
    if certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
    controller = Controller(Handler(), hostname="127.0.0.1", port=port, ssl_context=context)
    controller.start()
    signal.pause()


def serve_gateway(port: int, file: str) -> None:
    """Take the requests of an SMS gateway."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            order = json.loads(body)
            if order["mobile"] == UNKNOWN_PHONE:
                self._answer(200, '{"code": 101}')
                return
            arrival = {"key": order["id"], "to": order["mobile"], "text": order["content"], "body": body}
            keep(file, arrival | {"signature": self.headers.get("X-Sign", ""), "time": self.headers.get("X-Time", "")})
            self._answer(200, '{"code": 0}')

        def _answer(self, status: int, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_arguments: Any) -> None:
            """Keep the output clean."""

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


@contextmanager
def receiving(kind: str, port: int, file: Path, certificate: Path | None = None) -> Iterator[None]:
    """Run a receiver until the end of the block; then kill it."""
    command = [sys.executable, "-m", "tests.centre.senders.receiver", kind, str(port), str(file)]
    process = subprocess.Popen([*command, str(certificate or "")], cwd=ROOT)
    try:
        for _ in range(600):
            try:
                create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, "the receiver did not start"
                time.sleep(0.1)
        yield
    finally:
        process.kill()
        process.wait()


def arrivals(file: Path) -> list[dict[str, str]]:
    """What has arrived so far."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


if __name__ == "__main__":
    if sys.argv[1] == "smtp":
        serve_mail(int(sys.argv[2]), sys.argv[3], sys.argv[4])
    else:
        serve_gateway(int(sys.argv[2]), sys.argv[3])

"""Real server processes for tests: started on free ports and killed by their own handles."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx2 as httpx

from web.demo.town import PASSWORD

READY_SECONDS = 120


@dataclass
class Server:
    """One uvicorn process."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """Kill it, as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)


def free_port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(app: str = "web.app:app", **settings: str) -> Iterator[Server]:
    """A server of `app` with the current GANGQIAO_ settings, ready to respond."""
    port = free_port()
    environment = os.environ | {f"GANGQIAO_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log", "--log-level", "warning"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = Server(port, process)
    try:
        _wait(server)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(10)


@contextmanager
def serving_many(count: int, app: str = "web.app:app", **settings: str) -> Iterator[list[Server]]:
    """Several servers over one database."""
    with ExitStack() as stack:
        yield [stack.enter_context(serving(app, **settings)) for _ in range(count)]


def _wait(server: Server) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise RuntimeError(f"the server stopped with {server.process.returncode}")
        try:
            if httpx.get(f"{server.url}/health/ready", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise TimeoutError("the server is not ready")


def sign_in(url: str, login: str, password: str = PASSWORD) -> httpx.Client:
    """A client with the session of a demo account, which sends the origin as a browser does."""
    client = httpx.Client(base_url=url, headers={"origin": url}, timeout=30)
    answer = client.post("/sign-in", data={"login": login, "password": password})
    if answer.status_code != 303:
        raise RuntimeError(f"sign-in of {login} answered {answer.status_code}")
    return client


def csrf_of(page: str) -> str:
    """The CSRF token of a page's forms."""
    field = re.search(r'name="_csrf" value="([^"]*)"', page)
    if field is None:
        raise LookupError("the page has no form")
    return field[1]

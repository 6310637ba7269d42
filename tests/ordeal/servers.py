"""Real server processes for tests: started on free ports and killed by their own handles."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
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
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """Some free ports, all different."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]


@contextmanager
def serving(app: str = "web.app:app", **settings: str) -> Iterator[Server]:
    """A server of `app` with the current GANGQIAO_ settings, ready to respond."""
    with serving_many(1, app, **settings) as (server,):
        yield server


@contextmanager
def serving_many(count: int, app: str = "web.app:app", **settings: str) -> Iterator[list[Server]]:
    """Several servers over one database, which start side by side."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_started(port, app, settings)) for port in free_ports(count)]
        for server in servers:
            _wait(server)
        yield servers


@contextmanager
def _started(port: int, app: str, settings: dict[str, str]) -> Iterator[Server]:
    """A server that may not be ready yet."""
    environment = os.environ | {f"GANGQIAO_{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", app, "--port", str(port), "--no-access-log", "--log-level", "warning"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Server(port, process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(10)


def _wait(server: Server) -> None:
    deadline = time.monotonic() + READY_SECONDS
    with httpx.Client(base_url=server.url, timeout=2) as client:  # one for all tries: making it costs as much as ten
        while time.monotonic() < deadline:
            if server.process.poll() is not None:
                raise RuntimeError(f"the server stopped with {server.process.returncode}")
            with suppress(httpx.HTTPError):
                if client.get("/health/ready").status_code == 200:
                    return
            time.sleep(0.05)
    raise TimeoutError("the server is not ready")


def sign_in(url: str, login: str, password: str = PASSWORD) -> httpx.Client:
    """A client with the session of a demo account, which sends the origin as a browser does."""
    client = httpx.Client(base_url=url, headers={"origin": url}, timeout=30)
    try:
        answer = client.post("/sign-in", data={"login": login, "password": password})
        if answer.status_code != 303:
            raise RuntimeError(f"sign-in of {login} answered {answer.status_code}")
    except BaseException:  # a server may be killed meanwhile
        client.close()
        raise
    return client


def csrf_of(page: str) -> str:
    """The CSRF token of a page's forms."""
    field = re.search(r'name="_csrf" value="([^"]*)"', page)
    if field is None:
        raise LookupError("the page has no form")
    return field[1]

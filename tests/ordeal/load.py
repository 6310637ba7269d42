"""A constant load on servers with one database: reads and writes at fixed times, even if the servers lag behind.

The client is a handful of sockets, because a comfortable one would use up the processor that is being measured. What a
request took is counted from the moment at which it was due, so that waiting in line is not left out.
"""

import json
import os
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock, Thread
from typing import BinaryIO
from urllib.parse import quote

import numpy as np

from tests.ordeal.crowd import Crowd
from tests.ordeal.servers import Server, sign_in

READS, WRITES, HANDS = 300, 20, 16
TICK = os.sysconf("SC_CLK_TCK")
WORDS = ("纺纱", "缝纫工", "焊工", "电工", "")


@dataclass
class Load:
    """The result of a period of load (负载)."""

    statuses: list[int] = field(repr=False)
    reads: list[float] = field(repr=False)
    writes: list[float] = field(repr=False)
    cpu: float
    took: float

    @property
    def cpu_each(self) -> float:
        """CPU seconds of the servers for each request."""
        return self.cpu / max(len(self.statuses), 1)

    @property
    def rate(self) -> float:
        """Responses per second."""
        return len(self.statuses) / self.took

    def summary(self) -> dict[str, float]:
        """The figures, latencies in milliseconds."""
        figures = {"requests": len(self.statuses), "rate": round(self.rate, 1), "cpu_us": round(self.cpu_each * 1e6)}
        for name, spans in (("reads", self.reads), ("writes", self.writes)):
            p50, p99 = (np.percentile(spans, (50, 99)) * 1000).tolist()
            figures |= {f"{name}_p50_ms": round(p50, 1), f"{name}_p99_ms": round(p99, 1)}
        return figures


def used(servers: Sequence[Server]) -> float:
    """CPU seconds used by the servers."""
    fields = [Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(") ", 1)[1].split() for server in servers]
    return sum(int(part[11]) + int(part[12]) for part in fields) / TICK


def status_of(answers: BinaryIO) -> int:
    """Read one response; returns its status, or 0 when the connection ended."""
    first, length = answers.readline(), 0
    while (head := answers.readline()) not in (b"\r\n", b""):
        if head.lower().startswith(b"content-length:"):
            length = int(head.split(b":")[1])
    answers.read(length)
    return int(first.split()[1]) if first else 0


def paths(openings: list[int]) -> list[str]:
    """The reads: searches and single openings as JSON, and pages."""
    searches = [f"/api/v1/openings?q={quote(word)}" for word in WORDS]
    pages = [f"/openings?q={quote(word)}" for word in WORDS[:2]]
    return [*searches, *pages, *(f"/api/v1/openings/{number}" for number in openings[:3])]


def requests_of(
    server: Server, crowd: Crowd, openings: list[int], people: Iterator[int]
) -> Iterator[tuple[bool, bytes]]:
    """An endless mix of reads and writes: whether it is a write, and the request's bytes."""
    client = sign_in(server.url, crowd.login)
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    client.close()
    reads = [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() for path in paths(openings)]
    head = (
        f"POST /api/v1/classes/{crowd.class_id}/enrolments HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: http://127.0.0.1\r\n"
    )
    head += f"Cookie: {cookies}\r\nContent-Type: application/json\r\nContent-Length: "
    number = 0
    while True:
        if number % ((READS + WRITES) // WRITES) == 0:
            body = json.dumps({"person_id": next(people)})
            yield True, f"{head}{len(body)}\r\n\r\n{body}".encode()
        else:
            yield False, reads[number % len(reads)]
        number += 1


def put_load(
    servers: Sequence[Server], requests: Iterator[tuple[bool, bytes]], seconds: float, pace: float = READS + WRITES
) -> Load:
    """Send requests at a constant rate (`pace` a second) for some seconds, evenly to all servers."""
    count, turn = int(seconds * pace), Lock()
    done, numbers = list[tuple[bool, int, float]](), iter(range(count))
    before, begun = used(servers), time.perf_counter()

    def hand(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), 60) as line, line.makefile("rb") as answers:
            while True:
                with turn:
                    number = next(numbers, None)
                    if number is None:
                        return
                    writes, sent = next(requests)
                due = begun + number / pace
                time.sleep(max(0.0, due - time.perf_counter()))
                line.sendall(sent)
                status = status_of(answers)
                done.append((writes, status, time.perf_counter() - due))

    hands = [Thread(target=hand, args=(servers[at % len(servers)].port,)) for at in range(HANDS)]
    for thread in hands:
        thread.start()
    for thread in hands:
        thread.join()
    statuses = [status for _, status, _ in done] + [0] * (count - len(done))
    reads, writes = ([span for is_write, _, span in done if is_write is kind] for kind in (False, True))
    return Load(statuses, reads, writes, used(servers) - before, time.perf_counter() - begun)

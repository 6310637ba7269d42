"""Runs one of this package's parsers in a limited child process and hands back its answer."""

import json
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from centre.errors import Unavailable
from centre.sheets.cells import REFUSALS, SheetTooHeavy
from centre.sheets.limits import Limits

_ROOT = str(Path(__file__).resolve().parents[2])
_START = "import sys; sys.path.insert(0, sys.argv[1]); from centre.sheets.{module} import main; main()"
_PLACES = threading.BoundedSemaphore(2)
_WAIT = 30.0


def ask(module: str, question: dict[str, object], data: bytes, limits: Limits) -> bytes:
    """Let `centre.sheets.<module>` work on the file and return what it wrote. Raises SheetRefused, Unavailable.

    The child sees no environment, no open files and an empty folder; files on both sides instead of pipes let the
    kernel bound what it writes. Two children at most run at a time.
    """
    if not _PLACES.acquire(timeout=_WAIT):
        raise Unavailable
    try:
        with (
            tempfile.TemporaryFile() as inbox,
            tempfile.TemporaryFile() as outbox,
            tempfile.TemporaryDirectory() as folder,
        ):
            head = json.dumps({"limits": limits.as_dict(), **question}).encode()
            inbox.write(len(head).to_bytes(8, "big") + head)
            inbox.write(data)
            inbox.seek(0)
            try:
                ended = subprocess.run(
                    [sys.executable, "-I", "-X", "utf8", "-c", _START.format(module=module), _ROOT],
                    stdin=inbox,
                    stdout=outbox,
                    stderr=subprocess.DEVNULL,
                    cwd=folder,
                    env={},
                    timeout=limits.patience,
                    start_new_session=True,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise SheetTooHeavy from None
            outbox.seek(0)
            return _answer(ended.returncode, outbox.read())
    finally:
        _PLACES.release()


def _answer(exit_code: int, answer: bytes) -> bytes:
    if exit_code != 0 or not answer:
        raise SheetTooHeavy  # killed by a limit, or aborted inside the parser
    if answer.startswith(b"!"):
        refusal = json.loads(answer[1:])
        raise REFUSALS.get(refusal["code"], SheetTooHeavy)(**refusal["params"])
    return answer[1:]

"""Messages into a file, one JSON object a line: for trying out, and for sites whose messages leave by hand."""

import json
import os
from pathlib import Path

from centre import clock
from centre.senders.outgoing import Outage, Outgoing


class FileSender:
    """Appends each message to a file that only its owner may read, and waits for the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, outgoing: Outgoing) -> None:
        """Append one message."""
        way = "email" if outgoing.is_mail else "phone"
        line = {"at": clock.now().isoformat(), "key": outgoing.key, way: outgoing.address, "text": outgoing.text}
        content = (json.dumps(line, ensure_ascii=False) + "\n").encode()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, content)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise Outage(f"file: {type(error).__name__}") from None

    def close(self) -> None:
        """Nothing stays open."""

"""Checks of the machine: disk, permissions, backups, addresses."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from centre import clock, privacy
from centre.checkup.finding import Finding, fault, good, warning
from centre.settings import Settings

LOCAL = ("127.0.0.1", "localhost", "::1")


def disk(known: Settings, least_free_gb: float) -> Finding:
    """Whether the data folder has room."""
    folder = known.data_dir if known.data_dir.exists() else Path()
    free_gb = shutil.disk_usage(folder).free / 1e9
    if free_gb < least_free_gb:
        return fault("disk", f"{free_gb:.1f} GB free in {folder}", f"Make room: at least {least_free_gb:g} GB")
    return good("disk", f"{free_gb:.1f} GB free")


def folders(known: Settings) -> Finding:
    """Whether the data folder is there and can be written."""
    if not known.data_dir.is_dir():
        return fault("data folder", f"{known.data_dir} is no folder", "Make it, owned by the user of the service")
    if not os.access(known.data_dir, os.W_OK | os.X_OK):
        return fault("data folder", f"{known.data_dir} cannot be written", "chown it to the user of the service")
    return good("data folder", str(known.data_dir))


def permissions(known: Settings) -> Iterator[Finding]:
    """Files that only the service may read."""
    files = [privacy.key_file(), known.data_dir / "messages.jsonl"]
    if known.is_sqlite:
        files.append(Path(known.url.removeprefix("sqlite:///")))
    for path in files:
        if not path.exists():
            continue
        mode = path.stat().st_mode & 0o777
        if mode & 0o007 or (path == privacy.key_file() and mode & 0o070):
            yield fault("permissions", f"others may read {path} ({mode:o})", f"chmod 600 {path}")
        else:
            yield good("permissions", f"{path.name} {mode:o}")


def backups(known: Settings, folder: Path | None, most_age: timedelta) -> Finding:
    """Whether the newest backup is young and not empty."""
    place = folder or known.data_dir / "backups"
    if not known.is_sqlite and folder is None:
        return good("backups", "of PostgreSQL: give --backups FOLDER to have their age checked")
    copies = sorted((path for path in place.glob("*") if path.is_file()), key=lambda path: path.stat().st_mtime)
    how = "Run `gangqiao backup` every night" if known.is_sqlite else "Run pg_dump every night, see docs/run.md"
    if not copies:
        return fault("backups", f"there is no backup in {place}", how)
    newest = copies[-1]
    age = clock.now() - datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    if age > most_age:
        return fault("backups", f"the newest, {newest.name}, is {age.days} days old", how)
    if newest.stat().st_size == 0:
        return fault("backups", f"the newest, {newest.name}, is empty", how)
    return good("backups", f"{newest.name}, {age.total_seconds() / 3600:.0f} hours old")


def addresses(known: Settings) -> Iterator[Finding]:
    """The address that people type, and what depends on it."""
    address = known.public_url
    if not address:
        yield warning("address", "GANGQIAO_PUBLIC_URL is empty", "Set it to the address that people type")
        return
    if not address.startswith("https://") and not any(f"//{name}" in address for name in LOCAL):
        yield fault("address", f"{address} is not HTTPS", "Put a proxy with HTTPS in front, see docs/run.md")
    elif address.startswith("https://") and not known.secure_cookies:
        yield fault("address", "cookies may leave over HTTP", "Set GANGQIAO_SECURE_COOKIES=true")
    else:
        yield good("address", address)

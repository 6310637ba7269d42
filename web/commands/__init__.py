"""Commands by purpose; each imports what it needs only when it runs, so that `--help` is instant."""

from web.commands.entry import app

__all__ = ["app"]

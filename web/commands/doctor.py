"""The examination of an installation from the command line."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from centre.checkup.finding import CheckupVerdict

EXIT = {CheckupVerdict.OK: 0, CheckupVerdict.WARNING: 1, CheckupVerdict.FAULT: 2}


def doctor(
    backups: Annotated[Path | None, typer.Option(help="Folder of the backups; data_dir/backups for SQLite.")] = None,
    backup_days: Annotated[float, typer.Option(min=0, help="Oldest age of the newest backup, in days.")] = 2,
    free_gb: Annotated[float, typer.Option(min=0, help="Least free room on the disk, in GB.")] = 2,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only what is wrong.")] = False,
) -> None:
    """Examine the installation and say what to do; exits with 0 when all is well, 1 for warnings, 2 for faults."""
    from centre.checkup import examine
    from web.commands.running import import_domain

    import_domain()
    worst = CheckupVerdict.OK
    for finding in examine(least_free_gb=free_gb, most_backup_age=timedelta(days=backup_days), backups=backups):
        worst = max(worst, finding.verdict, key=EXIT.__getitem__)
        if quiet and finding.verdict is CheckupVerdict.OK:
            continue
        typer.echo(f"{finding.verdict.value:<9}{finding.part:<13}{finding.seen}")
        if finding.advice:
            typer.echo(f"{'':<22}-> {finding.advice}")
    raise typer.Exit(EXIT[worst])

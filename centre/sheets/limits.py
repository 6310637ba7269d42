"""What a spreadsheet may cost. Applied by the child process to itself before it looks at the file."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading; sizes in bytes, times in seconds. 40,000 rows of 18 columns take about a third of them."""

    memory: int = 512 * 1024 * 1024
    processor: int = 10
    patience: int = 15
    answer: int = 64 * 1024 * 1024
    entries: int = 200
    unpacked: int = 64 * 1024 * 1024
    ratio: int = 100
    ratio_from: int = 8 * 1024 * 1024
    rows: int = 100_000
    columns: int = 512
    cells: int = 1_500_000
    sheets: int = 50

    def as_dict(self) -> dict[str, int]:
        """For the way to the child."""
        return asdict(self)


def apply(limits: Limits) -> None:
    """Bind this process: no more memory, processor time, output or children than allowed, and no core file.

    On systems without `resource` (Windows) the parent's patience and the checks of the archive remain.
    """
    try:
        import resource
    except ImportError:
        return
    bounds: list[tuple[Any, int]] = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, limits.processor),
        (resource.RLIMIT_FSIZE, limits.answer),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_AS, limits.memory),
    ]
    for kind, bound in bounds:
        hard = resource.getrlimit(kind)[1]
        lower = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        try:
            resource.setrlimit(kind, (lower, lower))
        except (ValueError, OSError):
            continue  # macOS has no RLIMIT_AS worth the name

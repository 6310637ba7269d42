"""How scans of many devices become one truth, whenever and however often each of them arrives. Pure.

Every scan has an identity of its own, the device and its counter; a queue that is sent again adds nothing. The truth is
computed from the set of scans alone, so that no order of arrival can change it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from pydantic import AwareDatetime, Field

from centre.drafts import Draft, Line
from centre.translation import N_

MOST_AT_ONCE = 500
LONGEST_OFFLINE = timedelta(days=40)
AHEAD = timedelta(minutes=5)
"""How far a scan may lie after its arrival before its clock is called doubtful."""


class Act(StrEnum):
    """What a scan records (扫码动作)."""

    IN = "in"
    OUT = "out"
    TURNED_AWAY = "turned_away"


ACT_LABELS = {Act.IN: N_("进场"), Act.OUT: N_("出场"), Act.TURNED_AWAY: N_("没让进")}


class GateVerdict(StrEnum):
    """The answer of a door to one code (放行结果)."""

    ADMIT = "admit"
    REPEAT = "repeat"
    UNKNOWN = "unknown"
    EARLY = "early"
    LATE = "late"
    BANNED = "banned"
    FULL = "full"
    ASK = "ask"


VERDICT_LABELS = {
    GateVerdict.ADMIT: N_("请进"),
    GateVerdict.REPEAT: N_("已经进场"),
    GateVerdict.UNKNOWN: N_("没有这个号"),
    GateVerdict.EARLY: N_("还没到入场时间"),
    GateVerdict.LATE: N_("入场时间过了"),
    GateVerdict.BANNED: N_("不能入场"),
    GateVerdict.FULL: N_("场内人数已满"),
    GateVerdict.ASK: N_("先问一句"),
}


@dataclass(frozen=True, slots=True)
class Door:
    """The rules of a door: most people inside, and the hours of admission (入口规则)."""

    capacity: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RollEntry:
    """One code on the roll of a door: its own window, why it is banned, what to ask first (名单上的一行)."""

    subject: str
    from_at: datetime | None = None
    until_at: datetime | None = None
    ban: str = ""
    ask: str = ""
    label: str = ""
    heads: int = 1


def judge(door: Door, entry: RollEntry | None, *, at: datetime, inside: int, is_inside: bool) -> GateVerdict:
    """The verdict of a door on one code. The gate page holds the same data and decides the same way offline.

    A person who is inside already comes first, since the pass has been used; then the roll, the ban, the hours, the
    room inside, and the question last, for a person who may otherwise enter.
    """
    if is_inside:
        return GateVerdict.REPEAT
    if entry is None:
        return GateVerdict.UNKNOWN
    if entry.ban:
        return GateVerdict.BANNED
    opens = max((moment for moment in (door.opens_at, entry.from_at) if moment is not None), default=None)
    closes = min((moment for moment in (door.closes_at, entry.until_at) if moment is not None), default=None)
    if opens is not None and at < opens:
        return GateVerdict.EARLY
    if closes is not None and at >= closes:
        return GateVerdict.LATE
    if door.capacity is not None and inside + entry.heads > door.capacity:
        return GateVerdict.FULL
    return GateVerdict.ASK if entry.ask else GateVerdict.ADMIT


class ScanDraft(Draft):
    """One scan as a device sends it (一次扫码).

    A device that has heard from the service sends `anchor_at`, the service's time then, and the milliseconds since; its
    own clock, `wall_at`, counts only for a device that has never been online.
    """

    counter: Annotated[int, Field(ge=1, le=2**53)]
    subject: Annotated[str, Field(max_length=64, pattern=r"^[0-9A-Za-z:_-]*$")] = ""
    act: Act = Act.IN
    wall_at: AwareDatetime
    anchor_at: AwareDatetime | None = None
    elapsed_ms: Annotated[int, Field(ge=0, le=LONGEST_OFFLINE // timedelta(milliseconds=1))] = 0
    gate: Annotated[Line, Field(max_length=40)] = ""
    heads: Annotated[int, Field(ge=1, le=999)] = 1
    forced: bool = False
    reason: Line = ""

    @property
    def at(self) -> datetime:
        """When it happened, by the service's clock as far as the device knows it."""
        return self.wall_at if self.anchor_at is None else self.anchor_at + timedelta(milliseconds=self.elapsed_ms)

    @property
    def digest(self) -> str:
        """A short digest of the content: two devices with one copied identity lose nothing to each other."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:16]


class ScanBatch(Draft):
    """The queue of one device (扫码队列)."""

    device: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,40}$")]
    scans: Annotated[tuple[ScanDraft, ...], Field(max_length=MOST_AT_ONCE)] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """One recorded scan; without a subject it counts unidentified people (扫码记录)."""

    device: str
    counter: int
    subject: str
    act: Act
    at: datetime
    gate: str = ""
    heads: int = 1
    forced: bool = False
    reason: str = ""
    digest: str = ""

    @property
    def key(self) -> tuple[datetime, str, int, str]:
        """The place of the scan in the one order that all computations use."""
        return self.at, self.device, self.counter, self.digest


@dataclass(slots=True)
class Stay:
    """What the scans say of one subject (一个号的进出)."""

    first_in: Scan | None = None
    last: Scan | None = None
    inside: bool = False
    repeats: list[Scan] = field(default_factory=list)
    """Entries while the subject was inside already: one pass shown twice."""
    strays: list[Scan] = field(default_factory=list)
    """Exits of a subject without a preceding entry."""


@dataclass(slots=True)
class GateTruth:
    """What a set of scans adds up to; equal sets give equal truths (合并结果)."""

    stays: dict[str, Stay] = field(default_factory=dict)
    inside: int = 0
    """People inside now."""
    entered: int = 0
    """People who came in, each of them once."""
    turned_away: int = 0
    forced: list[Scan] = field(default_factory=list)
    copied: set[str] = field(default_factory=set)
    """Devices that used one counter for two different scans."""

    def is_inside(self, subject: str) -> bool:
        """Whether a subject is inside now."""
        stay = self.stays.get(subject)
        return stay is not None and stay.inside


def truth(scans: Iterable[Scan]) -> GateTruth:
    """Merge scans, in any order and with any repetition, into one truth."""
    merged = GateTruth()
    unnamed_in = unnamed_out = 0
    seen: dict[tuple[str, int], str] = {}
    for scan in sorted(set(scans), key=lambda scan: scan.key):
        if seen.setdefault((scan.device, scan.counter), scan.digest) != scan.digest:
            merged.copied.add(scan.device)
        if scan.forced and scan.act is Act.IN:
            merged.forced.append(scan)
        if scan.act is Act.TURNED_AWAY:
            merged.turned_away += scan.heads
        elif not scan.subject:
            unnamed_in += scan.heads if scan.act is Act.IN else 0
            unnamed_out += scan.heads if scan.act is Act.OUT else 0
        else:
            _apply(merged.stays.setdefault(scan.subject, Stay()), scan)
    came = [stay.first_in for stay in merged.stays.values() if stay.first_in is not None]
    named = sum(stay.first_in.heads for stay in merged.stays.values() if stay.inside and stay.first_in is not None)
    merged.entered = unnamed_in + sum(scan.heads for scan in came)
    merged.inside = max(0, named + unnamed_in - unnamed_out)
    return merged


def _apply(stay: Stay, scan: Scan) -> None:
    if scan.act is Act.IN and stay.inside:
        stay.repeats.append(scan)
    elif scan.act is Act.IN:
        stay.inside, stay.first_in = True, stay.first_in or scan
    elif stay.inside:
        stay.inside = False
    else:
        stay.strays.append(scan)
    stay.last = scan


def arrivals(scans: Iterable[Scan], *, minutes: int = 15) -> Mapping[datetime, int]:
    """People who came in by stretches of minutes, each subject at its first entry."""
    counts: dict[datetime, int] = {}
    seen: set[str] = set()
    for scan in sorted(set(scans), key=lambda scan: scan.key):
        if scan.act is not Act.IN or (scan.subject and scan.subject in seen):
            continue
        seen.add(scan.subject)
        slot = scan.at.replace(minute=scan.at.minute - scan.at.minute % minutes, second=0, microsecond=0)
        counts[slot] = counts.get(slot, 0) + scan.heads
    return counts

"""Reconciling the roll: a pure function from scans to the state of each member, independent of their order (点名).

A scan is a statement of one device about one member, ordered by the device's own counter, never by its clock, which
may be wrong. A later statement of a device corrects an earlier one. Two devices that differ are a conflict, which is
shown until staff decide; the decision names its scans, so that a later contradiction is a conflict again.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from centre.drafts import Draft, Line, NearMoment, RecordId
from centre.errors import Conflict
from centre.translation import N_

Key = tuple[str, int]
"""The device and its counter: what makes a scan itself, however often it is sent."""


class RollWord(StrEnum):
    """What a scan says of a member (点名结果)."""

    BOARDED = "boarded"
    ABSENT = "absent"
    LEFT = "left"
    ARRIVED = "arrived"


WORD_LABELS = {
    RollWord.BOARDED: N_("上车"),
    RollWord.ABSENT: N_("没来"),
    RollWord.LEFT: N_("途中离队"),
    RollWord.ARRIVED: N_("到达"),
}


class RollSource(StrEnum):
    """Where a scan comes from (点名来源)."""

    PHONE = "phone"
    SHEET = "sheet"
    PAPER = "paper"
    DESK = "desk"


SOURCE_LABELS = {
    RollSource.PHONE: N_("手机"),
    RollSource.SHEET: N_("电子表"),
    RollSource.PAPER: N_("纸质名单"),
    RollSource.DESK: N_("人工裁定"),
}


@dataclass(frozen=True, slots=True)
class RollMark:
    """One word about one member; `settles` are the scans that a decision has seen."""

    device: str
    counter: int
    member_id: int
    word: RollWord
    source: RollSource = RollSource.PHONE
    at: datetime | None = None
    settles: frozenset[Key] = frozenset()

    @property
    def key(self) -> Key:
        """What makes it itself."""
        return self.device, self.counter


@dataclass(frozen=True, slots=True)
class RollTruth:
    """What holds of one member, with the scans that contradict one another, if any."""

    member_id: int
    word: RollWord | None
    scans: tuple[RollMark, ...]
    disputed: tuple[RollMark, ...] = ()

    @property
    def is_conflict(self) -> bool:
        """Whether a decision by staff is needed."""
        return bool(self.disputed)


@dataclass(frozen=True, slots=True)
class Roll:
    """The result for every member with a scan, and counters that a device used for two different scans."""

    members: Mapping[int, RollTruth]
    reused: tuple[RollMark, ...] = ()

    @property
    def conflicts(self) -> list[RollTruth]:
        """Members about whom the sources differ."""
        return [truth for truth in self.members.values() if truth.is_conflict]


GATE = (RollWord.BOARDED, RollWord.ABSENT)
"""Words of the departure."""

WAY = (RollWord.ARRIVED, RollWord.LEFT)
"""Words of the way."""


def reconcile(scans: Iterable[RollMark]) -> Roll:
    """The result of many scans, independent of their order and of repeated uploads.

    >>> reconcile([Scan("a", 1, 7, RollWord.BOARDED), Scan("b", 1, 7, RollWord.ABSENT)]).conflicts[0].member_id
    7
    """
    kept: dict[Key, RollMark] = {}
    reused: dict[tuple[Key, int, str], RollMark] = {}
    for scan in sorted(scans, key=_order):
        first = kept.setdefault(scan.key, scan)
        if (first.member_id, first.word) != (scan.member_id, scan.word):
            reused[scan.key, scan.member_id, scan.word.value] = scan
    by_member: dict[int, list[RollMark]] = defaultdict(list)
    for scan in [*kept.values(), *reused.values()]:
        by_member[scan.member_id].append(scan)
    clashing = {key for key, _, _ in reused}
    members = {member_id: _truth(member_id, said, clashing) for member_id, said in sorted(by_member.items())}
    return Roll(members, tuple(sorted(reused.values(), key=_order)))


def _order(scan: RollMark) -> tuple[str, int, int, str]:
    return scan.device, scan.counter, scan.member_id, scan.word.value


def _truth(member_id: int, scans: list[RollMark], clashing: Collection[Key]) -> RollTruth:
    settled = {key for scan in scans for key in scan.settles}
    open_scans = [scan for scan in scans if scan.key not in settled]
    gate = _latest(open_scans, GATE)
    way = _latest(open_scans, WAY)
    disputed: list[RollMark] = []
    for words in (gate, way):
        if len({scan.word for scan in words}) > 1:
            disputed += words
    absent = [scan for scan in gate if scan.word is RollWord.ABSENT]
    if way and absent and not disputed:
        disputed += [*absent, *way]  # a member who was not at the gate cannot arrive
    disputed += [scan for scan in open_scans if scan.key in clashing and scan not in disputed]
    word = _seen(way, WAY) or _seen(gate, GATE)
    return RollTruth(member_id, word, tuple(sorted(scans, key=_order)), tuple(sorted(disputed, key=_order)))


def _latest(scans: list[RollMark], words: Collection[RollWord]) -> list[RollMark]:
    """The last word of each device among some words, by its own counter."""
    last: dict[str, RollMark] = {}
    for scan in scans:
        if scan.word in words and (scan.device not in last or scan.counter >= last[scan.device].counter):
            last[scan.device] = scan
    return list(last.values())


def _seen(scans: list[RollMark], words: tuple[RollWord, RollWord]) -> RollWord | None:
    """The provisional result: a report of presence outweighs a report of absence."""
    spoken = {scan.word for scan in scans}
    return next((word for word in words if word in spoken), None)


class RollScanDraft(Draft):
    """One scan as a device sends it (点名记录)."""

    counter: Annotated[int, Field(ge=1, le=2**31)]
    member_id: RecordId
    word: RollWord
    at: NearMoment | None = None


class ScansDraft(Draft):
    """What a device has not sent yet, or sends again (离线点名上传)."""

    device: Annotated[str, Field(min_length=4, max_length=60, pattern=r"^[A-Za-z0-9._:-]+$")]
    scans: Annotated[list[RollScanDraft], Field(min_length=1, max_length=2000)]


class DecisionDraft(Draft):
    """A decision between sources that differ, with its reason (点名裁定)."""

    word: RollWord
    reason: Line


class RollNotOpen(Conflict):
    """The roll of a batch is called from the lock to the hand-over."""

    code = "roll-not-open"
    message = N_("名单锁定以后、交接以前才能点名")


class RollUnsettled(Conflict):
    """Sources differ about some members; staff must decide first."""

    code = "roll-unsettled"
    message = N_("还有 {count} 人的点名结果互相矛盾，请先裁定：{names}")


class NothingDisputed(Conflict):
    """The sources agree about this member, so there is nothing to decide."""

    code = "nothing-disputed"
    message = N_("各方记录一致，不用裁定")

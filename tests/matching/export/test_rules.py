"""The rules of labour export without a database: who takes a place, and what a refused lock says."""

from centre.errors import Problem
from matching.export.rules import HOLDING, LockRefused, MemberState


def test_everybody_takes_a_place_but_those_who_withdrew_or_did_not_board() -> None:
    assert set(HOLDING) == set(MemberState) - {MemberState.WITHDRAWN, MemberState.NO_SHOW}


def test_a_refused_lock_lists_every_reason() -> None:
    reasons = [Problem("escorts", "no-escort", "没有带队人员"), Problem("seats", "too-few", "座位不够")]
    assert LockRefused(reasons).problems == reasons

"""How many people are invited to a fair, and to which booths. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from centre.drafts import Draft, RecordId
from centre.errors import Conflict
from centre.translation import N_


class WorkersInvited(Draft):
    """Which opening people are invited to; without one, to all of them (邀请求职者)."""

    opening_id: RecordId | None = None


class EmployerInvited(Draft):
    """Which employer is invited (邀请单位)."""

    employer_id: RecordId


class PayTold(Draft):
    """The opening whose employer hears what people ask for (工资差距)."""

    opening_id: RecordId


class NobodyToInvite(Conflict):
    """Everybody who fits was invited, or no place is left."""

    code = "nobody-to-invite"
    message = N_("没有可以再邀请的人：合适的都邀请过了，或者名额已经用完")


class NotInvitable(Conflict):
    """The employer has a booth, was invited before, or is not recruiting now."""

    code = "employer-not-invitable"
    message = N_("这家单位已经有展位、已经邀请过，或者现在没有在招的岗位")


@dataclass(frozen=True, slots=True)
class InvitationCandidate:
    """A person who fits an opening at the fair, with the points and the first reason for the pair."""

    person_id: int
    points: int
    reason: str


def invitations_left(places: int, *, taken: int, open_invitations: int, show_rate: float | None) -> int:
    """How many more people may be invited so that those who come still find a place.

    `show_rate` is the measured share of registered visitors who came to earlier fairs; before it is known everybody
    is expected to come. `taken` are tickets, `open_invitations` those whom nobody has answered yet.
    """
    rate = min(show_rate, 1.0) if show_rate else 1.0
    return max(int(places / rate) - taken - open_invitations, 0)


def share_out(fitting: Mapping[int, Sequence[InvitationCandidate]], most: int) -> dict[int, list[InvitationCandidate]]:
    """Invite each person once, to the opening where they fit best, the openings taking turns until `most` are chosen.

    `fitting` has the candidates of each opening. Turns keep a popular opening from using up every invitation.
    """
    best: dict[int, int] = {}
    points: dict[int, int] = {}
    for opening_id, candidates in fitting.items():
        for candidate in candidates:
            if candidate.points > points.get(candidate.person_id, -1):
                best[candidate.person_id], points[candidate.person_id] = opening_id, candidate.points
    queues = {
        opening_id: sorted(
            (candidate for candidate in candidates if best[candidate.person_id] == opening_id),
            key=lambda candidate: (-candidate.points, candidate.person_id),
        )
        for opening_id, candidates in fitting.items()
    }
    chosen: dict[int, list[InvitationCandidate]] = {opening_id: [] for opening_id in fitting}
    for turn in range(max(map(len, queues.values()), default=0)):
        for opening_id, queue in queues.items():
            if turn < len(queue) and most > 0:
                chosen[opening_id].append(queue[turn])
                most -= 1
    return chosen

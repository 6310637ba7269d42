"""What the world holds about accounts: requests that a second person decides."""

from datetime import timedelta

from centre import clock
from centre.accounts.approvals import AccountApproval, ApprovalKind
from centre.accounts.models import Account
from centre.permissions import Actor
from tests.ordeal.canaries import Canaries


def ask_to_close(canaries: Canaries, actors: dict[str, Actor]) -> None:
    """The clerk of each side takes the account of that side's jobseeker for a false one."""
    for letter in "ab":
        clerk, seeker = actors[f"clerk-{letter}"], actors[f"jobseeker-{letter}"]
        # Who decides sees under which name the account runs.
        seeking = canaries.session.get_one(Account, seeker.account_id)
        canaries.share(seeking, "name", centre_id=clerk.centre_id or 0)
        canaries.make(
            AccountApproval, kind=ApprovalKind.CLOSE_FALSE, account_id=seeker.account_id, centre_id=clerk.centre_id,
            asked_by=clerk.account_id, ends_at=clock.now() + timedelta(days=9),
        )  # fmt: skip

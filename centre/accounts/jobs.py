"""Due work about accounts: partners are warned before their account ends, and what is over is forgotten."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.models import Account, OneTimeCode, SignIn
from centre.accounts.queries import ending_accounts, ends_soon, may_renew
from centre.accounts.rules import CODE_LASTS, WARNED_BEFORE
from centre.isolation import apart
from centre.job_names import JOB_NAMES
from centre.jobs import failing_jobs, job
from centre.messages import Wording, send
from centre.messages.office import ACCOUNT_ENDS, JOB_FAILED, PARTNER_ENDS
from centre.outbox import SIGN_IN_CODE, Message
from centre.permissions import MANAGERS, PARTNERS, Role


@job("warn-partner-accounts", every=timedelta(days=1))
def warn_partner_accounts(session: Session) -> None:
    """Tell partners and their managers, once, of an account that ends within 30 days."""
    today = clock.today()
    ending = [account for account in session.scalars(ending_accounts()) if set(account.roles) & PARTNERS]
    soon = [account for account in ending if ends_soon(account, today, WARNED_BEFORE)]
    everybody = session.scalars(select(Account).where(Account.disabled.is_(False)).order_by(Account.id)) if soon else ()
    managers = [account for account in everybody if set(account.roles) & MANAGERS and account.usable]
    for account in soon:
        day = account.expires_on.isoformat() if account.expires_on else ""
        with apart(session):
            _tell(session, account, account, day, ACCOUNT_ENDS, "/account")
            for manager in managers:
                if may_renew(manager.actor, account):
                    _tell(session, manager, account, day, PARTNER_ENDS, "/partners")


def _tell(session: Session, reader: Account, account: Account, day: str, wording: Wording, link: str) -> None:
    send(
        session,
        wording.of(name=account.name, day=day),
        to_account_id=reader.id,
        link=link,
        dedupe_key=f"account-ends:{account.id}:{day}:{reader.id}",
    )


@job("tell-of-failed-jobs", every=timedelta(minutes=5))
def tell_of_failed_jobs(session: Session) -> None:
    """Tell the administrators, once for each breakdown, of due work that raised and is tried again."""
    failures = failing_jobs(session)
    if not failures:
        return
    accounts = session.scalars(select(Account).where(Account.disabled.is_(False)).order_by(Account.id))
    administrators = [account for account in accounts if Role.ADMINISTRATOR in account.roles]
    for failure in failures:
        began = clock.local(failure.first_at)
        since = f"{began:%m-%d %H:%M}"
        for account in administrators:
            send(
                session,
                JOB_FAILED.of(job=JOB_NAMES.get(failure.job, failure.job), error=failure.error, at=since),
                to_account_id=account.id,
                dedupe_key=f"job-failed:{failure.job}:{began.isoformat()}:{account.id}",
            )


@job("forget-sign-ins", every=timedelta(minutes=10))
def forget_sign_ins(session: Session) -> None:
    """Delete sessions that are over, old one-time codes, and the messages that carried them."""
    now = clock.now()
    session.execute(delete(SignIn).where(SignIn.expires_at < now))
    session.execute(delete(Message).where(Message.kind == SIGN_IN_CODE, Message.created_at < now - 2 * CODE_LASTS))
    session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at < now - timedelta(days=1)))

"""Due work about accounts: partners are warned before their account ends, and what is over is forgotten."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from centre import clock
from centre.accounts.models import Account, OneTimeCode, SignIn
from centre.accounts.queries import ending_accounts, ends_soon, may_renew
from centre.accounts.rules import CODE_LASTS, WARNED_BEFORE
from centre.jobs import failing_jobs, job
from centre.outbox import SIGN_IN_CODE, Message, post
from centre.permissions import MANAGERS, PARTNERS, Role
from centre.translation import N_, SOURCE_LOCALE, translate

JOB_FAILED = N_("后台任务 {job} 出错了")
JOB_FAILED_BODY = N_("从 {at} 起没有办成（{error}），系统会自动重试，别的任务不受影响。请查看服务日志。")


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
        _tell(session, account, account, day, N_("您的账号快到期了"), "/account")
        for manager in managers:
            if may_renew(manager.actor, account):
                _tell(session, manager, account, day, N_("有合作单位的账号快到期了"), "/partners")


def _tell(session: Session, reader: Account, account: Account, day: str, title: str, link: str) -> None:
    text = N_("{name} 的账号 {day} 到期，请主管核对合作关系后续期。")
    post(
        session,
        kind="account-ends",
        to_account_id=reader.id,
        title=title,
        body=translate(SOURCE_LOCALE, text, name=account.name, day=day),
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
        body = translate(SOURCE_LOCALE, JOB_FAILED_BODY, error=failure.error, at=since)
        for account in administrators:
            post(
                session,
                kind="job-failed",
                to_account_id=account.id,
                title=translate(SOURCE_LOCALE, JOB_FAILED, job=failure.job),
                body=body,
                dedupe_key=f"job-failed:{failure.job}:{began.isoformat()}:{account.id}",
            )


@job("forget-sign-ins", every=timedelta(minutes=10))
def forget_sign_ins(session: Session) -> None:
    """Delete sessions that are over, old one-time codes, and the messages that carried them."""
    now = clock.now()
    session.execute(delete(SignIn).where(SignIn.expires_at < now))
    session.execute(delete(Message).where(Message.kind == SIGN_IN_CODE, Message.created_at < now - 2 * CODE_LASTS))
    session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at < now - timedelta(days=1)))

"""Checks of how the service runs: set up or not, jobs, messages, demo data, rules."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from centre import clock
from centre.checkup.finding import Finding, fault, good, warning
from centre.first_run import has_administrator
from centre.jobs import REGISTER, JobRun
from centre.network import Centre, CentreLevel, home
from centre.outbox import Delivery
from centre.people import Person
from centre.policy import rule_gaps
from centre.senders.choice import NotConfigured, open_sender
from centre.senders.queries import delivery_counts, oldest_waiting
from centre.settings import Settings

MOST_WAIT = timedelta(hours=12)
"""Longer than any quiet hours: what has waited so long waits for another reason."""

MOST_SILENCE = timedelta(minutes=30)
GRACE = timedelta(minutes=15)


def set_up(session: Session) -> Finding:
    """Whether there is a city centre and an administrator."""
    city = session.scalar(select(Centre.id).where(Centre.level == CentreLevel.CITY).limit(1))
    if city is None or not has_administrator(session):
        return fault("set-up", "there is no city centre or no administrator", "Run `gangqiao init`")
    return good("set-up", "done")


def jobs(session: Session) -> Iterator[Finding]:
    """Whether a worker is awake, and whether each job gets done."""
    now = clock.now()
    rows = session.execute(
        select(JobRun.job, func.max(JobRun.slot_at).label("slot_at"), func.max(JobRun.done_at).label("done_at"))
        .group_by(JobRun.job)
    )  # fmt: skip
    last = {row.job: row for row in rows}
    awake = max((row.done_at for row in last.values()), default=None)
    if awake is None or now - awake > MOST_SILENCE:
        seen = "no job has ever run" if awake is None else f"no job has run since {awake:%Y-%m-%d %H:%M} UTC"
        yield fault("jobs", seen, "Start `gangqiao work` and keep it running (systemd)")
        return
    late = [
        name
        for name, job in sorted(REGISTER.items())
        if name in last and now - last[name].slot_at > 2 * job.every + GRACE
    ]
    if late:
        advice = "Read the log of `gangqiao work` for its error"
        yield fault("jobs", f"fail or hang: {', '.join(late[:5])}", advice)
    else:
        yield good("jobs", f"the newest was done at {awake:%H:%M} UTC")


def messages(session: Session, known: Settings) -> Iterator[Finding]:
    """Whether messages leave."""
    if not known.sender:
        advice = "Set GANGQIAO_SENDER, see docs/run.md: without it no sign-in code arrives"
        yield warning("messages", "no sender is set, messages stay in the pages", advice)
    else:
        try:
            with open_sender():
                pass
        except NotConfigured as error:
            yield fault("messages", f"the sender is not set up: {error}", "Mend the setting, see docs/run.md")
        since = oldest_waiting(session, clock.now())
        if since is not None and clock.now() - since > MOST_WAIT:
            advice = "Is `gangqiao work` running, and the receiver up? Try `gangqiao outbox test TELEPHONE`"
            yield fault("messages", f"some wait since {since:%Y-%m-%d %H:%M} UTC", advice)
    dead = delivery_counts(session).get(Delivery.DEAD, 0)
    if dead:
        advice = "Read `gangqiao outbox dead`; when the cause is gone, `gangqiao outbox retry`"
        yield warning("messages", f"{dead} were given up", advice)
    elif known.sender:
        yield good("messages", f"leave by {known.sender}")


def demo_data(session: Session, known: Settings) -> Finding:
    """Whether real people meet the demo's shortcuts, or invented people a real service."""
    real = session.scalar(select(Person.id).where(Person.is_demo.is_(False)).limit(1)) is not None
    invented = session.scalar(select(Person.id).where(Person.is_demo.is_(True)).limit(1)) is not None
    if known.demo and real:
        return fault("demo", "real people are in a database with GANGQIAO_DEMO", "Unset GANGQIAO_DEMO at once")
    if invented and not known.demo:
        return fault("demo", "the database holds the invented demo city", "Begin a new database with `gangqiao init`")
    return good("demo", "only" if known.demo else "none")


def rules(session: Session) -> Finding:
    """Whether every rule that the service asks for is there, and official."""
    gaps = rule_gaps(session, on=clock.today(), region=home())
    advice = "Enter the official ones, with their dates and sources, at /administration/rules"
    if gaps.missing:
        return fault("rules", f"{len(gaps.missing)} rules are missing: {', '.join(gaps.missing[:5])} ...", advice)
    if gaps.examples:
        return warning("rules", f"{len(gaps.examples)} example rules are in force", advice)
    return good("rules", "all are there, no example in force")

"""All modules with scheduled jobs (任务名单).

The upper packages stand here as text, as in `centre.subscriptions`: a server that only shows the jobs knows all of
them, like the worker that runs them.
"""

JOB_HOMES = (
    "centre.accounts.jobs",
    "centre.desk.jobs",
    "centre.idempotency",
    "centre.limits",
    "centre.records.jobs",
    "centre.tallies.jobs",
    "employers.companies.jobs",
    "employers.fairs.jobs",
    "employers.openings.jobs",
    "training.attendance.jobs",
    "training.certificates.jobs",
    "training.rosters.jobs",
    "matching.companions.jobs",
    "matching.export.stay.jobs",
    "matching.fairness.jobs",
    "matching.fairs.interviews.jobs",
    "matching.fairs.visitors.jobs",
    "matching.introductions.jobs",
    "matching.learning.jobs",
    "matching.planning.jobs",
    "matching.profiles.jobs",
    "matching.promises.jobs",
    "matching.search.jobs",
    "matching.suggestions.jobs",
    "matching.weekly.jobs",
)

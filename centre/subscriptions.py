"""All modules with event subscribers, in the order in which they run (订阅名单).

The upper packages stand here as text: `centre` does not import them, and `centre.events` loads them all before the
first fact is published. So the web, the worker, every command and a ten-line script have the same subscribers.
"""

SUBSCRIBERS = (
    "centre.desk.cases.subscribers",
    "employers.cases.subscribers",
    "employers.openings.subscribers",
    "employers.fairs.subscribers",
    "training.classes.subscribers",
    "training.claims.subscribers",
    "training.attendance.subscribers",
    "training.funds.subscribers",
    "matching.profiles.subscribers",
    "matching.introductions.subscribers",
    "matching.fairs.visitors.subscribers",
    "matching.fairs.invitations.subscribers",
    "matching.fairs.interviews.subscribers",
    "matching.promises.subscribers",
    "matching.export.stay.subscribers",
    "matching.companions.subscribers",
    "matching.plans.subscribers",
    "matching.search.subscribers",
    "matching.live.subscribers",
)

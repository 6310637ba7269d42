"""Due work: digests of new openings, and words that need a meaning."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from centre import clock
from centre.batches import batches
from centre.bulk_writes import insert_rows
from centre.isolation import apart
from centre.jobs import job
from centre.messages import send
from centre.messages.jobseekers import DIGEST
from centre.translation import N_, SOURCE_LOCALE, translate
from matching.live.listing import Listed
from matching.search.models import SavedHit, SavedSearch, Synonym
from matching.search.queries import News, SynonymProposal, news, proposals
from matching.search.rules import MOST_OF_EMPLOYER, MOST_TOLD

DIGEST_LINE = N_("{title}（{employer}）")
DIGEST_MORE = N_("还有 {n} 个，点开看全部。")


@job("send-digests", every=timedelta(days=1), reading=news)
def send_digests(session: Session, news: Sequence[News]) -> None:
    """Send everybody with a saved search its new openings: each opening once, in one message a day."""
    today = clock.today()
    kept = set(session.scalars(select(SavedSearch.id)))
    news = [part for part in news if part.search_id in kept]
    sent: list[News] = []
    for person_id, group in groupby(news, key=lambda part: part.person_id):
        parts = list(group)
        with apart(session):
            openings = {opening.id: opening for part in parts for opening in part.openings}
            send(
                session,
                DIGEST.of(n=len(openings), openings="\n".join(digest_lines(list(openings.values())))),
                to_person_id=person_id,
                link="/me/searches",
                dedupe_key=f"digest:{person_id}:{today.isoformat()}",
            )
            session.flush()
            sent += parts
    rows = [{"search_id": part.search_id, "opening_id": opening.id} for part in sent for opening in part.openings]
    insert_rows(session, SavedHit, rows)
    for batch in batches([part.search_id for part in sent]):
        step = update(SavedSearch).where(SavedSearch.id.in_(batch))
        session.execute(
            step.values(told_at=clock.now(), version=SavedSearch.version + 1).execution_options(
                synchronize_session=False
            )
        )


def digest_lines(openings: Sequence[Listed]) -> list[str]:
    """One line per opening, few per employer, and the number of further ones."""
    by_employer: dict[int, int] = {}
    lines: list[str] = []
    for opening in openings:
        by_employer[opening.employer_id] = by_employer.get(opening.employer_id, 0) + 1
        if by_employer[opening.employer_id] <= MOST_OF_EMPLOYER and len(lines) < MOST_TOLD:
            lines.append(translate(SOURCE_LOCALE, DIGEST_LINE, title=opening.title, employer=opening.employer))
    if len(openings) > len(lines):
        lines.append(translate(SOURCE_LOCALE, DIGEST_MORE, n=len(openings) - len(lines)))
    return lines


@job("propose-synonyms", every=timedelta(days=1), reading=proposals)
def propose_synonyms(session: Session, proposals: Sequence[SynonymProposal]) -> None:
    """Propose a meaning for words that are searched often without results, for a person to accept."""
    for proposal in proposals:
        candidates = [{"code": code, "likeness": likeness} for code, likeness in proposal.candidates]
        session.add(Synonym(word=proposal.word, asked=proposal.asked, candidates=candidates))

"""Planted bugs: applications that are wrong on purpose, to show that the tests catch it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import event, select, update
from sqlalchemy.orm import Session, object_session

from centre import counters, idempotency

REMEMBERED_SECONDS = 0.2


def overbooking() -> Any:
    """Seats are counted first, with a briefly cached count, and taken afterwards."""
    remembered: dict[int, tuple[float, int, int]] = {}

    def careless(
        session: Session, model: type[Any], record_id: int, count: int, *, taken: str = "taken", limit: str = "seats"
    ) -> bool:
        at, used, seats = remembered.get(record_id, (0.0, 0, 0))
        if time.monotonic() - at > REMEMBERED_SECONDS:
            used, seats = session.execute(
                select(getattr(model, taken), getattr(model, limit)).where(model.id == record_id)
            ).one()
            remembered[record_id] = (time.monotonic(), used, seats)
        if used + count > seats:
            return False
        session.execute(update(model).where(model.id == record_id).values({taken: used + count}))
        return True

    return _application(take_some=careless)


def overspending() -> Any:
    """Balances and earlier help are read from a short-lived memory, and written or trusted afterwards."""
    from centre.desk import relief
    from centre.funds import movements
    from centre.funds.models import Fund
    from centre.funds.queries import fund
    from centre.funds.rules import FundShort

    balances: dict[int, tuple[float, int]] = {}

    def careless(session: Session, fund_id: int, purpose: Any, amount_fen: int) -> int:
        source = fund(session, fund_id)
        at, balance = balances.get(fund_id, (0.0, 0))
        if time.monotonic() - at > REMEMBERED_SECONDS:
            balance = session.scalars(select(Fund.balance_fen).where(Fund.id == fund_id)).one()
            balances[fund_id] = (time.monotonic(), balance)
        if balance < amount_fen:
            raise FundShort(fund=source.name)
        session.execute(update(Fund).where(Fund.id == fund_id).values(balance_fen=balance - amount_fen))
        return source.centre_id

    movements.__dict__["_spend_from"] = careless
    relief.__dict__["promised_relief"] = lambda _session, _case: 0
    return _application()


def forgetful() -> Any:
    """Idempotency keys are looked up but stored only after the commit, so that concurrent requests both act."""
    seen: dict[tuple[str, str], Any] = {}

    def claim(_session: Session, *, owner: str, key: str, fingerprint: str) -> Any:
        del fingerprint
        return seen.get((owner, key))

    def keep(_session: Session, *, owner: str, key: str, status: int, headers: dict[str, str], body: bytes) -> None:
        time.sleep(0.05)
        seen[owner, key] = idempotency.KeptAnswer(owner=owner, key=key, status=status, headers=headers, body=body)

    idempotency.claim, idempotency.keep = claim, keep  # type: ignore[assignment]
    return _application()


def matching() -> Any:
    """The bulk match runs repeatedly in threads of the server process once a file named `go` exists."""
    from matching.bulk.command import match

    folder = Path(os.environ["GANGQIAO_ORDEAL_TABLES"])

    def run() -> None:
        while not (folder / "go").exists():
            time.sleep(0.1)
        while True:
            match(folder / "openings.csv", folder / "workers.csv", out=folder / "mutant.csv", backend="threading")
            (folder / "mutant.csv").unlink()

    Thread(target=run, daemon=True).start()
    return _application()


def hasty() -> Any:
    """Who opens a petition is answered and nothing is kept, as if the process had died between answer and commit."""
    from contextlib import contextmanager

    from api import dependencies
    from centre.database import open_session as really
    from centre.desk.petitions import Petition

    @contextmanager
    def open_session(scope: Any, *, write: bool = False) -> Iterator[Any]:
        with really(scope, write=write) as session:
            yield session
            session.flush()
            if session.info.get("opened"):
                session.rollback()

    def note(_mapper: Any, _connection: Any, petition: Any) -> None:
        object_session(petition).info["opened"] = True  # type: ignore[union-attr]

    event.listen(Petition, "after_insert", note)
    dependencies.__dict__["open_session"] = open_session
    return _application()


def unversioned() -> Any:
    """Steps of the desk overwrite what others did meanwhile: no UPDATE names the version that was read."""
    from sqlalchemy import inspect

    from api.desk import KINDS

    for kind in KINDS:
        inspect(kind.model).version_id_col = None

        def linger(_mapper: Any, _connection: Any, _case: Any) -> None:
            time.sleep(0.2)  # so that both have read before either writes

        event.listen(kind.model, "before_update", linger)
    return _application()


def unmapped() -> Any:
    """A database that is away counts as an error of the program."""
    from api import problems

    problems.__dict__["is_outage"] = lambda _error: False
    return _application()


def _application(**replaced: Any) -> Any:
    for name, planted in replaced.items():
        setattr(counters, name, planted)
    from web.app import build

    return build()


def __getattr__(name: str) -> Any:
    """`overbooking_app`, `overspending_app`, `forgetful_app`, `matching_app`, `unmapped_app`,
    `hasty_app` and `unversioned_app`, built on demand.
    """
    makers = {
        "overbooking_app": overbooking,
        "overspending_app": overspending,
        "forgetful_app": forgetful,
        "matching_app": matching,
        "unmapped_app": unmapped,
        "hasty_app": hasty,
        "unversioned_app": unversioned,
    }
    if name not in makers:
        raise AttributeError(name)
    return makers[name]()

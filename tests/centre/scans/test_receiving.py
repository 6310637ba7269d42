"""Queues arrive at the service: once, twice, at the same moment."""

from datetime import UTC, datetime
from threading import Barrier, Thread

from centre import clock
from centre.database import open_session
from centre.network import Centre, CentreLevel
from centre.permissions import Actor, Permission
from centre.scans.actions import receive_scans
from centre.scans.queries import devices, truth_of
from centre.scans.rules import ScanBatch

SYSTEM = Actor.system()
NINE = datetime(2026, 3, 6, 1, tzinfo=UTC)


def batch(device: str, *subjects: str) -> ScanBatch:
    scans = [{"counter": number, "subject": subject, "wall_at": NINE} for number, subject in enumerate(subjects, 1)]
    return ScanBatch.model_validate({"device": device, "scans": scans})


def found_centre() -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(Centre(id=1, code="XY00", name="市中心", level=CentreLevel.CITY, region_code="610400"))


def receive(sent: ScanBatch) -> tuple[int, int]:
    with open_session(SYSTEM.scope, write=True) as session:
        received = receive_scans(
            session, SYSTEM, register="fair:1", centre_id=1, batch=sent, permission=Permission.CHECK_IN
        )
        return received.sent, received.added


def test_a_queue_sent_twice_adds_nothing(any_database: str) -> None:
    found_centre()
    assert receive(batch("device-one", "A", "B")) == (2, 2)
    assert receive(batch("device-one", "A", "B", "C")) == (3, 1)
    assert receive(batch("device-two", "A")) == (1, 1)
    with open_session(SYSTEM.scope) as session:
        merged = truth_of(session, "fair:1")
        assert (merged.entered, len(merged.stays["A"].repeats)) == (3, 1)
        assert {(device.device, device.uploads) for device in session.scalars(devices("fair:1"))} == {
            ("device-one", 2),
            ("device-two", 1),
        }


def test_the_same_queue_arrives_from_four_sides_at_once(any_database: str) -> None:
    found_centre()
    start, added = Barrier(4), []

    def send() -> None:
        start.wait()
        added.append(receive(batch("device-one", *"ABCDEFGH"))[1])

    senders = [Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert sorted(added) == [0, 0, 0, 8]


def test_a_device_that_was_quiet_is_marked(database: str) -> None:
    found_centre()
    with clock.frozen(NINE):
        receive(batch("device-one", "A"))
    with open_session(SYSTEM.scope) as session:
        assert session.scalars(devices("fair:1")).one().is_quiet

"""Mail over TLS: only to a server whose certificate is trusted; a jobseeker signs in with the code that arrived."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.testclient import TestClient

from centre import clock
from centre.accounts import create_account
from centre.database import open_session
from centre.network import Centre, CentreLevel
from centre.people import new_person
from centre.permissions import Actor, Role
from centre.privacy import forget_keys
from centre.senders import Outage, Outgoing, drain_outbox, open_sender
from tests.centre.senders.receiver import arrivals, receiving
from tests.databases import settings_from
from tests.ordeal.servers import free_port
from web.app import build

SYSTEM = Actor.system()
PHONE = "13800000001"
NIGHT = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate of this machine, valid around NIGHT and the real day, with its key behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / name
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def mailbox(any_database: str, tmp_path: Path) -> Iterator[Path]:
    """A mail server with TLS and settings that trust it; returns the file of what has arrived."""
    del any_database
    forget_keys()
    port, file, trusted = free_port(), tmp_path / "arrived.jsonl", certificate(tmp_path, "server.pem")
    own = {
        "sender": "smtp", "smtp_host": "127.0.0.1", "smtp_port": str(port), "smtp_ca": str(trusted),
        "smtp_from": "centre@city.example", "smtp_to": "{phone}@sms.example",
    }  # fmt: skip
    with settings_from(**own), receiving("smtp", port, file, trusted), clock.frozen(NIGHT):
        yield file


def test_a_jobseeker_signs_in_with_the_code_that_arrived_by_mail(mailbox: Path) -> None:
    with open_session(SYSTEM.scope, write=True) as session:
        session.add(Centre(id=1, code="C1", name="中心", level=CentreLevel.CITY, region_code="330600"))
        session.flush()
        person = new_person(centre_id=1, name="王秀兰")
        person.set_phone(PHONE)
        session.add(person)
        session.flush()
        create_account(
            session, SYSTEM, login=PHONE, name="王秀兰", password="", roles={Role.JOBSEEKER}, person_id=person.id
        )
    browser = TestClient(build(), headers={"origin": "http://testserver"}, follow_redirects=False)
    page = browser.post("/sign-in/phone", data={"phone": PHONE}).text
    asked = page.split('name="asked" value="')[1].split('"')[0]
    assert browser.post("/sign-in/phone", data={"phone": "13900000009"}).status_code == 200
    assert drain_outbox() == 1
    (arrival,) = arrivals(mailbox)
    assert arrival["to"] == f"{PHONE}@sms.example"
    assert "王秀兰" not in arrival["text"]
    code = re.findall(r"[0-9]{6}", arrival["text"])[0]
    entered = browser.post("/sign-in/phone/code", data={"phone": PHONE, "asked": asked, "code": code})
    assert entered.status_code == 303
    assert "王秀兰" in browser.get("/account").text


def test_a_server_with_a_strange_certificate_gets_nothing(mailbox: Path, tmp_path: Path) -> None:
    strange = certificate(tmp_path, "strange.pem")
    with settings_from(smtp_ca=str(strange)), open_sender() as sender, pytest.raises(Outage, match="SSL"):
        sender.send(Outgoing("k", PHONE, "题", "文"))
    assert arrivals(mailbox) == []


def test_an_idle_connection_that_the_server_closed_is_opened_again(mailbox: Path) -> None:
    with open_sender() as sender:
        sender.send(Outgoing("k1", PHONE, "题", "文"))
        vars(sender)["_connection"].sock.shutdown(2)
        sender.send(Outgoing("k2", PHONE, "题", "文"))
    assert [arrival["key"] for arrival in arrivals(mailbox)] == ["k1", "k2"]


def test_mail_leaves_by_the_mail_server_beside_a_gateway_for_telephones(mailbox: Path, tmp_path: Path) -> None:
    gateway = tmp_path / "gateway.toml"
    gateway.write_text(f'address = "http://127.0.0.1:{free_port()}/"\n', encoding="utf-8")
    with settings_from(sender="gateway", sms_gateway=str(gateway)), open_sender() as sender:
        sender.send(Outgoing("k", "mailbox@example.cn", "题", "文"))
        with pytest.raises(Outage):
            sender.send(Outgoing("k2", PHONE, "题", "文"))
    assert [arrival["to"] for arrival in arrivals(mailbox)] == ["mailbox@example.cn"]

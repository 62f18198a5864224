"""Certificates: what each port serves is another one after a renewal, and nobody comes in with an expired or a foreign one."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509

from deploy.cluster.home import BAO_NODES, NATS_NODES, ClusterHome
from deploy.drills.under_load import UnderLoad
from deploy.embedded.home import Home, HouseError
from deploy.embedded.parts import HERE
from deploy.tls.authority import ISSUER, Authority
from deploy.tls.identities import SETUP_USER
from shared.tls import Tls

SECONDS = 5
SERVED_SECONDS = 60.0
"""Within which each port serves what was renewed."""
SSL_REQUEST = struct.pack("!II", 8, 80877103)
POSTGRES_BEGINS = b"user\0postgres\0database\0postgres\0\0"
STARTUP = struct.pack("!II", len(POSTGRES_BEGINS) + 8, 196608) + POSTGRES_BEGINS
SHOWS = "assessment"
"""In whose name strangers come."""


@dataclass(frozen=True)
class Port:
    """Where somebody is spoken to over TLS. `says`: with it he answers whoever he takes; `asked`: after these bytes."""

    name: str
    number: int
    says: bytes
    asked: bytes = b""
    before: bytes = b""
    """What is said before the handshake, answered by one byte."""

    def serves(self, shown: ssl.SSLContext) -> x509.Certificate:
        """The certificate of who took us; raises OSError where we are not taken. With TLS 1.3 a refusal comes after the
        handshake: only an answer says that somebody was taken."""
        with socket.create_connection((HERE, self.number), timeout=SECONDS) as plain:
            if self.before:
                plain.sendall(self.before)
                if plain.recv(1) != b"S":
                    raise ConnectionRefusedError("no TLS is spoken here")
            with shown.wrap_socket(plain, server_hostname=HERE) as connection:
                found = connection.getpeercert(binary_form=True) or b""
                connection.sendall(self.asked)
                if not connection.recv(64).startswith(self.says):
                    raise ConnectionRefusedError("he does not take who shows this")
        return x509.load_der_x509_certificate(found)

    def takes(self, shown: ssl.SSLContext) -> bool:
        try:
            self.serves(shown)
        except TimeoutError:
            raise HouseError(f"{self.name} neither takes nor refuses") from None
        except OSError:
            return False
        return True


def ports(home: Home) -> list[Port]:
    """Every port at which a part of the cluster is spoken to over TLS."""
    known = home_ports(home)
    health = f"GET /v1/sys/health HTTP/1.1\r\nHost: {HERE}\r\nConnection: close\r\n\r\n".encode()
    found = [Port(one, known[one], b"INFO ") for name in NATS_NODES for one in (name, f"{name}-routes")]
    found += [Port(one, known[one], b"HTTP/1.1 ", health) for one in BAO_NODES]
    return [*found, Port("postgres", known["postgres"], b"R", STARTUP, SSL_REQUEST)]


def home_ports(home: Home) -> dict[str, int]:

    found: dict[str, int] = json.loads((home.path / "run" / "ports.json").read_text())
    return found


@contextmanager
def strangers(home: Home) -> Iterator[dict[str, ssl.SSLContext]]:
    """Who has to be refused, by what is wrong with what he shows. Each believes the parts, so that it is they who refuse."""
    with TemporaryDirectory(prefix="meldpunt-strangers-") as folder:
        foreign = Authority(Path(folder) / "foreign")
        foreign.make()
        # The very authority of the house, in a folder of its own: nothing of the house's files changes.
        late = Path(folder) / "late"
        late.mkdir(mode=0o700)
        for kind in ("crt", "key"):
            shutil.copy(home.path / "tls" / f"{ISSUER}.{kind}", late)
        ours = Authority(late)
        ours.issue(SHOWS, datetime.now(UTC) - timedelta(days=2), timedelta(days=1))
        yield {
            "nothing": _context(home, None),
            "a foreign certificate": _context(home, foreign.of(SHOWS)),
            "an expired certificate": _context(home, ours.of(SHOWS)),
        }


def _context(home: Home, shown: Tls | None) -> ssl.SSLContext:
    made = ssl.create_default_context(cafile=str(home.authority.trusted))
    if shown:
        made.load_cert_chain(shown.certificate, shown.key)
    return made


def refusals(home: Home, who: dict[str, ssl.SSLContext]) -> list[str]:
    """Which ports take somebody whom they have to refuse; and which refuse who is of the house, or none of it is worth
    anything."""
    house = home.tls(SHOWS).context
    faults = [f"{port.name} refuses who is of the house" for port in ports(home) if not port.takes(house)]
    return faults + [
        f"{port.name} takes {name}" for name, shown in who.items() for port in ports(home) if port.takes(shown)
    ]


def certificates(under: UnderLoad) -> list[str]:
    home = under.home
    with strangers(home) as who:
        faults = refusals(home, who)
        before = _served(home)
        if _served(home) != before:
            raise HouseError("what is served differs by itself: that it is another after a renewal shows nothing")
        under.meldpunt("certificates", "renew")
        seconds = under.until(
            lambda: not _same(before, _served(home)), "every port serves a renewed one", SERVED_SECONDS
        )
        under.say(f"certificates: {len(before)} ports served another certificate after {seconds:.1f} s")
        faults += refusals(home, who)
    return faults + _another_authority(under)


def _another_authority(under: UnderLoad) -> list[str]:
    """What the former one signed is refused on every port, though its term is not over."""
    home = under.home
    with TemporaryDirectory(prefix="meldpunt-former-") as folder:
        copy = Path(folder)
        for kind in ("crt", "key"):
            shutil.copy(home.path / "tls" / f"{SHOWS}.{kind}", copy)
        former = Tls(home.authority.trusted, copy / f"{SHOWS}.crt", copy / f"{SHOWS}.key")
        if any(not port.takes(_context(home, former)) for port in ports(home)):
            raise HouseError("a copy of a certificate is not taken: that it is refused afterwards shows nothing")
        before = _issuers(home)
        under.meldpunt("certificates", "new-authority")
        seconds = under.until(
            lambda: not before & _issuers(home), "every port serves one of the new authority", SERVED_SECONDS
        )
        under.say(f"certificates: every port served one of another authority, {seconds:.1f} s after the command")
        return refusals(home, {"what the former authority signed": _context(home, former)})


def _served(home: ClusterHome | Home) -> dict[str, int]:
    shown = home.tls(SETUP_USER).context
    return {port.name: port.serves(shown).serial_number for port in ports(home)}


def _issuers(home: Home) -> set[str]:
    shown = home.tls(SETUP_USER).context
    return {port.serves(shown).issuer.rfc4514_string() for port in ports(home)}


def _same(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """The ports that serve what they did."""
    return [name for name, serial in before.items() if after[name] == serial]

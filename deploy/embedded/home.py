"""The folder of an embedded house: where it lies, which ports it uses, which secrets it made.

Everything of one house lies under one folder, so that two houses on a machine do not meet, and removing
the folder removes the house. Secrets are made at the first start and never leave `secrets/` (mode 0700).
"""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.privileges import SERVICES
from shared.tls import Tls

if TYPE_CHECKING:
    from deploy.tls.authority import Authority

PARTS = ("postgres", "openbao", "nats")
SEAL_KEY = "openbao-seal-key"
DEFAULT_PROTOCOL = "midden-delfland-2025"
PREFERRED_PORTS = {
    "postgres": 15432,
    "openbao": 18200,
    "openbao-cluster": 18201,
    "nats": 14222,
    "intake": 18001,
    "assessment": 18002,
    "retention": 18003,
    "access": 18004,
    "oversight": 18005,
    "sources": 18006,
    "casework": 18007,
    "rights": 18008,
    "export": 18009,
    "riec-counterpart": 18010,
    "worklist": 18013,
    "portal": 18000,
    "log-in": 18011,
    "public": 18012,
}
DEMO_USERS = {
    "beheerder": "team leader OOV: designates people, approves destruction",
    "fg": "data protection officer (FG): sees everything that was done, changes nothing",
    "anna": "OOV'er",
    "bram": "replacement of the OOV'er (vervanger)",
    "petra": "privacy officer: co-signs decisions on informing",
    "esra": "department vergunningen: LOT member, answers for horeca permits",
    "farid": "department toezicht en handhaving: LOT member, carries out interventions",
    "gijs": "department wonen: LOT member, carries out interventions",
    "hanna": "department belastingen: LOT member",
    "dirk": "keeps the sources on benefits and subsidies: answers one question",
    "collega": "a colleague who passes on a report; no access to the file",
}
DESIGNATIONS = {
    "petra": ("privacy-officer",),
    "esra": ("lot-member", "bronhouder-horeca-permits", "bronhouder-other-decisions", "department-vergunningen"),
    "farid": ("lot-member", "department-toezicht-en-handhaving"),
    "gijs": ("lot-member", "department-wonen"),
    "hanna": ("lot-member", "department-belastingen"),
    "dirk": ("bronhouder-benefits", "bronhouder-subsidies", "bronhouder-kadaster-deeds", "bronhouder-brp-relations"),
}
"""What the demo beheerder designates the demo people for, beside who has the file."""


class HouseError(Exception):
    """Something a person must put right; the message says what and how."""


def default_home() -> Path:
    """`$MELDPUNT_HOME`, or /var/lib for root, or the user's own data folder."""
    if chosen := os.environ.get("MELDPUNT_HOME"):
        return Path(chosen)
    if os.geteuid() == 0:
        return Path("/var/lib/meldpunt")
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share")) / "meldpunt"


OTHER_PORTS = range(20000, 32000)
"""Below those from which Linux takes one for every outgoing connection: a port that is free now is still free when its
service starts, or starts again."""


def free_port(preferred: int, taken: set[int]) -> int:
    """`preferred` when nobody listens there, else another."""
    for candidate in (preferred, *random.sample(OTHER_PORTS, 20)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            if candidate not in taken:
                return candidate
    raise HouseError("no free port on 127.0.0.1")


class Home:
    """Paths, ports and secrets of one house."""

    preferred_ports: Mapping[str, int] = PREFERRED_PORTS
    more_identities: tuple[str, ...] = ()
    """Who has a certificate besides those of every house; PostgreSQL's user reads these."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()

    def make(self) -> None:
        """Create the folders that are not there; an existing folder keeps its permissions."""
        if not self.path.exists():
            self.path.mkdir(parents=True, mode=0o755)
            self.path.chmod(0o755)
        for name in ("secrets", "logs", "run", "parts", "services", "tombstones", "witness"):
            folder = self.path / name
            if not folder.exists():
                # PostgreSQL's folder is entered by a user of its own; what holds secrets is not.
                folder.mkdir(mode=0o755 if name == "parts" else 0o700)
                folder.chmod(0o755 if name == "parts" else 0o700)
        (self.path / "run" / "held").mkdir(exist_ok=True)
        self.tombstones.mkdir(mode=0o700, parents=True, exist_ok=True)

    def part(self, name: str) -> Path:
        return self.path / "parts" / name

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"

    def service_folder(self, name: str) -> Path:
        return self.path / "services" / name

    @cached_property
    def authority(self) -> Authority:
        """Who makes the certificates of this house; its folder is made at the first start."""
        # Only here: it takes libraries for which who asks how a house is should not wait.
        from deploy.tls.authority import Authority, Terms
        from deploy.tls.identities import IDENTITIES

        return Authority(self.path / "tls", Terms.told(), names=(*IDENTITIES, *self.more_identities))

    def tls(self, name: str) -> Tls:
        """Who `name` is on its connections (`deploy.tls.identities`)."""
        return self.authority.of(name)

    @property
    def tombstones(self) -> Path:
        """The list of destructions: in the home for who tries it, elsewhere for whom a backup of the home is to be of use."""
        return Path(os.environ.get("MELDPUNT_TOMBSTONES") or self.path / "tombstones").resolve()

    @property
    def witness(self) -> Path:
        """Notes on the audit trail; here they lie beside the databases, so somebody else has to keep copies."""
        return self.path / "witness"

    @property
    def riec(self) -> Path:
        """The folder of the example RIEC: its own keys, and nothing of the house but what is public."""
        return self.path / "riec-counterpart"

    @property
    def state_file(self) -> Path:
        return self.path / "run" / "house.json"

    def state(self) -> dict[str, Any] | None:
        """What the running (or last) house wrote about itself; None when there never was one."""
        try:
            found: dict[str, Any] = json.loads(self.state_file.read_text())
        except (OSError, ValueError):
            return None
        return found

    def write_state(self, state: dict[str, Any]) -> None:
        self.write(self.state_file, json.dumps(state, indent=1))

    def held(self, name: str) -> Path:
        """While this file exists, the house keeps `name` stopped."""
        return self.path / "run" / "held" / name

    def code(self, name: str) -> Path:
        """While this file exists, the service `name` is started from the code in the folder that it names: for drills."""
        return self.path / "run" / "code" / name

    @property
    def certificates_asked(self) -> Path:
        """While this file exists, somebody waits for other certificates."""
        return self.path / "run" / "certificates"

    @property
    def seal_asked(self) -> Path:
        """While this file exists, somebody waits for another seal key."""
        return self.path / "run" / "seal"

    def secret(self, name: str, make: Any = None) -> str:
        """The secret called `name`, made on first use."""
        file = self.path / "secrets" / name
        if not file.exists():
            self.write(file, make() if make else secrets.token_urlsafe(32))
        return file.read_text()

    def secret_file(self, name: str) -> Path:
        return self.path / "secrets" / name

    def seal_keys(self) -> list[Path]:
        """The files with OpenBao's seal key, the newest last: two while it is being rotated. Made on first use."""
        found = sorted((self.path / "secrets").glob(f"{SEAL_KEY}*"), key=lambda one: (len(one.name), one.name))
        found = [one for one in found if one.suffix != ".new"]
        return found or [self.new_seal_key(1)]

    def new_seal_key(self, number: int) -> Path:
        file = self.secret_file(SEAL_KEY if number == 1 else f"{SEAL_KEY}-{number}")
        self.write(file, secrets.token_hex(32))
        return file

    def write_secret(self, name: str, text: str) -> None:
        self.write(self.path / "secrets" / name, text)

    def ports(self) -> dict[str, int]:
        """The ports of this house: last time's where still free, else the preferred, else any."""
        file = self.path / "run" / "ports.json"
        known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
        chosen: dict[str, int] = {}
        for name, preferred in self.preferred_ports.items():
            chosen[name] = free_port(known.get(name, preferred), set(chosen.values()))
        self.write(file, json.dumps(chosen))
        return chosen

    @staticmethod
    def write(file: Path, text: str) -> None:
        """The whole text or what was there before, for its owner only."""
        temporary = file.with_suffix(file.suffix + ".new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(text)
        temporary.replace(file)

    def demo_users(self) -> dict[str, str]:
        return {name: self.secret(f"user-{name}", lambda: secrets.token_urlsafe(9)) for name in DEMO_USERS}


SERVICE_NAMES = tuple(service.name for service in SERVICES)

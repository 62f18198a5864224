"""What every service must be told. No secret has a default; a missing one stops the start with its name."""

from __future__ import annotations

import re
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.protocol.laws import Laws
from shared.protocol.live import missing_for_live
from shared.receivers import Receivers, read_receivers
from shared.telemetry import INSTANCE, new_instance
from shared.tls import Tls

STREAM_DAYS = 7
"""The age at which a stream drops a message: above the backup interval, so that a restored service can be rewound."""

LONGEST_LEASE_SECONDS = 3600
"""No service believes a designation for longer than this without hearing of it again, whatever access says."""


_HOST = re.compile(r"[^\s,:/@]+:\d{1,5}|\[[0-9a-fA-F:]+\]:\d{1,5}")


def parts_of(value: str) -> list[str]:
    """What stands between commas."""
    return [part.strip() for part in value.split(",") if part.strip()]


def hosts_of(value: str) -> list[tuple[str, int]]:
    """`host:port`, or more of them with commas between. Raises ValueError for anything else."""
    if not parts_of(value) or not all(_HOST.fullmatch(one) for one in parts_of(value)):
        raise ValueError("PostgreSQL is found at host:port, or at more of them with commas between")
    found = (one.rpartition(":") for one in parts_of(value))
    return [(host.strip("[]"), int(port)) for host, _, port in found]


class ServiceSettings(BaseSettings):
    """Read from the environment, prefix `MELDPUNT_`."""

    model_config = SettingsConfigDict(env_prefix="MELDPUNT_", extra="ignore", hide_input_in_errors=True)

    tls_authorities: Path
    """A file (PEM): whose certificates are believed."""
    tls_certificate: Path
    """A file (PEM): the certificate that this service shows to whom it connects to. Its name is the name of the service."""
    tls_key: Path
    """A file (PEM): the key of that. All three may be renewed while the service runs."""
    openbao_address: str
    """One or more nodes, with commas between: `https://openbao-1.example.nl:8200`; the active one is spoken to."""
    openbao_credentials: Path
    nats_address: str
    """One or more servers, with commas between: `tls://nats-1.example.nl:4222`."""
    database_hosts: str
    """One or more servers, with commas between, each `host:port`; of several the one that takes writes is used."""
    database_connections: int = Field(default=20, ge=4)
    """At most so many of one process. What all processes of all services have together has to stay below what PostgreSQL
    takes (`max_connections`)."""
    folder: Path
    """A folder of the service's own: letterbox keys that it needs when OpenBao is away. No secrets, no content."""
    signing_keys: Path | None = None
    """A file of the set-up: whose signatures count while OpenBao has not been asked yet (`deploy.openbao.signing_keys`).
    What is not signed by one of them is not believed, so it lies where the service cannot write. None: nobody's."""
    tombstones: Path
    """Where retention writes destructions, outside everything that is restored: copy it elsewhere. Other services read it where
    it is, and need it only when OpenBao was restored too (`shared/tombstones.py`)."""
    protocol: str = "midden-delfland-2025"
    """The version of which municipality's protocol this installation begins with; a later one of the same municipality
    takes over on the day that it is in force."""
    protocols: Path | None = None
    """A folder with protocol files of municipalities, besides those that come with the code."""
    receiver_keys: Path | None = None
    """A file with the public keys of receivers outside (`shared/receivers.py`). None: none of them has one."""
    withdrawal_seconds: float = 300
    """How long a decision can be withdrawn by who recorded it, before anything is sent or sealed."""
    grace_seconds: float = 3 * 24 * 3600
    """How long a locked key is kept after the receipt; longer than the backup interval."""
    resend_seconds: float = 20
    """After how long without a receipt the same bytes are sent again."""
    letterbox_days: int = 1
    """For how many days a letterbox key is the newest."""
    letterbox_margin_seconds: float = 180
    """How long after a newer letterbox key an older one may still be used by a request under way."""
    inbox_days: int = Field(default=120, gt=STREAM_DAYS)
    """How long is remembered that a message was handled: longer than a letterbox key and than the oldest backup of a
    sender that may be restored."""
    audit_days: int = Field(default=30, ge=7)
    """How long an audit line stays at its producer once oversight has it."""
    audit_apart_seconds: float = Field(default=5, ge=0, le=20)
    """While there are audit lines all the time, oversight is sent those of so long together: a message of one line is five times
    as long as the line, and kept for good."""
    processing_days: int = Field(default=5 * 366, ge=30)
    """How long a record of the processing log is kept, if its signal is not destroyed before: as long as a claim for damage
    can be made (art. 82 AVG; art. 3:310 BW)."""
    draft_days: int = Field(default=7, ge=1, le=30)
    """For how long what somebody has typed and not sent is kept, encrypted."""
    keys_seconds: float = 60
    """How often OpenBao is asked whose signatures count: for so long a key that was revoked is still believed."""
    lease_seconds: float = Field(default=300, le=LONGEST_LEASE_SECONDS)
    """For how long a service believes a designation that `access` does not repeat."""
    beacon_seconds: float = 60
    """How often letterbox keys and designations are repeated; what is new is told at once."""
    traces: str | None = None
    """A file for spans, or the address of an OTLP collector; None keeps none."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    trusted_proxies: str = ""
    """Addresses or networks of the proxies in front, with commas between them: only what these say about who calls is
    believed. Without it everybody who comes through a proxy is one visitor, with one visitor's share."""
    body_seconds: float = Field(default=10, gt=0)
    """Within how long the body of a request has to be in."""
    operations_secret: Path | None = None
    """A file: what an operator shows to see what is wrong here. None: nobody sees it."""
    public_address: str = "https://meldpunt.example.nl"
    """Where the gateway offers the services, in their OpenAPI documents."""
    live: bool = False
    """Whether real data are processed. False: a trial, and all that is kept says so. True: no report is accepted, and no
    service is ready, while the municipality has not filled in what that takes."""

    # --- watching -------------------------------------------------------------------------------------

    instance: str = Field(default_factory=new_instance, pattern=INSTANCE)
    """What tells this process from its replicas in spans, logs and figures: the name of its pod. Without it a random one."""
    metrics_secret: Path | None = None
    """A file: what Prometheus shows to read `/metrics`, and nothing else. None: nobody reads them."""

    @field_validator("openbao_address")
    @classmethod
    def _is_encrypted(cls, value: str) -> str:
        if not parts_of(value) or not all(one.startswith("https://") for one in parts_of(value)):
            raise ValueError("OpenBao is spoken to over https:// only: one address, or more with commas between")
        return value

    @field_validator("nats_address")
    @classmethod
    def _are_encrypted(cls, value: str) -> str:
        if not parts_of(value) or not all(one.startswith("tls://") for one in parts_of(value)):
            raise ValueError("NATS is spoken to over tls:// only: one address, or more with commas between")
        return value

    @field_validator("database_hosts")
    @classmethod
    def _are_hosts(cls, value: str) -> str:
        hosts_of(value)
        return value

    @property
    def openbao_nodes(self) -> list[str]:
        return [one.rstrip("/") for one in parts_of(self.openbao_address)]

    @property
    def nats_servers(self) -> list[str]:
        return parts_of(self.nats_address)

    @property
    def databases(self) -> list[tuple[str, int]]:
        """Hosts and ports."""
        return hosts_of(self.database_hosts)

    @cached_property
    def tls(self) -> Tls:
        """Who this service is on its connections, and whom it believes."""
        return Tls(self.tls_authorities, self.tls_certificate, self.tls_key)

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        for one in parts_of(value):
            ip_network(one)
        return value

    @property
    def trusted_addresses(self) -> list[str]:
        return parts_of(self.trusted_proxies)

    @cached_property
    def laws(self) -> Laws:
        """Every version of the protocol that is known here; raises Unacceptable when a file is not accepted."""
        return Laws.read(self.protocol, self.protocols)

    @cached_property
    def receivers(self) -> Receivers:
        """Whose keys are known; raises Unacceptable when the file is not accepted, with all that is wrong."""
        return read_receivers(self.receiver_keys, self.laws.configured)

    @property
    def oin(self) -> str:
        """The municipality's organisation number, in the `source` of every message; zeros in a trial without one."""
        return self.laws.configured.choices.taking_into_use.oin or "0" * 20

    @cached_property
    def missing_for_live(self) -> list[str]:
        """What the municipality has not filled in, in any version of its protocol; empty when it may go live (C-20)."""
        return [f"{law.version}: {one}" for law in self.laws.own for one in missing_for_live(law)]

    @property
    def may_not_serve(self) -> bool:
        """Real data are wanted here, and something that this takes is missing."""
        return self.live and bool(self.missing_for_live)

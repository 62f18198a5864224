"""How each setting of a process is filled in production, whatever runs it: a value, a file, a folder, an address.

The settings themselves come from the classes that the processes read them with. A setting that is required, or that is a file or
a folder, has to stand in WIRES; generating fails otherwise and names it. Everything else keeps its default, and may be
given as a value under its own name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import get_args

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from deploy.set_up import SetUpSettings
from shared.asking import PORTAL, PUBLIC_PAGES, SET_UP, asked_by, who_ask
from shared.privileges import SERVICES, Privileges

SECRETS, SHARED = "/run/meldpunt/secrets", "/run/meldpunt/shared"
IDENTITY, PROTOCOLS = "/run/meldpunt/identity", "/run/meldpunt/protocols"
TLS = "/run/meldpunt/tls"
SCHEME = "https"
FOLDER, TOMBSTONES, WITNESS = "/var/lib/meldpunt", "/srv/tombstones", "/srv/witness"


@dataclass(frozen=True)
class Value:
    """Chosen by the municipality; `path` is where it stands in the values."""

    path: str
    optional: bool = False


@dataclass(frozen=True)
class OfCluster(Value):
    """A value that there is only where Kubernetes runs the processes."""


@dataclass(frozen=True)
class Namespace:
    """Where they run in Kubernetes."""


@dataclass(frozen=True)
class Secret:
    """A file out of the secret of the process. Optional ones count where `when` among the values is true."""

    key: str
    when: str | None = None


@dataclass(frozen=True)
class Identity:
    """With what a service logs in at OpenBao. On a cluster what Kubernetes says of it, in the file `said`, which Kubernetes
    replaces; elsewhere its AppRole, in the file `approle`, into which it puts a new secret id every day itself."""

    said: str = "token"
    approle: str = "approle"


@dataclass(frozen=True)
class Shared:
    """A file of the set-up that several read and nobody has to hide."""

    key: str
    when: str | None = None


@dataclass(frozen=True)
class Certificate:
    """A file of the certificate of the process, as cert-manager calls them: `ca.crt`, `tls.crt` or `tls.key`."""

    key: str


@dataclass(frozen=True)
class Folder:
    """A folder, mounted at `path`: `claim` is a volume that stays, `config` what the municipality put there; else it is empty at
    each start."""

    path: str
    claim: str | None = None
    config: str | None = None
    when: str | None = None
    read_only: bool = False


@dataclass(frozen=True)
class Address:
    """Of another process."""

    of: str


@dataclass(frozen=True)
class Addresses:
    """Of every process that this one asks, as a JSON object."""


@dataclass(frozen=True)
class PodName:
    """What tells a process from its replicas. Where there are no pods it stays at its default, which is another for each."""


@dataclass(frozen=True)
class Unset:
    """It stays at its default, on purpose."""

    why: str


Wire = Value | Namespace | Secret | Identity | Shared | Certificate | Folder | Address | Addresses | PodName | Unset

WIRES: dict[str, Wire] = {
    "tls_authorities": Certificate("ca.crt"),
    "tls_certificate": Certificate("tls.crt"),
    "tls_key": Certificate("tls.key"),
    "openbao_address": Value("openbao.address"),
    "openbao_credentials": Identity(),
    "nats_address": Value("nats.address"),
    "database_hosts": Value("postgres.hosts"),
    "folder": Folder(FOLDER),
    "signing_keys": Unset(
        "OpenBao is asked, and the door has its own note: a file has the day of its mount, and goes before that"
    ),
    "tombstones": Folder(TOMBSTONES, claim="tombstones", read_only=True),
    "protocol": Value("protocol"),
    "protocols": Folder(PROTOCOLS, config="protocols", when="files.protocols", read_only=True),
    "receiver_keys": Unset("only who seals to receivers has it"),
    "operations_secret": Secret("operations"),
    "metrics_secret": Secret("metrics"),
    "instance": PodName(),
    "traces": Value("traces", optional=True),
    "trusted_proxies": Value("gateway.trustedProxies", optional=True),
    "public_address": Value("addresses.services"),
    "live": Value("live"),
    "door_password": Secret("door-password"),
    "door_secret": Secret("door-secret"),
    "witness": Folder(WITNESS, claim="witness"),
    "oidc_issuer": Value("provider.issuer"),
    # What access and the portal have to say alike.
    "oidc_acr_values": Value("provider.acrValues", optional=True),
    "oidc_authorities": Shared("provider-ca.crt", when="files.providerAuthorities"),
    "oidc_client_id": Secret("client-id"),
    "oidc_client_secret": Secret("client-secret"),
    "portal_keys": Shared("portal-keys.json"),
    "first_designations": Secret("first-designations.json"),
    "portal_address": Value("addresses.portal"),
    "portal_key": Secret("portal-key"),
    "services": Addresses(),
    "people": Secret("people.json", when="files.people"),
    "guides": Unset("they come with the image"),
    "theme": Value("theme"),
    "intake_address": Address("intake"),
    "postgres_user": Value("postgres.superuser"),
    "postgres_password": Secret("postgres-password"),
    "provisioner_password": Secret("provisioner-password"),
    "openbao_tls_authorities": Value("openbao.files.authorities"),
    "openbao_tls_certificate": Value("openbao.files.certificate"),
    "openbao_tls_key": Value("openbao.files.key"),
    "workload_issuer": OfCluster("workload.issuer"),
    "workload_keys": OfCluster("workload.keys", optional=True),
    "workload_namespace": Namespace(),
    "workload_authorities": Shared("cluster-ca.crt", when="files.clusterAuthorities"),
    "nats_servers": Value("nats.servers", optional=True),
    "nats_routes_password": Unset("the job makes no configuration of NATS"),
    "nats_tls_folder": Unset("the job makes no configuration of NATS"),
    "openbao_database_password": Secret("openbao-database-password"),
    "nats_set_up_password": Secret("nats-set-up-password"),
}
"""By setting. What is not the same for one process stands in OF_ONE."""
OF_ONE: dict[str, dict[str, Wire]] = {
    "intake": {"trusted_proxies": Value("network.pods")},
    "retention": {"tombstones": Folder(TOMBSTONES, claim="tombstones")},
    "casework": {"receiver_keys": Shared("receivers.toml", when="files.receivers")},
    "export": {"receiver_keys": Shared("receivers.toml", when="files.receivers")},
    PORTAL: {"traces": Unset("the folder of an embedded house")},
    PUBLIC_PAGES: {"public_address": Value("addresses.public")},
}


class Unwired(Exception):
    """Production has no way to fill these settings: name them in deploy/wiring.py."""


def settings_of(name: str) -> type[BaseSettings]:
    """The class with which a process reads its environment."""
    if name == SET_UP:
        return SetUpSettings
    if name == PUBLIC_PAGES:
        return import_module("services.portal.settings").PublicSettings  # type: ignore[no-any-return]
    return import_module(f"services.{name}.settings").Settings  # type: ignore[no-any-return]


@dataclass(frozen=True)
class House:
    """What is generated from: the rows, who reads what, and who asks whom."""

    services: Sequence[Privileges] = SERVICES
    settings: Callable[[str], type[BaseSettings]] = settings_of

    @property
    def rows(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.services)

    @property
    def processes(self) -> tuple[str, ...]:
        """Everything of ours that runs and stays."""
        return (*self.rows, PORTAL, PUBLIC_PAGES)

    def wires(self, name: str) -> dict[str, Wire]:
        """By setting of one process, how it is filled. Raises Unwired with all that are not."""
        known = {**WIRES, **OF_ONE.get(name, {})}
        fields = self.settings(name).model_fields
        missing = [one for one, about in fields.items() if one not in known and must_be_wired(about)]
        if missing:
            raise Unwired(f"{name}: {', '.join(missing)}")
        return {one: known[one] for one in fields if one in known}

    def tunable(self, name: str) -> list[str]:
        """The settings of one process that keep their default unless a value is given."""
        return [one for one in self.settings(name).model_fields if one not in self.wires(name)]

    def asked_by(self, name: str) -> tuple[str, ...]:
        return asked_by(name, self.services)

    def who_ask(self, name: str) -> tuple[str, ...]:
        return who_ask(name, self.services)


def must_be_wired(about: FieldInfo) -> bool:
    """What has no default, and every file and folder: nobody can give those as a mere value."""
    kinds = get_args(about.annotation) or (about.annotation,)
    return about.is_required() or Path in kinds


def variable(setting: str) -> str:
    """The name in the environment."""
    return f"MELDPUNT_{setting.upper()}"


@dataclass(frozen=True)
class Files:
    """What one process finds on its disk."""

    secrets: Mapping[str, str | None] = field(default_factory=dict)
    """Key of its secret to when it is there (None: always)."""
    shared: Mapping[str, str | None] = field(default_factory=dict)
    identity: bool = False
    certificate: bool = False
    folders: Sequence[Folder] = ()


def files(wires: Mapping[str, Wire]) -> Files:
    """What has to be mounted for these settings."""
    found = list(wires.values())
    secrets = {one.key: one.when for one in found if isinstance(one, Secret)}
    return Files(
        secrets=dict(sorted(secrets.items())),
        shared={one.key: one.when for one in found if isinstance(one, Shared)},
        identity=any(isinstance(one, Identity) for one in found),
        certificate=any(isinstance(one, Certificate) for one in found),
        folders=[one for one in found if isinstance(one, Folder)],
    )


def fixed(wire: Wire) -> str | None:
    """The value of a variable that is the same wherever it runs; None when there is none or somebody chooses it."""
    match wire:
        case Secret(key=key):
            return f"{SECRETS}/{key}"
        case Identity(approle=file):
            return f"{IDENTITY}/{file}"
        case Shared(key=key):
            return f"{SHARED}/{key}"
        case Certificate(key=key):
            return f"{TLS}/{key}"
        case Folder(path=path):
            return path
    return None

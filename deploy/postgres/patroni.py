"""Two PostgreSQLs of which one takes writes: what Patroni and etcd are told.

Patroni keeps one PostgreSQL, and asks etcd who is the primary. A commit is acknowledged once the replica has it on its
disk (`synchronous_mode`), and only a replica of which etcd knows that this was so is promoted: no fail-over loses what
was acknowledged. Not `synchronous_mode_strict`: while the replica is away the primary goes on alone, and then nobody
takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.postgres.server import HBA, settings
from deploy.tls.identities import ETCD
from shared.tls import Tls

SCOPE = "meldpunt"
REPLICATOR = "replicator"
"""Who copies: a user of PostgreSQL, and the name in the certificate that he has to show."""
ETCD_USER = "root"
"""etcd's only user, by a name that it asks for."""
API_USER = "patroni"
REPLICATED_HBA = HBA + f"hostssl  replication  {REPLICATOR}  all  scram-sha-256  clientcert=verify-full\n"
LEASE_SECONDS = 20
"""For how long a primary that says nothing stays it; Patroni takes no shorter one."""
LOOK_SECONDS = 2
"""Between two looks of Patroni: for so long nothing is committed when the replica is lost."""
SILENCE = "10s"
"""After how long one that neither answers nor hangs up is taken for gone."""
OF_BOTH = ("max_connections", "wal_level")
"""What a primary and its replica need to have alike, and so Patroni takes from etcd only."""


@dataclass(frozen=True)
class Node:
    """One PostgreSQL with its Patroni. `folder`: of what PostgreSQL's user reads, with the files of each identity; `bin`:
    PostgreSQL's own programs."""

    name: str
    host: str
    port: int
    api_port: int
    data: Path
    bin: Path
    folder: Path
    etcd: str
    """host:port"""
    etcd_password: str
    superuser_password: str
    replicator_password: str
    api_password: str


def etcd_arguments(*, host: str, port: int, peer_port: int, data: Path, tls: Tls) -> list[str]:
    """One etcd, that takes nobody without a certificate of the house. Every service has one, so `deploy.postgres.etcd` has it
    ask for a password as well (its own look at names in certificates shuts out the gateway that Patroni speaks to)."""
    here, peers = f"https://{host}:{port}", f"https://{host}:{peer_port}"
    given = {
        "name": "etcd",
        "data-dir": data,
        "listen-client-urls": here,
        "advertise-client-urls": here,
        "listen-peer-urls": peers,
        "initial-advertise-peer-urls": peers,
        "initial-cluster": f"etcd={peers}",
        "cert-file": tls.certificate,
        "key-file": tls.key,
        "trusted-ca-file": tls.authorities,
        "peer-cert-file": tls.certificate,
        "peer-key-file": tls.key,
        "peer-trusted-ca-file": tls.authorities,
        "peer-cert-allowed-hostname": ETCD,
        "log-level": "warn",
        "logger": "zap",
    }
    return [*(f"--{name}={value}" for name, value in given.items()), "--client-cert-auth", "--peer-client-cert-auth"]


def configuration(node: Node) -> dict[str, Any]:
    """The file of one Patroni (JSON is YAML)."""
    authorities = str(node.folder / "ca.crt")

    def files(name: str) -> tuple[str, str]:
        return str(node.folder / f"{name}.crt"), str(node.folder / f"{name}.key")

    def of_postgres(user: str, password: str, name: str) -> dict[str, str]:
        certificate, key = files(name)
        shown = {"sslmode": "verify-full", "sslrootcert": authorities, "sslcert": certificate, "sslkey": key}
        return {"username": user, "password": password, **shown}

    server, server_key = files("server")
    etcd, etcd_key = files(ETCD)
    address = f"{node.host}:{node.api_port}"
    own = settings(host=node.host, port=node.port, folder=node.folder)
    alike = {name: own.pop(name) for name in OF_BOTH}
    for given_by_patroni in ("listen_addresses", "port"):
        del own[given_by_patroni]
    return {
        "scope": SCOPE,
        "name": node.name,
        "log": {"level": "INFO", "deduplicate_heartbeat_logs": True},
        "restapi": {
            "listen": address,
            "connect_address": address,
            "certfile": server,
            "keyfile": server_key,
            "cafile": authorities,
            "verify_client": "required",
            # Besides the certificate, which every service has: who may look is not who may switch over.
            "authentication": {"username": API_USER, "password": node.api_password},
        },
        "ctl": {"cacert": authorities, "certfile": server, "keyfile": server_key},
        "etcd3": {
            "hosts": [node.etcd],
            "protocol": "https",
            "cacert": authorities,
            "cert": etcd,
            "key": etcd_key,
            "username": ETCD_USER,
            "password": node.etcd_password,
        },
        "bootstrap": {
            "dcs": {
                "ttl": LEASE_SECONDS,
                "loop_wait": LOOK_SECONDS,
                "retry_timeout": 5,
                "synchronous_mode": True,
                # Without etcd a primary goes on as long as it hears from its replica that nobody else is one.
                "failsafe_mode": True,
                "postgresql": {"use_pg_rewind": True, "use_slots": True, "parameters": alike},
            },
            "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, {"auth": "scram-sha-256"}],
        },
        "postgresql": {
            "listen": f"{node.host}:{node.port}",
            "connect_address": f"{node.host}:{node.port}",
            "data_dir": str(node.data),
            "bin_dir": str(node.bin),
            "pgpass": str(node.data.with_name("pgpass")),
            "authentication": {
                "superuser": of_postgres("postgres", node.superuser_password, "server"),
                "replication": of_postgres(REPLICATOR, node.replicator_password, REPLICATOR),
            },
            # What differs because it was not copied in time is copied anew: nothing of it was acknowledged.
            "remove_data_directory_on_rewind_failure": True,
            "remove_data_directory_on_diverged_timelines": True,
            "parameters": own | {"wal_sender_timeout": SILENCE, "wal_receiver_timeout": SILENCE},
        },
    }

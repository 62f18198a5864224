"""The folder of a cluster: that of a house, with a port for each of several."""

from __future__ import annotations

from pathlib import Path

from deploy.embedded.home import PREFERRED_PORTS, SERVICE_NAMES, Home
from deploy.postgres.patroni import REPLICATOR
from deploy.tls.identities import ETCD
from shared.asking import PORTAL

NODES = (1, 2, 3)
"""Of NATS and of OpenBao: an odd number, so that a majority is left when one is gone."""
REPLICAS = (1, 2)
"""Of a service, and of the portal."""
SEVERAL = (*SERVICE_NAMES, PORTAL)
"""Of what there are so many."""
BAO_NODES = tuple(f"openbao-{one}" for one in NODES)
NATS_NODES = tuple(f"nats-{one}" for one in NODES)
POSTGRES_NODES = ("postgres-1", "postgres-2")
"""A primary and its replica; which is which, Patroni and etcd say."""


def replicas(name: str) -> tuple[str, ...]:
    """The processes of a service, or of the portal."""
    return tuple(f"{name}-{one}" for one in REPLICAS)


def _ports() -> dict[str, int]:
    """What stands in front of several has the name of the one that an embedded house has."""
    several = [
        *BAO_NODES,
        *(f"{one}-cluster" for one in BAO_NODES),
        *NATS_NODES,
        *(f"{one}-routes" for one in NATS_NODES),
    ]
    several += [ETCD, f"{ETCD}-peers", *POSTGRES_NODES, *(f"{one}-api" for one in POSTGRES_NODES)]
    several += [one for name in SEVERAL for one in replicas(name)]
    alone = [one for one in PREFERRED_PORTS if one not in ("nats", "openbao-cluster")]
    return {name: 19000 + place for place, name in enumerate([*alone, *several])}


class ClusterHome(Home):
    preferred_ports = _ports()
    more_identities = (ETCD, REPLICATOR)


def of_its_own(folder: Path) -> Path:
    """A cluster does not begin where an embedded house was."""
    return folder.with_name(f"{folder.name}-cluster")

"""What production looks like, as it was chosen: how many of each, how large, how many connections.

Who talks to whom is never written here: that comes from `shared/privileges.py` and `shared/asking.py`. The figures are a choice
for a beginning and are not measured, but for `storage`: a quarter more than what a city's run comes to (`python -m bench city`).
docs/operations/sizing.md prints them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.asking import PORTAL, PUBLIC_PAGES
from shared.privileges import SERVICES, Privileges

PORT = 8443
"""On which every process listens, in its own container (`shared.service.serve`)."""
USER = 10001
"""The user as whom everything of ours runs, and the group of the files that it reads."""
POOL = 20
"""Connections that one engine of a service opens at most, as `shared.database.engine` makes it; a test compares the two."""
ENGINES = {"intake": 2}
"""How many engines one replica has: intake's door has one of its own, as a user who may only insert."""
RESERVED = 20
"""Connections that are not for services: superusers, migrations, and OpenBao, which makes and takes away users."""


@dataclass(frozen=True)
class Need:
    """Of one replica, as Kubernetes writes it: `cpu` in thousandths of a core is asked for and not limited (a limit only makes
    it wait while the machine is idle), `memory` is asked for and is the limit."""

    cpu: str
    memory: str


@dataclass(frozen=True)
class Size:
    """For a municipality of up to so many inhabitants."""

    inhabitants: int
    replicas: int
    """Of each process that is not named otherwise."""
    usual: Need
    max_connections: int
    """What PostgreSQL has to be given."""
    storage: Mapping[str, str]
    """What each part needs on disk, per node, in the first six years."""
    more: Mapping[str, int] = field(default_factory=dict)
    """Replicas of what people wait for."""
    needs: Mapping[str, Need] = field(default_factory=dict)

    def replicas_of(self, name: str) -> int:
        return self.more.get(name, self.replicas)

    def need_of(self, name: str) -> Need:
        return self.needs.get(name, self.usual)

    def connections(self, services: Sequence[Privileges] = SERVICES) -> int:
        """How many of PostgreSQL's can be open at once, with one replica of each service more while a new version comes in."""
        return RESERVED + sum((self.replicas_of(one.name) + 1) * pool_of(one.name) for one in services)


def pool_of(name: str) -> int:
    """How many connections one replica of a service opens at most."""
    return POOL * ENGINES.get(name, 1)


SIZES: tuple[Size, ...] = (
    Size(
        inhabitants=20_000,
        replicas=2,
        usual=Need("50m", "256Mi"),
        max_connections=700,
        storage={"postgres": "20Gi", "nats": "10Gi", "openbao": "10Gi", "openbao audit": "40Gi"},
        needs={"intake": Need("100m", "256Mi")},
    ),
    Size(
        inhabitants=100_000,
        replicas=2,
        usual=Need("100m", "256Mi"),
        max_connections=750,
        storage={"postgres": "60Gi", "nats": "20Gi", "openbao": "20Gi", "openbao audit": "50Gi"},
        more={"intake": 3, PUBLIC_PAGES: 3},
        needs={"intake": Need("250m", "384Mi"), PORTAL: Need("500m", "512Mi")},
    ),
    Size(
        inhabitants=550_000,
        replicas=3,
        usual=Need("250m", "384Mi"),
        max_connections=1000,
        storage={"postgres": "350Gi", "nats": "50Gi", "openbao": "50Gi", "openbao audit": "80Gi"},
        more={"intake": 4, PUBLIC_PAGES: 4},
        needs={"intake": Need("500m", "512Mi"), "assessment": Need("500m", "512Mi"), PORTAL: Need("1", "1Gi")},
    ),
)

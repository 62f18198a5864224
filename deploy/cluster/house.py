"""A cluster: the house of `deploy.embedded` with several of each part, set up by the same code."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import sys
import time
from typing import Any

import hvac
from nats.errors import Error as NatsError

from deploy.cluster import nodes, replica
from deploy.cluster.home import BAO_NODES, NATS_NODES, NODES, POSTGRES_NODES, SEVERAL, ClusterHome, replicas
from deploy.embedded import parts
from deploy.embedded.home import HouseError
from deploy.embedded.house import PATIENCE, House
from deploy.embedded.parts import HERE
from deploy.embedded.told import told
from deploy.nats import config as nats_config
from deploy.postgres import roles
from deploy.tls.identities import ETCD, SETUP_USER

FRONT = "front"
LOOK_SECONDS = 0.5


class Cluster(House):
    bao_nodes = BAO_NODES
    home: ClusterHome
    _alone: str | None = None
    """Why there is one PostgreSQL only."""

    # --- OpenBao, PostgreSQL -----------------------------------------------------------------------

    def _start_parts(self) -> None:
        self._alone = replica.why_alone(self.home)
        self._say("starting three nodes of OpenBao, and PostgreSQL")
        if self._alone:
            self._say(f"one PostgreSQL only, and no fail-over of it: {self._alone}")
        self._supervisor.open_nursery()
        for name in BAO_NODES:
            self._supervisor.start(self._write_openbao(name))
        self._supervisor.start(self._front())
        self._start_postgres()
        for name in BAO_NODES:
            self._supervisor.wait_for(name, PATIENCE)
        parts.wait_until(self._all_vote, PATIENCE, "OpenBao, all nodes of which have a vote,")

    def _write_openbao(self, name: str) -> parts.Command:
        return nodes.command(self.home, self._ports, name, initializes=name == BAO_NODES[0])

    def _start_postgres(self) -> None:
        if self._alone:
            self._supervisor.start(parts.postgres(self.home, self._ports["postgres"]), wait=PATIENCE)
            return
        replica.end_left(self.home)
        self._supervisor.start(replica.etcd(self.home, self._ports), wait=PATIENCE)
        replica.close_etcd(self.home, self._ports)
        for name in POSTGRES_NODES:
            self._supervisor.start(replica.node(self.home, self._ports, name), wait=PATIENCE)
        parts.wait_until(self._is_copied, PATIENCE, "PostgreSQL, each commit of which waits for a replica,")

    def _is_copied(self) -> bool:
        found = replica.members(self.home, self._ports)
        return len(found) == len(POSTGRES_NODES) and all(one.is_whole for one in found.values())

    def _set_up(self) -> None:
        super()._set_up()
        if self._alone:
            asyncio.run(roles.checkpoint(self._superuser))

    @property
    def _postgres_hosts(self) -> list[tuple[str, int]]:
        return super()._postgres_hosts if self._alone else [(HERE, self._ports[one]) for one in POSTGRES_NODES]

    def close(self) -> None:
        super().close()
        if not self._alone:
            replica.end_left(self.home)

    def _of_node(self, name: str) -> str:
        return f"https://{HERE}:{self._ports[name]}"

    def _all_vote(self) -> bool:
        """Who has just joined has no vote for ten seconds and more: until then the loss of the first is the end of all."""
        try:
            return nodes.voters(self._bao()) == set(BAO_NODES)
        except (hvac.exceptions.VaultError, OSError):
            return False

    # --- NATS --------------------------------------------------------------------------------------

    @property
    def _nats_addresses(self) -> list[str]:
        return [f"tls://{HERE}:{self._ports[one]}" for one in NATS_NODES]

    def _start_nats(self, passwords: dict[str, str]) -> None:
        everyone = {SETUP_USER: self.home.secret("nats-setup"), **passwords}
        tls = self.home.tls("nats")
        routes = [(HERE, self._ports[f"{one}-routes"]) for one in NATS_NODES]
        for (host, routes_port), name in zip(routes, NATS_NODES, strict=True):
            node = nats_config.Node(name, host, routes_port, routes, self.home.secret("nats-routes"))
            store = str(self.home.part(name) / "store")
            port = self._ports[name]
            config = nats_config.server_config(
                host=HERE, port=port, store=store, passwords=everyone, tls=tls, node=node
            )
            self._supervisor.start(parts.nats(self.home, port, config, name))
        for name in NATS_NODES:
            self._supervisor.wait_for(name, PATIENCE)
        self._until_streams(everyone[SETUP_USER])

    def _until_streams(self, password: str) -> None:
        """Until the streams are there, on all three. While they have elected nobody nothing can be made."""
        setup = self.home.tls(SETUP_USER)
        end = time.monotonic() + PATIENCE
        why: str | None = "not tried yet"
        while why:
            if time.monotonic() > end:
                raise HouseError(f"NATS is not whole: {why}; the logs of its servers say more")
            time.sleep(LOOK_SECONDS)
            try:
                asyncio.run(nats_config.apply(self._nats_addresses, password, setup, replicas=len(NODES)))
                why = asyncio.run(nats_config.why_not_ready(self._nats_addresses, password, setup, len(NODES)))
            except (NatsError, OSError, TimeoutError) as problem:
                why = type(problem).__name__

    # --- services ----------------------------------------------------------------------------------

    def _processes_of(self, name: str) -> tuple[str, ...]:
        return replicas(name) if name in SEVERAL else (name,)

    def _told(self, one: str, name: str) -> dict[str, str]:
        """Everything that a replica has for itself lies in a folder of its own; what decides lies in PostgreSQL."""
        ports = {**self._ports, "nats": self._ports[NATS_NODES[0]]}
        return told(self.home, name, ports, self._options.protocol) | {
            "MELDPUNT_OPENBAO_ADDRESS": ",".join(self._of_node(node) for node in BAO_NODES),
            "MELDPUNT_OPENBAO_CREDENTIALS": str(self.home.secret_file(f"approle-{one}")),
            "MELDPUNT_DATABASE_HOSTS": ",".join(f"{host}:{port}" for host, port in self._postgres_hosts),
            "MELDPUNT_NATS_ADDRESS": ",".join(self._nats_addresses),
            "MELDPUNT_FOLDER": str(self.home.service_folder(one)),
            "MELDPUNT_TRACES": str(self.home.path / "logs" / f"traces-{one}.jsonl"),
        }

    def _front(self) -> parts.Command:
        setup = self.home.tls(SETUP_USER)
        shown = [str(one) for one in (setup.authorities, setup.certificate, setup.key)]
        fronts: dict[int, dict[str, Any]] = {
            self._ports[name]: {"path": "/readyz", "backends": [self._ports[one] for one in replicas(name)]}
            for name in SEVERAL
        }
        nodes = [self._ports[one] for one in BAO_NODES]
        # The active one, and nobody else, answers 200.
        fronts[self._ports["openbao"]] = {"path": "/v1/sys/health", "backends": nodes, "tls": shown}
        if not self._alone:
            # For who is told one address: the command, and who looks into the databases. Services know both.
            fronts[self._ports["postgres"]] = {
                "path": "/primary",
                "backends": [self._ports[one] for one in POSTGRES_NODES],
                "looks": [self._ports[f"{one}-api"] for one in POSTGRES_NODES],
                "tls": shown,
            }
        file = self.home.path / "run" / "front.json"
        self.home.write(file, json.dumps(fronts))

        def listens() -> bool:
            with contextlib.suppress(OSError), socket.create_connection((HERE, self._ports["openbao"]), timeout=1):
                return True
            return False

        return parts.Command(FRONT, [sys.executable, "-m", "deploy.cluster.front", str(file)], listens)

    def _more_state(self) -> dict[str, Any]:
        """Where each of several is."""
        names = [*BAO_NODES, *NATS_NODES, *(one for name in SEVERAL for one in replicas(name))]
        if not self._alone:
            names += [ETCD, *POSTGRES_NODES, *(f"{one}-api" for one in POSTGRES_NODES)]
        return {"alone": self._alone, "several": {name: self._ports[name] for name in names}}

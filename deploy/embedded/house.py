"""A whole house on one machine: parts, set-up, services, in the order in which they need each other."""

from __future__ import annotations

import asyncio
import functools
import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import hvac

from deploy.backup.promised import snapshot_days
from deploy.embedded import parts, portal, riec
from deploy.embedded.certificates import Renewal
from deploy.embedded.compact import Compaction
from deploy.embedded.designated import designate, first_designations
from deploy.embedded.home import DEFAULT_PROTOCOL, DEMO_USERS, SERVICE_NAMES, Home
from deploy.embedded.nodes import Nodes
from deploy.embedded.parts import HERE
from deploy.embedded.rotate import RotatedLog
from deploy.embedded.seal import SealRotation
from deploy.embedded.supervise import Supervisor
from deploy.embedded.told import told
from deploy.nats import config as nats_config
from deploy.openbao import apply as bao_config
from deploy.openbao import people
from deploy.openbao.log_ins import credentials
from deploy.postgres import roles
from deploy.tls.identities import SETUP_USER
from shared.database.migrate import migrate

PATIENCE = 300
"""Seconds for a part or a service to become ready, on a machine with other things to do; one that stops shows at once."""


@dataclass
class Options:
    """How a house is started."""

    protocol: str = DEFAULT_PROTOCOL


class House:
    """Start with `open`, then `watch` until somebody stops it, then `close`."""

    bao_nodes: tuple[str, ...] = ("openbao",)
    """The processes of OpenBao."""

    def __init__(self, home: Home, options: Options, say: Callable[[str], None]) -> None:
        self.home = home
        self._options = options
        self._say = say
        self._supervisor = Supervisor(home, say)
        self._supervisor.changed = self._write_state
        for node in self.bao_nodes:
            reopen = functools.partial(self._supervisor.tell, node, signal.SIGHUP)
            self._supervisor.chores.append(RotatedLog(parts.openbao_audit_log(home, node), reopen).look)
        self._ports: dict[str, int] = {}
        nodes = Nodes(self._supervisor, lambda: {one: self._ports[one] for one in self.bao_nodes}, self._bao, home.tls)
        renewal = Renewal(home, self._supervisor, self._connect_anew, say, nodes.one_by_one)
        rotation = SealRotation(home, nodes, self._write_openbao, say)
        self._supervisor.chores += [renewal.when_due, rotation.when_asked]
        self._subjects: dict[str, str] = {}
        self._compaction: Compaction | None = None

    @property
    def _bao_address(self) -> str:
        return f"https://{HERE}:{self._ports['openbao']}"

    @property
    def _nats_addresses(self) -> list[str]:
        return [f"tls://{HERE}:{self._ports['nats']}"]

    @property
    def _postgres_hosts(self) -> list[tuple[str, int]]:
        return [(HERE, self._ports["postgres"])]

    @property
    def _superuser(self) -> roles.Superuser:
        return roles.Superuser(
            self._postgres_hosts, "postgres", self.home.secret("postgres"), self.home.tls(SETUP_USER)
        )

    def open(self) -> None:
        """Everything up and ready; raises HouseError naming what is not."""
        self.home.make()
        self.home.authority.make()
        self._ports = self.home.ports()
        for file in (self.home.certificates_asked, self.home.seal_asked, *(self.home.path / "run" / "held").iterdir()):
            file.unlink(missing_ok=True)
        self._write_state()
        self._start_parts()
        self._set_up()
        self._start_services()
        self._designate()
        self._write_state(ready=True)

    def _start_parts(self) -> None:
        self._say("starting OpenBao and PostgreSQL")
        self._supervisor.open_nursery()
        self._supervisor.start(self._write_openbao("openbao"))
        self._supervisor.start(parts.postgres(self.home, self._ports["postgres"]), wait=PATIENCE)
        self._supervisor.wait_for("openbao", PATIENCE)
        self._compaction = self._begin_compacting()

    def _write_openbao(self, name: str) -> parts.Command:
        """Writes the configuration of a node as the files in `secrets` are now; how it is started."""
        return parts.openbao(self.home, self._ports[name], self._ports[f"{name}-cluster"])

    def _bao(self) -> hvac.Client:
        return bao_config.client(self._bao_address, self.home.secret("provisioner"), self.home.tls(SETUP_USER))

    def _begin_compacting(self) -> Compaction:
        storage = parts.key_storage(self.home, self._ports["openbao-cluster"])

        def record(moment: datetime) -> None:
            bao_config.note_compaction(self._bao(), moment)

        compaction = Compaction(self.home, storage, self._supervisor, record, self._say)
        compaction.begin()
        self._supervisor.chores.append(compaction.when_due)
        return compaction

    def _connect_anew(self) -> None:
        bao_config.connect_anew(self._bao())

    def _set_up(self) -> None:
        self._say("applying the privilege table: roles, policies, subjects, schemas")
        hosts, setup = self._postgres_hosts, self.home.tls(SETUP_USER)
        provisioner = self.home.secret("postgres-openbao")
        asyncio.run(roles.apply(self._superuser, provisioner, self.home.secret("door-password")))
        self.home.secret("door-secret")
        bao = self._bao()
        database = bao_config.Database(hosts, roles.PROVISIONER, provisioner, self.home.tls("openbao"))
        bao_config.apply(bao, database)
        if self._compaction:
            self._compaction.record()
        for name in SERVICE_NAMES:
            for one in self._processes_of(name):
                self._approle(one, name, bao)
            self.home.secret(f"operations-{name}")
        for name in (*SERVICE_NAMES, portal.PORTAL, portal.PUBLIC):
            self.home.secret(f"metrics-{name}")
        keys = bao_config.signing_keys(bao)
        self.home.write_secret("signing-keys.json", json.dumps(keys))
        riec.exchange_keys(self.home, keys)
        back = f"{self._addresses[portal.PORTAL]}/callback"
        self._subjects = people.apply(bao, self._bao_address, self.home.demo_users(), back)
        client_id, client_secret = people.portal_client(bao)
        self.home.write_secret("portal-client-id", client_id)
        self.home.write_secret("portal-client-secret", client_secret)
        self.home.write_secret("portal-keys.json", portal.public_keys(self.home))
        self.home.write_secret("people.json", portal.people_file(self._subjects))
        self.home.write_secret("first-designations.json", first_designations(self._subjects))
        self._start_nats(bao_config.nats_passwords(bao))
        users = {name: bao_config.database_user(bao, f"{name}-migrate") for name in SERVICE_NAMES}

        async def migrations() -> None:
            for name, (user, password) in users.items():
                await migrate(name, hosts, setup, user, password)

        asyncio.run(migrations())

    def _approle(self, of: str, name: str, bao: hvac.Client) -> None:
        """Who the process `of` of the service `name` is to OpenBao, and a folder of its own. Anew at each start: what it
        was given last time may have ended."""
        self.home.write_secret(f"approle-{of}", json.dumps(credentials(bao, name)))
        self.home.service_folder(of).mkdir(mode=0o700, exist_ok=True)

    def _processes_of(self, name: str) -> tuple[str, ...]:
        """The processes of a service, or of one of the pages."""
        return (name,)

    def _start_nats(self, passwords: dict[str, str]) -> None:
        everyone = {SETUP_USER: self.home.secret("nats-setup"), **passwords}
        port = self._ports["nats"]
        store = str(self.home.part("nats") / "store")
        tls = self.home.tls("nats")
        config = nats_config.server_config(host=HERE, port=port, store=store, passwords=everyone, tls=tls)

        def streams() -> None:
            setup, password = self.home.tls(SETUP_USER), everyone[SETUP_USER]
            asyncio.run(nats_config.apply(f"tls://{HERE}:{port}", password, setup))

        # Also after a restart: when the store was lost, streams and consumers are made again.
        self._supervisor.start(parts.nats(self.home, port, config), wait=PATIENCE, after=streams)
        streams()

    def _start_services(self) -> None:
        self._say("starting the services")
        services = [(one, name) for name in SERVICE_NAMES for one in self._processes_of(name)]
        for one, name in services:
            self._supervisor.start(self._service(one, name))
        self._supervisor.start(riec.counterpart(self.home, self._ports[riec.COUNTERPART], self._ports["export"]))
        pages = [(one, name) for name in portal.PAGES for one in self._processes_of(name)]
        for one, name in pages:
            self._supervisor.start(self._pages(one, name))
        self._write_state()
        for name in (*(one for one, _ in (*services, *pages)), riec.COUNTERPART):
            # What it waits for may be what another, that has stopped, would have said.
            self._supervisor.wait_for(name, PATIENCE, needs_all=True)

    def _told(self, one: str, name: str) -> dict[str, str]:
        """What the process `one` of the service `name` is told."""
        return told(self.home, name, self._ports, self._options.protocol)

    def _service(self, one: str, name: str) -> parts.Command:
        port = self._ports[one]
        env = self._told(one, name)
        inherited = {key: value for key, value in os.environ.items() if key.startswith("MELDPUNT_")}
        # Whole, and the home's own where it is named and empty: as everybody else in the house reads it.
        inherited.pop("MELDPUNT_TOMBSTONES", None)
        argv = ["meldpunt-service", name, str(port)]

        # The door goes first: on one machine, the work that a report causes must not keep the next one waiting.
        nice = 0 if name == "intake" else 15
        ready = lambda: parts.answers_ok(port, "/readyz")  # noqa: E731
        return parts.Command(one, argv, ready, env={**env, **inherited}, nice=nice, forked=True)

    def _pages(self, one: str, name: str) -> parts.Command:
        """A process of the portal, or where people log in: no identity in OpenBao, no database, no name on the bus."""
        port = self._ports[one]
        env = portal.settings(self.home, name, self._addresses_for(name), self._options.protocol)
        ready = lambda: parts.answers_ok(port, "/readyz")  # noqa: E731
        return parts.Command(one, ["meldpunt-service", name, str(port)], ready, env=env, forked=True)

    def _addresses_for(self, page: str) -> dict[str, str]:
        """What one of the pages is told of where the others are."""
        return self._addresses

    @property
    def _addresses(self) -> dict[str, str]:
        """Of everything that speaks HTTP."""
        names = ("openbao", *SERVICE_NAMES, riec.COUNTERPART, *portal.PAGES)
        return {name: f"{'https' if name == 'openbao' else 'http'}://{HERE}:{self._ports[name]}" for name in names}

    def _designate(self) -> None:
        self._write_state()
        designate(self.home, self._subjects, self._options.protocol, PATIENCE)

    def _write_state(self, *, ready: bool | None = None) -> None:
        before = self.home.state() or {}
        pids = self._supervisor.pids()
        addresses = {
            "postgres": f"{HERE}:{self._ports['postgres']}",
            "nats": self._nats_addresses[0],
        }
        addresses |= self._addresses
        state: dict[str, Any] = {
            "pid": os.getpid(),
            "ready": before.get("ready", False) if ready is None else ready,
            "addresses": addresses,
            "pids": pids,
            "subjects": self._subjects,
            "users": DEMO_USERS,
            "storage": self._compaction.told() if self._compaction else None,
            # What the retention of this house promises; a backup is opened no longer.
            "snapshotDays": snapshot_days(),
            "tombstones": str(self.home.tombstones),
            **self._more_state(),
        }
        if before.get("pid") != os.getpid() and ready is None:
            state["ready"] = False
        self.home.write_state(state)

    def _more_state(self) -> dict[str, Any]:
        return {}

    def watch(self) -> None:
        self._supervisor.watch()

    def close(self) -> None:
        self._supervisor.stop()
        state = self.home.state() or {}
        self.home.write_state(state | {"pid": None, "ready": False, "pids": {}})

"""A cluster in which every connection of a service or a page goes through a wire that can be cut."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import socket
import sys
from pathlib import Path

from deploy.cluster.house import Cluster
from deploy.cluster.wires import Wire, edge_of, written
from deploy.embedded import parts, portal
from deploy.embedded.home import OTHER_PORTS, SERVICE_NAMES, Home, free_port
from deploy.embedded.parts import HERE
from deploy.openbao import log_in
from shared.asking import NATS, OPENBAO, PORTAL, POSTGRES, PROVIDER, asked_by

WIRES = "wires"
TOLD = {
    OPENBAO: "MELDPUNT_OPENBAO_ADDRESS",
    NATS: "MELDPUNT_NATS_ADDRESS",
    POSTGRES: "MELDPUNT_DATABASE_HOSTS",
}
"""By which setting a service knows where a part is."""
OF_PROVIDER = {
    PORTAL: ("MELDPUNT_OIDC_TOKEN_ENDPOINT", "token"),
    "access": ("MELDPUNT_OIDC_JWKS_URI", ".well-known/keys"),
}
"""By who asks the log-in provider: which setting says where, and what is asked there. Its own address stands in every token, and stays."""
ADDRESS = re.compile(rf"(?<={re.escape(HERE)}:)\d+")


def cuts(home: Home) -> Path:
    """The folder in which a file named as an edge cuts it."""
    return home.path / "run" / "cuts"


class WiredCluster(Cluster):
    def _start_services(self) -> None:
        self._wires: dict[tuple[str, int], Wire] = {}
        for name in SERVICE_NAMES:
            for one in self._processes_of(name):
                self._lead_through(one, name, super()._told(one, name))
        for page in portal.PAGES:
            for whom in asked_by(page):
                if whom in SERVICE_NAMES:
                    self._wire(page, edge_of(page, whom), self._ports[whom])
        for name in OF_PROVIDER:
            for one in self._processes_of(name):
                self._where_the_provider_is(one, name)
        file, folder = self.home.path / "run" / "wires.json", cuts(self.home)
        folder.mkdir(exist_ok=True)
        for left in folder.iterdir():
            left.unlink()
        self.home.write(file, written(self._wires.values()))
        argv = [sys.executable, "-m", "deploy.cluster.wires", str(file), str(folder)]
        first = next(iter(self._wires.values())).listen

        def listens() -> bool:
            with contextlib.suppress(OSError), socket.create_connection((HERE, first), timeout=1):
                return True
            return False

        self._supervisor.start(parts.Command(WIRES, argv, listens), wait=60)
        super()._start_services()

    def _wire(self, process: str, edge: str, target: int) -> int:
        """The port at which `process` finds what is at `target`."""
        if (process, target) not in self._wires:
            taken = {one.listen for one in self._wires.values()} | set(self._ports.values())
            self._wires[process, target] = Wire(edge, free_port(OTHER_PORTS.start, taken), target)
        return self._wires[process, target].listen

    def _lead_through(self, one: str, name: str, env: dict[str, str]) -> dict[str, str]:
        for part, setting in TOLD.items():
            edge = edge_of(name, part)
            env[setting] = ADDRESS.sub(lambda found, edge=edge: str(self._wire(one, edge, int(found[0]))), env[setting])  # type: ignore[misc]
        return env

    def _told(self, one: str, name: str) -> dict[str, str]:
        return self._lead_through(one, name, super()._told(one, name)) | self._where_the_provider_is(one, name)

    def _pages(self, one: str, name: str) -> parts.Command:
        made = super()._pages(one, name)
        return dataclasses.replace(made, env=made.env | self._where_the_provider_is(one, name))

    def _where_the_provider_is(self, one: str, name: str) -> dict[str, str]:
        if name not in OF_PROVIDER:
            return {}
        setting, path = OF_PROVIDER[name]
        port = self._wire(one, edge_of(name, PROVIDER), self._ports["openbao"])
        return {setting: f"https://{HERE}:{port}/v1/identity/oidc/provider/{log_in.PROVIDER}/{path}"}

    def _addresses_for(self, page: str) -> dict[str, str]:
        asked = [whom for whom in asked_by(page) if whom in SERVICE_NAMES]
        wired = {whom: self._wire(page, edge_of(page, whom), self._ports[whom]) for whom in asked}
        return self._addresses | {whom: f"http://{HERE}:{port}" for whom, port in wired.items()}

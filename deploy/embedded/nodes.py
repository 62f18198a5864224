"""The nodes of OpenBao, started again one after the other: of several, the cluster goes on meanwhile."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Mapping

import hvac

from deploy.embedded import parts
from deploy.embedded.supervise import Supervisor
from deploy.openbao.active import active
from deploy.tls.identities import SETUP_USER
from shared.tls import Tls

PATIENCE = 120


class Nodes:
    """`ports`: of each by its name; `bao`: a client for who is active; `tls`: of the set-up."""

    def __init__(
        self,
        supervisor: Supervisor,
        ports: Callable[[], Mapping[str, int]],
        bao: Callable[[], hvac.Client],
        tls: Callable[[str], Tls],
    ) -> None:
        self._supervisor = supervisor
        self._ports = ports
        self._bao = bao
        self._tls = tls

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._ports())

    def one_by_one(self, work: Callable[[str], object] = lambda _: None) -> None:
        """Each is started again, and while it is stopped `work` is done. Who is active goes last and gives that to another
        before; the next does not stop before this one knows what the others know. Raises HouseError."""
        left = list(self.names)
        while left:
            leads = self.active()
            name = next((one for one in left if one != leads), left[0])
            if name == leads and len(self._ports()) > 1:
                self._bao().write("sys/step-down")
                parts.wait_until(lambda: self.active() not in (None, name), PATIENCE, "another active node of OpenBao")  # noqa: B023
            self._supervisor.without(name, lambda: work(name))  # noqa: B023
            left.remove(name)
            self._until_whole()

    def active(self) -> str | None:
        """The node that says that it is active."""
        nodes = {name: f"https://{parts.HERE}:{port}" for name, port in self._ports().items()}
        return active(nodes, self._tls(SETUP_USER))

    def _until_whole(self) -> None:
        parts.wait_until(lambda: self.active() is not None, PATIENCE, "an active node of OpenBao")
        wanted = max(self._applied(name) for name in self.names)
        for name in self.names:
            parts.wait_until(lambda: self._applied(name) >= wanted, PATIENCE, name)  # noqa: B023

    def _applied(self, name: str) -> int:
        """How far a node is in the log of all; 0 where it does not say."""
        shown = self._tls(SETUP_USER).context
        asked = http.client.HTTPSConnection(parts.HERE, self._ports()[name], timeout=3, context=shown)
        try:
            asked.request("GET", "/v1/sys/leader")
            return int(json.loads(asked.getresponse().read()).get("raft_applied_index", 0))
        except (OSError, http.client.HTTPException, ValueError):
            return 0
        finally:
            asked.close()

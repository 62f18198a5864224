"""`meldpunt keys renew seal`: another seal key for OpenBao, while it serves.

The seal key opens OpenBao's storage at each start. A new one comes in two rounds over the nodes: one in which each knows
both, and the one that becomes active seals anew what the old one sealed; and, when it has said so, one in which each knows
the new one alone. Before that OpenBao has to have a recovery key; it is shown once, and kept by nobody here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hvac

from deploy.embedded import parts
from deploy.embedded.home import Home, HouseError
from deploy.embedded.nodes import Nodes
from deploy.embedded.storage import overwrite_file
from deploy.openbao.server import seal_id

SEALED_ANEW = "upgrading stored keys"
"""What OpenBao says in its log, and nowhere else, when it seals anew with the newer key."""
PATIENCE = 60


class SealRotation:
    """Of one running house. `write`: writes the configuration of a node as the keys are now. Stopped half-way it goes on where
    it was when it is asked again."""

    def __init__(self, home: Home, nodes: Nodes, write: Callable[[str], object], say: Callable[[str], None]) -> None:
        self._home = home
        self._nodes = nodes
        self._write = write
        self._say = say

    def when_asked(self) -> None:
        """Do it when somebody asked. What goes wrong stops no house: it is said."""
        asked = self._home.seal_asked
        if not asked.exists():
            return
        try:
            self.rotate()
        except Exception as problem:
            self._say(f"the seal key was not rotated: {type(problem).__name__}: {problem}")
        finally:
            asked.unlink(missing_ok=True)

    def rotate(self) -> None:
        """Raises HouseError, with both keys where they were, when OpenBao does not say that it sealed anew."""
        known = self._home.seal_keys()
        if len(known) == 1:
            known = [known[0], self._home.new_seal_key(_number(known[0]) + 1)]
        self._nodes.one_by_one(self._write)
        since = datetime.fromtimestamp(known[-1].stat().st_mtime, UTC)
        logs = [self._home.log(name) for name in self._nodes.names]
        said = lambda: any(was_sealed_anew(one.read_text(errors="replace"), since) for one in logs)  # noqa: E731
        parts.wait_until(said, PATIENCE, "the seal of OpenBao")
        old = known[-2]
        kept = old.read_text()
        _forget(old)
        try:
            self._nodes.one_by_one(self._write)
        except HouseError:
            # Somebody has to look: nothing is thrown away while a node may need it.
            self._home.write(old, kept)
            raise
        self._say(f"OpenBao is sealed with {seal_id(known[-1])}; nothing opens with {seal_id(old)}")


def was_sealed_anew(log: str, since: datetime) -> bool:
    """Whether a line of OpenBao's log says so that is not older than `since`: than the newer key."""
    for line in log.splitlines():
        moment, _, text = line.partition(" ")
        if text.endswith(SEALED_ANEW) and datetime.fromisoformat(moment) >= since - timedelta(milliseconds=1):
            return True
    return False


def recovery_key(bao: hvac.Client) -> list[str]:
    """Make the recovery key where there is none, without which nothing is sealed anew; empty where there is one. Here it is
    one share, as a house for trying has one person; a municipality has several (docs/operations/keys.md)."""
    if bao.adapter.get("/v1/sys/seal-status")["n"]:
        return []
    made = bao.adapter.post("/v1/sys/rotate/recovery/init", json={"secret_shares": 1, "secret_threshold": 1})
    return list(made["data"]["keys"])


def _number(key: Path) -> int:
    return int(seal_id(key).rpartition("-")[2])


def _forget(key: Path) -> None:
    """Overwritten before it is removed. A disk that copies on write keeps older blocks all the same."""
    overwrite_file(key)
    key.unlink()

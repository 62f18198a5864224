"""Whether a key still opens anything: of each key of a signal a ciphertext is made beforehand, and tried again later."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

import httpx
import hvac

from deploy.cluster.home import BAO_NODES, ClusterHome
from deploy.cluster.nodes import administrator
from deploy.drills.verdict import rows
from deploy.embedded.parts import HERE
from deploy.tls.identities import SETUP_USER
from shared.keys.letters import split_kid
from shared.privileges import ARCHIVES, BY_NAME, ROOMS

WORDS = base64.b64encode(b"een verzonnen melding").decode()
KEYS = "SELECT mount, key FROM signal_key WHERE number = $1 AND destroyed_at IS NULL"
BOXES = "SELECT kid FROM carrier JOIN letterbox USING (kid) WHERE number = $1 AND destroyed_at IS NULL"


@dataclass(frozen=True)
class Probe:
    """What the key `key` of `mount` has encrypted."""

    mount: str
    key: str
    ciphertext: str


class Keys:
    """The keys of the signals of a cluster, as who administers OpenBao sees them."""

    def __init__(self, home: ClusterHome) -> None:
        self._home = home
        self._bao = administrator(home)
        self._http = httpx.Client(timeout=5, verify=home.tls(SETUP_USER).context)

    def again(self) -> None:
        """Of another node, where the one that was asked has gone."""
        self._bao = administrator(self._home)

    def of_signals(self) -> set[str]:
        """Every key of any signal that exists, as `MOUNT/KEY`, whatever retention knows."""
        found = ((mount, self._bao.list(f"{mount}/keys")) for mount in (*ROOMS, *ARCHIVES))
        return {f"{mount}/{key}" for mount, listed in found if listed for key in listed["data"]["keys"]}

    def of(self, number: str) -> list[Probe]:
        """What retention knows to exist for a signal, letterbox keys that carried a letter of it among them."""
        keys = [(str(one["mount"]), str(one["key"])) for one in rows(self._home, "retention", KEYS, number)]
        for one in rows(self._home, "retention", BOXES, number):
            owner, key = split_kid(one["kid"])
            keys.append((BY_NAME[owner].letterbox, key))
        return [Probe(mount, key, self._encrypted(mount, key)) for mount, key in keys]

    def only_stay(self, number: str) -> bool:
        """Whether no key of the signal is locked, as one is that goes."""
        try:
            return bool(self.of(number))
        except hvac.exceptions.InvalidRequest:
            return False

    def _encrypted(self, mount: str, key: str) -> str:
        return str(self._bao.write(f"{mount}/encrypt/{key}", plaintext=WORDS)["data"]["ciphertext"])

    def open(self, probes: Iterable[Probe]) -> list[Probe]:
        """Those that are decrypted."""
        return [one for one in probes if self._opens(one)]

    def left(self, probes: Iterable[Probe]) -> list[Probe]:
        """Those of which no node has said that it does not decrypt them."""
        return [one for one in probes if self._opens(one) is not False]

    def _opens(self, probe: Probe) -> bool | None:
        """None where nobody could be asked."""
        ports = (self._home.state() or {})["several"]
        for name in BAO_NODES:
            url = f"https://{HERE}:{ports[name]}/v1/{probe.mount}/decrypt/{probe.key}"
            shown = {"X-Vault-Token": str(self._bao.token)}
            with contextlib.suppress(httpx.HTTPError):
                answer = self._http.post(url, json={"ciphertext": probe.ciphertext}, headers=shown)
                if answer.status_code in (200, 400):
                    return answer.status_code == 200
        return None

    def close(self) -> None:
        self._http.close()


def named_on_disk(home: ClusterHome, names: Iterable[str]) -> dict[str, int]:
    """By node how many of these keys are named in its files of raft."""
    wanted = [one.encode() for one in names]
    found = {}
    for node in BAO_NODES:
        data = [one.read_bytes() for one in (home.part(node) / "raft").rglob("*") if one.is_file()]
        found[node] = sum(any(name in text for text in data) for name in wanted)
    return found

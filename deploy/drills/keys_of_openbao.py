"""What opens OpenBao, and what opens it to the services: its seal key, and the secret id of each process."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from pathlib import Path

import httpx
import psutil

from deploy.cluster.home import BAO_NODES, ClusterHome
from deploy.drills.under_load import UnderLoad
from deploy.embedded.home import SERVICE_NAMES, HouseError
from deploy.embedded.parts import answers_ok
from deploy.embedded.status import processes_of
from deploy.openbao import revoke
from deploy.openbao.server import seal_id
from deploy.tls.identities import SETUP_USER

LOGGED_IN_ANEW = "assessment"
"""Whose tokens are ended, so that it has to log in with what it was given."""
SEALED_SECONDS = 6.0
"""For so long it is watched that a node does not open."""


# --- secret ids ---------------------------------------------------------------------------------------------------------


def secret_ids(under: UnderLoad) -> list[str]:
    home = under.home
    before = _credentials(home)
    if refused := [one for one, role in before.items() if not _logs_in(home, role)]:
        raise HouseError(
            f"{', '.join(refused)}: what they have is refused already, so that it is refused later shows nothing"
        )
    under.meldpunt("keys", "renew", "secret-ids")
    after = _credentials(home)
    faults = [f"{one} has the secret id that it had" for one in before if before[one] == after[one]]
    faults += [f"the former secret id of {one} is still taken" for one, role in before.items() if _logs_in(home, role)]
    faults += [f"the secret id of {one} is refused" for one, role in after.items() if not _logs_in(home, role)]
    # Its processes have to log in again now, with users of PostgreSQL that end too.
    revoke.end_tokens(under.bao(), LOGGED_IN_ANEW)
    several = len(processes_of(home, LOGGED_IN_ANEW))
    under.until(lambda: len(revoke.tokens(under.bao(), LOGGED_IN_ANEW)) >= several, f"{LOGGED_IN_ANEW} logs in anew")
    under.whole()
    under.say(
        f"secret-ids: {len(after)} processes have another; the former are refused, and {LOGGED_IN_ANEW} logged in anew"
    )
    return faults


def _credentials(home: ClusterHome) -> dict[str, dict[str, str]]:
    """What each process logs in with, as it lies in its file."""
    processes = (one for service in SERVICE_NAMES for one in processes_of(home, service))
    return {one: json.loads(home.secret_file(f"approle-{one}").read_text()) for one in processes}


def _logs_in(home: ClusterHome, role: dict[str, str]) -> bool:
    """Raises HouseError where OpenBao says neither yes nor no."""
    address = (home.state() or {})["addresses"]["openbao"]
    answer = httpx.post(f"{address}/v1/auth/approle/login", json=role, verify=home.tls(SETUP_USER).context, timeout=20)
    if answer.status_code not in (200, 400):
        raise HouseError(f"OpenBao answered {answer.status_code} to a log-in")
    return answer.status_code == 200


# --- the seal key -------------------------------------------------------------------------------------------------------


def seal(under: UnderLoad) -> list[str]:
    """Rotated; then all three nodes are started from nothing with the new key alone; then one with the former alone."""
    home = under.home
    (first,) = home.seal_keys()
    former = first.read_text()
    began = time.monotonic()
    under.meldpunt("keys", "renew", "seal")
    under.say(f"seal: OpenBao sealed anew by {time.monotonic() - began:.0f} s of rolling over its nodes")
    faults = [f"{first.name} is still there"] if first.exists() else []
    (now,) = home.seal_keys()
    wanted = f'current_key_id = "{seal_id(now)}"'
    texts = {name: _config(home, name).read_text() for name in BAO_NODES}
    faults += [
        f"{name} does not have the new key alone" for name, text in texts.items() if not _has_alone(text, wanted)
    ]
    pids = _pids(home, BAO_NODES)
    began = time.monotonic()
    _hold(under, BAO_NODES)
    _release(home, BAO_NODES)
    under.whole()
    under.say(
        f"seal: a cold start of all three nodes, with the former key gone: away for {time.monotonic() - began:.0f} s"
    )
    if same := {*pids.values()} & {*_pids(home, BAO_NODES).values()}:
        raise HouseError(f"{len(same)} nodes were not started again: that they would open shows nothing")
    return faults + _former_opens(under, BAO_NODES[-1], former)


def _has_alone(text: str, wanted: str) -> bool:
    return wanted in text and "previous_key" not in text


def _former_opens(under: UnderLoad, name: str, former: str) -> list[str]:
    """Whether a node still opens with the former key: were it so, or could it not be seen, the cold start showed nothing."""
    home, config = under.home, _config(under.home, name)
    right, file = config.read_text(), home.secret_file("former-seal-key")
    (now,) = home.seal_keys()
    _hold(under, (name,))
    try:
        home.write(file, former)
        config.write_text(right.replace(f"file://{now}", f"file://{file}"))
        _release(home, (name,))
        opened = False
        end = time.monotonic() + SEALED_SECONDS
        while time.monotonic() < end and not opened:
            opened = answers_ok(_port(home, name), "/v1/sys/health?standbyok=true", home.tls(SETUP_USER))
            time.sleep(0.3)
    finally:
        _hold(under, (name,))
        config.write_text(right)
        file.unlink(missing_ok=True)
        _release(home, (name,))
    under.whole()
    return [f"{name} opens with the former seal key"] if opened else []


def _config(home: ClusterHome, name: str) -> Path:
    return home.part(name) / "openbao.hcl"


def _port(home: ClusterHome, name: str) -> int:
    return int((home.state() or {})["several"][name])


def _pids(home: ClusterHome, names: Iterable[str]) -> dict[str, int]:
    pids = (home.state() or {})["pids"]
    return {name: pids[name] for name in names}


def _hold(under: UnderLoad, names: Iterable[str]) -> None:
    """Until none of them runs."""
    names = tuple(names)
    pids = [under.home.state()["pids"].get(name) for name in names]  # type: ignore[index]
    for name in names:
        under.home.held(name).touch()
    under.until(lambda: not any(pid and psutil.pid_exists(pid) for pid in pids), "the nodes of OpenBao have ended")


def _release(home: ClusterHome, names: Iterable[str]) -> None:
    for name in names:
        home.held(name).unlink(missing_ok=True)

"""`meldpunt keys revoke`: end what somebody has stolen, a service's signing key or a letterbox key.

`meldpunt keys renew`: what nobody has stolen, before it is old.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import time

import httpx
import hvac
import psutil
from rich.console import Console

from deploy.embedded.home import SERVICE_NAMES, Home, HouseError
from deploy.embedded.renew import renewed, write_signing_keys
from deploy.embedded.status import is_running, operators_look, processes_of
from deploy.openbao import apply as bao_config
from deploy.openbao import revoke
from deploy.openbao.log_ins import credentials
from deploy.tls.identities import SETUP_USER
from shared.errors import CannotSucceed

console = Console(stderr=True)


def keys(home: Home, arguments: argparse.Namespace) -> int:
    """Revoke the signing key of a service, or a letterbox key, or renew what its name says; raises HouseError for what is
    neither."""
    state = home.state()
    if state is None or not is_running(state):
        raise HouseError("no house is running here: start one with `meldpunt up`")
    bao = bao_config.client(state["addresses"]["openbao"], home.secret("provisioner"), home.tls(SETUP_USER))
    if arguments.what == "renew":
        renewed(home, bao, arguments.key)
    elif arguments.key in SERVICE_NAMES:
        _signing_key(home, bao, arguments.key, arguments.wait)
    else:
        _letterbox(bao, arguments.key)
    return 0


def _letterbox(bao: hvac.Client, kid: str) -> None:
    try:
        revoke.revoke_letterbox(bao, kid)
    except CannotSucceed:
        raise HouseError(
            f"{kid} is neither a service nor a letterbox key, as `meldpunt status` and the logs write them"
        ) from None
    console.print(f"{kid} is revoked; its owner says so with its next beacon, and has another key by then")


def _signing_key(home: Home, bao: hvac.Client, name: str, wait: float) -> None:
    revoke.rotate(bao, name)
    revoke.end_access(bao, name)
    processes = processes_of(home, name)
    for one in processes:
        home.write_secret(f"approle-{one}", json.dumps(credentials(bao, name)))
    write_signing_keys(home, bao)
    # What was stolen was in its memory; the house starts it again.
    before = {one: (home.state() or {}).get("pids", {}).get(one) for one in processes}
    for pid in before.values():
        with contextlib.suppress(psutil.Error, TypeError):
            psutil.Process(pid).terminate()
    console.print(f"{name} begins again with another key; waiting until its post is received")
    left = _wait_for_post(home, name, before, wait)
    revoke.end_older(bao, name)
    write_signing_keys(home, bao)
    console.print(f"what {name} signed until now is not believed any more; within a minute that is so everywhere")
    if left:
        console.print(f"{left}: what it had sent is refused and shown in `meldpunt status`")


def _wait_for_post(home: Home, name: str, before: dict[str, int | None], seconds: float) -> str | None:
    """Until each process of the service is another and all that it sent was received; else what it waits for."""
    end = time.monotonic() + seconds
    while (why := _why_not_yet(home, name, before)) and time.monotonic() < end:
        time.sleep(0.2)
    return why


def _why_not_yet(home: Home, name: str, before: dict[str, int | None]) -> str | None:
    addresses = processes_of(home, name)
    for one, pid in before.items():
        if (home.state() or {}).get("pids", {}).get(one) in (None, pid):
            return f"{one} has not begun again"
        try:
            found = operators_look(home, name, addresses[one]).json()
        except (httpx.HTTPError, ValueError, KeyError):
            return f"{one} does not answer"
        if not found["ready"]:
            return f"{one} is not ready"
        if found["queues"] is None or any(
            queue["queue"] == "outgoing" and queue["waiting"] for queue in found["queues"]
        ):
            return f"the post of {name} was not all received"
    return None
